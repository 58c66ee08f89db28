// Where TCP is announced to its policies: the only door between the stack and them. A Record with
// the monitor of tcp.spl belongs to every control block of lwIP; one monitor of stray.spl to the
// host.
//
// Built with XENRT_UNPOLICED every answer is yes: only to measure what the monitors cost.
#pragma once

#include <array>
#include <functional>
#include <string>

#include "net/meaning.hpp"
#include "spl/rt/flight_recorder.hpp"
#include "stray.hpp"  // generated from stray.spl
#include "xenrt/stack.hpp"

namespace xenrt {

#ifdef XENRT_UNPOLICED
inline constexpr bool kPoliced = false;
#else
inline constexpr bool kPoliced = true;
#endif

/// What the police knows of one control block.
struct Record {
  using Monitor = tcp_policy::BasicMonitor<spl::rt::FlightRecorder<12>>;

  Endpoint local, remote;
  Progress progress;
  Monitor monitor;
  std::uint32_t refused_in = 0;
  bool doomed = false;  // it was about to send what is refused: to be aborted
};

/// What came for no connection, or for a listener, or made a connection answer with a reset without
/// being meant by it.
struct Stray {
  Segment segment;
  bool syn_for_listener = false;
};

class Police {
 public:
  struct Counts {
    std::uint64_t refused_in = 0, refused_out = 0, resets_out = 0;
  };

  explicit Police(std::function<void(LogLevel, std::string_view)> log) : log_(std::move(log)) {}

  // ---- what the user does, what time does ----

  void listens(Record& record);
  void connects(Record& record);
  /// Our direction is being closed.
  void closes(Record& record);
  /// A child of a listener begins: as the listener is, with the SYN that it has taken. false:
  /// refused.
  [[nodiscard]] bool opens(Record& child, const Record& listener, const Segment& syn);
  /// The control block is gone: by a timer, or for others, if the policy knows of no end yet.
  void ends(Record& record);

  // ---- segments ----

  /// For a connection, not a listener.
  [[nodiscard]] Fate receive(Record& record, const Numbers& numbers, const Segment& segment);
  /// The stack has taken the peer's FIN, which may have waited for what came before it.
  void fin_was_taken(Record& record);
  /// false: it must not leave.
  [[nodiscard]] bool transmit(Record& record, const Segment& segment);

  // ---- segments for no connection; one begins with a stray and ends with done() ----

  void stray(const Stray& stray);
  [[nodiscard]] bool stray_reset(bool with_ack);
  void done();

  [[nodiscard]] const Counts& counts() const { return counts_; }
  /// Messages of the same kind within this second; the rest is counted and summed up.
  void tick(Instant now);

 private:
  bool notify(Record& record, Statecall statecall, const char* what);
  void explain(const Record& record, const Record::Monitor& monitor, Statecall statecall,
               const char* what);
  void say(LogLevel level, const std::string& text);
  bool stray_tick(stray_policy::Statecall statecall);

  std::function<void(LogLevel, std::string_view)> log_;
  Counts counts_;
  stray_policy::BasicMonitor<spl::rt::FlightRecorder<8>> stray_;
  bool stray_open_ = false;
  Instant second_{};
  std::uint32_t said_ = 0, unsaid_ = 0;
};

}  // namespace xenrt
