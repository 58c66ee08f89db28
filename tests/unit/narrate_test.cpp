// Runs told step by step: who consumed a statecall, and what it changed.
#include "spl/narrate.hpp"

#include "support.hpp"

namespace spl::test {
namespace {

class Telling {
 public:
  explicit Telling(std::string text) : p_(compile(std::move(text))), narrator_(*p_->program) {}

  /// "1,2: ping.lost = 1; ..." (the lines), or why it was refused.
  std::string tick(std::string_view name) {
    TraceStep step;
    const auto verdict = narrator_.tick(p_->statecall(name), step);
    if (verdict.outcome != Interpreter::Outcome::accepted) {
      return step.places.empty() && step.variables.empty() ? "refused" : "refused, and yet told";
    }
    std::string text;
    for (const auto& place : step.places) {
      text += (text.empty() ? "" : ",") + std::to_string(p_->sources.begin_of(place.range).line);
    }
    text += ":";
    for (const auto& v : step.variables) text += " " + v.name + "=" + v.text();
    return text;
  }

 private:
  std::unique_ptr<Compiled> p_;
  Narrator narrator_;
};

TEST(Narrator, StatementsAndVariables) {
  Telling t("automaton a(bool b, int n = 7) {\nA; b = true;\nB; n = n + 1;\nC;\n}");
  EXPECT_EQ(t.tick("A"), "2: a.b=true a.n=7");
  EXPECT_EQ(t.tick("C"), "refused");
  EXPECT_EQ(t.tick("B"), "3: a.b=true a.n=8");
}

TEST(Narrator, WhoAdmitsAStatecall) {
  Telling t(
      "automaton a() {\nalways_allow (X) {\nA;\n}\n}\n"
      "automaton b() {\nduring {\nX;\nX;\n} handle {\nH;\nX;\n}\n}");
  EXPECT_EQ(t.tick("X"), "2,8:");
  EXPECT_EQ(t.tick("H"), "11:");
  EXPECT_EQ(t.tick("X"), "2,12:");
  EXPECT_EQ(t.tick("X"), "2,9:");
  EXPECT_EQ(t.tick("X"), "refused");
}

TEST(Narrator, AlternativesThatDiffer) {
  Telling t("automaton a(int n) {\neither {\nA; n = 1;\n} or {\nA;\n}\nB;\n}");
  EXPECT_EQ(t.tick("A"), "3,5: a.n=0 or 1");
}

TEST(Narrator, InitialValues) {
  const auto p = compile("automaton a(int (2..5) n, bool b = true) { A; }");
  const auto values = initial_values(*p->program);
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[0].name + " " + values[0].text(), "a.n 2");
  EXPECT_EQ(values[1].name + " " + values[1].text(), "a.b true");
}

}  // namespace
}  // namespace spl::test
