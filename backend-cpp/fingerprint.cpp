// policy_fingerprint(): one number for what the state numbers of a policy's monitors mean.
//
// A hash (FNV-1a, 64 bits) over all that a state's future depends on, each text and list preceded
// by its length, so that no two policies are written the same way. It guards against mistakes, such
// as an old snapshot after an update, not against people who make collisions on purpose: these
// could write any state into a snapshot anyway.
#include <string_view>

#include "spl/cpp/generate.hpp"

namespace spl {
namespace {

class Hash {
 public:
  void byte(std::uint8_t b) {
    value_ ^= b;
    value_ *= 0x100000001b3U;
  }
  void number(std::uint64_t n) {
    for (unsigned i = 0; i < 8; ++i) byte(static_cast<std::uint8_t>(n >> (8 * i)));
  }
  void text(std::string_view t) {
    number(t.size());
    for (const char c : t) byte(static_cast<std::uint8_t>(c));
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325U;
};

void add(Hash& hash, const MonitorAutomaton& automaton) {
  const auto& dfa = automaton.machine;
  hash.number(dfa.alphabet.size());
  for (const auto s : dfa.alphabet) hash.number(index(s));
  hash.number(dfa.states.size());
  for (const auto& state : dfa.states) {
    hash.byte(state.finished ? 1 : 0);
    hash.number(state.transitions.size());
    for (const auto& t : state.transitions) {
      hash.number(index(t.statecall));
      hash.number(t.target);
    }
    if (!automaton.is_set()) continue;
    // Here a refused move differs from none: it refuses whatever else is alive.
    hash.number(state.refused.size());
    for (const auto& move : state.refused) hash.number(index(move.statecall));
  }
  if (!automaton.is_set()) return;
  hash.number(automaton.alive_at_start.size());
  for (const auto q : automaton.alive_at_start) hash.number(q);
}

}  // namespace

std::uint64_t policy_fingerprint(const Program& program,
                                 std::span<const MonitorAutomaton> automata) {
  Hash hash;
  hash.number(program.vocabulary.size());
  for (const auto& s : program.vocabulary.all()) hash.text(s.name);
  hash.number(automata.size());
  for (std::size_t a = 0; a < automata.size(); ++a) {
    hash.text(program.automata[a].name);
    add(hash, automata[a]);
  }
  return hash.value();
}

}  // namespace spl
