// Any bytes as a capture: as a file for libpcap, and as packets of every kind of frame for the
// decoder alone. What comes out must hold together, whatever went in.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <span>
#include <string>
#include <variant>

#include "capture/connection_table.hpp"
#include "capture/pcap_file.hpp"
#include "driver/compilation.hpp"
#include "fuzz.hpp"
#include "spl/interpreter.hpp"

namespace spl::test {
namespace {

using namespace spl::capture;

constexpr std::size_t kMost = 4;  // connections held: few, so that some are given up

/// What is said of an end must be a run of the policy, up to what is refused.
void check_trace(const Connection& c, Side side, ConnectionJudge& judge, const Program& program) {
  const auto trace = judge.likely_trace(c, side);
  Interpreter interpreter(program);
  auto frame = c.begins.frame;
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const auto& step = trace.steps[i];
    require(step.place.frame >= frame && step.place.frame <= c.last.frame, "steps out of order");
    frame = step.place.frame;
    const bool last = i + 1 == trace.steps.size();
    const auto outcome = interpreter.tick(step.statecall).outcome;
    const auto expected =
        trace.refused && last ? Interpreter::Outcome::violation : Interpreter::Outcome::accepted;
    require(outcome == expected, "a trace that the policy says something else of");
  }
  const bool bad = c.violation && c.violation->side == side;
  require(bad || !trace.refused, "refused, but not a violation");
  require(!bad || trace.refused || c.violation->deduced, "a violation that is not refused");
}

/// Counts what leaves the table.
struct Leavings {
  ConnectionJudge& judge;
  const Program& program;
  std::uint64_t connections = 0;
  std::uint64_t segments = 0;

  void take(const Connection& c) {
    ++connections;
    segments += c.segments();
    require(c.segments() != 0 && c.begins.frame <= c.last.frame, "a connection without segments");
    require(!c.violation || !c.violation->statecall.empty(), "a violation of nothing");
    require(!c.violation || c.violation->place.frame <= c.last.frame, "a violation in the future");
    require(c.records != nullptr && !judge.recorded_too_much(), "a connection without a record");
    for (const auto side : {Side::client, Side::server}) check_trace(c, side, judge, program);
    judge.forget(c);
  }
};

void read_file(const std::uint8_t* data, std::size_t size, ConnectionJudge& judge,
               const Program& program) {
  const int descriptor = ::memfd_create("capture", 0);
  if (descriptor < 0) return;
  require(::write(descriptor, data, size) == static_cast<ssize_t>(size), "cannot write to memory");
  auto opened = PcapFile::open("/proc/self/fd/" + std::to_string(descriptor));
  ::close(descriptor);
  if (const auto* error = std::get_if<CaptureError>(&opened)) {
    require(!error->message.empty(), "an error without a message");
    return;
  }
  auto& file = std::get<PcapFile>(opened);
  judge.begin_capture();
  Leavings leavings{judge, program};
  ConnectionTable table(judge, kMost, [&](const Connection& c, Leaves) { leavings.take(c); });
  Packet packet;
  capture::Place place;
  std::uint64_t segments = 0;
  while (file.next(packet) == PcapFile::Next::packet) {
    ++place.frame;
    place.nanoseconds = packet.nanoseconds;
    const auto segment = decode(file.link(), packet.captured, packet.length);
    if (const auto* s = std::get_if<Segment>(&segment)) {
      ++segments;
      table.add(*s, place);
    }
  }
  table.finish();
  require(leavings.segments == segments, "segments were lost");
  require(table.most_held() <= kMost, "more connections were held than allowed");
}

/// The bytes as packets, each with its length in front.
void read_packets(std::span<const std::uint8_t> bytes, ConnectionJudge& judge,
                  const Program& program) {
  if (bytes.empty()) return;
  const auto link = static_cast<Link>(bytes[0] % 5);
  bytes = bytes.subspan(1);
  judge.begin_capture();
  Leavings leavings{judge, program};
  ConnectionTable table(judge, kMost, [&](const Connection& c, Leaves) { leavings.take(c); });
  capture::Place place;
  std::uint64_t segments = 0;
  while (bytes.size() > 2) {
    const std::size_t size = std::min<std::size_t>(bytes[0], bytes.size() - 2);
    const auto length = static_cast<std::uint32_t>(size + bytes[1]);
    ++place.frame;
    place.nanoseconds += std::uint64_t{bytes[1]} * 10'000'000'000U;
    const auto segment = decode(link, bytes.subspan(2, size), length);
    bytes = bytes.subspan(2 + size);
    const auto* s = std::get_if<Segment>(&segment);
    if (s == nullptr) continue;
    require(s->length <= length, "more text than the packet is long");
    require(!to_string(s->from).empty() && s->from != s->to, "ends that are none");
    ++segments;
    table.add(*s, place);
  }
  table.finish();
  require(leavings.segments == segments, "segments were lost");
}

}  // namespace
}  // namespace spl::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spl::test;
  using namespace spl::driver;
  static Compilation tcp(SPL_TCP_POLICY, Until::lowered, CommonOptions());
  static const auto dfas = tcp.dfas(spl::Preserve::wait_points, spl::kDefaultStateBound);
  require(tcp.ok() && !dfas.empty(), "tcp.spl does not compile");
  static spl::capture::ConnectionJudge judge(*tcp.program, dfas, {});
  judge.record({});
  read_file(data, size, judge, *tcp.program);
  read_packets({data, size}, judge, *tcp.program);
  require(!judge.states().too_large(), "tcp.spl needs too many sets");
  return 0;
}
