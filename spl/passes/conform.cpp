// conform(): the product of a learned machine and a policy, breadth first.
//
// The map of symbols may leave choices: alternatives for a symbol, and statecalls that come unseen.
// So a product state holds a set of joint states of the policy, all that some choice leads to, as
// in a subset construction; a transition violates if it empties the set. The explanation then needs
// one concrete run: the path is walked once more, with a history for each joint state.
#include "spl/conform.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "passes/symbol_steps.hpp"
#include "spl/joint.hpp"

namespace spl {
namespace {

constexpr std::uint32_t kNone = 0xffffffffU;

/// One joint state, and how a run came there.
struct Run {
  std::uint32_t state = 0;
  std::uint32_t history = kNone;  // index into histories, if they are kept
};
using Runs = std::vector<Run>;

struct History {
  std::uint32_t before;
  StatecallId statecall;
  std::uint32_t step;
  std::uint32_t length;  // of the run so far
};

/// The policy as the map of symbols sees it: moves sets of joint states.
class Mover {
 public:
  Mover(std::span<const Dfa> dfas, std::uint32_t statecalls, const SymbolMap& map)
      : policy_(dfas, statecalls), map_(map), states_(policy_.width()) {}

  [[nodiscard]] const JointPolicy& policy() const { return policy_; }
  [[nodiscard]] JointPolicy::State tuple(std::uint32_t id) const { return states_[id]; }
  [[nodiscard]] std::uint32_t joint_states() const { return states_.size(); }

  void keep_histories() { keep_ = true; }
  [[nodiscard]] const std::vector<History>& histories() const { return histories_; }

  /// Where no run goes on: what was refused, and the runs before it.
  struct Refused {
    StatecallId statecall{};
    Runs before;
  };

  using Refusals = std::vector<Interpreter::AutomatonRefusal>;

  /// Why the runs were refused: the reasons of one that has few. It does not depend on how states
  /// are numbered.
  [[nodiscard]] Refusals why(const Refused& refused) const {
    Refusals best;
    const Run* of = nullptr;
    for (const auto& run : refused.before) {
      auto by = policy_.refusals(states_[run.state], refused.statecall);
      const bool better = of == nullptr || by.size() < best.size() ||
                          (by.size() == best.size() && std::ranges::lexicographical_compare(
                                                           states_[run.state], states_[of->state]));
      if (!better) continue;
      best = std::move(by);
      of = &run;
    }
    return best;
  }

  /// Of the runs that are refused by these automata one that announced most, which says most.
  [[nodiscard]] const Run& example(const Refused& refused, const Refusals& why) const {
    const Run* best = nullptr;
    for (const auto& run : refused.before) {
      const auto by = policy_.refusals(states_[run.state], refused.statecall);
      const bool same = std::ranges::equal(by, why, {}, &Interpreter::AutomatonRefusal::automaton,
                                           &Interpreter::AutomatonRefusal::automaton);
      if (same && (best == nullptr || length(run) > length(*best))) best = &run;
    }
    return *best;
  }

  Runs initial() { return settle({{states_.number(policy_.start()).first, kNone}}, kStartStep); }

  /// Moves the runs by one of the sequences; empty, and `refused` set, if none can.
  Runs move(const Runs& from, const Choice& choice, std::uint32_t step, Refused& refused) {
    Runs result;
    std::size_t furthest = 0;
    refused = {};
    for (const auto& sequence : choice) {
      auto runs = from;
      std::size_t done = 0;
      for (; done < sequence.size(); ++done) {
        auto next = settle(tick(runs, sequence[done], step), step);
        if (next.empty()) break;
        runs = std::move(next);
      }
      if (done == sequence.size()) {
        result.insert(result.end(), runs.begin(), runs.end());
      } else if (refused.before.empty() || done > furthest) {
        furthest = done;
        refused = {sequence[done], std::move(runs)};
      }
    }
    return unique(std::move(result));
  }

  static Runs either(Runs some, const Runs& others) {
    some.insert(some.end(), others.begin(), others.end());
    return unique(std::move(some));
  }

  static constexpr std::uint32_t kStartStep = ConformViolation::kStart;

 private:
  Runs tick(const Runs& from, StatecallId s, std::uint32_t step) {
    Runs result;
    for (const auto& run : from) {
      next_.assign(states_[run.state].begin(), states_[run.state].end());
      if (policy_.tick(next_, s) == JointPolicy::Answer::refused) continue;
      result.push_back({states_.number(next_).first, record(run, s, step)});
    }
    return unique(std::move(result));
  }

  /// Adds what silent statecalls lead to.
  Runs settle(Runs runs, std::uint32_t step) {
    if (map_.silent.empty()) return runs;
    std::set<std::uint32_t> seen;
    for (const auto& run : runs) seen.insert(run.state);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      for (const auto s : map_.silent) {
        const auto run = runs[i];
        next_.assign(states_[run.state].begin(), states_[run.state].end());
        if (policy_.tick(next_, s) != JointPolicy::Answer::accepted) continue;
        const auto id = states_.number(next_).first;
        if (seen.insert(id).second) runs.push_back({id, record(run, s, step)});
      }
    }
    return unique(std::move(runs));
  }

  [[nodiscard]] std::uint32_t length(const Run& run) const {
    return run.history == kNone ? 0 : histories_[run.history].length;
  }

  std::uint32_t record(const Run& run, StatecallId s, std::uint32_t step) {
    if (!keep_) return kNone;
    histories_.push_back({run.history, s, step, length(run) + 1});
    return static_cast<std::uint32_t>(histories_.size() - 1);
  }

  static Runs unique(Runs runs) {
    std::ranges::stable_sort(runs, {}, &Run::state);
    // Not std::ranges::unique: clang 14 does not compile libstdc++ 12's subrange of a local type.
    const auto same = [](const Run& a, const Run& b) { return a.state == b.state; };
    runs.erase(std::unique(runs.begin(), runs.end(), same), runs.end());
    return runs;
  }

  JointPolicy policy_;
  const SymbolMap& map_;
  JointStates states_;
  std::vector<std::uint32_t> next_;
  bool keep_ = false;
  std::vector<History> histories_;
};

/// What a transition of the machine does to the runs; nothing if it violates.
std::optional<Runs> take(Mover& mover, const Runs& from, const SymbolStep& what, std::uint32_t step,
                         Mover::Refused& refused) {
  if (what.unsent) return from;
  auto runs = mover.move(from, what.input, step, refused);
  if (what.refusal) runs = mover.either(std::move(runs), from);  // it may not have been announced
  if (runs.empty()) return std::nullopt;
  for (const auto& output : what.outputs) {
    auto next = mover.move(runs, output, step, refused);
    if (next.empty()) return std::nullopt;
    runs = std::move(next);
  }
  return runs;
}

class Product {
 public:
  Product(std::span<const Dfa> dfas, std::uint32_t statecalls, const MealyMachine& machine,
          const SymbolMap& map, const ConformOptions& options)
      : dfas_(dfas),
        statecalls_(statecalls),
        machine_(machine),
        map_(map),
        options_(options),
        mover_(dfas, statecalls, map) {}

  std::variant<ConformReport, std::vector<TextError>> run() {
    std::vector<TextError> errors;
    steps_ = symbol_steps(machine_, map_, errors);
    if (!errors.empty()) return errors;
    leaving_.resize(machine_.states.size());
    for (std::uint32_t t = 0; t < steps_.size(); ++t) {
      leaving_[machine_.transitions[t].from].push_back(t);
    }
    reached_.assign(steps_.size(), false);
    report_.complete = true;
    if (begin()) walk();
    report_.states = parents_.size();
    report_.transitions = static_cast<std::uint64_t>(std::ranges::count(reached_, true));
    return std::move(report_);
  }

 private:
  struct Parent {
    std::uint32_t node;
    std::uint32_t by;  // a transition
  };
  using Key = std::pair<std::uint32_t, std::vector<std::uint32_t>>;  // machine state, policy states

  bool begin() {
    Mover::Refused refused;
    const auto runs = mover_.move(mover_.initial(), {map_.start}, Mover::kStartStep, refused);
    if (runs.empty()) {
      violation({});
      return false;
    }
    intern(machine_.initial, runs, kNone, kNone);
    return true;
  }

  void walk() {
    for (std::uint32_t node = 0; node < parents_.size(); ++node) {
      if (out_of_bounds()) {
        report_.complete = false;
        return;
      }
      const auto state = nodes_[node]->first;
      Runs from;
      for (const auto id : nodes_[node]->second) from.push_back({id, kNone});
      for (const auto t : leaving_[state]) {
        reached_[t] = true;
        Mover::Refused refused;
        const auto runs = take(mover_, from, steps_[t], 0, refused);
        if (runs) {
          intern(machine_.transitions[t].to, *runs, node, t);
        } else if (is_new(t, refused)) {
          violation(path(node, t));
        }
      }
    }
  }

  /// Also bounds what the sets of joint states hold together.
  [[nodiscard]] bool out_of_bounds() const {
    constexpr std::uint64_t kMembers = 16;  // per state, on the average
    return parents_.size() > options_.max_states || mover_.joint_states() > options_.max_states ||
           members_ > kMembers * options_.max_states;
  }

  void intern(std::uint32_t state, const Runs& runs, std::uint32_t from, std::uint32_t by) {
    Key key{state, {}};
    for (const auto& run : runs) key.second.push_back(run.state);
    const auto [at, is_new] = ids_.insert(std::move(key));
    if (!is_new) return;
    members_ += runs.size();
    nodes_.push_back(&*at);
    parents_.push_back({from, by});
  }

  [[nodiscard]] std::vector<std::uint32_t> path(std::uint32_t node, std::uint32_t last) const {
    std::vector<std::uint32_t> result{last};
    for (; parents_[node].node != kNone; node = parents_[node].node) {
      result.push_back(parents_[node].by);
    }
    std::ranges::reverse(result);
    return result;
  }

  /// The first violation of its class, for one of the automata that refuse?
  bool is_new(std::uint32_t transition, const Mover::Refused& refused) {
    const auto& label = machine_.transitions[transition];
    bool found = false;
    for (const auto& r : mover_.why(refused)) {
      const auto made = classes_.emplace(r.automaton, refused.statecall, label.input, label.output);
      found = found || made.second;
    }
    return found;
  }

  /// Walks the path once more, for one run that shows what happens.
  void violation(std::vector<std::uint32_t> path) {
    Mover mover(dfas_, statecalls_, map_);
    mover.keep_histories();
    Mover::Refused refused;
    auto runs = mover.move(mover.initial(), {map_.start}, Mover::kStartStep, refused);
    for (std::uint32_t i = 0; i < path.size() && !runs.empty(); ++i) {
      auto next = take(mover, runs, steps_[path[i]], i, refused);
      runs = next ? std::move(*next) : Runs();
    }
    ConformViolation v;
    const auto& last = mover.example(refused, mover.why(refused));
    v.refusals = mover.policy().refusals(mover.tuple(last.state), refused.statecall);
    v.expected = mover.policy().allowed(mover.tuple(last.state));
    v.trace.push_back(refused.statecall);
    v.steps.push_back(path.empty() ? Mover::kStartStep
                                   : static_cast<std::uint32_t>(path.size() - 1));
    for (auto h = last.history; h != kNone; h = mover.histories()[h].before) {
      v.trace.push_back(mover.histories()[h].statecall);
      v.steps.push_back(mover.histories()[h].step);
    }
    std::ranges::reverse(v.trace);
    std::ranges::reverse(v.steps);
    v.path = std::move(path);
    report_.violations.push_back(std::move(v));
  }

  std::span<const Dfa> dfas_;
  std::uint32_t statecalls_;
  const MealyMachine& machine_;
  const SymbolMap& map_;
  const ConformOptions& options_;
  Mover mover_;
  std::vector<SymbolStep> steps_;                    // per transition
  std::vector<std::vector<std::uint32_t>> leaving_;  // per state of the machine
  std::vector<bool> reached_;
  std::set<Key> ids_;
  std::vector<const Key*> nodes_;
  std::vector<Parent> parents_;
  std::uint64_t members_ = 0;  // of all sets of joint states
  std::set<std::tuple<AutomatonId, StatecallId, std::string, std::string>> classes_;
  ConformReport report_;
};

}  // namespace

std::variant<ConformReport, std::vector<TextError>> conform(std::span<const Dfa> dfas,
                                                            std::uint32_t statecalls,
                                                            const MealyMachine& machine,
                                                            const SymbolMap& map,
                                                            const ConformOptions& options) {
  return Product(dfas, statecalls, machine, map, options).run();
}

}  // namespace spl
