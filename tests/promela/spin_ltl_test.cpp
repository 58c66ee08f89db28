// Our claims against Spin's own translation of the same formulas, on the same model. (Spin's knows
// no `next`; the formulas here do without.)
#include <gtest/gtest.h>

#include "spin.hpp"
#include "spl/promela/model.hpp"
#include "verdict_support.hpp"

namespace spl::promela::test {
namespace {

const char* const kPolicy = R"(
automaton door (int(0..2) knocks, bool open) {
  multiple {
    do { Knock; knocks = knocks + 1; } until (knocks == 2);
    either { Open; open = true; optional { Enter; } Close; open = false; knocks = 0; }
    or { Ignore; knocks = 0; }
  }
  Leave;
})";

struct Pair {
  const char* ours;
  const char* spins;
};

/// "proved" or "fails", by Spin's translation.
std::string by_spin(const char* formula) {
  const auto policy = spl::test::compile(
      std::string(kPolicy) + "\nproperty unused : always (door.open or door.knocks < 9);");
  auto model = print_model(*policy->program, policy->sources);
  auto text = std::get<std::string>(model);
  text.resize(text.find("\nnever "));  // drops the claim, and the end of the comment before it
  const VerifyOptions options;
  const auto tools = find_tools(options);
  SpinSession session(std::get<Tools>(tools), SessionOptions(options));
  const auto failure = session.generate(text + "*/\nltl f { " + formula + " }\n");
  if (failure) return failure->message + failure->output;
  const auto outcome = session.search({}, false);
  if (const auto* error = std::get_if<ToolFailure>(&outcome)) return error->message + error->output;
  switch (std::get<SearchOutcome>(outcome).kind) {
    case SearchOutcome::Kind::absent:
      return "proved";
    case SearchOutcome::Kind::found:
      return "fails";
    case SearchOutcome::Kind::unfinished:
      break;
  }
  return "unfinished";
}

TEST(SpinsOwnTranslation, AgreesWithOurs) {
  const Pair pairs[] = {
      {"always (Knock implies eventually (Open or Ignore))",
       "[] ((ev == Knock) -> <> (ev == Open || ev == Ignore))"},
      {"always (Open implies eventually Close)", "[] ((ev == Open) -> <> (ev == Close))"},
      {"always (Open implies (open until Close))",
       "[] ((ev == Open) -> (door__open U (ev == Close)))"},
      {"always (Open implies (open and not Close until Close))",
       "[] ((ev == Open) -> ((door__open && !(ev == Close)) U (ev == Close)))"},
      {"eventually Leave", "<> (ev == Leave)"},
      {"always eventually (knocks == 0)", "[] <> (door__knocks == 0)"},
      {"eventually always (knocks == 0)", "<> [] (door__knocks == 0)"},
      {"not (eventually always Leave)", "!(<> [] (ev == Leave))"},
      {"(always eventually Enter) implies always eventually Close",
       "([] <> (ev == Enter)) -> ([] <> (ev == Close))"},
      {"(always eventually Close) implies always eventually Enter",
       "([] <> (ev == Close)) -> ([] <> (ev == Enter))"},
      {"not Open weak_until knocks == 2", "(!(ev == Open)) W (door__knocks == 2)"},
      {"not Enter weak_until Leave", "(!(ev == Enter)) W (ev == Leave)"},
      {"(eventually Enter) until Leave", "(<> (ev == Enter)) U (ev == Leave)"},
      {"always ((eventually Enter) or eventually Leave or always eventually Knock)",
       "[] ((<> (ev == Enter)) || (<> (ev == Leave)) || ([] <> (ev == Knock)))"},
  };
  int proved = 0;
  for (const auto& [ours, spins] : pairs) {
    const auto expected = by_spin(spins);
    EXPECT_EQ(verdict(kPolicy, ours).substr(0, expected.size()), expected) << ours;
    proved += expected == "proved" ? 1 : 0;
  }
  EXPECT_GT(proved, 3);
  EXPECT_LT(proved, 12);
}

}  // namespace
}  // namespace spl::promela::test
