// The web server of the live debugger: one page, one stream of events, behind a token.
//
// What it says and understands is docs/debugger.md, "The protocol". It knows no policies: whoever
// runs it hands over descriptions (spl/debug/describe.hpp makes them, `splc debug --describe`
// writes them) and says what happens to the monitors that are looked at, its *subjects*.
//
// Everything happens on the thread that runs the io_context, and calls from other threads are not
// allowed. Nothing blocks and nothing throws but the constructor and listen_on(): a reader that is
// slow, hostile or half gone costs bounded memory and, at worst, itself. No file is opened and no
// process started after construction, so it may be confined before or after.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace spl::debug {

/// What became of a statecall; the numbers are those of the stream.
enum class Verdict : std::uint8_t { accepted = 0, ignored = 1, refused = 2 };

/// For a situation that is not known.
inline constexpr std::uint32_t kUnknownSituation = 0xffffffffU;

/// One instance of a policy that is looked at: of a connection, of a channel, of a trace.
struct Subject {
  std::uint64_t id = 0;  // unique while the server lives; below 2^53 (readers are JavaScript)
  std::string policy;    // a key of the descriptions
  std::string title;     // for people, one line
  std::optional<std::uint64_t> parent;  // the subject that it belongs to (a channel's connection)
  bool from_start = true;               // false: it had begun before anybody looked
  std::uint64_t seen = 0;               // statecalls before that; 0 if from_start
  std::vector<std::uint32_t> states;    // its situation now, per automaton of the policy; a DFA
                                        // monitor's state(i), or kUnknownSituation
};

/// A statecall that a subject announced.
struct Step {
  std::uint64_t subject = 0;
  std::uint64_t number = 0;     // 1 for the first of its life (so seen + 1 after a late begin())
  std::int64_t time_us = 0;     // microseconds since 1970 in UTC; 0: not known
  std::uint32_t statecall = 0;  // id in the subject's policy
  Verdict verdict = Verdict::accepted;
  std::vector<std::uint32_t> states;  // as in Subject, after the step
};

/// What is to be said of a step that was refused; given right after that step.
struct Refusal {
  std::uint64_t subject = 0;
  std::uint64_t number = 0;
  std::string text;                   // for people, may have several lines
  std::vector<std::string> automata;  // the names of those that refuse
  std::vector<std::string> expected;  // the names of the statecalls that were allowed instead
};

/// A step by a name that the policy does not have. It counts like any other step.
struct UnknownStep {
  std::uint64_t subject = 0;
  std::uint64_t number = 0;
  std::int64_t time_us = 0;
  std::string name;
};

/// What a search concluded about the run of a subject (mode counterexample).
struct PropertyVerdict {
  std::uint64_t subject = 0;
  std::string property;
  std::string text;
  std::optional<std::uint64_t> loop_start;  // the run's steps after this number repeat for ever
  bool bad = true;
};

enum class Mode : std::uint8_t { live, trace, simulate, counterexample };

/// What the server holds on to, at most. The defaults are meant for all uses.
struct Limits {
  std::size_t readers = 8;              // of the stream; one more is told 503
  std::size_t connections = 64;         // of any kind; one more is closed at once
  std::size_t queue_bytes = 4U << 20U;  // per reader: steps that do not fit are dropped and told;
                                        // a reader that holds up twice as much is cut off
  std::size_t subjects = 4096;       // remembered while they live; more are shown, not remembered
  std::size_t ended_subjects = 256;  // remembered after their end; the oldest are forgotten
  std::size_t steps_per_subject = 4096;          // remembered; the oldest are forgotten
  std::size_t steps = 100'000;                   // remembered of all subjects together
  std::size_t situations = 100'000;              // remembered, see Server::situation()
  std::chrono::milliseconds flush{30};           // steps are sent in bunches, this far apart
  std::chrono::milliseconds keep_alive{15'000};  // a silent stream says something this often
  std::chrono::milliseconds request{10'000};     // time for a request to come and its answer to go
  std::chrono::milliseconds stalled{30'000};     // a reader that takes nothing this long is cut off
  std::chrono::milliseconds linger{5'000};  // attached() stays true so long after the last reader,
                                            // so that reloading the page costs no history
};

struct Reply {
  unsigned status = 200;  // of HTTP; below 400: done
  std::string body;       // JSON; empty: {}
};

struct ServerOptions {
  int listening = -1;  // a TCP socket that listens (IPv4 or IPv6), owned by the server from now on;
                       // see listen_on()
  std::string token;   // see make_token(); at least 16 characters of A-Z a-z 0-9 - _
  bool any_host = false;    // false: requests must name a loopback host and our port (against DNS
                            // rebinding); true: for sockets that were forced onto other addresses
  std::string title;        // for people: what is looked at
  std::string version;      // of the program that runs the server
  std::string main_policy;  // what readers look at before they choose; empty: any
  Mode mode = Mode::live;
  std::vector<std::string> capabilities;  // which of "step", "undo", "reset" on_command takes
  /// POST ./api/NAME for a NAME that capabilities has: `body` is what was sent (at most 4 KiB, any
  /// bytes). May call the server's functions.
  std::function<Reply(std::string_view name, std::string_view body)> on_command;
  Limits limits;
};

/// 192 random bits of getrandom(2), 32 characters. Throws std::system_error.
[[nodiscard]] std::string make_token();

/// Where a server listens.
struct Listening {
  int socket = -1;      // the caller's
  std::string address;  // "127.0.0.1:8080", "[::1]:8080": with the port that was given out for 0
};
/// Binds "ADDRESS:PORT" ("[ADDRESS]:PORT" for IPv6; numbers, no names) and listens. Throws
/// std::invalid_argument for text that is none, or for an address that is not of the loopback
/// unless `any_address`; std::system_error if it cannot.
[[nodiscard]] Listening listen_on(const std::string& address, bool any_address = false);
/// "http://127.0.0.1:8080/TOKEN/"
[[nodiscard]] std::string page_url(const std::string& address, const std::string& token);

class Server {
 public:
  /// Serves from when the io_context runs. `descriptions`: policy name -> description (JSON text,
  /// handed out as it is). Throws std::invalid_argument for a token that is too short, and
  /// std::system_error for a socket that is none.
  Server(boost::asio::io_context& context, ServerOptions options,
         std::map<std::string, std::string> descriptions);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  /// Closes every connection at once.
  ~Server();

  /// A subject is there. One with the id of a known subject takes its place, without its history:
  /// for somebody who looks again after an interval in which nobody did.
  void begin(Subject subject);
  /// Steps of a subject that never began are shown, too, but not remembered.
  void step(const Step& step);
  void refusal(const Refusal& refusal);
  void unknown_step(const UnknownStep& step);
  /// Steps after `number` are taken back (mode simulate).
  void undone(std::uint64_t subject, std::uint64_t number);
  void end(std::uint64_t subject, const std::string& reason);
  /// So many statecalls happened that nobody told the server of.
  void dropped(std::uint64_t count);
  /// Says what situation `id` of an automaton is, before its first use in a step: for policies
  /// whose description has no situations. `json`: a SITUATION object. False: too many, it was not
  /// kept; the number must not be used.
  bool situation(const std::string& policy, std::uint32_t automaton, std::uint32_t id,
                 const std::string& json);
  /// Two engines differ about a step.
  void disagreement(std::uint64_t subject, std::uint64_t number, const std::string& text);
  void verdict(const PropertyVerdict& verdict);
  /// Forgets all subjects, without telling readers that they ended.
  void clear();

  /// Somebody looks, or did a moment ago (Limits::linger).
  [[nodiscard]] bool attached() const;
  /// `changed` is called when attached() changes, from the io_context, never from within another
  /// call of the server.
  void on_attachment(std::function<void(bool attached)> changed);

  /// Sends what is there, ends all streams in order, then closes everything; for a clean end of the
  /// process. Takes at most a second of the io_context's time.
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace spl::debug
