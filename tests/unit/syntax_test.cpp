// Reading and printing policies: any bytes as input, recovery, the printer's fixed point, imports.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "spl/parse.hpp"

namespace spl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using D = DiagnosticCode;

struct Parsed {
  SourceMap sources;
  Diagnostics diagnostics;
  ast::File tree;
  explicit Parsed(std::string text) {
    tree = parse_text(sources.add("t.spl", std::move(text)), sources, diagnostics);
  }
  [[nodiscard]] std::vector<D> codes() const {
    std::vector<D> list;
    for (const auto& d : diagnostics.all()) list.push_back(d.code);
    return list;
  }
  [[nodiscard]] std::string rendered() const { return render_text(diagnostics, sources, false); }
};

std::optional<std::string> formatted(const std::string& text) {
  SourceMap sources;
  Diagnostics diagnostics;
  return format(sources.add("t.spl", text), sources, diagnostics);
}

/// format(text) == expected, format of that changes nothing, and neither changes the tree.
void expect_format(const std::string& text, const std::string& expected) {
  const auto once = formatted(text);
  ASSERT_TRUE(once.has_value()) << Parsed(text).rendered();
  EXPECT_EQ(*once, expected);
  EXPECT_EQ(formatted(*once), once);
  EXPECT_TRUE(equal(Parsed(text).tree, Parsed(*once).tree));
}

/// print(parse(text)) without its source reads back as the same tree.
void expect_round_trip(const std::string& text) {
  const Parsed first(text);
  ASSERT_THAT(first.codes(), ElementsAre()) << first.rendered();
  const auto printed = print(first.tree);
  const Parsed second(printed);
  ASSERT_THAT(second.codes(), ElementsAre()) << second.rendered();
  EXPECT_TRUE(equal(first.tree, second.tree)) << printed;
  EXPECT_EQ(print(second.tree), printed);
}

constexpr const char* kEverything = R"(import "other.spl";
statecalls { A, B, C, }
// A function.
function f(bool ok, int (0..7) n = 3, int m = -2147483648) { A; ok = true; n = n + 1; exit; };

automaton main(bool b = true, int i) {
  f(b, i, i,);
  always_allow (A, B,) { multiple (1..3) { C; } multiple (..2) { } multiple (2..) { A; }; }
  multiple (4) { A; } multiple { B; }
  optional { A; }
  either (b && !(i == 2)) { A; } or { B; } || (i < 3 or i > -5 || b) { abort; }
  do { A; } until (i * (2 + 3) / 4 - -i >= 3);
  do { B; } until;
  while (b != false) { C; }
  while { A; }
  during { A; } handle { B; } handle { C; exit; }
}
property p : always (main.b implies eventually A) and [] (not B) ;
property q : A precedes B;
property r : reachable (main.finished and once(A) and i <= 3);
property s : since(A, B) weak_until (C U b) <-> X true -> false;
property t : C responds_to A;
property u : never (i == -3);
)";

// ---- printer -----------------------------------------------------------------------------------

TEST(Format, RoundTripsEveryConstruct) {
  expect_round_trip(kEverything);
  const auto once = formatted(kEverything);
  ASSERT_TRUE(once.has_value());
  EXPECT_EQ(formatted(*once), once);
  EXPECT_TRUE(equal(Parsed(kEverything).tree, Parsed(*once).tree));
}

TEST(Format, KeepsParenthesesThatMatterAndDropsTheRest) {
  expect_format("automaton m(bool a,int i){a=((!a)==a)==(!a);i=((i+1))*2-(3-i);a=!(a&&a)||(a||a);}",
                "automaton m(bool a, int i) {\n"
                "  a = (!a) == a == (!a);\n"
                "  i = (i + 1) * 2 - (3 - i);\n"
                "  a = !(a && a) || (a || a);\n"
                "}\n");
}

TEST(Format, NegationReadsBackTheSame) {
  for (const auto* value : {"-5", "-(5)", "--5", "-(-5)", "- 2147483648", "-(i)", "-i*3", "-(i*3)",
                            "3 - -2", "-(2+i)", "-2147483647 - 1"}) {
    expect_round_trip(std::string("automaton m(int i) { i = ") + value + "; A; }");
  }
}

TEST(Format, NotOverComparisonsReadsBackTheSame) {
  for (const auto* value : {"!a == b", "(!a) == b", "a == !b", "(a == !b) == a", "a == !b == a",
                            "!!a", "!(a || b) && !a", "(a || b) == !a == b", "a && !b == a"}) {
    expect_round_trip(std::string("automaton m(bool a, bool b) { a = ") + value + "; A; }");
  }
}

TEST(Format, KeepsComments) {
  expect_format(R"(// top

/* two
   lines */
automaton main ( ) { // opens
  A ; // after A
  // before B

  B; /* b */ C; /* c */ // d
  either /* in */ { A; } or { /* empty */ }
  // last
} // closes
// end)",
                R"(// top

/* two
   lines */
automaton main() {  // opens
  A;  // after A
  // before B

  B;  /* b */
  C;  /* c */  // d
  either {  /* in */
    A;
  } or {  /* empty */
  }
  // last
}  // closes

// end
)");
}

TEST(Format, KeepsACommentInsideAnExpressionAtTheEndOfItsStatement) {
  expect_format("automaton m(int i) {\n  i = 1 + // why\n    2; A; }\n",
                "automaton m(int i) {\n  i = 1 + 2;  // why\n  A;\n}\n");
}

TEST(Format, KeepsEveryCommentWhereverItStands) {
  // A comment after every token of a policy: all must survive, in order.
  const std::string text =
      "statecalls { A , B , } automaton m ( bool b , int ( 0 .. 3 ) i = 1 ) { A ; i = i + 1 ; "
      "either ( b ) { A ; } or { B ; } do { A ; } until ( b ) ; during { A ; } handle { B ; } } "
      "property p : always ( b or A ) ; ";
  std::string commented;
  int count = 0;
  for (const char c : text) {
    commented += c;
    if (c == ' ') commented += "/*" + std::to_string(count++) + "*/ ";
  }
  const auto once = formatted(commented);
  ASSERT_TRUE(once.has_value());
  std::size_t at = 0;
  for (int i = 0; i < count; ++i) {
    at = once->find("/*" + std::to_string(i) + "*/", at);
    ASSERT_NE(at, std::string::npos) << i << "\n" << *once;
  }
  EXPECT_EQ(formatted(*once), once);
  EXPECT_TRUE(equal(Parsed(text).tree, Parsed(*once).tree));
}

TEST(Format, PutsOneBlankLineWhereThereWereSome) {
  expect_format(
      "import \"a\";\nimport \"b\";\n\n\n\nautomaton m() { A;\n\n\n B;\nC; }automaton n(){}",
      "import \"a\";\nimport \"b\";\n\nautomaton m() {\n  A;\n\n  B;\n  C;\n}\n\n"
      "automaton n() {}\n");
}

TEST(Format, RefusesWhatItDoesNotUnderstand) {
  EXPECT_FALSE(formatted("automaton m() { A }").has_value());
  EXPECT_FALSE(formatted("automaton m() { /* ").has_value());
}

TEST(Format, BreaksLongLinesAndNothingElse) {
  std::string params;
  std::string formula = "true";
  for (int i = 0; i < 30; ++i) {
    params += (i == 0 ? "" : ", ") + std::string("bool variable") + std::to_string(i);
    formula += " and m.variable" + std::to_string(i);
  }
  const std::string comment(150, 'x');
  const auto text = "// " + comment + "\nautomaton m(" + params + ") {\n  A;\n}\n/* a\n" + comment +
                    " b\n*/\nproperty p : " + formula + ";\n";
  const auto once = formatted(text).value();
  EXPECT_EQ(formatted(once), once);
  EXPECT_NE(once.find("// " + comment + "\n"), std::string::npos);
  EXPECT_NE(once.find("\n" + comment + " b\n"), std::string::npos);
  EXPECT_NE(once.find(",\n    bool variable"), std::string::npos);
  EXPECT_NE(once.find("\n    and m.variable"), std::string::npos);
  std::istringstream lines(once);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("xxx") == std::string::npos) {
      EXPECT_LE(line.size(), 100U) << line;
    }
  }
}

TEST(Format, IsLinearOnOneLongLine) {
  std::string text = "automaton m() { always_allow (A";
  for (int i = 0; i < 200'000; ++i) text += ", A";
  const auto once = formatted(text + ") { B; } }").value();
  EXPECT_GT(std::count(once.begin(), once.end(), '\n'), 6'000);
}

TEST(Format, IsLinearOnOneLineWithALateComment) {
  std::string text = "automaton m() {";
  for (int i = 0; i < 200'000; ++i) text += " A;";
  const auto once = formatted(text + "} /* end */");
  ASSERT_TRUE(once.has_value());
  EXPECT_THAT(once->substr(once->size() - 40), HasSubstr("/* end */"));
}

// ---- lexing ------------------------------------------------------------------------------------

TEST(Lexer, CommentsNest) {
  EXPECT_THAT(Parsed("/* a /* b */ c */ automaton m() { A; }").codes(), ElementsAre());
}

TEST(Lexer, AnUnterminatedCommentIsReportedWhereItOpens) {
  const Parsed p("automaton m() { A; }\n  /* a /* b */ c");
  ASSERT_THAT(p.codes(), ElementsAre(D::unterminated_comment));
  EXPECT_EQ(p.sources.describe(p.diagnostics.all()[0].range), "t.spl:2:3");
}

TEST(Lexer, CommentsMayEndTheFile) {
  EXPECT_THAT(Parsed("automaton m() { A; } // end").codes(), ElementsAre());
  EXPECT_THAT(Parsed("\xEF\xBB\xBF// byte order mark\nautomaton m() { A; }").codes(),
              ElementsAre());
}

TEST(Lexer, IntegersAre32Bit) {
  EXPECT_THAT(Parsed("automaton m(int i) { i = 2147483647; i = -2147483648; }").codes(),
              ElementsAre());
  EXPECT_THAT(Parsed("automaton m(int i) { i = 2147483648; }").codes(),
              ElementsAre(D::integer_too_large));
  EXPECT_THAT(Parsed("automaton m(int i) { i = -2147483649; }").codes(),
              ElementsAre(D::integer_too_large));
  EXPECT_THAT(Parsed("automaton m(int i) { i = 99999999999999999999999999; }").codes(),
              ElementsAre(D::integer_too_large));
  EXPECT_THAT(Parsed("automaton m(int i) { i = 1 - 2147483648; }").codes(),
              ElementsAre(D::integer_too_large));
}

TEST(Lexer, PropertyWordsAreReservedInPropertiesOnly) {
  EXPECT_THAT(
      Parsed("automaton m(bool always, bool next) { X; always = next; } property p: [] m.b;")
          .codes(),
      ElementsAre());
}

TEST(Lexer, ReportsBytesThatMeanNothing) {
  EXPECT_THAT(Parsed("automaton m() { A; @ B; }").codes(), ElementsAre(D::bad_character));
  EXPECT_THAT(Parsed("automaton m() { A; \xff\xfe B; }").codes(), ElementsAre(D::bad_utf8));
  EXPECT_THAT(Parsed("automaton m() { A; \xC3\xA9 B; }").codes(), ElementsAre(D::bad_character));
  EXPECT_THAT(Parsed(std::string("automaton m() { A; \0 B; }", 25)).codes(),
              ElementsAre(D::bad_character));
}

TEST(Lexer, ANulIsShownAsWhatItIs) {
  const Parsed p(std::string("automaton m() { A; \0\0 B; }", 26));
  ASSERT_EQ(p.diagnostics.all().size(), 1U);
  EXPECT_EQ(p.diagnostics.all()[0].message, "byte 0x00 means nothing outside a comment");
}

TEST(Lexer, StringsEndOnTheirLine) {
  EXPECT_THAT(Parsed("import \"abc\nautomaton m() { A; }").codes(),
              ::testing::Contains(D::unterminated_string));
}

// ---- errors and recovery -----------------------------------------------------------------------

TEST(Parser, ReportsSeveralErrorsInOneRun) {
  const Parsed p(
      "automaton m() {\n  A B;\n  multiple 3 { C; };\n  D;\n}\nfunction F() { A; }\n"
      "automaton n() { x = ; B; }\n");
  EXPECT_GE(p.diagnostics.errors(), 4) << p.rendered();
  // What could be understood is in the tree.
  EXPECT_GE(p.tree.declarations.size(), 2U) << p.rendered();
}

TEST(Parser, RecoversBehindTheBlockOrAtTheDeclarationThatFollows) {
  // One error each: nothing cascades.
  for (const auto* text :
       {"automaton m() { multiple 3 { A; B; } C; }", "automaton M() { A; B; } automaton n() { A; }",
        "automaton m(int) { A; optional { B; } }", "automaton m() { either { A; } C; D; }",
        "property p : A before B automaton m() { A; }", "rubbish automaton m() { A; }"}) {
    const Parsed p(text);
    EXPECT_THAT(p.codes(), ElementsAre(D::syntax_error)) << p.rendered();
  }
}

TEST(Parser, HintsAtTheTwoKindsOfNames) {
  const auto hint = [](const char* text) {
    const Parsed p(text);
    return p.diagnostics.all().empty() ? std::string() : p.diagnostics.all()[0].hint;
  };
  EXPECT_THAT(hint("automaton m(bool b) { B = true; }"), HasSubstr("small letter"));
  EXPECT_THAT(hint("automaton M() { A; }"), HasSubstr("small letter"));
  EXPECT_THAT(hint("automaton m() { a; }"), HasSubstr("capital letter"));
  EXPECT_THAT(hint("automaton m() { A B; }"), HasSubstr("add ';'"));
}

TEST(Parser, HintsAtWhatOtherLanguagesWriteOtherwise) {
  const auto hint = [](const std::string& text) {
    const Parsed p(text);
    return p.diagnostics.all().empty() ? std::string() : p.diagnostics.all()[0].hint;
  };
  for (const auto* body :
       {"if (b) { A; }", "if (n == 3) { A; }", "if (!b) { A; }", "if (b) A;", "else { A; }"}) {
    EXPECT_THAT(hint(std::string("automaton m(bool b, int n) { A; ") + body + " }"),
                HasSubstr("either (b)"))
        << body;
  }
  EXPECT_THAT(hint("automaton m() { for (3) { A; } }"), HasSubstr("multiple (l..h)"));
  EXPECT_THAT(hint("automaton m() { optional (0..2) { A; } }"), HasSubstr("multiple (l..h)"));
  EXPECT_THAT(hint("automaton m() { f() { A; } }"), HasSubstr("add ';'"));

  const std::string automaton = "automaton m() { A; B; C; } property p : ";
  EXPECT_THAT(hint(automaton + "(A or B) precedes C;"), HasSubstr("weak_until (A or B)"));
  EXPECT_THAT(hint(automaton + "(A or B) responds_to C;"), HasSubstr("eventually (A or B)"));
  EXPECT_THAT(hint(automaton + "always A => B;"), HasSubstr("'->'"));
  EXPECT_THAT(hint(automaton + "always A = B;"), HasSubstr("'=='"));
}

TEST(Parser, PutsTheCaretOfAMissingSemicolonBehindTheStatement) {
  const Parsed p("automaton m() {\n  A\n  B;\n}\n");
  ASSERT_THAT(p.codes(), ElementsAre(D::syntax_error));
  EXPECT_EQ(p.sources.describe(p.diagnostics.all()[0].range), "t.spl:2:3");
  EXPECT_THAT(p.diagnostics.all()[0].hint, HasSubstr("';'"));
}

TEST(Parser, EveryPrefixOfAPolicyIsHandled) {
  const std::string text = kEverything;
  for (std::size_t n = 0; n < text.size(); ++n) {
    const Parsed p(text.substr(0, n));
    EXPECT_LE(p.diagnostics.errors(), 5) << n;
    EXPECT_FALSE(p.diagnostics.has_errors() && p.rendered().empty());
  }
}

TEST(Parser, EveryPolicyWithOneByteLessOrOneChangedIsHandled) {
  const std::string text = kEverything;
  int reported = 0;
  for (std::size_t n = 0; n < text.size(); ++n) {
    auto shorter = text;
    shorter.erase(n, 1);
    reported += Parsed(shorter).diagnostics.errors() > 0 ? 1 : 0;
    auto changed = text;
    changed[n] = static_cast<char>(changed[n] ^ 0x15);
    reported += Parsed(changed).diagnostics.errors() > 0 ? 1 : 0;
  }
  EXPECT_GT(reported, 100);
}

TEST(Parser, DeepNestingIsAnErrorNotACrash) {
  std::string braces;
  for (int i = 0; i < 100'000; ++i) braces += "multiple {";
  EXPECT_THAT(Parsed("automaton m() {" + braces).codes(), ElementsAre(D::nesting_too_deep));
  EXPECT_THAT(Parsed("automaton m() " + std::string(100'000, '{')).codes(),
              ::testing::Not(ElementsAre()));
  for (const auto* open : {"(", "!", "-", "((!", "-("}) {
    std::string expression;
    for (int i = 0; i < 100'000; ++i) expression += open;
    EXPECT_THAT(Parsed("automaton m(int i) { i = " + expression).codes(),
                ElementsAre(D::nesting_too_deep))
        << open;
  }
  for (const auto* open : {"always ", "not ", "(", "once ", "[] <> "}) {
    std::string formula;
    for (int i = 0; i < 100'000; ++i) formula += open;
    EXPECT_THAT(Parsed("property p : " + formula).codes(), ElementsAre(D::nesting_too_deep))
        << open;
  }
}

TEST(Parser, TwoHundredLevelsAreAccepted) {
  std::string text = "automaton m(bool b) {";
  for (int i = 0; i < 200; ++i) text += "optional {";
  text += "A;" + std::string(200, '}') + "b = " + std::string(200, '(') + "b" +
          std::string(200, ')') + "; B; }";
  expect_round_trip(text);
}

TEST(Parser, LongChainsOfOperatorsAreBounded) {
  std::string sum = "i";
  for (int i = 0; i < 500'000; ++i) sum += " + i";
  EXPECT_THAT(Parsed("automaton m(int i) { i = " + sum + "; }").codes(),
              ElementsAre(D::nesting_too_deep));
  std::string implication = "A";
  for (int i = 0; i < 2000; ++i) implication += " -> A";
  expect_round_trip("automaton m() { A; } property p : " + implication + ";");
}

TEST(Parser, TenMegabytesOnOneLine) {
  const std::string head = "automaton m() {";
  std::string text = head;
  while (text.size() < 10'000'000) text += " Aaaa; optional { Bbbb; }";
  const Parsed broken(text + " Aaaa = }");
  ASSERT_EQ(broken.diagnostics.errors(), 1) << broken.rendered();
  EXPECT_LT(broken.rendered().size(), 5000U);
  EXPECT_THAT(Parsed(std::string(10'000'000, 'a')).codes(), ElementsAre(D::syntax_error));
  EXPECT_LE(Parsed(std::string(10'000'000, ';')).diagnostics.all().size(), 101U);
  EXPECT_LE(Parsed(std::string(10'000'000, '}')).diagnostics.all().size(), 101U);
  EXPECT_LE(Parsed(std::string(1'000'000, '"')).diagnostics.all().size(), 101U);
}

TEST(Parser, BinaryBytesGiveABoundedNumberOfErrors) {
  std::string text;
  std::uint32_t x = 1;
  for (int i = 0; i < 1'000'000; ++i) {
    x = x * 1664525U + 1013904223U;
    text += static_cast<char>(x >> 24U);
  }
  const Parsed p(text);
  EXPECT_GE(p.diagnostics.errors(), 1);
  EXPECT_LE(p.diagnostics.all().size(), 101U);
  EXPECT_LT(p.rendered().size(), 200'000U);
}

TEST(Parser, FormulasAreReadByThemselves) {
  SourceMap sources;
  Diagnostics diagnostics;
  const auto f =
      parse_formula(sources.add("--ltl", "always (a.b -> <> Close)"), sources, diagnostics);
  ASSERT_TRUE(f.has_value()) << render_text(diagnostics, sources, false);
  EXPECT_EQ(print(*f), "always (a.b implies eventually Close)");
  EXPECT_FALSE(parse_formula(sources.add("--ltl", "always ("), sources, diagnostics).has_value());
  EXPECT_FALSE(parse_formula(sources.add("--ltl", ""), sources, diagnostics).has_value());
  EXPECT_EQ(diagnostics.errors(), 2);
}

// ---- imports -----------------------------------------------------------------------------------

/// A disk made of a table.
struct Disk {
  std::map<std::string, std::string> files;
  SourceMap sources;
  Diagnostics diagnostics;

  ast::Policy read(const std::string& path) {
    return parse_policy(
        path,
        [this](const std::string& name) -> std::variant<std::string, ReadError> {
          const auto at = files.find(name);
          if (at == files.end()) return ReadError{"No such file or directory"};
          return at->second;
        },
        sources, diagnostics);
  }
  std::vector<std::string> order(const ast::Policy& policy) {
    std::vector<std::string> names;
    for (const auto& file : policy.files) names.push_back(sources.name(file.id));
    return names;
  }
};

TEST(Import, EachFileOnceImportedOnesFirst) {
  Disk disk{{{"d/main.spl", "import \"a.spl\"; import \"./sub/../b.spl\"; automaton m() { A; }"},
             {"d/a.spl", "import \"b.spl\";"},
             {"d/b.spl", "function b() { B; }"},
             {"d/./sub/../b.spl", "function b() { B; }"}},
            {},
            {}};
  const auto policy = disk.read("d/main.spl");
  EXPECT_FALSE(disk.diagnostics.has_errors()) << render_text(disk.diagnostics, disk.sources, false);
  EXPECT_THAT(disk.order(policy), ElementsAre("d/b.spl", "d/a.spl", "d/main.spl"));
}

TEST(Import, ACycleIsReportedAtTheImportThatClosesIt) {
  Disk disk{{{"a.spl", "import \"b.spl\";"},
             {"b.spl", "\nimport \"c.spl\";"},
             {"c.spl", "import \"b.spl\"; automaton m() { A; }"}},
            {},
            {}};
  disk.read("a.spl");
  ASSERT_EQ(disk.diagnostics.all().size(), 1U);
  const auto& d = disk.diagnostics.all()[0];
  EXPECT_EQ(d.code, D::import_cycle);
  EXPECT_EQ(disk.sources.describe(d.range), "c.spl:1:1");
  EXPECT_THAT(d.message, HasSubstr("b.spl -> c.spl -> b.spl"));
}

TEST(Import, AFileThatImportsItselfIsACycle) {
  Disk disk{{{"a.spl", "import \"a.spl\";"}}, {}, {}};
  disk.read("a.spl");
  ASSERT_EQ(disk.diagnostics.all().size(), 1U);
  EXPECT_EQ(disk.diagnostics.all()[0].code, D::import_cycle);
}

TEST(Import, AMissingFileIsReportedAtItsImport) {
  Disk disk{{{"a.spl", "\n  import \"nowhere.spl\";"}}, {}, {}};
  disk.read("a.spl");
  ASSERT_EQ(disk.diagnostics.all().size(), 1U);
  EXPECT_EQ(disk.diagnostics.all()[0].code, D::cannot_read);
  EXPECT_EQ(disk.sources.describe(disk.diagnostics.all()[0].range), "a.spl:2:3");
}

TEST(Import, AMissingMainFileHasNoPlace) {
  Disk disk;
  disk.read("a.spl");
  ASSERT_EQ(disk.diagnostics.all().size(), 1U);
  EXPECT_EQ(disk.diagnostics.all()[0].code, D::cannot_read);
  EXPECT_FALSE(disk.diagnostics.all()[0].range.valid());
}

TEST(Import, ATooLargeFileIsRefused) {
  Disk disk{{{"a.spl", std::string(kMaxInputBytes + 1, ' ')}}, {}, {}};
  disk.read("a.spl");
  ASSERT_EQ(disk.diagnostics.all().size(), 1U);
  EXPECT_EQ(disk.diagnostics.all()[0].code, D::input_too_large);
}

TEST(Import, ALongChainIsFine) {
  Disk disk;
  for (int i = 0; i < 2000; ++i) {
    disk.files["f" + std::to_string(i)] = "import \"f" + std::to_string(i + 1) + "\";";
  }
  disk.files["f2000"] = "automaton m() { A; }";
  EXPECT_EQ(disk.read("f0").files.size(), 2001U);
}

TEST(DiskReader, SaysWhyAFileCannotBeRead) {
  const auto reader = disk_reader();
  EXPECT_TRUE(std::holds_alternative<ReadError>(reader("/")));
  EXPECT_TRUE(std::holds_alternative<ReadError>(reader("/no/such/file.spl")));
  EXPECT_TRUE(std::holds_alternative<ReadError>(reader(std::string("a\0b", 3))));
}

// ---- trees -------------------------------------------------------------------------------------

TEST(Tree, EqualityIgnoresPlacesOnly) {
  EXPECT_TRUE(equal(Parsed("automaton m() { A; }").tree, Parsed("automaton m(){\n\nA;}").tree));
  EXPECT_FALSE(equal(Parsed("automaton m() { A; }").tree, Parsed("automaton m() { B; }").tree));
  EXPECT_FALSE(equal(Parsed("automaton m() { multiple (..2) { A; } }").tree,
                     Parsed("automaton m() { multiple (0..2) { A; } }").tree));
  EXPECT_FALSE(equal(Parsed("function m() { A; }").tree, Parsed("automaton m() { A; }").tree));
}

TEST(Tree, DumpsAreDeterministicAndNamePlaces) {
  const Parsed p("automaton m(int (0..3) i = 2) {\n  multiple (1..) { A; }\n}\n");
  EXPECT_EQ(dump_ast(p.tree, p.sources),
            "automaton m(int(0..3) i = 2)  @1:1\n"
            "  multiple 1..  @2:3\n"
            "    A  @2:20\n");
  EXPECT_THAT(dump_ast_json(p.tree, p.sources), HasSubstr(R"("node":"A","source":"t.spl:2:20")"));
}

}  // namespace
}  // namespace spl
