// splc's parser and tree-sitter's must accept the same texts: the repository's policies, random
// ones, and texts made of them that are mostly no policies any more.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "random_policy.hpp"
#include "spl/parse.hpp"
#include "token_mutator.hpp"
#include "tree_sitter_parser.hpp"

namespace spl::test {
namespace {

namespace fs = std::filesystem;

enum class Verdict { accepted, refused, too_deep };

/// What splc's parser says of a text by itself, without its imports.
Verdict splc_says(const std::string& text) {
  SourceMap sources;
  Diagnostics diagnostics;
  (void)parse_text(sources.add("text", text), sources, diagnostics);
  auto verdict = Verdict::accepted;
  for (const auto& d : diagnostics.all()) {
    switch (d.code) {
      case DiagnosticCode::nesting_too_deep:
      case DiagnosticCode::input_too_large:
        return Verdict::too_deep;
      case DiagnosticCode::syntax_error:
      case DiagnosticCode::bad_character:
      case DiagnosticCode::bad_utf8:
      case DiagnosticCode::unterminated_comment:
      case DiagnosticCode::unterminated_string:
        verdict = Verdict::refused;
        break;
      default:
        break;  // an integer that does not fit is an error of another kind
    }
  }
  return verdict;
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Every policy of the repository, broken ones for the tests included.
std::vector<fs::path> repository_policies() {
  std::vector<fs::path> found;
  for (const auto* top : {"ssh-server", "xen", "examples", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(SPL_SOURCE_DIR) / top)) {
      if (entry.is_regular_file() && entry.path().extension() == ".spl") {
        found.push_back(entry.path());
      }
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

struct Counts {
  int accepted = 0;
  int refused = 0;
};

/// False, with the text shown, if the two disagree.
bool agree(const TreeSitterParser& parser, const std::string& text, Counts& counts) {
  const auto verdict = splc_says(text);
  if (verdict == Verdict::too_deep) return true;  // a limit of splc's alone
  const auto tree = parser.parse(text);
  const bool accepted = verdict == Verdict::accepted;
  ++(accepted ? counts.accepted : counts.refused);
  if (accepted == !has_error(tree)) return true;
  ADD_FAILURE() << "splc " << (accepted ? "accepts" : "refuses")
                << " this text, tree-sitter's tree is " << shown(tree) << "\n"
                << text;
  return false;
}

TEST(TreeSitter, AgreesOnThePoliciesOfTheRepository) {
  const TreeSitterParser parser;
  const auto policies = repository_policies();
  ASSERT_GT(policies.size(), 100U);
  Counts counts;
  for (const auto& path : policies) {
    EXPECT_TRUE(agree(parser, read(path), counts)) << path;
  }
  EXPECT_GT(counts.accepted, 100);
  EXPECT_GT(counts.refused, 5);
}

TEST(TreeSitter, AgreesOnRandomPoliciesAndTextsMadeOfThem) {
  const TreeSitterParser parser;
  Dice dice(20261126);
  Counts counts;
  for (int round = 0; round < 150; ++round) {
    const auto policy = random_policy(shape_for(dice.roll(60), dice), dice);
    ASSERT_TRUE(agree(parser, policy, counts)) << "round " << round;
    for (int i = 0; i < 10; ++i) {
      ASSERT_TRUE(agree(parser, mutate_tokens(policy, dice), counts)) << "round " << round;
    }
  }
  EXPECT_GT(counts.accepted, 250);
  EXPECT_GT(counts.refused, 500);
}

TEST(TreeSitter, AgreesOnTextsMadeOfTheRepositorysPolicies) {
  const TreeSitterParser parser;
  Dice dice(8);
  Counts counts;
  for (const auto& path : repository_policies()) {
    const auto policy = read(path);
    if (policy.size() > 4000) continue;
    for (int i = 0; i < 10; ++i) {
      ASSERT_TRUE(agree(parser, mutate_tokens(policy, dice), counts)) << "from " << path;
    }
  }
  EXPECT_GT(counts.accepted, 100);
  EXPECT_GT(counts.refused, 250);
}

// Whatever is typed, what is parsed again is what a parse from the beginning gives.
TEST(TreeSitter, ParsingAfterAnEditGivesTheSameTree) {
  const TreeSitterParser parser;
  Dice dice(3);
  for (int round = 0; round < 100; ++round) {
    const auto before = random_policy(shape_for(dice.roll(40), dice), dice);
    const auto after = mutate_tokens(before, dice);
    std::size_t at = 0;
    while (at < before.size() && at < after.size() && before[at] == after[at]) ++at;
    std::size_t tail = 0;
    while (tail < before.size() - at && tail < after.size() - at &&
           before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) {
      ++tail;
    }
    const auto fresh = parser.parse(after);
    const auto again = parser.parse_again(parser.parse(before), before.size(), after, at, tail);
    // After an error there is more than one way on, and what is kept of the old tree may decide.
    EXPECT_EQ(has_error(again), has_error(fresh)) << after;
    if (has_error(fresh)) continue;
    EXPECT_EQ(shown(again), shown(fresh)) << after;
  }
}

// What is reserved where: each word in each place where a name can stand.
TEST(TreeSitter, AgreesOnEveryWordInEveryPlace) {
  const TreeSitterParser parser;
  Counts counts;
  for (const std::string_view place : {"automaton @() {}",
                                       "function @() {}",
                                       "automaton a(int @) {}",
                                       "statecalls {@}",
                                       "automaton a() { @; }",
                                       "automaton a() { @(); }",
                                       "automaton a() { a(@); }",
                                       "automaton a() { @ = 1; }",
                                       "automaton a() { a = @; }",
                                       "automaton a() { a = 1 + @; }",
                                       "automaton a() { always_allow (@) {} }",
                                       "property @ : A;",
                                       "property p : @;",
                                       "property p : A @ B;",
                                       "property p : @ A;",
                                       "property p : a.@;",
                                       "property p : @.a;",
                                       "property p : A precedes @;",
                                       "property p : @ responds_to A;",
                                       "property p : a == @;",
                                       "property p : (@);",
                                       "@",
                                       "@ a() {}"}) {
    for (const auto& word : words_and_signs()) {
      auto text = std::string(place);
      text.replace(text.find('@'), 1, word);
      EXPECT_TRUE(agree(parser, text, counts));
    }
  }
  EXPECT_GT(counts.accepted, 300);
  EXPECT_GT(counts.refused, 700);
}

TEST(TreeSitter, AgreesOnTextsOfTheLexersCorners) {
  const TreeSitterParser parser;
  Counts counts;
  const std::string zero(1, '\0');
  const std::string texts[] = {"",
                               " \t\r\n",
                               "\xEF\xBB\xBF"
                               "automaton a() {}",
                               "automaton a() {} \xEF\xBB\xBF",
                               "/* /* */ */ automaton a() {}",
                               "/* /* */ automaton a() {}",
                               "/* " + zero + " */",
                               "// " + zero,
                               "// no newline",
                               "/",
                               "/*",
                               "/*/",
                               "/**/",
                               "// \xff\xfe\nautomaton a() {}",
                               "/* \xc3\x28 */",
                               "automaton a() {}" + zero,
                               "import \"x\";",
                               "import \"x\n\";",
                               "import \"\";",
                               "import \"" + zero + "\";",
                               "import \"\xff\";",
                               "automaton while() {}",
                               "automaton while_() {}",
                               "automaton a() { Do; do {A;} until; }",
                               "automatona() {}",
                               "automaton a(boolb) {}",
                               "automaton a(int(0..3)b) {}",
                               "automaton a() { multiple(1..2){A;} }",
                               "automaton a() { multiple(1 . .2){A;} }",
                               "automaton a() { multiple(..){A;} }",
                               "automaton a(int b) { b = 1or 2; }",
                               "automaton a(int b) { b<-1; }",
                               "automaton a(bool b) { b = 1<-1; }",
                               "automaton a(bool b) { b = 1<->1; }",
                               "automaton a(bool b) { b = b->b; }",
                               "automaton a(bool b) { b==b; }",
                               "automaton a() { A }",
                               "automaton a() { ; }",
                               "automaton a() {};;",
                               "automaton a() {}; ;",
                               "statecalls {}",
                               "statecalls {,}",
                               "statecalls {A,}",
                               "statecalls {A,};",
                               "statecalls {a}",
                               "automaton a() { during {A;} }",
                               "automaton a() { either {A;} }",
                               "automaton a() { a(); }",
                               "automaton a() { a(,); }",
                               "automaton a(,) {}",
                               "property p : X A;",
                               "property p : A X;",
                               "property X : A;",
                               "property while : A;",
                               "property always : A;",
                               "property p : a.always;",
                               "property p : a.finished;",
                               "property p : finished.a;",
                               "property p : A precedes X;",
                               "property p : A precedes B precedes C;",
                               "property p : [] A;",
                               "property p : [ ] A;",
                               "property p : a <- 1;",
                               "property p : 1 < - 1;",
                               "property p : a < b < c;",
                               "property p : automaton;",
                               "property p : import;",
                               "property p : once A since(B, C) ;",
                               "property p : once(since(A, B));",
                               "property p : A U B W C;",
                               "property p : not a == b;",
                               "property p : (a) == b;",
                               "property p : -1;",
                               "property p : - 1 == a;",
                               "property p : --1 == a;",
                               "property p",
                               "property",
                               "p",
                               "P",
                               ";",
                               "}",
                               "automaton a(int b = --1) {}",
                               "automaton a(int b = - 1) {}",
                               "automaton a(bool b = true) {}",
                               "automaton \xc3\xa4() {}",
                               "automaton a() { A; # }",
                               "automaton a() { 'A'; }",
                               "automaton a() {\f}",
                               "automaton a() { a = 99999999999999999999; }",
                               "property p : A; automaton a() { precedes(); X; }"};
  for (const auto& text : texts) EXPECT_TRUE(agree(parser, text, counts));
  EXPECT_GT(counts.accepted, 25);
  EXPECT_GT(counts.refused, 25);
}

}  // namespace
}  // namespace spl::test
