// A policy as the debugger shows it: where each automaton can wait, its drawing, and runs of it
// followed in those terms. The forms of the JSON are docs/debugger.md, "The protocol".
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "spl/automaton.hpp"
#include "spl/dfa.hpp"
#include "spl/interpreter.hpp"
#include "spl/sema.hpp"
#include "spl/source.hpp"

namespace spl {
class JsonWriter;
}

namespace spl::debug {

/// What an automaton is like between two statecalls.
struct Situation {
  std::vector<NodeId> nodes;                      // where it waits, ascending
  std::vector<std::vector<std::int32_t>> values;  // per parameter: those possible, ascending;
                                                  // empty: not known, or more than kMaxValues
  std::vector<StatecallId> allowed;               // ascending
  bool finished = false;
  friend auto operator<=>(const Situation&, const Situation&) = default;
};
inline constexpr std::size_t kMaxValues = 256;

/// An automaton whose situations are the states of its DFA.
struct NumberedAutomaton {
  Dfa dfa;  // as the monitors run it: the same numbers
  std::vector<Situation> situations;
};

/// Which situations have numbers from the start.
enum class Numbers : std::uint8_t {
  monitor,  ///< The states of a monitor's tables. It does not tell values apart that change nothing
            ///< of what is accepted: they are shown as a set, `{false, true}`.
  values,  ///< Those, unless they leave a value open: what the interpreter follows is better known.
};

/// The numbered automata of a program; nullopt for those that have no DFA within the bound, or none
/// that tells their values apart where these are wanted (Numbering gives them numbers then). The
/// program and the sources must outlive it.
class PolicyView {
 public:
  PolicyView(const CheckedPolicy& policy, const Program& program, const SourceMap& sources,
             std::size_t state_bound = kDefaultStateBound, Numbers numbers = Numbers::monitor);

  [[nodiscard]] const Program& program() const { return *program_; }
  [[nodiscard]] const std::vector<std::optional<NumberedAutomaton>>& automata() const {
    return automata_;
  }
  /// What an automaton that follows these configurations is like.
  [[nodiscard]] Situation situation(AutomatonId automaton, const ConfigurationSet& set) const;
  /// A SITUATION object.
  [[nodiscard]] std::string json(AutomatonId automaton, const Situation& situation) const;

  /// What came of drawing: an <svg> element, or why there is none.
  struct Picture {
    std::optional<std::string> svg;
    std::string missing;
  };
  struct Naming {
    std::string policy;  // its name in the debugger: one word
    std::string path;    // for people
  };
  /// Makes a picture of a digraph in DOT.
  using Painter = std::function<Picture(const std::string& dot)>;
  /// The whole description. Deterministic if that is;
  /// names files by their place beside the policy, and no directory above it.
  [[nodiscard]] std::string describe(const Naming& naming, const Painter& draw) const;

 private:
  void write_automaton(JsonWriter& json, AutomatonId id, const Painter& draw) const;

  const CheckedPolicy* policy_;
  const Program* program_;
  const SourceMap* sources_;
  std::vector<std::optional<NumberedAutomaton>> automata_;
};

/// Numbers for the situations of automata that have none: given out as they are met. Of one policy,
/// for any number of runs.
class Numbering {
 public:
  /// Says what a number means, before it is used; false: it must not be used.
  using Announce =
      std::function<bool(AutomatonId automaton, std::uint32_t id, const Situation& situation)>;

  Numbering(const PolicyView& view, Announce announce);

  /// nullopt: there are too many.
  [[nodiscard]] std::optional<std::uint32_t> number(AutomatonId automaton,
                                                    const ConfigurationSet& set);

 private:
  const PolicyView* view_;
  Announce announce_;
  std::vector<std::map<ConfigurationSet, std::optional<std::uint32_t>>> known_;
  std::vector<std::uint32_t> next_;
  std::size_t values_ = 0;
};

/// A run followed by the reference interpreter, its situations by number. Copyable: a copy is a
/// snapshot. View and numbering must outlive it.
class Follower {
 public:
  Follower(const PolicyView& view, Numbering& numbering);

  Interpreter::Verdict tick(StatecallId statecall);
  [[nodiscard]] const Interpreter& interpreter() const { return interpreter_; }
  /// Per automaton; the largest number for what is not known.
  [[nodiscard]] const std::vector<std::uint32_t>& states() const { return states_; }

 private:
  void look(AutomatonId automaton);

  const PolicyView* view_;
  Numbering* numbering_;
  Interpreter interpreter_;
  std::vector<std::uint32_t> states_;
};

}  // namespace spl::debug
