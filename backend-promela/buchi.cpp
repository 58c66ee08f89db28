// Tableau translation of linear temporal logic to Buchi automata.
//
// A state is a set of formulas that the rest of the run owes. Expanding it yields transitions:
// literals that must hold now, the set owed next, and which untils were put off. A run is accepted
// if no until is put off for ever; a counter over the untils turns that into accepting states.
// (Gerth, Peled, Vardi, Wolper 1995, with acceptance on transitions as in Couvreur 1999.)
#include "buchi.hpp"

#include <algorithm>
#include <iterator>
#include <map>

namespace spl::promela {
namespace {

using Owed = std::vector<FormulaId>;  // ascending, unique

bool insert_unique(Owed& set, FormulaId id) {
  const auto at = std::lower_bound(set.begin(), set.end(), id);
  if (at != set.end() && *at == id) return false;
  set.insert(at, id);
  return true;
}

/// A transition of the tableau.
struct Step {
  std::vector<Literal> condition;
  Owed next;
  Owed put_off;
};

/// `a` allows all that `b` does, and more.
bool dominates(const Step& a, const Step& b) {
  const auto within = [](const auto& x, const auto& y) {
    return std::includes(y.begin(), y.end(), x.begin(), x.end());
  };
  return within(a.condition, b.condition) && within(a.next, b.next) && within(a.put_off, b.put_off);
}

class Expander {
 public:
  Expander(const Formulas& pool, std::size_t limit) : pool_(pool), limit_(limit) {}

  /// nullopt past the limit.
  std::optional<std::vector<Step>> run(const Owed& owed) {
    steps_.clear();
    work_ = 0;
    std::vector<Branch> open;
    open.push_back({owed, {}, {}});
    while (!open.empty()) {
      if (++work_ > limit_) return std::nullopt;
      auto branch = std::move(open.back());
      open.pop_back();
      advance(std::move(branch), open);
    }
    std::reverse(steps_.begin(), steps_.end());
    return std::move(steps_);
  }

 private:
  struct Branch {
    Owed todo;
    Owed done;
    Step step;
  };

  void advance(Branch branch, std::vector<Branch>& open) {
    while (!branch.todo.empty()) {
      const auto id = branch.todo.back();
      branch.todo.pop_back();
      if (!insert_unique(branch.done, id)) continue;
      if (!take(id, branch, open)) return;
    }
    keep(std::move(branch.step));
  }

  /// Applies one formula; false if the branch is contradictory. Alternatives go to `open`.
  bool take(FormulaId id, Branch& branch, std::vector<Branch>& open) {
    const auto& node = pool_[id];
    switch (node.op) {
      case Formulas::Op::constant_true:
        return true;
      case Formulas::Op::constant_false:
        return false;
      case Formulas::Op::literal:
        return demand(branch.step.condition, {node.atom, node.negated});
      case Formulas::Op::conjunction:
        insert_unique(branch.todo, node.left);
        insert_unique(branch.todo, node.right);
        return true;
      case Formulas::Op::next:
        insert_unique(branch.step.next, node.left);
        return true;
      case Formulas::Op::disjunction: {
        open.push_back(branch);
        insert_unique(open.back().todo, node.right);
        insert_unique(branch.todo, node.left);
        return true;
      }
      case Formulas::Op::until: {  // b, or a and again
        open.push_back(branch);
        auto& later = open.back();
        insert_unique(later.todo, node.left);
        insert_unique(later.step.next, id);
        insert_unique(later.step.put_off, id);
        insert_unique(branch.todo, node.right);
        return true;
      }
      case Formulas::Op::release: {  // b, and a or again
        open.push_back(branch);
        auto& later = open.back();
        insert_unique(later.todo, node.right);
        insert_unique(later.step.next, id);
        insert_unique(branch.todo, node.left);
        insert_unique(branch.todo, node.right);
        return true;
      }
    }
    return false;
  }

  static bool demand(std::vector<Literal>& condition, Literal literal) {
    const auto at = std::lower_bound(condition.begin(), condition.end(), Literal{literal.atom});
    if (at != condition.end() && at->atom == literal.atom) return at->negated == literal.negated;
    condition.insert(at, literal);
    return true;
  }

  void keep(Step step) {
    for (const auto& other : steps_) {
      if (dominates(other, step)) return;
    }
    std::erase_if(steps_, [&](const Step& other) { return dominates(step, other); });
    steps_.push_back(std::move(step));
  }

  const Formulas& pool_;
  std::size_t limit_;
  std::size_t work_ = 0;
  std::vector<Step> steps_;
};

/// Builds states (what is owed, how many untils were seen fulfilled) breadth first.
class Builder {
 public:
  Builder(const Formulas& pool, std::size_t max_states)
      : expander_(pool, kMaxBranches), pool_(pool), max_states_(max_states) {}

  std::optional<Buchi> run(FormulaId formula) {
    out_.by_prefix = pool_.decided_by_prefix(formula);
    if (!collect_untils({formula})) return std::nullopt;
    reach({formula}, 0);
    for (std::uint32_t i = 0; i < order_.size(); ++i) {
      if (order_.size() > max_states_) return std::nullopt;
      connect(i);
    }
    return std::move(out_);
  }

 private:
  using Key = std::pair<Owed, std::uint32_t>;
  static constexpr std::size_t kMaxBranches = 4096;  // of one expansion

  /// Every set that can be owed, and all untils that are ever put off.
  bool collect_untils(const Owed& start) {
    std::vector<Owed> todo{start};
    steps_.emplace(start, std::vector<Step>{});
    while (!todo.empty()) {
      const auto owed = std::move(todo.back());
      todo.pop_back();
      if (steps_.size() > max_states_) return false;
      auto steps = expander_.run(owed);
      if (!steps) return false;
      for (const auto& step : *steps) {
        for (const auto u : step.put_off) insert_unique(untils_, u);
        if (steps_.emplace(step.next, std::vector<Step>{}).second) todo.push_back(step.next);
      }
      steps_[owed] = std::move(*steps);
    }
    return true;
  }

  std::uint32_t reach(const Owed& owed, std::uint32_t level) {
    const auto [at, added] =
        numbers_.emplace(Key{owed, level}, static_cast<std::uint32_t>(order_.size()));
    if (added) {
      order_.push_back(at->first);
      Buchi::State state;
      state.accepting = !out_.by_prefix && level == untils_.size();
      out_.states.push_back(std::move(state));
    }
    return at->second;
  }

  void connect(std::uint32_t from) {
    const auto [owed, level] = order_[from];
    const auto count = out_.by_prefix ? 0 : static_cast<std::uint32_t>(untils_.size());
    for (const auto& step : steps_[owed]) {
      std::uint32_t next = level == count ? 0 : level;
      while (next < count &&
             !std::binary_search(step.put_off.begin(), step.put_off.end(), untils_[next])) {
        ++next;
      }
      // Nothing owed: all that follows is accepted.
      const bool end = out_.by_prefix && step.next.empty();
      const auto target = end ? Buchi::kEnd : reach(step.next, next);
      out_.states[from].transitions.push_back({step.condition, target});
    }
  }

  Expander expander_;
  const Formulas& pool_;
  std::size_t max_states_;
  Owed untils_;
  std::map<Owed, std::vector<Step>> steps_;
  std::map<Key, std::uint32_t> numbers_;
  std::vector<Key> order_;
  Buchi out_;
};

/// Merges states that do the same, until none are left. Initial state 0 keeps its number.
void merge_equal(Buchi& automaton) {
  for (bool changed = true; changed;) {
    changed = false;
    std::map<Buchi::State, std::uint32_t> first;
    std::vector<std::uint32_t> to(automaton.states.size());
    std::vector<Buchi::State> kept;
    for (std::uint32_t i = 0; i < automaton.states.size(); ++i) {
      const auto [at, added] =
          first.emplace(automaton.states[i], static_cast<std::uint32_t>(kept.size()));
      to[i] = at->second;
      if (added) kept.push_back(automaton.states[i]);
      changed = changed || !added;
    }
    for (auto& state : kept) {
      for (auto& t : state.transitions) {
        if (t.target != Buchi::kEnd) t.target = to[t.target];
      }
      std::sort(state.transitions.begin(), state.transitions.end());
      state.transitions.erase(std::unique(state.transitions.begin(), state.transitions.end()),
                              state.transitions.end());
    }
    automaton.states = std::move(kept);
  }
}

}  // namespace

std::optional<Buchi> translate(const Formulas& pool, FormulaId formula, std::size_t max_states) {
  auto result = Builder(pool, max_states).run(formula);
  if (result) merge_equal(*result);
  return result;
}

}  // namespace spl::promela
