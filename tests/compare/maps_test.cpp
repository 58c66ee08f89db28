// Maps of names and of symbols: what they may say, and each error with its place.
#include "spl/maps.hpp"

#include <gmock/gmock.h>

#include "unit/support.hpp"

namespace spl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

/// "line:column message (hint)", one an error.
std::vector<std::string> texts(const std::vector<TextError>& errors, const SourceMap& sources) {
  std::vector<std::string> result;
  for (const auto& e : errors) {
    const auto at = sources.begin_of(e.range);
    result.push_back(std::to_string(at.line) + ":" + std::to_string(at.column) + " " + e.message +
                     (e.hint.empty() ? "" : " (" + e.hint + ")"));
  }
  return result;
}

class RenameMaps : public ::testing::Test {
 protected:
  std::vector<std::string> errors(std::string text) {
    const auto result = read(std::move(text));
    const auto* list = std::get_if<std::vector<TextError>>(&result);
    return list == nullptr ? std::vector<std::string>() : texts(*list, sources_);
  }
  std::variant<RenameMap, std::vector<TextError>> read(std::string text) {
    return read_rename_map(sources_.add("m", std::move(text)), sources_, old_->program->vocabulary,
                           new_->program->vocabulary);
  }

  SourceMap sources_;
  std::unique_ptr<test::Compiled> old_ = test::compile("automaton a () { Hello; Bye; World; }");
  std::unique_ptr<test::Compiled> new_ = test::compile("automaton a () { Greeting; Bye; World; }");
};

TEST_F(RenameMaps, LinesCommentsAndQuotes) {
  const auto result =
      read("# names\n\n  Hello = Greeting  # it was\r\n\"Bye\"\t= World\nWorld = Bye");
  EXPECT_THAT(
      std::get<RenameMap>(result),
      UnorderedElementsAre(Pair("Hello", "Greeting"), Pair("Bye", "World"), Pair("World", "Bye")));
  EXPECT_THAT(std::get<RenameMap>(read("")), IsEmpty());
}

TEST_F(RenameMaps, Errors) {
  EXPECT_THAT(errors("Hello Greeting\n = \nBye = \"World\n"),
              ElementsAre("3:7 this string does not end (it wants another \")",
                          "1:1 expected a line of the form Old_Name = New_Name",
                          "2:2 expected a line of the form Old_Name = New_Name",
                          "3:1 expected a line of the form Old_Name = New_Name"));
  EXPECT_THAT(
      errors("Helo = Greeting\nHello = Greetin"),
      ElementsAre("1:1 the old policy has no statecall 'Helo' (did you mean Hello?)",
                  "2:9 the new policy has no statecall 'Greetin' (did you mean Greeting?)"));
  EXPECT_THAT(errors("Hello = Greeting\nHello = Greeting"),
              ElementsAre("2:1 'Hello' is renamed a second time"));
  EXPECT_THAT(errors("Hello = Greeting\nBye = Greeting"),
              ElementsAre("2:7 two statecalls of the old policy become 'Greeting'"));
  EXPECT_THAT(
      errors("Hello = Bye"),
      ElementsAre("1:9 the old policy has a statecall 'Bye' already (if it is another one, it "
                  "has to be renamed, too)"));
}

class SymbolMaps : public ::testing::Test {
 protected:
  std::variant<SymbolMap, std::vector<TextError>> read(std::string text) {
    return read_symbol_map(sources_.add("m", std::move(text)), sources_,
                           policy_->program->vocabulary);
  }
  std::vector<std::string> errors(std::string text) {
    const auto result = read(std::move(text));
    const auto* list = std::get_if<std::vector<TextError>>(&result);
    return list == nullptr ? std::vector<std::string>() : texts(*list, sources_);
  }
  [[nodiscard]] StatecallId id(std::string_view name) const { return policy_->statecall(name); }

  SourceMap sources_;
  std::unique_ptr<test::Compiled> policy_ = test::compile("automaton a () { Ping; Pong; Quit; }");
};

TEST_F(SymbolMaps, EveryForm) {
  const auto result = read(
      "start = Ping Pong\nsilent = Quit\ninput PING(1,2) = Ping Pong | Quit | -\n"
      "output \"a b\" = -\nrefusal NACK = Quit\nunsent NONE\n");
  const auto& map = std::get<SymbolMap>(result);
  EXPECT_THAT(map.start, ElementsAre(id("Ping"), id("Pong")));
  EXPECT_THAT(map.silent, ElementsAre(id("Quit")));
  EXPECT_THAT(map.inputs.at("PING(1,2)").alternatives,
              ElementsAre(ElementsAre(id("Ping"), id("Pong")), ElementsAre(id("Quit")), IsEmpty()));
  EXPECT_THAT(map.outputs.at("a b").alternatives, ElementsAre(IsEmpty()));
  EXPECT_FALSE(map.outputs.at("a b").refusal);
  EXPECT_TRUE(map.outputs.at("NACK").refusal);
  EXPECT_TRUE(map.outputs.at("NONE").unsent);
}

TEST_F(SymbolMaps, Errors) {
  EXPECT_THAT(errors("inptu A = Ping"),
              ElementsAre(HasSubstr("1:1 a line does not start with 'inptu'")));
  EXPECT_THAT(errors("input A"), ElementsAre(HasSubstr("1:1 expected: input SYMBOL = Statecall")));
  EXPECT_THAT(errors("input A ="), ElementsAre(HasSubstr("1:1 expected: input")));
  EXPECT_THAT(errors("start Ping"), ElementsAre(HasSubstr("1:1 expected: start = Statecall")));
  EXPECT_THAT(errors("unsent A = -"), ElementsAre(HasSubstr("1:1 expected: unsent SYMBOL")));
  EXPECT_THAT(
      errors("output A = Pign | Pong\noutput B = Pong |\noutput C = | Ping\n"),
      ElementsAre("1:12 the policy has no statecall 'Pign' (did you mean Ping?)",
                  "2:17 there is nothing after this |", "3:12 there is nothing before this |"));
  EXPECT_THAT(errors("output A = -\nrefusal A = Quit"),
              ElementsAre("2:9 'A' is given a meaning a second time"));
}

TEST_F(SymbolMaps, HostileText) {
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "\"\n";
  EXPECT_EQ(errors(many).size(), kMaxMapErrors);
  EXPECT_EQ(errors("input A = " + std::string(1'000'000, 'x')).size(), 1U);
  EXPECT_EQ(errors(std::string(100'000, '\0')).size(), 1U);
}

}  // namespace
}  // namespace spl
