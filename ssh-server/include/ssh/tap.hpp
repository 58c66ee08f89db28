// Somebody who looks on while the policies decide: the live debugger, above all. A session that has
// a tap tells it each statecall that is announced, what became of it, and where the automata then
// are; without one it costs a comparison per message.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace ssh {

class Tap {
 public:
  /// Which monitor of a session: 0 is the connection's (ssh.spl); those of channels (channel.spl)
  /// have numbers from 1 in the order of their first statecalls, none twice. (Numbers of channels,
  /// in the protocol, are used again.)
  using Life = std::uint32_t;
  /// A monitor's state(i) for each automaton of its policy, or kUnknownState for one that has no
  /// table of states. Valid during the call.
  using States = std::span<const std::uint32_t>;
  static constexpr std::uint32_t kUnknownState = 0xffffffffU;
  enum class Verdict : std::uint8_t { accepted, ignored, refused };

  struct Step {
    Life life = 0;
    std::uint64_t number = 0;     // within that life, from 1
    std::uint32_t statecall = 0;  // its id in the policy
    Verdict verdict = Verdict::accepted;
    States states;  // behind it
  };
  /// Follows its step. `automata`: those that refuse; `expected`: what all would have accepted.
  struct Refusal {
    Life life = 0;
    std::uint64_t number = 0;
    std::string_view text;
    std::span<const std::uint32_t> automata, expected;
  };

  virtual ~Tap() = default;
  /// A monitor is there, and has seen so many statecalls.
  virtual void begin(Life life, std::uint64_t seen, States states) = 0;
  virtual void step(const Step& step) = 0;
  virtual void refused(const Refusal& refusal) = 0;
  /// A channel is over. (The connection's end is the host's to tell: it ends the session.)
  virtual void end(Life life) = 0;
};

}  // namespace ssh
