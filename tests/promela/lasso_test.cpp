// Shortest endless runs, and Spin's verdict against our own walk over the same product: random
// formulas on policies with guesses, history, ends and loops.
#include "lasso.hpp"

#include <gtest/gtest.h>

#include <random>

#include "verdict_support.hpp"

namespace spl::promela::test {
namespace {

TEST(Lasso, IsTheShortest) {
  const char* const policy =
      "automaton a () {\n"
      "  either { A; B; C; D; E; multiple { L; K; J; } }\n"
      "  or { F; G; H; multiple { L; K; } }\n"
      "  or { Z; Y; multiple { M; N; O; P; } }\n"
      "  or { Z; Z; A; multiple { M; } }\n"
      "}\n"
      "automaton b (int(0..5) n) { while (n < 5) { T; n = n + 1; } }";
  EXPECT_EQ(verdict(policy, "eventually always not (L or M)"), "fails: Z Z A (M)");
  EXPECT_EQ(verdict(policy, "eventually T"), "fails: Z Z A (M)");
  EXPECT_EQ(verdict(policy, "not ((always eventually L) and (always eventually K))"),
            "fails: F G H (L K)");
  EXPECT_EQ(verdict(policy, "eventually (M or L)"), "proved");
}

TEST(Lasso, AnEndedRunIsOneToo) {
  EXPECT_EQ(verdict("automaton a () { either { multiple { A; B; } C; } or { D; D; D; } }",
                    "eventually C"),
            "fails: (A B)");
  EXPECT_EQ(verdict("automaton a () { either { A; A; A; A; } or { D; D; } }", "eventually A"),
            "fails: D D");
}

const char* const kPolicies[] = {
    "automaton a (bool x) { multiple { either { A; x = true; B; } or { A; C; x = false; } } C; }",
    "automaton a (bool x) { either { x = true; A; B; } or { A; multiple { C; } } }\n"
    "automaton b () { multiple { B; C; } }",
    "automaton a (bool x) { do { A; optional { B; x = true; } } until (x); }\n"
    "automaton c () { multiple (..3) { C; } A; }",
};

/// A formula with some future in it.
class RandomFormula {
 public:
  explicit RandomFormula(unsigned seed) : random_(seed) {}

  std::string temporal(int depth) {
    if (depth == 0) return state();
    const auto sub = [&] { return temporal(depth - 1); };
    switch (pick(8)) {
      case 0:
        return "(always " + sub() + ")";
      case 1:
        return "(eventually " + sub() + ")";
      case 2:
        return "(next " + sub() + ")";
      case 3:
        return "(" + sub() + " until " + sub() + ")";
      case 4:
        return "(" + sub() + " weak_until " + sub() + ")";
      case 5:
        return "(" + sub() + " and " + sub() + ")";
      case 6:
        return "(" + sub() + " implies " + sub() + ")";
      default:
        return "(not " + sub() + ")";
    }
  }

 private:
  std::string state() {
    static const char* const kStates[] = {
        "A", "B", "C", "a.x", "a.finished", "once(B)", "since(not A, C)", "(A or a.x)"};
    return kStates[pick(std::size(kStates))];
  }
  std::size_t pick(std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
  }
  std::mt19937 random_;
};

/// Whether our walk finds an endless run that violates the property; nullopt if it is decided by
/// prefixes, where cycles do not matter.
std::optional<bool> by_walking(const spl::test::Compiled& policy, const Property& property) {
  Observations observations(*policy.program, kDefaultStateBound);
  Question question(*policy.program);
  question.read(property.formula);
  const auto model = lay_out(*policy.program, policy.sources, std::move(question), observations);
  const auto claim = make_claim(std::get<Model>(model), property, "claim");
  if (std::get<Claim>(claim).automaton.by_prefix) return std::nullopt;
  const auto search = shortest_lasso(std::get<Model>(model), std::get<Claim>(claim));
  EXPECT_TRUE(search.complete);
  return search.lasso.has_value();
}

TEST(Lasso, SpinAgreesOnRandomFormulas) {
  int compared = 0;
  int failing = 0;
  for (unsigned seed = 0; seed < 24; ++seed) {
    std::string text = kPolicies[seed % std::size(kPolicies)];
    RandomFormula random(seed);
    for (int i = 0; i < 3; ++i) {
      text += "\nproperty p" + std::to_string(i) + " : eventually " + random.temporal(3) + ";";
    }
    VerifyOptions options;
    options.built_in = false;
    const auto v = verified(text, options);
    for (const auto& property : v.policy->program->properties) {
      const auto expected = by_walking(*v.policy, property);
      if (!expected) continue;
      const auto& r = v.named(property.name);
      EXPECT_EQ(r.verdict, *expected ? Verdict::fails : Verdict::proved) << text;
      ++compared;
      failing += *expected ? 1 : 0;
    }
  }
  EXPECT_GT(compared, 40);
  EXPECT_GT(failing, 5);
  EXPECT_LT(failing, compared - 5);
}

}  // namespace
}  // namespace spl::promela::test
