// Spin's own verdict on printed models, against the interpreter, on random policies: which traces
// are runs, where its simulator goes, whether a policy gets stuck, and what properties hold.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <set>

#include "pipeline.hpp"
#include "random_policy.hpp"
#include "spl/interpreter.hpp"
#include "spl/promela/verify.hpp"

namespace spl::test {
namespace {

using Trace = std::vector<StatecallId>;
using Outcome = Interpreter::Outcome;

/// Every joint state of a policy with its moves; small policies only.
struct Space {
  struct State {
    Interpreter interpreter;
    Trace way;
    std::vector<std::pair<StatecallId, std::size_t>> moves;
  };
  std::vector<State> states;
  bool complete = false;
};

std::vector<ConfigurationSet> key_of(const Interpreter& interpreter) {
  std::vector<ConfigurationSet> key;
  for (std::uint32_t a = 0; a < interpreter.program().automata.size(); ++a) {
    key.push_back(interpreter.configurations(AutomatonId{a}));
  }
  return key;
}

Space explore(const Program& program, std::size_t limit) {
  Space space;
  std::map<std::vector<ConfigurationSet>, std::size_t> numbers;
  const auto intern = [&](Interpreter interpreter, Trace way) {
    const auto [at, added] = numbers.emplace(key_of(interpreter), space.states.size());
    if (added) space.states.push_back({std::move(interpreter), std::move(way), {}});
    return at->second;
  };
  intern(Interpreter(program), {});
  for (std::size_t i = 0; i < space.states.size(); ++i) {
    if (space.states.size() > limit) return space;
    for (const auto s : space.states[i].interpreter.allowed()) {
      auto next = space.states[i].interpreter;
      auto way = space.states[i].way;
      (void)next.tick(s);
      way.push_back(s);
      const auto to = intern(std::move(next), std::move(way));
      space.states[i].moves.emplace_back(s, to);
    }
  }
  space.complete = true;
  return space;
}

/// A property, and what the joint states say of it.
struct Expectation {
  std::string text;
  bool holds = false;
};

class Expectations {
 public:
  Expectations(const Program& program, const Space& space, Dice& dice)
      : program_(program), space_(space), dice_(dice) {}

  std::vector<Expectation> choose() {
    std::vector<StatecallId> used;
    for (std::uint32_t s = 0; s < program_.vocabulary.size(); ++s) {
      if (!program_.mentioned_by[s].empty()) used.push_back(StatecallId{s});
    }
    std::vector<Expectation> all;
    if (!used.empty()) {
      const auto s = dice_.pick(used);
      const auto t = dice_.pick(used);
      const bool reached = reaches(t, std::nullopt);
      all.push_back({"reachable " + name(t), reached});
      all.push_back({"never " + name(t), !reached});
      all.push_back({name(s) + " precedes " + name(t), !reaches(t, s)});
    }
    const auto& automaton =
        program_.automata[dice_.roll(static_cast<std::uint32_t>(program_.automata.size()))];
    all.push_back({"reachable " + automaton.name + ".finished", any_finished(automaton.id)});
    for (std::uint32_t v = 0; v < automaton.parameters; ++v) all.push_back(about(automaton, v));
    return all;
  }

 private:
  [[nodiscard]] const std::string& name(StatecallId s) const { return program_.vocabulary.name(s); }

  /// Is t accepted somewhere, on a way without `avoided` (t itself may be it: it comes first)?
  [[nodiscard]] bool reaches(StatecallId t, std::optional<StatecallId> avoided) const {
    std::vector<std::size_t> work{0};
    std::set<std::size_t> seen{0};
    while (!work.empty()) {
      const auto at = work.back();
      work.pop_back();
      for (const auto& [s, to] : space_.states[at].moves) {
        if (avoided && s == *avoided) continue;
        if (s == t) return true;
        if (seen.insert(to).second) work.push_back(to);
      }
    }
    return false;
  }

  [[nodiscard]] bool any_finished(AutomatonId a) const {
    for (const auto& state : space_.states) {
      if (state.interpreter.finished(a)) return true;
    }
    return false;
  }

  /// A run follows one configuration, so a variable has every value that one of them gives it.
  Expectation about(const Automaton& automaton, std::uint32_t v) {
    std::set<std::int32_t> values;
    for (const auto& state : space_.states) {
      for (const auto& c : state.interpreter.configurations(automaton.id)) {
        values.insert(c.values[v]);
      }
    }
    const auto variable = automaton.name + "." + automaton.variables[v].name;
    if (automaton.variables[v].type == ast::Type::boolean) {
      return {"always " + variable, !values.contains(0)};
    }
    const auto value = static_cast<std::int32_t>(dice_.roll(4)) - 1;
    return {fmt::format("never ({} == {})", variable, value), !values.contains(value)};
  }

  const Program& program_;
  const Space& space_;
  Dice& dice_;
};

/// A start that violates has no configuration to speak of.
bool starts_dead(const Space& space) {
  for (const auto& set : key_of(space.states[0].interpreter)) {
    if (set.empty()) return true;
  }
  return false;
}

bool gets_stuck(const Space& space) {
  for (const auto& state : space.states) {
    if (state.moves.empty() && !state.interpreter.finished()) return true;
  }
  return false;
}

/// Runs that reach different states, and each of some runs with a step that is refused there.
std::vector<Trace> choose_traces(const Program& program, const Space& space, Dice& dice) {
  std::vector<Trace> traces;
  for (int i = 0; i < 4; ++i) {
    const auto& state = space.states[dice.roll(static_cast<std::uint32_t>(space.states.size()))];
    auto trace = state.way;
    if (!trace.empty()) traces.push_back(trace);
    std::vector<StatecallId> refused;
    for (std::uint32_t s = 0; s < program.vocabulary.size(); ++s) {
      auto next = state.interpreter;
      if (next.tick(StatecallId{s}).outcome == Outcome::violation)
        refused.push_back(StatecallId{s});
    }
    if (refused.empty()) continue;
    trace.push_back(dice.pick(refused));
    traces.push_back(std::move(trace));
  }
  return traces;
}

bool accepts(const Program& program, const Trace& trace) {
  Interpreter interpreter(program);
  for (const auto s : trace) {
    if (interpreter.tick(s).outcome != Outcome::accepted) return false;
  }
  return true;
}

std::string show(const Program& program, const Trace& trace) {
  std::string text;
  for (const auto s : trace) text += program.vocabulary.name(s) + " ";
  return text;
}

void compare_runs(const Compiled& compiled, const Space& space, std::uint64_t seed, Dice& dice) {
  const auto& program = *compiled.program;
  const auto traces = choose_traces(program, space, dice);
  const auto accepted = promela::spin_accepts(program, compiled.sources, traces);
  if (const auto* failure = std::get_if<promela::ToolFailure>(&accepted)) {
    FAIL() << failure->message << "\n" << failure->output;
  }
  for (std::size_t i = 0; i < traces.size(); ++i) {
    EXPECT_EQ(std::get<std::vector<bool>>(accepted)[i], accepts(program, traces[i]))
        << show(program, traces[i]);
  }
  const auto run =
      promela::spin_simulate(program, compiled.sources, static_cast<std::uint32_t>(seed), 20);
  if (const auto* failure = std::get_if<promela::ToolFailure>(&run)) {
    FAIL() << failure->message << "\n" << failure->output;
  }
  EXPECT_TRUE(accepts(program, std::get<Trace>(run))) << show(program, std::get<Trace>(run));
}

/// The witness of a verdict must itself be a run.
void check_witness(const Program& program, const promela::CheckResult& result) {
  Trace trace;
  for (const auto& step : result.trace) trace.push_back(step.statecall);
  EXPECT_TRUE(accepts(program, trace)) << result.name << ": " << show(program, trace);
}

void compare_verdicts(const std::string& policy, const Space& space, Dice& dice) {
  auto expected = [&] {
    const auto plain = compile(policy);
    return Expectations(*plain->program, space, dice).choose();
  }();
  auto text = policy;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    text += fmt::format("property p{} : {};\n", i, expected[i].text);
  }
  const auto compiled = compile(text);
  ASSERT_TRUE(compiled->program) << compiled->complaints();
  promela::VerifyOptions options;
  options.slice = dice.chance(50);
  const auto report = promela::verify(*compiled->program, compiled->sources,
                                      compiled->program->properties, options);
  if (report.failure) FAIL() << report.failure->message << "\n" << report.failure->output;
  std::size_t properties = 0;
  for (const auto& result : report.results) {
    ASSERT_NE(result.verdict, promela::Verdict::not_finished) << result.name << result.why;
    const bool proved = result.verdict == promela::Verdict::proved;
    if (result.has_trace) check_witness(*compiled->program, result);
    if (result.kind == promela::CheckKind::stuck) {
      EXPECT_EQ(proved, !gets_stuck(space)) << "stuck";
    }
    if (result.kind != promela::CheckKind::property) continue;
    EXPECT_EQ(proved, expected.at(properties).holds) << expected.at(properties).text;
    ++properties;
  }
  EXPECT_EQ(properties, expected.size());
}

/// Formulas that have no oracle here: whether automata are left out must make no difference. They
/// look at what a step of another automaton changes: nothing, but that it is a step.
std::vector<std::string> odd_formulas(const Program& program, Dice& dice) {
  std::vector<std::string> used;
  for (std::uint32_t s = 0; s < program.vocabulary.size(); ++s) {
    if (!program.mentioned_by[s].empty()) used.push_back(program.vocabulary.name(StatecallId{s}));
  }
  if (used.empty()) return {};
  const auto s = dice.pick(used);
  const auto t = dice.pick(used);
  const auto& automaton =
      program.automata[dice.roll(static_cast<std::uint32_t>(program.automata.size()))].name;
  return {fmt::format("always ({0} or {1} or not once({0}))", s, t),
          fmt::format("always ({} implies next not {})", s, t),
          fmt::format("{} weak_until {}", s, t),
          fmt::format("reachable (once({}) and not {} and {}.finished)", s, s, automaton),
          fmt::format("always ({} implies eventually {})", s, t)};
}

void compare_slices(const std::string& policy, Dice& dice) {
  auto text = policy;
  std::size_t count = 0;
  for (const auto& formula : odd_formulas(*compile(policy)->program, dice)) {
    text += fmt::format("property p{} : {};\n", count++, formula);
  }
  const auto compiled = compile(text);
  ASSERT_TRUE(compiled->program) << compiled->complaints();
  promela::VerifyOptions options;
  options.built_in = false;
  const auto verify = [&](bool slice) {
    options.slice = slice;
    return promela::verify(*compiled->program, compiled->sources, compiled->program->properties,
                           options);
  };
  const auto whole = verify(false);
  const auto sliced = verify(true);
  for (const auto* report : {&whole, &sliced}) {
    if (report->failure) FAIL() << report->failure->message << "\n" << report->failure->output;
  }
  ASSERT_EQ(whole.results.size(), sliced.results.size());
  for (std::size_t i = 0; i < whole.results.size(); ++i) {
    const auto& a = whole.results[i];
    const auto& b = sliced.results[i];
    EXPECT_EQ(a.verdict, b.verdict) << a.text;
    EXPECT_EQ(a.trace.size(), b.trace.size()) << a.text;
    check_witness(*compiled->program, b);
  }
}

TEST(Spin, RandomPolicies) {
  const bool many = std::getenv("SPL_LONG_TESTS") != nullptr;
  const char* seed_text = std::getenv("SPL_SEED");
  const std::uint64_t seed = seed_text == nullptr ? 3 : std::strtoull(seed_text, nullptr, 0);
  std::cout << "SPL_SEED=" << seed << "\n";
  const int wanted = many ? 400 : 16;
  int compared = 0;
  for (std::uint64_t i = 0; compared < wanted && i < 50U * static_cast<unsigned>(wanted); ++i) {
    Dice dice(seed + i);
    const auto policy = random_policy(shape_for(60, dice), dice);
    const auto compiled = compile(policy);
    ASSERT_TRUE(compiled->program) << compiled->complaints();
    const auto space = explore(*compiled->program, 120);
    // Half of all random policies end at once; those say little.
    if (!space.complete || space.states.size() < 4 || starts_dead(space)) continue;
    ++compared;
    SCOPED_TRACE(policy);
    compare_runs(*compiled, space, seed + i, dice);
    compare_verdicts(policy, space, dice);
    compare_slices(policy, dice);
    if (HasFailure()) return;
  }
  EXPECT_EQ(compared, wanted);
}

}  // namespace
}  // namespace spl::test
