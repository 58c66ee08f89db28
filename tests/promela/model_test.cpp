// Models: what they look like, that spin takes them without a word, and that their runs are the
// policy's.
#include "spl/promela/model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "spl/promela/process.hpp"
#include "verdict_support.hpp"

namespace spl::promela::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string model_of(const spl::test::Compiled& policy) {
  auto text = print_model(*policy.program, policy.sources);
  if (const auto* error = std::get_if<ModelError>(&text)) return "error: " + error->message;
  return std::get<std::string>(text);
}

/// Everything that `spin -a` has to say.
std::string spin_says(const std::string& model) {
  WorkDirectory directory;
  EXPECT_TRUE(directory.write("model.pml", model)) << directory.error();
  ProcessRequest request;
  request.command = {find_program("spin"), "-a", "model.pml"};
  request.directory = directory.path();
  const auto result = run_process(request);
  return result.output + result.errors +
         (result.status == ProcessResult::Status::exited && result.code == 0 ? "" : "FAILED");
}

TEST(Model, LooksLikeThis) {
  const auto policy = spl::test::compile(
      "automaton ping (int(0..2) lost) {\n"
      "  multiple {\n"
      "    Transmit_Ping;\n"
      "    either { Receive_Pong; lost = 0; }\n"
      "    or (lost < 2) { Timeout; lost = lost + 1; }\n"
      "  }\n"
      "}\n"
      "property few : never ping.lost > 2;\n");
  auto text = print_model(*policy->program, policy->sources, policy->program->properties[0]);
  ASSERT_TRUE(std::holds_alternative<std::string>(text));
  EXPECT_EQ(
      std::get<std::string>(text),
      R"(/* PROMELA model of an SPL policy, made by splc. Its runs are the runs that the policy
   accepts; every option below is one statecall, taken by all automata that have it. */

/* automaton ping, policy.spl:1:11: 6 states
     0: waits at policy.spl:3, finished
     1: waits at policy.spl:4, policy.spl:5
     2: waits at policy.spl:3, finished
     3: waits at policy.spl:4, policy.spl:5
     4: waits at policy.spl:3, finished
     5: waits at policy.spl:4 */
byte at_ping;
byte ping__lost;

active proctype policy() {
end:
  do
  /* Receive_Pong: policy.spl:4 */
  :: d_step { (at_ping == 1 || at_ping == 3 || at_ping == 5) ->
       at_ping = 0; ping__lost = 0;
       printf("statecall Receive_Pong\n") }
  /* Timeout: policy.spl:5 */
  :: d_step { (at_ping == 1 || at_ping == 3) ->
       at_ping = at_ping + 1; ping__lost = ping__lost + 1;
       printf("statecall Timeout\n") }
  /* Transmit_Ping: policy.spl:3 */
  :: d_step { (at_ping == 0 || at_ping == 2 || at_ping == 4) ->
       at_ping = at_ping + 1;
       printf("statecall Transmit_Ping\n") }
  /* nothing more is accepted: the run stays as it is */
  :: d_step { else -> printf("end\n") }
  od
}

/* never ping.lost > 2 */
never few {
state_0:
  do
  :: true -> goto state_0
  :: (ping__lost > 2) -> goto accepted_prefix
  od;
accepted_prefix:
  skip
}
)");
}

TEST(Model, SpinTakesItWithoutAWord) {
  const char* const policies[] = {
      "automaton a () { }", "automaton a () { A; }", "automaton a () { multiple { A; } }",
      "automaton a (bool x, int n = -5) { either { A; x = true; B; } or { A; n = -2147483648; C; } "
      "}"
      "property p : eventually (a.x and next a.n < -7);",
      // names that mean something to PROMELA, to C or to this printer
      "automaton active (int byte, bool timeout) { STDIN; byte = byte + 1; timeout = true; X; U; "
      "}\n"
      "automaton inline (int int_, int d_step) { X; d_step = 3; int_ = 1; EOF; NULL; W; V; }\n"
      "automaton at_x () { A; } automaton x () { A; }\n"
      "automaton a (int b__c) { A; b__c = 1; } automaton a__b (int c) { A; c = 1; }\n"
      "property init : always (active.byte < 3 or inline.int_ == 1 or inline.d_step == 4 or a.b__c "
      "== "
      "a__b.c);",
      "automaton policy (bool ev) { A; ev = true; } property state_0 : eventually policy.ev;",
      "automaton a () { A; B; } property accept_all : always (A implies next B);"};
  for (const auto* text : policies) {
    const auto policy = spl::test::compile(text);
    EXPECT_EQ(spin_says(model_of(*policy)), "") << text;
  }
}

TEST(Model, NamesTooLongForSpinAreCutAndStayApart) {
  const std::string name = "A" + std::string(5000, 'x');
  const auto v = verified("automaton a () { " + name + "1; " + name + "2; }\nproperty p : " + name +
                          "1 precedes " + name + "2;\nproperty q : never " + name + "2;");
  EXPECT_EQ(v.verdict("p"), "proved");
  EXPECT_EQ(v.verdict("q"), "fails: " + name + "1 " + name + "2");
}

TEST(Model, MoreStatecallsThanAnMtypeHolds) {
  std::string body;
  for (int i = 0; i < 300; ++i) {
    body += (i == 0 ? "{ S" : " or { S") + std::to_string(i) + "; }";
  }
  const auto policy = spl::test::compile("automaton a () { multiple { either " + body +
                                         " } }\nproperty p : eventually S299;");
  const auto model = model_of(*policy);
  EXPECT_THAT(model, HasSubstr("#define S299 "));
  EXPECT_THAT(model, Not(HasSubstr("mtype")));
  EXPECT_EQ(spin_says(model), "");
}

TEST(Model, ALongCounterIsNotOneBranchForEachValue) {
  const auto v = verified(
      "automaton a (int(0..30000) n) { while (n < 30000) { A; n = n + 1; } B; }\n"
      "property p : never a.n > 30000;\nproperty q : always (B implies a.n == 30000);");
  const auto model = model_of(*v.policy);
  EXPECT_LT(model.size(), 20'000U);
  EXPECT_EQ(v.verdict("p"), "proved");
  EXPECT_EQ(v.verdict("q"), "proved");
}

TEST(Model, EventsThatAFormulaNamesTogetherAreOne) {
  const auto policy = spl::test::compile(
      "automaton a () { multiple { either { A; } or { B; } or { C; } } }\n"
      "property p : never ((A or B) and C);");
  auto text = print_model(*policy->program, policy->sources, policy->program->properties[0]);
  EXPECT_THAT(std::get<std::string>(text), HasSubstr("mtype = { none,\n  A_or_alike,\n  C }"));
  EXPECT_EQ(verdict("automaton a () { A; B; C; }", "never (B and (A or B or C))"), "fails: A B");
}

TEST(Model, WhyThereIsNone) {
  const auto policy = spl::test::compile("automaton a () { multiple (300) { A; } }");
  auto text = print_model(*policy->program, policy->sources, 100);
  ASSERT_TRUE(std::holds_alternative<ModelError>(text));
  EXPECT_THAT(std::get<ModelError>(text).message, HasSubstr("more than 100 states"));
}

}  // namespace
}  // namespace spl::promela::test
