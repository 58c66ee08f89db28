// The comparison proper. One Walker walks the joint states of all engines together; it stops at the
// first difference, and says what it is and which trace leads there.
#include "compare.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "lint_claims.hpp"
#include "oracle.hpp"
#include "pipeline.hpp"
#include "spl/dfa.hpp"
#include "spl/interpreter.hpp"

namespace spl::test {
namespace {

using oracle::Oracle;
using oracle::Outcome;
using Names = std::vector<std::string>;

/// All that was computed from one automaton.
struct Machines {
  SubsetAutomaton subsets;
  Dfa language;
  Dfa waits;
  std::optional<ObservedAutomaton> observed;
};

struct Joint {
  Oracle oracle;
  Interpreter interpreter;
  std::vector<std::uint32_t> dfa;                 // per automaton: state of its subset automaton,
  std::vector<std::uint32_t> language;            // of its least DFA,
  std::vector<std::uint32_t> waits;               // of the one that keeps wait points apart,
  std::vector<std::set<std::uint32_t>> observed;  // and what a run may have guessed
  Names trace;
};

std::string show(const Refusal& r) {
  return fmt::format("{} at {}", to_string(r.reason),
                     r.where.valid() ? std::to_string(r.where.begin) : "-");
}

Refusal as_refusal(const oracle::Violation& v) {
  return {static_cast<Reason>(v.why), v.where};
}

class Walker {
 public:
  Walker(const Compiled& compiled, Tally& tally, const CompareLimits& limits)
      : compiled_(compiled),
        program_(*compiled.program),
        tally_(tally),
        limits_(limits),
        start_{Oracle(compiled.tree, limits.closure), Interpreter(program_), {}, {}, {}, {}, {}} {}

  std::string run() {
    if (start_.oracle.gave_up()) return endless();
    prepare();
    for (std::uint32_t a = 0; a < machines_.size(); ++a) {
      if (start_.oracle.starts_dead(a)) seen_so_far_.dead.insert(a);
      start_.dfa.push_back(0);
      start_.language.push_back(0);
      start_.waits.push_back(0);
      start_.observed.emplace_back();
      const auto& o = machines_[a] ? machines_[a]->observed : std::nullopt;
      if (o) start_.observed.back() = {o->initial.begin(), o->initial.end()};
    }
    intern(std::make_unique<Joint>(start_));
    for (std::size_t i = 0; i < order_.size() && problem_.empty(); ++i) {
      if (order_.size() > limits_.joint_states) return problem_;
      visit(*order_[i]);
      if (endless_) return endless();
    }
    if (problem_.empty()) {
      ++tally_.complete;
      compare_with_exploration();
      if (const auto wrong = false_claim(compiled_, seen_so_far_); !wrong.empty())
        fail(start_, wrong);
    }
    return problem_;
  }

 private:
  std::string endless() {
    ++tally_.endless;
    return {};
  }

  void fail(const Joint& at, const std::string& what) {
    if (!problem_.empty()) return;
    problem_ = fmt::format("after [{}]: {}", fmt::join(at.trace, " "), what);
  }

  void prepare() {
    for (const auto& automaton : program_.automata) {
      if (const auto wrong = verify(automaton); !wrong.empty()) fail(start_, wrong);
      machines_.emplace_back();
      std::vector<VarId> all;
      for (std::uint32_t v = 0; v < automaton.parameters; ++v) all.push_back(VarId{v});
      auto subsets = determinise(automaton, limits_.dfa_states);
      if (const auto* obstacle = std::get_if<Obstacle>(&subsets)) {
        ++tally_.without_dfa;
        obstacles_.insert(obstacle->kind);
        continue;
      }
      Machines m{std::get<SubsetAutomaton>(std::move(subsets)), {}, {}, {}};
      m.language = minimise(m.subsets.dfa, Preserve::language);
      m.waits = minimise(m.subsets.dfa, Preserve::wait_points);
      auto observed = observe(automaton, all, KeepRefusals::yes, limits_.dfa_states);
      if (auto* o = std::get_if<ObservedAutomaton>(&observed)) {
        m.observed = std::move(*o);
        if (!m.observed->deterministic) ++tally_.nondeterministic;
      }
      machines_.back() = std::move(m);
    }
  }

  void intern(std::unique_ptr<Joint> joint) {
    Key key{joint->oracle.state(), {}, joint->dfa, joint->language, joint->waits};
    for (std::uint32_t a = 0; a < program_.automata.size(); ++a) {
      key.interpreter.push_back(joint->interpreter.configurations(AutomatonId{a}));
    }
    key.observed = joint->observed;
    if (!seen_.insert(std::move(key)).second) return;
    order_.push_back(std::move(joint));
    ++tally_.joint_states;
  }

  void visit(const Joint& at) {
    for (std::uint32_t a = 0; a < program_.automata.size(); ++a) compare_state(at, a);
    const auto allowed = at.oracle.allowed();
    Names by_interpreter;
    for (const auto s : at.interpreter.allowed()) {
      by_interpreter.push_back(program_.vocabulary.name(s));
    }
    if (at.oracle.gave_up()) endless_ = true;
    if (endless_) return;
    if (allowed != by_interpreter) {
      fail(at, fmt::format("oracle allows [{}], interpreter [{}]", fmt::join(allowed, " "),
                           fmt::join(by_interpreter, " ")));
    }
    note_joint(at, allowed);
    for (std::uint32_t s = 0; s < program_.vocabulary.size() && problem_.empty() && !endless_;
         ++s) {
      tick(at, StatecallId{s});
    }
  }

  void note_joint(const Joint& at, const Names& allowed) {
    bool all_finished = true;
    for (std::uint32_t a = 0; a < program_.automata.size(); ++a) {
      if (at.oracle.finished(a)) {
        seen_so_far_.finished.insert(a);
      } else {
        all_finished = false;
      }
    }
    seen_so_far_.accepted.insert(allowed.begin(), allowed.end());
    if (all_finished != at.interpreter.finished()) fail(at, "finished() of the whole policy");
    if (allowed.empty() && !all_finished && !stuck_) {
      stuck_ = at.trace.size();
      ++tally_.stuck;
    }
  }

  void compare_state(const Joint& at, std::uint32_t a) {
    const auto& automaton = program_.automata[a];
    const auto finished = at.oracle.finished(a);
    if (finished != at.interpreter.finished(AutomatonId{a})) {
      fail(at, fmt::format("oracle says {} finished: {}", automaton.name, finished));
    }
    std::set<oracle::Place> places;
    std::vector<NodeId> waiting;
    for (const auto& c : at.interpreter.configurations(AutomatonId{a})) {
      oracle::Place place;
      if (c.at != automaton.final_node) place.at = automaton[c.at].range;
      place.variables.assign(c.values.begin(), c.values.begin() + automaton.parameters);
      places.insert(std::move(place));
      waiting.push_back(c.at);
    }
    waiting.erase(std::unique(waiting.begin(), waiting.end()), waiting.end());
    const auto expected = at.oracle.places(a);
    for (const auto& p : expected) {
      if (p.at.valid()) seen_so_far_.waited_at.insert(p.at.begin);
    }
    if (places != expected) {
      fail(at, fmt::format("oracle and interpreter wait at different places in {}: {} against {}",
                           automaton.name, expected.size(), places.size()));
    }
    if (machines_[a]) compare_machines(at, a, finished, waiting, expected);
  }

  void compare_machines(const Joint& at, std::uint32_t a, bool finished,
                        const std::vector<NodeId>& waiting, const std::set<oracle::Place>& places) {
    const auto& m = *machines_[a];
    const auto& subset = m.subsets.dfa.states[at.dfa[a]];
    const auto& language = m.language.states[at.language[a]];
    const auto& waits = m.waits.states[at.waits[a]];
    if (subset.finished != finished || language.finished != finished ||
        waits.finished != finished) {
      fail(at, "a DFA disagrees about finished");
    }
    if (subset.waiting != waiting) fail(at, "the DFA waits elsewhere than the interpreter");
    if (waits.waiting != waiting) fail(at, "the DFA minimised for wait points waits elsewhere");
    if (!std::includes(language.waiting.begin(), language.waiting.end(), waiting.begin(),
                       waiting.end())) {
      fail(at, "the least DFA has lost a wait point");
    }
    if (!m.observed || places.empty()) return;
    std::set<std::vector<std::int32_t>> values;
    std::set<std::vector<std::int32_t>> observed;
    for (const auto& p : places) values.insert(p.variables);
    for (const auto run : at.observed[a]) {
      const auto& state = m.observed->states[run];
      observed.insert(state.values);
      if (state.finished != finished) fail(at, "the observed automaton disagrees about finished");
    }
    if (values != observed) {
      fail(at, fmt::format("the observed automaton shows {} valuations, the oracle {}",
                           observed.size(), values.size()));
    }
  }

  void tick(const Joint& at, StatecallId s) {
    auto next = std::make_unique<Joint>(at);
    const auto name = program_.vocabulary.name(s);
    const auto truth = next->oracle.tick(name);
    if (next->oracle.gave_up()) {
      endless_ = true;
      return;
    }
    const auto verdict = next->interpreter.tick(s);
    next->trace.push_back(name);
    if (verdict.outcome != outcome_of(truth.outcome)) {
      return fail(*next, fmt::format("oracle: {}, interpreter: {}", static_cast<int>(truth.outcome),
                                     static_cast<int>(verdict.outcome)));
    }
    std::map<std::uint32_t, Refusal> refusals;
    for (const auto& [a, why] : truth.violations) {
      refusals[static_cast<std::uint32_t>(a)] = as_refusal(why);
    }
    compare_refusals(*next, verdict, refusals);
    for (const auto a : program_.mentioned_by[index(s)]) {
      const auto refusal = refusals.find(index(a));
      compare_moves(at, *next, index(a), s,
                    refusal == refusals.end() ? std::nullopt : std::optional(refusal->second),
                    truth.outcome == Outcome::accepted);
    }
    count(truth);
    if (truth.outcome == Outcome::accepted) {
      intern(std::move(next));
    } else if (next->oracle.state() != at.oracle.state()) {
      fail(*next, "the oracle has moved although it refused");
    } else {
      for (std::uint32_t a = 0; a < program_.automata.size(); ++a) {
        if (next->interpreter.configurations(AutomatonId{a}) !=
            at.interpreter.configurations(AutomatonId{a})) {
          fail(*next, "the interpreter has moved although it refused");
        }
      }
    }
  }

  static Interpreter::Outcome outcome_of(Outcome o) {
    if (o == Outcome::accepted) return Interpreter::Outcome::accepted;
    if (o == Outcome::ignored) return Interpreter::Outcome::ignored;
    return Interpreter::Outcome::violation;
  }

  void count(const oracle::Verdict& truth) {
    if (truth.outcome == Outcome::accepted) ++tally_.accepted;
    if (truth.outcome == Outcome::ignored) ++tally_.ignored;
    for (const auto& [a, v] : truth.violations) ++tally_.refused[static_cast<std::size_t>(v.why)];
  }

  void compare_refusals(const Joint& after, const Interpreter::Verdict& verdict,
                        const std::map<std::uint32_t, Refusal>& expected) {
    std::map<std::uint32_t, Refusal> got;
    for (const auto& r : verdict.refusals) got[index(r.automaton)] = r.refusal;
    if (got.size() != verdict.refusals.size()) fail(after, "an automaton refuses twice");
    if (got == expected) return;
    std::string text;
    for (const auto& [a, r] : expected) text += fmt::format(" oracle m{}: {};", a, show(r));
    for (const auto& [a, r] : got) text += fmt::format(" interpreter m{}: {};", a, show(r));
    fail(after, "refusals differ:" + text);
  }

  /// One automaton's machines on one statecall of its alphabet; moves them if all accept.
  void compare_moves(const Joint& at, Joint& next, std::uint32_t a, StatecallId s,
                     const std::optional<Refusal>& refusal, bool moves) {
    if (!machines_[a]) return;
    const auto& m = *machines_[a];
    compare_dfa(next, "DFA", m.subsets.dfa, next.dfa[a], s, refusal, true, moves);
    compare_dfa(next, "least DFA", m.language, next.language[a], s, refusal, false, moves);
    compare_dfa(next, "wait-point DFA", m.waits, next.waits[a], s, refusal, true, moves);
    if (!m.observed) return;
    std::set<std::uint32_t> targets;
    for (const auto run : at.observed[a]) {
      const auto& all = m.observed->states[run].moves;
      const auto move =
          std::find_if(all.begin(), all.end(), [&](const auto& x) { return x.statecall == s; });
      if ((move != all.end()) == refusal.has_value()) {
        return fail(next, "the observed automaton disagrees about a move");
      }
      if (move != all.end()) targets.insert(move->targets.begin(), move->targets.end());
    }
    if (moves) next.observed[a] = std::move(targets);
  }

  void compare_dfa(const Joint& after, const char* which, const Dfa& dfa, std::uint32_t& state,
                   StatecallId s, const std::optional<Refusal>& refusal, bool reasons, bool moves) {
    const auto target = dfa.next(state, s);
    if (target.has_value() == refusal.has_value()) {
      return fail(after, fmt::format("the {} {} it", which, target ? "accepts" : "refuses"));
    }
    if (refusal && reasons && dfa.why_refused(state, s) != *refusal) {
      return fail(after, fmt::format("the {} gives as reason {}, not {}", which,
                                     show(dfa.why_refused(state, s)), show(*refusal)));
    }
    if (moves && target) state = *target;
  }

  /// Only where the walk was complete.
  void compare_with_exploration() {
    if (program_.automata.size() == 1 && obstacles_.contains(Obstacle::Kind::endless_loop)) {
      return fail(start_, "determinise() says endless loop, but every closure ends");
    }
    std::vector<Dfa> dfas;
    for (const auto& m : machines_) {
      if (!m) return;
      dfas.push_back(m->language);
    }
    const auto report = explore(dfas, program_.vocabulary.size(), 100'000);
    if (!report.complete) return;
    for (std::uint32_t s = 0; s < program_.vocabulary.size(); ++s) {
      if (report.accepted[s] !=
          seen_so_far_.accepted.contains(program_.vocabulary.name(StatecallId{s}))) {
        fail(start_, "explore() disagrees about what is ever accepted");
      }
    }
    for (std::uint32_t a = 0; a < program_.automata.size(); ++a) {
      if (report.finishes[a] != seen_so_far_.finished.contains(a)) {
        fail(start_, "explore() disagrees about what ever finishes");
      }
    }
    if (report.stuck.empty() == stuck_.has_value() ||
        (stuck_ && report.stuck[0].size() != *stuck_)) {
      fail(start_, "explore() disagrees about stuck states");
    }
  }

  struct Key {
    std::vector<std::set<oracle::Configuration>> oracle;
    std::vector<ConfigurationSet> interpreter;
    std::vector<std::uint32_t> dfa;
    std::vector<std::uint32_t> language;
    std::vector<std::uint32_t> waits;
    std::vector<std::set<std::uint32_t>> observed{};
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  const Compiled& compiled_;
  const Program& program_;
  Tally& tally_;
  CompareLimits limits_;
  Joint start_;
  std::vector<std::optional<Machines>> machines_;
  std::set<Obstacle::Kind> obstacles_;
  std::set<Key> seen_;
  std::vector<std::unique_ptr<Joint>> order_;
  Seen seen_so_far_;
  std::optional<std::size_t> stuck_;
  bool endless_ = false;
  std::string problem_;
};

}  // namespace

std::string Tally::describe() const {
  return fmt::format(
      "{} policies ({} rejected, {} endless, {} automata without DFA, {} walked completely), "
      "{} joint states ({} stuck), {} automata with choices; ticks: {} accepted, {} ignored, "
      "refused by abort {}, overflow {}, division {}, range {}, none accepts {}",
      policies, rejected, endless, without_dfa, complete, joint_states, stuck, nondeterministic,
      accepted, ignored, refused[0], refused[1], refused[2], refused[3], refused[4]);
}

std::string disagreement(const std::string& policy, Tally& tally, const CompareLimits& limits) {
  const auto compiled = compile(policy);
  ++tally.policies;
  if (!compiled->program) {
    ++tally.rejected;
    return {};
  }
  return Walker(*compiled, tally, limits).run();
}

}  // namespace spl::test
