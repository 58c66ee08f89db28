// One TCP connection of a capture: what its segments mean in the statecalls of xen/policy/tcp.spl,
// and what the policy says of either end. docs/captures.md has the whole of the mapping.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/packet.hpp"
#include "capture/possible_states.hpp"
#include "spl/vocabulary.hpp"

namespace spl::capture {

/// Which of the two ends, seen from the connection: who opened it, and the other.
enum class Side : std::uint8_t { client, server };
[[nodiscard]] constexpr const char* to_string(Side side) {
  return side == Side::client ? "client" : "server";
}

/// Where and when a segment was captured.
struct Place {
  std::uint64_t frame = 0;        // from 1, over the whole file
  std::uint64_t nanoseconds = 0;  // since 1970
};

/// What one end has sent, as far as it was seen. Numbers are sequence numbers, compared modulo
/// 2^32.
struct Flow {
  std::uint32_t first = 0;  // of the SYN
  std::uint32_t other = 0;  // of another SYN for the same connection
  std::uint32_t next = 0;   // after the last that was seen, or acknowledged by the peer
  std::uint32_t fin = 0;    // after the FIN
  std::uint32_t ack = 0;    // the highest acknowledgement
  std::uint32_t edge = 0;   // where the window it offers ends
  std::uint64_t segments = 0;
  std::optional<std::uint64_t> answered_by_reset;  // when it sent a reset without an ACK
  std::uint8_t scale = 0;
  bool syn = false;       // `first` is known
  bool opened = false;    // it has sent a SYN without an ACK
  bool answered = false;  // it has sent one with an ACK
  bool rival = false;     // `other` is known
  bool known = false;     // `next` is known
  bool fin_seen = false;  // `fin` is known
  bool acked = false;     // `ack` is known
  bool edged = false;     // `edge` is known
  bool scaled = false;    // its SYN offered to scale windows
  bool reset = false;     // a RST was sent
  bool assumed = false;   // it has sent a SYN that was not captured, or not yet
  bool missing = false;   // the peer acknowledges what was not captured
};

/// A segment, for showing what went before.
struct Glance {
  std::uint64_t frame = 0;
  std::uint32_t length = 0;
  bool from_client = false, syn = false, fin = false, rst = false, has_ack = false;
};

struct Violation {
  Side side = Side::client;  // whose
  std::string statecall;
  Place place;
  bool deduced = false;  // from an acknowledgement, which shows that it had happened
  std::vector<Interpreter::AutomatonRefusal> refusals;
  std::vector<StatecallId> expected;
};

/// What was said of one end, if it is recorded.
struct Record {
  SetId begins{};
  std::vector<Said> said;
  std::vector<Place> places;  // of each
};

struct Connection {
  static constexpr std::size_t kGlances = 5;

  std::uint64_t number = 0;      // of the run, from 1, in the order in which they begin
  std::array<Endpoint, 2> ends;  // the first one's segments are flow 0
  std::array<Flow, 2> flows;
  std::array<SetId, 2> sets{};  // what each end may be doing
  std::uint8_t client = 0;      // which of the two
  /// Of each end: the SYN of the connection before, which may come again, late.
  std::array<std::optional<std::uint32_t>, 2> earlier_syns;
  /// Of each end: a SYN amid the connection. What comes next says whether it gives this one up.
  std::array<std::optional<Place>, 2> second_syns;
  bool open_at_start = false;  // the capture does not have its beginning
  bool syn_data = false;       // a SYN carried text
  Place begins;
  Place last;
  std::array<Glance, kGlances> glances{};  // the last segments; segment n is at n % kGlances
  std::unique_ptr<Violation> violation;    // the first one; nothing is judged after it
  std::unique_ptr<std::array<Record, 2>> records;  // of each end; empty where nothing is recorded

  [[nodiscard]] std::uint64_t segments() const { return flows[0].segments + flows[1].segments; }
  [[nodiscard]] Side side_of(std::size_t end) const {
    return end == client ? Side::client : Side::server;
  }
  [[nodiscard]] bool one_sided() const { return flows[0].segments == 0 || flows[1].segments == 0; }
  [[nodiscard]] bool reset() const { return flows[0].reset || flows[1].reset; }
  [[nodiscard]] bool closed() const { return reset() || (flows[0].fin_seen && flows[1].fin_seen); }
  /// A SYN of flow `from` does not belong to this connection any more, but opens the next one.
  [[nodiscard]] bool replaced_by(const Segment& syn, std::size_t from,
                                 std::uint64_t nanoseconds) const;
};

/// Which ends are judged.
struct Sides {
  bool client = true;
  bool server = true;
};

/// Which connections are recorded. A record has a few entries for each segment.
struct Recording {
  static constexpr std::size_t kMostHeld = 20'000'000;  // some 600 MB

  std::uint64_t only = 0;  // the number of the one; 0: all
};

/// A run that fits what was captured of an end, and by which segment each of its steps is known.
struct LikelyTrace {
  struct Step {
    StatecallId statecall{};
    Place place;
  };
  std::vector<Step> steps;
  bool refused = false;  // the last one is the violation
};

/// Judges connections; one for a run.
class ConnectionJudge {
 public:
  /// Program and DFAs must outlive it.
  ConnectionJudge(const Program& program, std::span<const Dfa> dfas, Sides sides);

  /// How many of the statecalls that a capture gives the policy mentions.
  [[nodiscard]] std::size_t known_statecalls() const { return known_; }
  /// No connection of an earlier capture comes again.
  void begin_capture() { held_ = 0; }
  /// A connection whose first segment is this one, sent by ends[0].
  void begin(Connection& connection, const Segment& segment, const Place& place);
  /// The next segment, sent by ends[from].
  void segment(Connection& connection, std::size_t from, const Segment& segment,
               const Place& place);
  [[nodiscard]] const PossibleStates& states() const { return states_; }

  /// From now on connections that begin are recorded.
  void record(Recording recording) { recording_ = recording; }
  /// More than Recording::kMostHeld entries are held: records are not complete any more.
  [[nodiscard]] bool recorded_too_much() const { return held_ > Recording::kMostHeld; }
  /// The trace of an end that is recorded. That of the end which violates ends with what is
  /// refused, unless it is deduced and some run that fits would accept it: what is wrong is then
  /// that it never came.
  [[nodiscard]] LikelyTrace likely_trace(const Connection& connection, Side side);
  /// A recorded connection is not needed any more.
  void forget(const Connection& connection);

 private:
  class Step;
  void note(Connection& connection, std::size_t end, const Said& said, const Place& place);

  const Program& program_;
  Sides sides_;
  std::size_t known_ = 0;
  PossibleStates states_;
  SetId start_;
  SetId anywhere_;
  std::optional<Recording> recording_;
  std::size_t held_ = 0;  // entries of records
};

}  // namespace spl::capture
