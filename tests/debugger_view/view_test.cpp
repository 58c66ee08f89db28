// Situations and their numbers beside the monitors' states, values beside the interpreter's,
// descriptions as JSON.
#include "spl/debug/view.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "driver/compilation.hpp"
#include "driver/stepper_session.hpp"
#include "ping.hpp"
#include "spl/cpp/table_monitor.hpp"
#include "spl/json_value.hpp"

namespace spl::debug {
namespace {

using driver::Compilation;

/// A policy, compiled and looked at.
struct Looked {
  explicit Looked(const std::string& path, std::size_t bound = kDefaultStateBound,
                  Numbers numbers = Numbers::monitor)
      : c(path, driver::Until::lowered, driver::CommonOptions()),
        view(*c.checked, *c.program, c.sources, bound, numbers) {}

  Compilation c;
  PolicyView view;
};

std::string in_source(const std::string& path) {
  return std::string(SPL_SOURCE "/") + path;
}

/// A policy's text in a file of its own.
class PolicyFile {
 public:
  explicit PolicyFile(const std::string& text)
      : path_(testing::TempDir() + "/view_" + std::to_string(++made) + ".spl") {
    std::ofstream(path_) << text;
  }
  ~PolicyFile() { std::filesystem::remove(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  static inline int made = 0;
  std::string path_;
};

Numbering no_numbering(const PolicyView& view) {
  return {view, [](AutomatonId, std::uint32_t, const Situation&) { return false; }};
}

class Policies : public testing::TestWithParam<const char*> {};

TEST_P(Policies, SituationsAreTheStatesOfTheMonitor) {
  const Looked looked(in_source(GetParam()));
  std::vector<Dfa> dfas;
  for (const auto& automaton : looked.view.automata()) {
    ASSERT_TRUE(automaton.has_value());
    dfas.push_back(automaton->dfa);
  }
  TableMonitor monitor(*looked.c.program, dfas);
  auto numbering = no_numbering(looked.view);
  driver::Dice dice(7);
  for (int run = 0; run < 5; ++run) {
    monitor.reset();
    Follower follower(looked.view, numbering);
    for (int i = 0; i < 100; ++i) {
      ASSERT_EQ(follower.states(), monitor.states());
      std::set<StatecallId> by_situation;  // accepted by all that have it
      std::map<StatecallId, std::size_t> accepting;
      for (std::uint32_t a = 0; a < dfas.size(); ++a) {
        const auto& situation = looked.view.automata()[a]->situations[follower.states()[a]];
        const auto& set = follower.interpreter().configurations(AutomatonId{a});
        const auto now = looked.view.situation(AutomatonId{a}, set);
        EXPECT_EQ(situation.nodes, now.nodes);
        EXPECT_EQ(situation.allowed, now.allowed);
        EXPECT_EQ(situation.finished, now.finished);
        ASSERT_EQ(situation.values.size(), now.values.size());
        for (std::size_t v = 0; v < now.values.size(); ++v) {
          // What the interpreter has is among what can be there in this state.
          if (situation.values[v].empty()) continue;
          EXPECT_TRUE(std::ranges::includes(situation.values[v], now.values[v]));
        }
        for (const auto id : situation.allowed) ++accepting[id];
      }
      for (const auto& [id, count] : accepting) {
        if (count == looked.c.program->mentioned_by[index(id)].size()) by_situation.insert(id);
      }
      const auto allowed = follower.interpreter().allowed();
      ASSERT_EQ(std::vector(by_situation.begin(), by_situation.end()), allowed);
      if (allowed.empty()) break;
      const auto next = allowed[dice.below(allowed.size())];
      EXPECT_EQ(follower.tick(next).outcome, Interpreter::Outcome::accepted);
      EXPECT_EQ(monitor.tick(next), TableMonitor::Verdict::accepted);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ours, Policies,
                         testing::Values("examples/ping.spl", "ssh-server/policy/channel.spl",
                                         "ssh-server/policy/sftp.spl", "xen/policy/tcp.spl"));

TEST(View, NumbersAreThoseOfTheCompiledMonitor) {
  const Looked looked(in_source("examples/ping.spl"));
  auto numbering = no_numbering(looked.view);
  driver::Dice dice(3);
  for (int run = 0; run < 20; ++run) {
    ping::Monitor monitor;
    Follower follower(looked.view, numbering);
    for (int i = 0; i < 40; ++i) {
      ASSERT_EQ(follower.states()[0], monitor.state(ping::Automaton::ping));
      const auto s = static_cast<std::uint32_t>(dice.below(looked.c.program->vocabulary.size()));
      const auto verdict = monitor.tick(static_cast<ping::Statecall>(s));
      EXPECT_EQ(spl::rt::is_refusal(verdict),
                follower.tick(StatecallId{s}).outcome == Interpreter::Outcome::violation);
    }
  }
}

TEST(View, ValuesAreThoseThatCanBeThere) {
  // The DFA does not tell the two ways apart, so both values are possible where they have met.
  const PolicyFile file(
      "automaton a(int (0..3) way, bool decided) {\n"
      "  either { Left; way = 1; } or { Right; way = 2; }\n"
      "  Meet;\n"
      "  way = 3;\n"
      "  End;\n"
      "}\n");
  const Looked looked(file.path());
  const auto& automaton = looked.view.automata()[0];
  ASSERT_TRUE(automaton);
  std::vector<std::vector<std::int32_t>> ways;
  std::uint32_t state = 0;
  for (const char* name : {"", "Left", "Meet", "End"}) {
    if (*name != '\0') {
      state = automaton->dfa.next(state, *looked.c.program->vocabulary.find(name)).value();
    }
    ways.push_back(automaton->situations[state].values[0]);
    EXPECT_EQ(automaton->situations[state].values[1], std::vector<std::int32_t>{0});
  }
  EXPECT_EQ(ways, (std::vector<std::vector<std::int32_t>>{{0}, {1, 2}, {3}, {3}}));
  EXPECT_TRUE(automaton->situations[state].finished);
}

TEST(View, ValuesOfARunAreThoseThatItHas) {
  // A monitor of `login` need not know `in`; whoever looks at a run wants to.
  const PolicyFile file(
      "automaton login(bool in) { either { Login; in = true; } or { Guest; } Talk; }\n"
      "automaton talk(int (0..2) n) { do { Talk; n = n + 1; } until (n == 2); }\n");
  const auto id = AutomatonId{0};
  const Looked as_monitor(file.path());
  ASSERT_TRUE(as_monitor.view.automata()[0]);
  const Looked looked(file.path(), kDefaultStateBound, Numbers::values);
  EXPECT_FALSE(looked.view.automata()[0]);
  EXPECT_TRUE(looked.view.automata()[1]);  // it tells its values apart: the numbers stay
  std::map<std::uint32_t, Situation> told;
  Numbering numbering(looked.view,
                      [&](AutomatonId automaton, std::uint32_t number, const Situation& situation) {
                        EXPECT_EQ(automaton, id);
                        return told.emplace(number, situation).second;
                      });
  for (const auto& [way, in] : {std::pair("Login", 1), std::pair("Guest", 0)}) {
    Follower follower(looked.view, numbering);
    ASSERT_EQ(follower.tick(*looked.c.program->vocabulary.find(way)).outcome,
              Interpreter::Outcome::accepted);
    ASSERT_TRUE(told.contains(follower.states()[0]));
    const auto& situation = told[follower.states()[0]];
    EXPECT_EQ(situation.values[0], std::vector<std::int32_t>{in}) << way;
    EXPECT_EQ(situation.nodes, as_monitor.view.automata()[0]->situations[1].nodes);
  }
}

TEST(View, WhatOneAutomatonRefusesMovesNone) {
  const PolicyFile file("automaton a() { Go; Both; }\nautomaton b() { Both; }\n");
  const Looked looked(file.path());
  auto numbering = no_numbering(looked.view);
  Follower follower(looked.view, numbering);
  const auto both = *looked.c.program->vocabulary.find("Both");
  const auto before = follower.states();
  EXPECT_EQ(follower.tick(both).outcome, Interpreter::Outcome::violation);
  EXPECT_EQ(follower.states(), before);
  (void)follower.tick(*looked.c.program->vocabulary.find("Go"));
  EXPECT_EQ(follower.tick(both).outcome, Interpreter::Outcome::accepted);
  EXPECT_NE(follower.states()[1], before[1]);
}

TEST(View, WithoutADfaSituationsGetNumbersAsTheyComeUp) {
  const Looked looked(in_source("examples/ping.spl"), 2);  // no DFA is as small as that
  ASSERT_FALSE(looked.view.automata()[0]);
  std::vector<Situation> told;
  Numbering numbering(looked.view,
                      [&](AutomatonId automaton, std::uint32_t id, const Situation& situation) {
                        EXPECT_EQ(index(automaton), 0U);
                        EXPECT_EQ(id, told.size());
                        if (told.size() == 3) return false;  // no room for more
                        told.push_back(situation);
                        return true;
                      });
  const auto& vocabulary = looked.c.program->vocabulary;
  const auto request = *vocabulary.find("Transmit_Ping_EchoRequest");
  const auto reply = *vocabulary.find("Receive_Ping_EchoReply");
  Follower follower(looked.view, numbering);
  EXPECT_EQ(follower.states()[0], 0U);
  (void)follower.tick(request);
  EXPECT_EQ(follower.states()[0], 1U);
  EXPECT_EQ(told[1].values[0], std::vector<std::int32_t>{1});
  (void)follower.tick(reply);
  EXPECT_EQ(follower.states()[0], 2U);
  (void)follower.tick(request);
  EXPECT_EQ(follower.states()[0], 1U);  // known already
  Follower other(looked.view, numbering);
  EXPECT_EQ(other.states()[0], 0U);
  (void)other.tick(*vocabulary.find("Notify_Ping_SummaryWanted"));
  EXPECT_EQ(other.states()[0], 0xffffffffU);
  EXPECT_EQ(told.size(), 3U);
}

/// The field of an object.
const JsonValue& at(const JsonValue& json, std::string_view name) {
  const auto* field = json.field(name);
  if (field != nullptr) return *field;
  ADD_FAILURE() << "no field " << name;
  static const JsonValue null;
  return null;
}

TEST(Describe, HasWhatThePageNeeds) {
  const Looked looked(in_source("examples/ping.spl"));
  std::string dot;
  const auto text = looked.view.describe({"ping", "ping.spl"}, [&](const std::string& given) {
    dot = given;
    return PolicyView::Picture{"<?xml?><!-- x --><svg>\n</svg>\n", {}};
  });
  EXPECT_TRUE(dot.starts_with("digraph")) << dot;
  EXPECT_EQ(text.find(SPL_SOURCE), text.npos) << "a directory's name is told";
  std::string why;
  const auto json = read_json(text, why);
  ASSERT_TRUE(json) << why;
  EXPECT_EQ(at(*json, "format").natural(), 1U);
  EXPECT_EQ(*at(*json, "policy").string(), "ping");
  EXPECT_EQ(*at(at(*json, "files").array()->at(0), "name").string(), "ping.spl");
  EXPECT_EQ(at(*json, "statecalls").array()->size(), looked.c.program->vocabulary.size());
  const auto& property = at(*json, "properties").array()->at(0);
  EXPECT_EQ(*at(property, "name").string(), "answers_follow_questions");
  EXPECT_EQ(*at(property, "formula").string(),
            "Transmit_Ping_EchoRequest precedes Receive_Ping_EchoReply");
  const auto& ping = at(*json, "automata").array()->at(0);
  EXPECT_EQ(*at(ping, "graph").string(), "<svg>\n</svg>\n");
  EXPECT_TRUE(at(ping, "graph_missing").is_null());
  const auto& lost = at(ping, "variables").array()->at(1);
  EXPECT_EQ(*at(lost, "type").string(), "int");
  EXPECT_EQ(at(lost, "bounds").array()->at(1).natural(), 3U);
  const auto& situations = *at(ping, "situations").array();
  EXPECT_EQ(situations.size(), looked.view.automata()[0]->situations.size());
  // The lines are those of the statements.
  std::vector<std::uint64_t> lines;
  for (const auto& place : *at(situations[0], "places").array()) {
    lines.push_back(place.array()->at(1).natural().value_or(0));
  }
  for (const auto line : lines) {
    const auto there = looked.c.sources.line(FileId{0}, static_cast<std::uint32_t>(line));
    EXPECT_TRUE(there.find("Transmit_Ping_EchoRequest") != there.npos ||
                there.find("Notify_Ping_SummaryWanted") != there.npos)
        << there;
  }
  EXPECT_FALSE(lines.empty());
  // Every edge has its id, in the drawing too.
  for (const auto& edge : *at(ping, "edges").array()) {
    EXPECT_NE(dot.find(*at(edge, "id").string()), dot.npos);
  }
  EXPECT_EQ(text, looked.view.describe({"ping", "ping.spl"}, [](const std::string&) {
    return PolicyView::Picture{"<?xml?><!-- x --><svg>\n</svg>\n", {}};
  })) << "not deterministic";
}

/// What an automaton's places say of each node: the text there.
std::map<std::uint64_t, std::string> texts_at_places(const Looked& looked,
                                                     const JsonValue& automaton) {
  std::map<std::uint64_t, std::string> texts;
  for (const auto& entry : *at(automaton, "places").array()) {
    std::vector<std::uint64_t> numbers;
    for (const auto& value : *entry.array()) numbers.push_back(value.natural().value_or(0));
    if (numbers.size() != 6) {
      ADD_FAILURE() << numbers.size() << " numbers";
      continue;
    }
    EXPECT_EQ(numbers[2], numbers[4]) << "more than a line";
    const auto file = FileId{static_cast<std::uint32_t>(numbers[1])};
    const auto line = looked.c.sources.line(file, static_cast<std::uint32_t>(numbers[2]));
    const auto text = line.substr(numbers[3] - 1, numbers[5] - numbers[3]);
    EXPECT_TRUE(texts.emplace(numbers[0], text).second) << "node " << numbers[0] << " twice";
  }
  return texts;
}

TEST(Describe, PlacesAreTheStatementsOfTheBoxes) {
  const PolicyFile file(
      "function twice() { Again; }\n"
      "automaton a() {\n"
      "  /* \xc3\xa9 */ either { Left; } or { Right; } twice(); twice(); Meet;\n"
      "  either { End; } or { Bad; abort; }\n"
      "}\n");
  const Looked looked(file.path());
  std::string dot;
  const auto text = looked.view.describe({"p", "p.spl"}, [&](const std::string& given) {
    dot = given;
    return PolicyView::Picture{std::nullopt, "no dot here"};
  });
  std::string why;
  const auto json = read_json(text, why);
  ASSERT_TRUE(json) << why;
  const auto& automaton = at(*json, "automata").array()->at(0);
  const auto texts = texts_at_places(looked, automaton);
  std::multiset<std::string> all;
  for (const auto& [node, there] : texts) all.insert(there);
  EXPECT_EQ(all, (std::multiset<std::string>{"Left;", "Right;", "Again;", "Again;", "Meet;", "End;",
                                             "Bad;", "abort;", "}"}));
  // Of every node that a situation names, and of every box that shows another node.
  for (const auto& situation : *at(automaton, "situations").array()) {
    for (const auto& node : *at(situation, "nodes").array()) {
      EXPECT_TRUE(texts.contains(node.natural().value()));
    }
  }
  const auto& boxes = *at(automaton, "boxes").array();
  EXPECT_FALSE(boxes.empty()) << "Left and Right share none";
  for (const auto& pair : boxes) {
    for (const auto& node : *pair.array()) EXPECT_TRUE(texts.contains(node.natural().value()));
    const auto shown = std::to_string(pair.array()->at(1).natural().value());
    EXPECT_NE(dot.find("id=\"node.a." + shown + "\""), dot.npos) << "there is no such box";
  }
}

TEST(Describe, CopiesOfAStatementAreOnePlace) {
  const PolicyFile file(
      "function f() { Same; }\n"
      "automaton a() { either { f(); Left; } or { f(); Right; } }\n");
  const Looked looked(file.path());
  const auto& situation = looked.view.automata()[0]->situations[0];
  EXPECT_EQ(situation.nodes.size(), 2U);
  std::string why;
  const auto json = read_json(looked.view.json(AutomatonId{0}, situation), why);
  ASSERT_TRUE(json) << why;
  EXPECT_EQ(at(*json, "places").array()->size(), 1U);
}

TEST(Describe, DoesNotAskForADrawingThatNobodyCouldRead) {
  std::string text = "automaton a() { either { S0; }";
  for (int i = 1; i <= 2000; ++i) text += " or { S" + std::to_string(i) + "; }";
  const PolicyFile file(text + " }\n");
  const Looked looked(file.path());
  const auto description = looked.view.describe({"p", "p.spl"}, [](const std::string&) {
    ADD_FAILURE() << "it is asked for";
    return PolicyView::Picture{std::nullopt, "no dot here"};
  });
  EXPECT_NE(description.find(R"("graph":null,"graph_missing":"the automaton is too large)"),
            description.npos);
}

TEST(Describe, NamesNoDirectoryAboveThePolicy) {
  const PolicyFile imported("function f() { Same; }\n");
  const auto directory = testing::TempDir() + "/view_below";
  std::filesystem::create_directory(directory);
  const auto name = std::filesystem::path(imported.path()).filename().string();
  std::ofstream(directory + "/p.spl") << "import \"../" + name + "\";\nautomaton a() { f(); }\n";
  {
    const Looked looked(directory + "/p.spl");
    const auto text = looked.view.describe({"p", "p.spl"}, [](const std::string&) {
      return PolicyView::Picture{std::nullopt, "no dot here"};
    });
    EXPECT_NE(text.find("{\"name\":\"" + name + "\""), text.npos) << text;
  }
  std::filesystem::remove_all(directory);
}

TEST(Describe, SaysWhyThereIsNoDrawingAndNoSituations) {
  const Looked looked(in_source("examples/ping.spl"), 2);
  const auto text = looked.view.describe({"ping", "ping.spl"}, [](const std::string&) {
    return PolicyView::Picture{std::nullopt, "no dot here"};
  });
  EXPECT_NE(text.find(R"("graph":null,"graph_missing":"no dot here")"), text.npos);
  EXPECT_NE(text.find(R"("situations":null)"), text.npos);
}

}  // namespace
}  // namespace spl::debug
