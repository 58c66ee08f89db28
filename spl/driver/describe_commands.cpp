// The table of sub-commands, and the command lines of those that look at a policy's text.
#include "driver/describe_commands.hpp"

namespace spl::driver {
namespace {

void check(CommandBuilder& b, Options& o, RawCommon& raw) {
  auto& c = o.check;
  b.usage("[options] POLICY...");
  b.paragraph(
      "Reads each policy with all it imports, checks every rule of the language and looks for what "
      "cannot have been meant: statements that no run reaches, handles that never fire, statecalls "
      "that are never accepted, names that look misspelt.");
  b.positionals("POLICY", c.policies, "The policies; - is standard input");
  b.flag("--json", c.json, "Print one JSON object a policy, on one line");
  describe_output(b, c.output);
  describe_warnings(b, o, raw);
  b.example("splc check ping.spl", "Is the policy well formed?");
  b.example("splc check -Werror -Wno-unused-function *.spl", "Strict, for a build");
  b.example("splc check --diagnostics=sarif -o ping.sarif ping.spl", "For a code review tool");
}

void fmt(CommandBuilder& b, Options& o, RawCommon&) {
  b.usage("[options] POLICY...");
  b.paragraph(
      "Rewrites policies in their canonical layout, in place. Comments are kept, formatting twice "
      "changes nothing more, and a file with syntax errors is not touched.");
  b.positionals("POLICY", o.fmt.files, "The policies; - formats standard input to standard output");
  b.flag("--check", o.fmt.check, "Change nothing; exit with 1 if a file would change");
  b.flag("--stdout", o.fmt.to_stdout, "Print the result instead of changing the file");
  describe_console(b, o);
  b.example("splc fmt ping.spl", "Format a file in place");
  b.example("splc fmt --check *.spl", "For a build: is everything formatted?");
}

void dump(CommandBuilder& b, Options& o, RawCommon&) {
  auto& d = o.dump;
  b.usage("[options] POLICY");
  b.paragraph(
      "Prints what the compiler has made of a policy: its syntax tree, its control-flow automata "
      "with calls expanded, or the deterministic automata that monitors are made of.");
  describe_policy(b, d.policy);
  b.choice("--stage", d.stage, "STAGE",
           {{"ast", DumpStage::ast}, {"automaton", DumpStage::automaton}, {"dfa", DumpStage::dfa}},
           "After which stage (automaton)");
  b.choice("--format", d.format, "FORMAT",
           {{"text", DumpFormat::text}, {"json", DumpFormat::json}, {"dot", DumpFormat::dot}},
           "How to print it (text)");
  b.choice("--preserve", d.preserve, "WHAT",
           {{"language", Preserve::language}, {"wait_points", Preserve::wait_points}},
           "What minimisation of a dfa may not merge: states that differ in what they accept "
           "(language), or also in where they wait (wait_points, as in monitors)");
  describe_state_bound(b, d.state_bound);
  describe_output(b, d.output);
  describe_diagnostics(b, o);
  b.example("splc dump --stage=dfa ping.spl", "The states of the monitor");
}

void watch(CommandBuilder& b, Options& o, RawCommon& raw) {
  auto& w = o.watch;
  b.usage("[options] POLICY...");
  b.paragraph(
      "Checks and verifies policies, and does so again whenever one of them, or a file that it "
      "imports, is saved; until Ctrl-C. A verification that a newer text has overtaken is given "
      "up. "
      "What did not change since it was proved is remembered, as by splc verify.");
  b.positionals("POLICY", w.policies, "The policies, files");
  b.flag("--no-verify", w.no_verify, "Check only");
  b.list("--property", w.properties, "NAME",
         "Verify this property only; may be given several times");
  b.number<double>("--timeout", w.timeout, "SECONDS", 0, 1e7, "Limit of each check; 0: none (600)");
  b.flag("--clear", w.clear, "Clear the terminal before each round");
  b.flag("--json", w.json,
         "Print the objects of splc check --json and splc verify --json, and one after each round");
  describe_warnings(b, o, raw);
  b.example("splc watch ping.spl", "In a terminal beside the editor");
}

void lsp(CommandBuilder& b, Options& o, RawCommon&) {
  auto& l = o.lsp;
  b.usage("[options]");
  b.paragraph(
      "A language server: editors start it and speak the Language Server Protocol (3.17) with it, "
      "over standard input and output. It reports what is wrong while a policy is being typed, "
      "says what a name means and where it is used, renames, completes, formats, and proves "
      "properties with Spin. It is of no use at a prompt.");
  b.paragraph(
      "It exits with 0 when the editor takes leave as the protocol asks for, with 1 when it leaves "
      "without a shutdown, and with 2 when the connection breaks. docs/editors.md says how editors "
      "are set up.");
  b.flag("--stdio", l.stdio, "Speak over standard input and output, as it does anyway");
  b.option("--spin", l.spin, "PROGRAM", "The Spin that proves properties (spin)");
  b.number<double>("--timeout", l.timeout, "SECONDS", 0, 1e7,
                   "Longest time for one property; 0: no limit (600)");
  b.example("splc lsp", "What an editor runs");
}

}  // namespace

const std::vector<CommandEntry>& command_table() {
  static const std::vector<CommandEntry> table = {
      {Command::check, "check", "Check a policy and explain what is wrong with it", check},
      {Command::fmt, "fmt", "Format policies", fmt},
      {Command::dump, "dump", "Print syntax tree, automata or DFAs", dump},
      {Command::graph, "graph", "Draw the automata of a policy", describe_graph},
      {Command::verify, "verify", "Prove the properties of a policy with Spin", describe_verify},
      {Command::promela, "promela", "Print the PROMELA model of a policy", describe_promela},
      {Command::cpp, "cpp", "Compile a policy to a C++ monitor", describe_cpp},
      {Command::simulate, "simulate", "Step through a policy by hand", describe_simulate},
      {Command::debug, "debug", "Look at a policy at work, in a browser", describe_debug},
      {Command::replay, "replay", "Check recorded traces against a policy", describe_replay},
      {Command::tests, "tests", "Make tests from a policy", describe_tests},
      {Command::fuzz, "fuzz", "Make a fuzzing kit from a policy", describe_fuzz},
      {Command::diff, "diff", "Compare two policies by the traces they accept", describe_diff},
      {Command::conform, "conform", "Check a learned machine against a policy", describe_conform},
      {Command::compose, "compose", "Prove that a client's policy and a server's fit together",
       describe_compose},
      {Command::watch, "watch", "Check and verify policies again whenever they are saved", watch},
      {Command::lsp, "lsp", "Serve editors: the Language Server Protocol", lsp},
  };
  return table;
}

}  // namespace spl::driver
