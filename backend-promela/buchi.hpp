// Internal: from a formula of linear temporal logic to the automaton that a never claim is.
//
// Spin's own translation knows no `next`, so it is done here: Debian's spin is built without it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spl::promela {

/// A formula in negation normal form, hash-consed in a Formulas pool.
enum class FormulaId : std::uint32_t {};

/// The pool. Builders simplify (true, false, idempotence) and never duplicate.
class Formulas {
 public:
  enum class Op : std::uint8_t {
    constant_true,
    constant_false,
    literal,  // atom, negated or not
    conjunction,
    disjunction,
    next,
    until,
    release,
  };
  struct Node {
    Op op = Op::constant_true;
    std::uint32_t atom = 0;
    bool negated = false;
    FormulaId left{};
    FormulaId right{};
    friend auto operator<=>(const Node&, const Node&) = default;
  };

  [[nodiscard]] FormulaId constant(bool value);
  [[nodiscard]] FormulaId literal(std::uint32_t atom, bool negated);
  [[nodiscard]] FormulaId both(FormulaId a, FormulaId b);
  [[nodiscard]] FormulaId either(FormulaId a, FormulaId b);
  [[nodiscard]] FormulaId next(FormulaId a);
  [[nodiscard]] FormulaId until(FormulaId a, FormulaId b);
  [[nodiscard]] FormulaId release(FormulaId a, FormulaId b);

  [[nodiscard]] const Node& operator[](FormulaId id) const {
    return nodes_[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  /// No release below: every word that satisfies it does so by a finite prefix.
  [[nodiscard]] bool decided_by_prefix(FormulaId id) const;

 private:
  FormulaId intern(Node node);
  std::vector<Node> nodes_;
  std::vector<std::pair<Node, FormulaId>> index_;  // sorted by node
};

/// One literal of a transition's condition.
struct Literal {
  std::uint32_t atom = 0;
  bool negated = false;
  friend auto operator<=>(const Literal&, const Literal&) = default;
};

/// A Buchi automaton; state 0 is initial. A transition reads the present state of the model.
struct Buchi {
  static constexpr std::uint32_t kEnd = 0xffffffffU;  // target: any continuation is accepted
  struct Transition {
    std::vector<Literal> condition;  // all of them; ascending by atom
    std::uint32_t target = 0;
    friend auto operator<=>(const Transition&, const Transition&) = default;
  };
  struct State {
    bool accepting = false;
    std::vector<Transition> transitions;
    friend auto operator<=>(const State&, const State&) = default;
  };
  std::vector<State> states;
  bool by_prefix = false;  // accepts by reaching kEnd only: no cycle needs to be looked for
};

/// Words that satisfy the formula. nullopt if the automaton would exceed `max_states`.
[[nodiscard]] std::optional<Buchi> translate(const Formulas& pool, FormulaId formula,
                                             std::size_t max_states);

}  // namespace spl::promela
