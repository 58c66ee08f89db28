// observe(): an automaton reduced to what a property can see (language.md section 7).
//
// Where every set of configurations agrees on the observed values, the DFA is enough. Where one
// does not, states become pairs (set, one configuration of it): the set decides what is accepted,
// the configuration is what this run has chosen. Both are then reduced by bisimilarity.
#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "automaton/configuration_hash.hpp"
#include "passes/partition.hpp"
#include "passes/slice.hpp"
#include "spl/dfa.hpp"

namespace spl {
namespace {

std::vector<std::int32_t> project(const std::vector<std::int32_t>& values,
                                  const std::vector<VarId>& observed) {
  std::vector<std::int32_t> result;
  for (const auto v : observed) result.push_back(values[raw(v)]);
  return result;
}

bool uniform(const ConfigurationSet& set, const std::vector<VarId>& observed) {
  for (std::size_t i = 1; i < set.size(); ++i) {
    if (project(set[i].values, observed) != project(set[0].values, observed)) return false;
  }
  return true;
}

/// Most moves of an observed automaton, for the sake of memory.
constexpr std::size_t kMaxTargets = 8U << 20U;

class Observer {
 public:
  Observer(const Automaton& automaton, const Automaton& sliced, SubsetAutomaton subsets,
           const std::vector<VarId>& observed, KeepRefusals refusals, std::size_t bound)
      : a_(automaton),
        sliced_(sliced),
        subsets_(std::move(subsets)),
        keep_refusals_(refusals == KeepRefusals::yes),
        bound_(bound) {
    out_.automaton = automaton.id;
    out_.observed = observed;
    out_.alphabet = automaton.alphabet;
  }

  std::variant<ObservedAutomaton, Obstacle> run() {
    out_.deterministic =
        std::all_of(subsets_.sets.begin(), subsets_.sets.end(),
                    [&](const ConfigurationSet& s) { return uniform(s, out_.observed); });
    if (out_.deterministic) {
      from_sets();
    } else if (auto obstacle = from_choices()) {
      return *obstacle;
    }
    return reduce();
  }

 private:
  ObservedAutomaton::State describe(std::uint32_t set) const {
    const auto& from = subsets_.dfa.states[set];
    ObservedAutomaton::State state;
    state.finished = from.finished;
    if (keep_refusals_) state.refused = from.refused;
    return state;
  }

  std::vector<std::int32_t> start_values() const {
    std::vector<std::int32_t> values;
    for (const auto v : out_.observed) values.push_back(a_[v].initial);
    return values;
  }

  void from_sets() {
    out_.initial = {0};
    for (std::uint32_t i = 0; i < subsets_.sets.size(); ++i) {
      auto state = describe(i);
      const auto& set = subsets_.sets[i];
      state.values = set.empty() ? start_values() : project(set[0].values, out_.observed);
      state.waiting = subsets_.dfa.states[i].waiting;
      for (const auto& t : subsets_.dfa.states[i].transitions) {
        state.moves.push_back({t.statecall, {t.target}});
      }
      out_.states.push_back(std::move(state));
    }
  }

  std::uint32_t intern(std::uint32_t set, std::uint32_t choice) {
    const auto [at, added] =
        pairs_.emplace(std::pair{set, choice}, static_cast<std::uint32_t>(todo_.size()));
    if (added) {
      todo_.emplace_back(set, choice);
      auto state = describe(set);
      const auto& c = subsets_.sets[set][choice];
      state.values = project(c.values, out_.observed);
      state.waiting = {c.at};
      out_.states.push_back(std::move(state));
    }
    return at->second;
  }

  std::optional<Obstacle> from_choices() {
    for (std::uint32_t c = 0; c < subsets_.sets[0].size(); ++c) {
      out_.initial.push_back(intern(0, c));
    }
    for (std::uint32_t i = 0; i < todo_.size(); ++i) {
      if (todo_.size() > bound_ || targets_ > kMaxTargets) return too_many();
      const auto [set, choice] = todo_[i];
      for (const auto& t : subsets_.dfa.states[set].transitions) {
        ObservedAutomaton::Move move{t.statecall, {}};
        const auto& after = subsets_.sets[t.target];
        for (const auto& c : own_tick(subsets_.sets[set][choice], t.statecall)) {
          const auto found = std::lower_bound(after.begin(), after.end(), c);
          move.targets.push_back(
              intern(t.target, static_cast<std::uint32_t>(found - after.begin())));
        }
        targets_ += move.targets.size();
        out_.states[i].moves.push_back(std::move(move));
      }
    }
    return std::nullopt;
  }

  /// What one configuration alone moves to; computed once, however many sets it is in.
  const ConfigurationSet& own_tick(const Configuration& from, StatecallId statecall) {
    static const ConfigurationSet kNone;
    const auto [at, fresh] = own_ticks_.try_emplace(from);
    if (fresh) {
      for (auto& [s, result] : Stepper(sliced_).all_ticks({from})) {
        at->second.emplace_back(s, std::move(result.configurations));
      }
    }
    const auto& ticks = at->second;
    const auto found =
        std::lower_bound(ticks.begin(), ticks.end(), statecall,
                         [](const auto& tick, StatecallId s) { return tick.first < s; });
    return found != ticks.end() && found->first == statecall ? found->second : kNone;
  }

  [[nodiscard]] Obstacle too_many() const {
    Obstacle o;
    o.limit = bound_;
    o.where = a_.range;
    o.message = "automaton '" + a_.name + "' has more than " + std::to_string(bound_) +
                " configurations to choose from where the property reads its variables";
    o.hint = "read fewer of its variables, or raise the bound (--state-bound)";
    return o;
  }

  /// Bisimilarity; a move without targets leads to a class of its own.
  ObservedAutomaton reduce() {
    const auto n = static_cast<std::uint32_t>(out_.states.size());
    using Key = std::tuple<bool, std::vector<std::int32_t>, std::vector<RefusedMove>>;
    std::map<Key, std::uint32_t> numbers;
    std::vector<std::uint32_t> classes;
    std::vector<LabelledEdge> edges;
    for (std::uint32_t i = 0; i < n; ++i) {
      const auto& s = out_.states[i];
      const auto next = static_cast<std::uint32_t>(numbers.size());
      classes.push_back(numbers.emplace(Key{s.finished, s.values, s.refused}, next).first->second);
      for (const auto& move : s.moves) {
        const auto label = index(move.statecall);
        for (const auto target : move.targets) edges.push_back({i, label, target});
        if (move.targets.empty()) edges.push_back({i, label, n});
      }
    }
    classes.push_back(static_cast<std::uint32_t>(numbers.size()));  // the wrong guess
    classes = refine(std::move(classes), std::move(edges), out_.deterministic);
    return rebuild(classes);
  }

  ObservedAutomaton rebuild(const std::vector<std::uint32_t>& classes) {
    constexpr auto kNone = 0xffffffffU;
    std::vector<std::uint32_t> numbers(classes.size() + 1, kNone);
    std::vector<std::uint32_t> representatives;
    const auto reach = [&](std::uint32_t state) {
      auto& number = numbers[classes[state]];
      if (number == kNone) {
        number = static_cast<std::uint32_t>(representatives.size());
        representatives.push_back(state);
      }
      return number;
    };
    const auto reach_all = [&](std::vector<std::uint32_t>& targets) {
      for (auto& t : targets) t = reach(t);
      std::sort(targets.begin(), targets.end());
      targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
    };
    ObservedAutomaton result = out_;
    result.states.clear();
    reach_all(result.initial);
    for (std::size_t i = 0; i < representatives.size(); ++i) {
      auto state = out_.states[representatives[i]];
      for (auto& move : state.moves) reach_all(move.targets);
      state.waiting.clear();
      result.states.push_back(std::move(state));
    }
    for (std::size_t i = 0; i < out_.states.size(); ++i) {
      if (numbers[classes[i]] == kNone) continue;
      auto& waiting = result.states[numbers[classes[i]]].waiting;
      const auto& more = out_.states[i].waiting;
      waiting.insert(waiting.end(), more.begin(), more.end());
    }
    for (auto& state : result.states) {
      std::sort(state.waiting.begin(), state.waiting.end());
      state.waiting.erase(std::unique(state.waiting.begin(), state.waiting.end()),
                          state.waiting.end());
    }
    return result;
  }

  const Automaton& a_;
  const Automaton& sliced_;
  SubsetAutomaton subsets_;
  bool keep_refusals_;
  std::size_t bound_;
  std::size_t targets_ = 0;
  std::unordered_map<Configuration, std::vector<std::pair<StatecallId, ConfigurationSet>>,
                     ConfigurationHash>
      own_ticks_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> pairs_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> todo_;
  ObservedAutomaton out_;
};

}  // namespace

std::variant<ObservedAutomaton, Obstacle> observe(const Automaton& automaton,
                                                  const std::vector<VarId>& observed,
                                                  KeepRefusals refusals, std::size_t state_bound) {
  auto subsets = determinise(automaton, state_bound, observed);
  if (auto* obstacle = std::get_if<Obstacle>(&subsets)) return std::move(*obstacle);
  const auto sliced = slice(automaton, observed);
  return Observer(automaton, sliced, std::move(std::get<SubsetAutomaton>(subsets)), observed,
                  refusals, state_bound)
      .run();
}

}  // namespace spl
