// Subset construction: states are sets of configurations, register values folded in.
#include <algorithm>
#include <unordered_map>

#include "passes/members.hpp"
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

struct IdSetHash {
  std::size_t operator()(const IdSet& set) const {
    std::uint64_t h = set.size();
    for (const auto id : set) {
      h = (h ^ id) * 0x9e3779b97f4a7c15U;
      h ^= h >> 29U;
    }
    return h;
  }
};

/// What a construction may hold in memory, in values, and how many moves it may look at: enough
/// for any policy that a table can be made for.
constexpr std::size_t kMaxValues = 48U << 20U;
constexpr std::size_t kMaxTransitions = 32U << 20U;
constexpr std::size_t kMaxMoves = 256U << 20U;

class Subsets {
 public:
  Subsets(const Automaton& automaton, std::size_t bound, Coverage* coverage)
      : a_(automaton), members_(automaton, coverage), bound_(bound) {}

  std::variant<SubsetAutomaton, Obstacle> run() {
    auto start = members_.stepper().start();
    if (start.too_large) return explain_closure(a_, *start.too_large);
    out_.dfa.automaton = a_.id;
    out_.dfa.alphabet = a_.alphabet;
    intern(members_.intern(std::move(start.configurations)));
    out_.dfa.states[0].dead = start.refusal;
    for (std::uint32_t i = 0; i < sets_.size(); ++i) {
      if (!expand(i)) {
        if (members_.too_large()) return explain_closure(a_, *members_.too_large());
        return explain_size(a_, sets_.size(), bound_, members_.all());
      }
    }
    materialise();
    return std::move(out_);
  }

 private:
  /// Where a tick ends: a state, or why it is refused.
  using Outcome = std::variant<std::uint32_t, Refusal>;

  /// False if a bound was reached.
  bool expand(std::uint32_t i) {
    std::vector<Members::Move> moves;
    for (const auto id : *sets_[i]) {
      const auto& more = members_.moves(id);
      moves.insert(moves.end(), more.begin(), more.end());
      if (members_.too_large() || moves.size() > kMaxTransitions) return false;
    }
    moves_ += moves.size();
    std::sort(moves.begin(), moves.end());
    moves.erase(std::unique(moves.begin(), moves.end()), moves.end());
    IdSet after;
    for (auto move = moves.begin(); move != moves.end();) {
      const auto statecall = move->statecall;
      after.clear();
      for (; move != moves.end() && move->statecall == statecall; ++move) {
        after.push_back(move->after);
      }
      const auto& outcome = settle(after);
      if (out_of_bounds()) return false;
      auto& state = out_.dfa.states[i];
      if (const auto* target = std::get_if<std::uint32_t>(&outcome)) {
        state.transitions.push_back({statecall, *target});
        ++transitions_;
      } else {
        state.refused.push_back({statecall, std::get<Refusal>(outcome)});
      }
    }
    return true;
  }

  /// Different states often go on from the same places: those are united once.
  const Outcome& settle(const IdSet& after) {
    const auto known = settled_.find(after);
    if (known != settled_.end()) return known->second;
    IdSet set;
    std::optional<Refusal> refusal;
    for (const auto id : after) {
      const auto& landing = members_.landing(id);
      set.insert(set.end(), landing.set.begin(), landing.set.end());
      if (landing.refusal && (!refusal || *landing.refusal < *refusal)) refusal = landing.refusal;
      if (set.size() > kMaxTransitions) tidy(set);
    }
    if (after.size() > 1) tidy(set);
    if (set.empty() && !refusal) refusal = Refusal{};
    values_ += after.size() + 16;
    const auto outcome = refusal ? Outcome(*refusal) : Outcome(intern(std::move(set)));
    return settled_.emplace(after, outcome).first->second;
  }

  std::uint32_t intern(IdSet set) {
    const auto next = static_cast<std::uint32_t>(sets_.size());
    const auto [at, added] = states_.emplace(std::move(set), next);
    if (added) {
      const auto slots = a_.variables.size();
      values_ += at->first.size() * (slots == 0 ? 9 : slots + 17) + 16;
      sets_.push_back(&at->first);
      out_.dfa.states.emplace_back();
    }
    return at->second;
  }

  [[nodiscard]] bool out_of_bounds() const {
    return members_.too_large() || sets_.size() > bound_ ||
           values_ + members_.values() > kMaxValues || transitions_ > kMaxTransitions ||
           moves_ > kMaxMoves;
  }

  void materialise() {
    for (std::size_t i = 0; i < sets_.size(); ++i) {
      ConfigurationSet set;
      set.reserve(sets_[i]->size());
      for (const auto id : *sets_[i]) set.push_back(members_[id]);
      std::sort(set.begin(), set.end());
      auto& state = out_.dfa.states[i];
      state.finished = is_finished(a_, set);
      for (const auto& c : set) state.waiting.push_back(c.at);
      state.waiting.erase(std::unique(state.waiting.begin(), state.waiting.end()),
                          state.waiting.end());
      out_.sets.push_back(std::move(set));
    }
  }

  const Automaton& a_;
  Members members_;
  std::size_t bound_;
  std::size_t values_ = 0;
  std::size_t transitions_ = 0;
  std::size_t moves_ = 0;
  std::unordered_map<IdSet, std::uint32_t, IdSetHash> states_;
  std::unordered_map<IdSet, Outcome, IdSetHash> settled_;
  std::vector<const IdSet*> sets_;  // keys of states_: addresses are stable
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
