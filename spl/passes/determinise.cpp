// Subset construction: states are sets of configurations, register values folded in.
#include <algorithm>
#include <unordered_map>

#include "passes/obstacle.hpp"
#include "passes/slice.hpp"
#include "spl/dfa.hpp"

namespace spl {

std::optional<std::uint32_t> Dfa::next(std::uint32_t state, StatecallId s) const {
  const auto& moves = states[state].transitions;
  const auto found =
      std::lower_bound(moves.begin(), moves.end(), s,
                       [](const Transition& t, StatecallId x) { return t.statecall < x; });
  if (found == moves.end() || found->statecall != s) return std::nullopt;
  return found->target;
}

Refusal Dfa::why_refused(std::uint32_t state, StatecallId s) const {
  const auto& here = states[state];
  if (here.dead) return *here.dead;
  for (const auto& move : here.refused) {
    if (move.statecall == s) return move.refusal;
  }
  return {};
}

namespace {

struct SetHash {
  std::size_t operator()(const ConfigurationSet& set) const {
    std::uint64_t h = set.size();
    for (const auto& c : set) {
      h = (h ^ raw(c.at)) * 0x9e3779b97f4a7c15U;
      for (const auto v : c.values) {
        h = (h ^ static_cast<std::uint32_t>(v)) * 0xff51afd7ed558ccdU;
        h ^= h >> 29U;
      }
    }
    return h;
  }
};

/// What a construction may hold in memory, in values: enough for any policy that a table can be
/// made for.
constexpr std::size_t kMaxValues = 48U << 20U;
constexpr std::size_t kMaxTransitions = 32U << 20U;

class Subsets {
 public:
  Subsets(const Automaton& automaton, std::size_t bound, Coverage* coverage)
      : a_(automaton), stepper_(automaton, Stepper::kDefaultLimit, coverage), bound_(bound) {}

  std::variant<SubsetAutomaton, Obstacle> run() {
    auto start = stepper_.start();
    if (start.too_large) return explain_closure(a_, *start.too_large);
    out_.dfa.automaton = a_.id;
    out_.dfa.alphabet = a_.alphabet;
    intern(std::move(start.configurations));
    out_.dfa.states[0].dead = start.refusal;
    for (std::uint32_t i = 0; i < sets_.size(); ++i) {
      if (sets_.size() > bound_ || values_ > kMaxValues || transitions_ > kMaxTransitions) {
        return explain_size(a_, sets_.size(), bound_, sets_);
      }
      if (auto obstacle = expand(i)) return std::move(*obstacle);
    }
    settled_.clear();
    for (const auto* set : sets_) out_.sets.push_back(std::move(ids_.extract(*set).key()));
    return std::move(out_);
  }

 private:
  /// Where a tick ends: a state, or why it is refused.
  using Outcome = std::variant<std::uint32_t, Refusal>;

  std::optional<Obstacle> expand(std::uint32_t i) {
    auto moves = stepper_.moves(*sets_[i]);
    if (moves.too_large) return explain_closure(a_, *moves.too_large);
    for (auto& [statecall, after] : moves.after) {
      // Different states often go on from the same place: one closure serves them all.
      auto known = settled_.find(after);
      if (known == settled_.end()) {
        auto result = stepper_.settle(after);
        if (result.too_large) return explain_closure(a_, *result.too_large);
        Outcome outcome = std::uint32_t{0};
        if (result.refusal) {
          outcome = *result.refusal;
        } else {
          outcome = intern(std::move(result.configurations));
        }
        values_ += size_of(after);
        known = settled_.emplace(std::move(after), outcome).first;
      }
      auto& state = out_.dfa.states[i];
      if (const auto* target = std::get_if<std::uint32_t>(&known->second)) {
        state.transitions.push_back({statecall, *target});
        ++transitions_;
      } else {
        state.refused.push_back({statecall, std::get<Refusal>(known->second)});
      }
    }
    return std::nullopt;
  }

  /// Roughly what a set takes, in values.
  [[nodiscard]] std::size_t size_of(const ConfigurationSet& set) const {
    const auto slots = a_.variables.size();
    return set.size() * (slots == 0 ? 8 : slots + 16) + 16;
  }

  std::uint32_t intern(ConfigurationSet set) {
    const auto next = static_cast<std::uint32_t>(sets_.size());
    const auto [at, added] = ids_.emplace(std::move(set), next);
    if (added) {
      values_ += size_of(at->first);
      sets_.push_back(&at->first);
      Dfa::State state;
      state.finished = is_finished(a_, at->first);
      for (const auto& c : at->first) state.waiting.push_back(c.at);
      state.waiting.erase(std::unique(state.waiting.begin(), state.waiting.end()),
                          state.waiting.end());
      out_.dfa.states.push_back(std::move(state));
    }
    return at->second;
  }

  const Automaton& a_;
  Stepper stepper_;
  std::size_t bound_;
  std::size_t values_ = 0;
  std::size_t transitions_ = 0;
  std::unordered_map<ConfigurationSet, std::uint32_t, SetHash> ids_;
  std::unordered_map<ConfigurationSet, Outcome, SetHash> settled_;
  std::vector<const ConfigurationSet*> sets_;  // keys of ids_: addresses are stable
  SubsetAutomaton out_;
};

}  // namespace

std::variant<SubsetAutomaton, Obstacle> determinise(const Automaton& automaton,
                                                    std::size_t state_bound,
                                                    const std::vector<VarId>& observed,
                                                    Coverage* coverage) {
  const auto sliced = slice(automaton, observed);
  return Subsets(sliced, state_bound, coverage).run();
}

}  // namespace spl
