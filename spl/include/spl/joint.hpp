// All automata of a policy as one machine, by their DFAs (language.md section 6). A joint state is
// one DFA state per automaton.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_set>
#include <utility>
#include <vector>

#include "spl/dfa.hpp"
#include "spl/interpreter.hpp"

namespace spl {

/// Borrows the DFAs: one per automaton, in order.
class JointPolicy {
 public:
  using State = std::span<const std::uint32_t>;
  enum class Answer : std::uint8_t { accepted, ignored, refused };

  JointPolicy(std::span<const Dfa> dfas, std::uint32_t statecalls);

  [[nodiscard]] std::size_t width() const { return dfas_.size(); }
  [[nodiscard]] std::uint32_t statecalls() const {
    return static_cast<std::uint32_t>(users_.size());
  }
  [[nodiscard]] std::vector<std::uint32_t> start() const {
    return std::vector<std::uint32_t>(width(), 0);
  }
  /// Some automaton has the statecall in its alphabet.
  [[nodiscard]] bool mentioned(StatecallId s) const { return !users_[index(s)].empty(); }
  /// Moves all automata that know the statecall, or none.
  Answer tick(std::span<std::uint32_t> state, StatecallId s) const;
  /// What is accepted (not merely ignored), ascending.
  [[nodiscard]] std::vector<StatecallId> allowed(State state) const;
  /// All automata are finished.
  [[nodiscard]] bool finished(State state) const;
  /// Why `s` is refused: every automaton that refuses it.
  [[nodiscard]] std::vector<Interpreter::AutomatonRefusal> refusals(State state,
                                                                    StatecallId s) const;

 private:
  std::span<const Dfa> dfas_;
  std::vector<std::vector<std::uint32_t>> users_;  // per statecall: the automata that know it
};

/// Numbers joint states in the order they are first seen.
class JointStates {
 public:
  explicit JointStates(std::size_t width) : width_(width), ids_(16, Hash{this}, Equal{this}) {}
  JointStates(const JointStates&) = delete;
  JointStates& operator=(const JointStates&) = delete;

  /// The number of a state, and whether it is new. `state` must not lie in this table.
  std::pair<std::uint32_t, bool> number(JointPolicy::State state);
  [[nodiscard]] std::uint32_t size() const { return size_; }
  /// Valid until the next number().
  [[nodiscard]] JointPolicy::State operator[](std::uint32_t id) const {
    return {values_.data() + std::size_t{id} * width_, width_};
  }

 private:
  struct Hash {
    const JointStates* table;
    std::size_t operator()(std::uint32_t id) const;
  };
  struct Equal {
    const JointStates* table;
    bool operator()(std::uint32_t a, std::uint32_t b) const;
  };

  std::size_t width_;
  std::uint32_t size_ = 0;
  std::vector<std::uint32_t> values_;
  std::unordered_set<std::uint32_t, Hash, Equal> ids_;
};

}  // namespace spl
