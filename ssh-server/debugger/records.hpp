// What a source (a worker, the monitor, an SFTP server) tells the debugger's process: records, of
// which a datagram holds any number. The process trusts nothing of it: read_records() takes any
// bytes, and what a record says is checked against the policies in collector.cpp.
//
// Both ends are the same program, so the format (RFC 4251's data types) has no version.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "ssh/bytes.hpp"
#include "ssh/result.hpp"
#include "ssh/tap.hpp"

namespace ssh::debugger {

enum class Policy : std::uint8_t { ssh, channel, sftp, privsep };
inline constexpr std::size_t kPolicies = 4;

/// One monitor of a source: of which connection, and which of its lives (see ssh::Tap).
struct Key {
  std::uint64_t connection = 0;
  Tap::Life life = 0;
  auto operator<=>(const Key&) const = default;
};

namespace record {

/// A monitor is there. Said again of one that is known: its state is this, whatever was before.
struct Begin {
  Key key;
  Policy policy = Policy::ssh;
  std::uint64_t seen = 0;  // statecalls before
  std::string title;
  std::vector<std::uint32_t> states;
};
struct Step {
  Key key;
  std::uint64_t number = 0;
  std::int64_t time_us = 0;
  std::uint32_t statecall = 0;
  Tap::Verdict verdict = Tap::Verdict::accepted;
  std::vector<std::uint32_t> states;
};
struct Refused {
  Key key;
  std::uint64_t number = 0;
  std::string text;
  std::vector<std::uint32_t> automata, expected;
};
/// Of life 0: and with it every life of that connection.
struct End {
  Key key;
  std::string reason;
};
/// So many steps are not told, because there was no room.
struct Lost {
  std::uint64_t steps = 0;
};
/// Of Begin and End, some are not told. What follows, up to Told, is every monitor that is there;
/// all others have ended.
struct Again {};
struct Told {};

}  // namespace record

using Record = std::variant<record::Begin, record::Step, record::Refused, record::End, record::Lost,
                            record::Again, record::Told>;

/// No text is longer; what is longer is cut. Nor is a datagram.
inline constexpr std::size_t kLongestTitle = 200;
inline constexpr std::size_t kLongestReason = 1000;
inline constexpr std::size_t kLongestExplanation = 8192;
inline constexpr std::size_t kMostStates = 32;      // automata of a policy
inline constexpr std::size_t kMostExpected = 1024;  // statecalls of a policy
inline constexpr std::size_t kLargestDatagram = 64 * 1024;

/// Puts the record behind what is there.
void write_record(Bytes& to, const record::Begin& begin);
void write_record(Bytes& to, const record::End& end);
void write_record(Bytes& to, const record::Lost& lost);
void write_record(Bytes& to, record::Again);
void write_record(Bytes& to, record::Told);
/// As a tap is told them.
void write_step(Bytes& to, std::uint64_t connection, std::int64_t time_us, const Tap::Step& step);
void write_refusal(Bytes& to, std::uint64_t connection, const Tap::Refusal& refusal);

/// Calls `f` for each record, in order, up to the first that is none. An Error: there was one.
Result<void> read_records(ByteView datagram, const std::function<void(Record&&)>& f);

}  // namespace ssh::debugger
