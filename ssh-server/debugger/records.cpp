// See records.hpp. A record is its kind and its fields; nothing says how long it is.
#include "debugger/records.hpp"

#include <algorithm>

#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace ssh::debugger {
namespace {

enum Kind : std::uint8_t { kBegin = 1, kStep, kRefused, kEnd, kLost, kAgain, kTold };

wire::Writer open(Bytes& to, Kind kind, const Key& key) {
  wire::Writer out(to);
  out.u8(kind).u64(key.connection).u32(key.life);
  return out;
}

void put_numbers(wire::Writer& out, std::span<const std::uint32_t> numbers, std::size_t most) {
  numbers = numbers.first(std::min(numbers.size(), most));
  out.u32(static_cast<std::uint32_t>(numbers.size()));
  for (const std::uint32_t number : numbers) {
    out.u32(number);
  }
}

std::vector<std::uint32_t> get_numbers(wire::Reader& in, std::size_t most) {
  const std::uint32_t count = in.u32();
  if (count > most || count > in.left() / 4) {
    in.fail();
    return {};
  }
  std::vector<std::uint32_t> numbers(count);
  for (std::uint32_t& number : numbers) {
    number = in.u32();
  }
  return numbers;
}

std::string get_text(wire::Reader& in, std::size_t longest) {
  const std::string_view text = in.text();
  if (text.size() > longest) {
    in.fail();
    return {};
  }
  return std::string(text);
}

template <typename Enum>
Enum get_enum(wire::Reader& in, std::uint8_t count) {
  const std::uint8_t value = in.u8();
  if (value >= count) {
    in.fail();
    return Enum{};
  }
  return static_cast<Enum>(value);
}

Key get_key(wire::Reader& in) {
  const std::uint64_t connection = in.u64();
  return {connection, in.u32()};
}

// In braces the fields are read in their order (C++20 [dcl.init.list]).
Record get(wire::Reader& in) {
  switch (in.u8()) {
    case kBegin:
      return record::Begin{get_key(in), get_enum<Policy>(in, kPolicies), in.u64(),
                           get_text(in, kLongestTitle), get_numbers(in, kMostStates)};
    case kStep:
      return record::Step{get_key(in),
                          in.u64(),
                          static_cast<std::int64_t>(in.u64()),
                          in.u32(),
                          get_enum<Tap::Verdict>(in, 3),
                          get_numbers(in, kMostStates)};
    case kRefused:
      return record::Refused{get_key(in), in.u64(), get_text(in, kLongestExplanation),
                             get_numbers(in, kMostStates), get_numbers(in, kMostExpected)};
    case kEnd:
      return record::End{get_key(in), get_text(in, kLongestReason)};
    case kLost:
      return record::Lost{in.u64()};
    case kAgain:
      return record::Again{};
    case kTold:
      return record::Told{};
    default:
      in.fail();
      return record::Told{};
  }
}

}  // namespace

void write_record(Bytes& to, const record::Begin& begin) {
  wire::Writer out = open(to, kBegin, begin.key);
  out.u8(static_cast<std::uint8_t>(begin.policy)).u64(begin.seen);
  out.string(std::string_view(begin.title).substr(0, kLongestTitle));
  put_numbers(out, begin.states, kMostStates);
}

void write_step(Bytes& to, std::uint64_t connection, std::int64_t time_us, const Tap::Step& step) {
  wire::Writer out = open(to, kStep, {connection, step.life});
  out.u64(step.number).u64(static_cast<std::uint64_t>(time_us)).u32(step.statecall);
  out.u8(static_cast<std::uint8_t>(step.verdict));
  put_numbers(out, step.states, kMostStates);
}

void write_refusal(Bytes& to, std::uint64_t connection, const Tap::Refusal& refusal) {
  wire::Writer out = open(to, kRefused, {connection, refusal.life});
  out.u64(refusal.number).string(refusal.text.substr(0, kLongestExplanation));
  put_numbers(out, refusal.automata, kMostStates);
  put_numbers(out, refusal.expected, kMostExpected);
}

void write_record(Bytes& to, const record::End& end) {
  open(to, kEnd, end.key).string(std::string_view(end.reason).substr(0, kLongestReason));
}

void write_record(Bytes& to, const record::Lost& lost) {
  wire::Writer(to).u8(kLost).u64(lost.steps);
}
void write_record(Bytes& to, record::Again) {
  wire::Writer(to).u8(kAgain);
}
void write_record(Bytes& to, record::Told) {
  wire::Writer(to).u8(kTold);
}

Result<void> read_records(ByteView datagram, const std::function<void(Record&&)>& f) {
  if (datagram.size() > kLargestDatagram) {
    return failure("a datagram that is too large");
  }
  wire::Reader in(datagram);
  while (in.left() > 0) {
    Record record = get(in);
    if (!in.ok()) {
      return failure("a record that is none");
    }
    f(std::move(record));
  }
  return {};
}

}  // namespace ssh::debugger
