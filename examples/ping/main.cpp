// A ping program that cannot break its own protocol: every step is announced to the monitor of
// examples/ping.spl before it is taken, and a step that the policy does not allow is not taken.
//
// The network is played by the command line, so that the example needs none: each argument is what
// happens next, one of  reply  unreachable  timeout  ask  done. Exit code 0 if the session
// finished, 1 if it stopped halfway, 3 if the policy refused a step.
#include <iostream>
#include <string_view>
#include <vector>

#include "ping.hpp"             // Statecall, Monitor: generated from ping.spl by spl_add_policy()
#include "ping_source_map.hpp"  // explain()

namespace {

using ping::Statecall;

class PingSession {
 public:
  /// Takes a step if the policy allows it.
  bool step(Statecall statecall) {
    if (spl::rt::is_refusal(monitor_.tick(statecall))) {
      // The refused tick has changed nothing, so the monitor can still say why.
      std::cout << explain(monitor_, statecall).to_string();
      return false;
    }
    std::cout << to_string(statecall) << '\n';
    return true;
  }

  /// Sends the next request if it is our turn: the policy knows, so nothing else need remember.
  bool send_if_due() {
    return !monitor_.would_accept(Statecall::Transmit_Ping_EchoRequest) ||
           step(Statecall::Transmit_Ping_EchoRequest);
  }

  [[nodiscard]] bool finished() const { return monitor_.finished(); }

 private:
  ping::Monitor monitor_;
};

/// What an event of the outside world means in terms of the policy; empty if there is none.
std::vector<Statecall> statecalls_of(std::string_view event) {
  if (event == "reply") return {Statecall::Receive_Ping_EchoReply};
  if (event == "unreachable") return {Statecall::Receive_Ping_Unreachable};
  if (event == "timeout") return {Statecall::Notify_Ping_Timeout};
  if (event == "ask") {
    return {Statecall::Notify_Ping_SummaryWanted, Statecall::Notify_Ping_Summary};
  }
  if (event == "done") return {Statecall::Notify_Ping_Done};
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  PingSession session;
  for (int i = 1; i < argc; ++i) {
    const auto statecalls = statecalls_of(argv[i]);
    if (statecalls.empty()) {
      std::cerr << "usage: ping_host {reply | unreachable | timeout | ask | done}...\n";
      return 2;
    }
    const bool ends = statecalls.front() == Statecall::Notify_Ping_Done;
    if (!ends && !session.send_if_due()) return 3;
    for (const auto statecall : statecalls) {
      if (!session.step(statecall)) return 3;
    }
  }
  std::cout << (session.finished() ? "finished\n" : "not finished\n");
  return session.finished() ? 0 : 1;
}
