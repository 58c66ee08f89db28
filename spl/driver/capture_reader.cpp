// From a file to its connections.
#include "driver/capture_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "driver/files.hpp"

namespace spl::driver {

using capture::Connection;
using capture::Leaves;

std::unique_ptr<capture::ConnectionJudge> capture_judge(const std::string& path,
                                                        const Program& program,
                                                        const std::vector<Dfa>& dfas,
                                                        std::optional<CaptureSide> side,
                                                        Console& console) {
  // Both, unless it is said which.
  const capture::Sides sides{side != CaptureSide::server, side != CaptureSide::client};
  auto judge = std::make_unique<capture::ConnectionJudge>(program, dfas, sides);
  if (judge->known_statecalls() != 0) return judge;
  console.error(fmt::format("{} mentions no statecall of TCP: there is nothing to judge", path),
                "a capture gives Transmit_Tcp_Syn and the others of xen/policy/tcp.spl");
  return nullptr;
}

std::optional<capture::CaptureError> read_capture(const std::string& path,
                                                  capture::ConnectionJudge& judge, std::size_t most,
                                                  CaptureListener& listener,
                                                  std::size_t& most_held) {
  auto opened = capture::PcapFile::open(path);
  if (auto* error = std::get_if<capture::CaptureError>(&opened)) {
    const auto near = path == "-" ? std::string() : nearest_file(path);
    if (error->hint.empty() && !near.empty()) error->hint = fmt::format("did you mean '{}'?", near);
    return std::move(*error);
  }
  auto& file = std::get<capture::PcapFile>(opened);
  judge.begin_capture();
  capture::ConnectionTable table(judge, most, [&](const Connection& c, Leaves why) {
    listener.connection(c, why);
    judge.forget(c);
  });
  capture::Packet packet;
  capture::Place place;
  auto next = capture::PcapFile::Next::packet;
  while ((next = file.next(packet)) == capture::PcapFile::Next::packet) {
    ++place.frame;
    place.nanoseconds = packet.nanoseconds;
    listener.packet(packet.nanoseconds);
    const auto segment = capture::decode(file.link(), packet.captured, packet.length);
    if (const auto* why = std::get_if<capture::Skipped>(&segment)) {
      listener.skipped(*why);
      continue;
    }
    listener.segment();
    table.add(std::get<capture::Segment>(segment), place);
    if (judge.states().too_large()) {
      return capture::CaptureError{"the policy leaves too many possibilities open to be followed",
                                   "fewer automata, or fewer values of their variables, would do"};
    }
    if (judge.recorded_too_much()) {
      return capture::CaptureError{
          "the traces of the connections that are open at once are too long to be held",
          "tcpdump -r FILE -w PART 'host H and port P' makes a capture of some of them"};
    }
  }
  table.finish();
  most_held = table.most_held();
  if (next == capture::PcapFile::Next::failed) return file.error();
  return std::nullopt;
}

std::string connection_name(const Connection& c) {
  return fmt::format("{} > {}", to_string(c.ends[c.client]), to_string(c.ends[1U - c.client]));
}

std::string connection_remarks(const Connection& c, Leaves why) {
  std::string text;
  if (c.open_at_start) text += ", open when the capture begins";
  if (c.one_sided()) text += ", one direction only";
  if (c.flows[0].missing || c.flows[1].missing) text += ", segments missing";
  if (why == Leaves::given_up) text += ", given up here";
  return text;
}

std::string violation_words(const capture::Violation& v, const std::string& statecall) {
  return fmt::format("{} of the {} is not allowed here{}", statecall, to_string(v.side),
                     v.deduced ? ", but its acknowledgement shows that it was taken" : "");
}

}  // namespace spl::driver
