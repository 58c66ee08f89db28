// compare(): every relation, shortest traces, renaming, strict mode, the bound.
#include "spl/compare.hpp"

#include <gmock/gmock.h>

#include "support.hpp"

namespace spl {
namespace {

using ::testing::ElementsAre;

struct Determinised {
  explicit Determinised(const std::string& text) : compiled(test::compile(text)) {
    for (const auto& automaton : compiled->program->automata) {
      auto result = determinise(automaton);
      dfas.push_back(minimise(std::get<SubsetAutomaton>(result).dfa, Preserve::language));
    }
  }
  [[nodiscard]] PolicyView view() const { return {&compiled->program->vocabulary, dfas}; }

  std::unique_ptr<test::Compiled> compiled;
  std::vector<Dfa> dfas;
};

Comparison compare_texts(const std::string& old_text, const std::string& new_text,
                         const CompareOptions& options = {}) {
  const Determinised old_policy(old_text);
  const Determinised new_policy(new_text);
  return compare(old_policy.view(), new_policy.view(), options);
}

TEST(Compare, OnePolicyWrittenTwoWaysIsEqual) {
  const auto result = compare_texts("automaton a () { multiple { Ping; } }",
                                    "automaton b () { do { optional { Ping; } } until (false); }");
  EXPECT_EQ(result.relation, Relation::equal);
  EXPECT_TRUE(result.complete);
  EXPECT_FALSE(result.only_old || result.only_new);
}

TEST(Compare, StricterShowsTheShortestTraceThatIsRefusedNow) {
  const auto result = compare_texts("automaton a () { multiple { Ping; } }",
                                    "automaton a () { multiple (..2) { Ping; } }");
  EXPECT_EQ(result.relation, Relation::stricter);
  ASSERT_TRUE(result.only_old);
  EXPECT_THAT(*result.only_old, ElementsAre("Ping", "Ping", "Ping"));
}

TEST(Compare, LooserIsTheOtherWayRound) {
  const auto result = compare_texts("automaton a () { Ping; Pong; }",
                                    "automaton a () { Ping; optional { Ping; } Pong; }");
  EXPECT_EQ(result.relation, Relation::looser);
  ASSERT_TRUE(result.only_new);
  EXPECT_THAT(*result.only_new, ElementsAre("Ping", "Ping"));
}

TEST(Compare, IncomparableHasOneTraceEachWay) {
  const auto result =
      compare_texts("automaton a () { Ping; Pong; }", "automaton a () { Pong; Ping; }");
  EXPECT_EQ(result.relation, Relation::incomparable);
  EXPECT_THAT(result.only_old.value(), ElementsAre("Ping"));
  EXPECT_THAT(result.only_new.value(), ElementsAre("Pong"));
}

TEST(Compare, AStatecallThatOnePolicyDoesNotKnowIsIgnoredByIt) {
  const std::string one = "automaton a () { multiple { Ping; } }";
  const std::string two = one + "automaton b () { Pong; }";
  const auto result = compare_texts(one, two);
  EXPECT_EQ(result.relation, Relation::stricter);
  EXPECT_THAT(result.only_old.value(), ElementsAre("Pong", "Pong"));
}

TEST(Compare, InStrictModeItIsRefused) {
  const std::string one = "automaton a () { multiple { Ping; } }";
  const std::string two = one + "automaton b () { Pong; }";
  CompareOptions options;
  options.strict = true;
  const auto result = compare_texts(one, two, options);
  EXPECT_EQ(result.relation, Relation::looser);
  EXPECT_THAT(result.only_new.value(), ElementsAre("Pong"));
}

TEST(Compare, AutomataTogetherDecide) {
  // The second automaton adds nothing that the first does not ask for.
  const auto result = compare_texts("automaton a () { Ping; Pong; Ping; }",
                                    "automaton a () { Ping; Pong; Ping; } automaton b () { "
                                    "multiple { Ping; optional { Pong; } } }");
  EXPECT_EQ(result.relation, Relation::equal);
}

TEST(Compare, RenamedStatecallsAreTheSame) {
  CompareOptions options;
  options.rename.emplace("Ping", "Hello");
  const auto result =
      compare_texts("automaton a () { Ping; Pong; }", "automaton a () { Hello; Pong; }", options);
  EXPECT_EQ(result.relation, Relation::equal);
}

TEST(Compare, PastTheBoundNothingIsClaimed) {
  CompareOptions options;
  options.max_states = 3;
  const auto result = compare_texts("automaton a () { multiple (9) { Ping; } }",
                                    "automaton a () { multiple (8) { Ping; } }", options);
  EXPECT_EQ(result.relation, Relation::unknown);
  EXPECT_FALSE(result.complete);
}

TEST(Compare, APolicyThatRefusesFromTheStart) {
  const auto result = compare_texts("automaton a () { Ping; }", "automaton a () { abort; Ping; }");
  EXPECT_EQ(result.relation, Relation::stricter);
  EXPECT_THAT(result.only_old.value(), ElementsAre("Ping"));
}

}  // namespace
}  // namespace spl
