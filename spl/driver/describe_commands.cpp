// The options, help texts and examples of every sub-command.
#include "driver/describe_commands.hpp"

namespace spl::driver {
namespace {

void describe_console(CommandBuilder& b, Options& o) {
  b.choice("--colour,--color", o.common.colour, "WHEN",
           {{"auto", ColourWhen::automatic},
            {"always", ColourWhen::always},
            {"never", ColourWhen::never}},
           "Colour the output; auto does so on a terminal, unless NO_COLOR is set");
  b.flag("-q,--quiet", o.common.quiet, "Print nothing but results that were asked for, and errors");
}

void describe_diagnostics(CommandBuilder& b, Options& o) {
  b.choice("--diagnostics", o.common.diagnostics, "FORMAT",
           {{"text", DiagnosticFormat::text},
            {"json", DiagnosticFormat::json},
            {"sarif", DiagnosticFormat::sarif}},
           "How errors and warnings are written");
  describe_console(b, o);
}

void describe_warnings(CommandBuilder& b, Options& o, RawCommon& raw) {
  b.list("-W", raw.warnings, "WHAT",
         "-Werror makes warnings errors, -Werror=ID one of them; -Wno-ID turns one off, -WID on "
         "again. ID is SPL0103 or unreachable-statement; splc --list-diagnostics shows all");
  describe_diagnostics(b, o);
}

void describe_policy(CommandBuilder& b, std::string& policy) {
  b.positional("POLICY", policy,
               "The policy, a file that usually ends in .spl, or - for standard input");
}

void describe_output(CommandBuilder& b, std::string& output) {
  b.option("-o,--output", output, "FILE", "Write to FILE, which is replaced only if all went well");
}

void describe_state_bound(CommandBuilder& b, std::size_t& bound) {
  b.option("--state-bound", bound, "N", "Give up on an automaton with more than N states (65536)");
}

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
  b.usage("[options] FILE...");
  b.paragraph(
      "Rewrites policies in their canonical layout, in place. Comments are kept, formatting twice "
      "changes nothing more, and a file with syntax errors is not touched.");
  b.positionals("FILE", o.fmt.files, "The policies; - formats standard input to standard output");
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

void cpp(CommandBuilder& b, Options& o, RawCommon& raw) {
  auto& c = o.cpp;
  b.usage("[options] POLICY");
  b.paragraph(
      "Compiles a policy to a C++ monitor: STEM.hpp with the statecalls, the tables and the "
      "monitor "
      "class, and STEM_source_map.hpp for explanations. They need the headers under spl/rt and "
      "nothing else. A file that would not change is left alone, so builds stay small.");
  describe_policy(b, c.policy);
  b.option("--out-dir", c.directory, "DIR", "Where the files go; made if missing (.)");
  b.option("--namespace", c.name_space, "NAME",
           "C++ namespace, such as ping or proto::ping (the policy's name)");
  b.option("--stem", c.stem, "NAME", "First part of the file names (the policy's name)");
  b.option("--depfile", c.depfile, "FILE",
           "Write a Make rule: the headers depend on the policy and all it imports");
  b.flag("--stats", c.stats, "Print what the tables of each automaton cost");
  describe_state_bound(b, c.state_bound);
  describe_warnings(b, o, raw);
  b.example("splc cpp ping.spl --out-dir gen", "Make gen/ping.hpp and gen/ping_source_map.hpp");
}

void graph(CommandBuilder& b, Options& o, RawCommon&) {
  auto& g = o.graph;
  b.usage("[options] POLICY");
  b.paragraph(
      "Draws the control flow of a policy's automata. A box is a place where the automaton waits "
      "for a statecall; arrows carry guards and assignments; a dot is a choice; handles are "
      "dashed; "
      "abort is red; frames are always_allow and during blocks.");
  describe_policy(b, g.policy);
  b.list("--automaton", g.automata, "NAME", "Draw only this automaton; may be given several times");
  b.choice("--format", g.format, "FORMAT",
           {{"dot", GraphFormat::dot},
            {"svg", GraphFormat::svg},
            {"png", GraphFormat::png},
            {"pdf", GraphFormat::pdf}},
           "What to make; all but dot need Graphviz (by the name of the output, else dot)");
  b.option("--dot", g.dot_program, "PROGRAM", "Graphviz's dot (dot)");
  describe_output(b, g.output);
  describe_diagnostics(b, o);
  b.example("splc graph ping.spl -o ping.svg", "A picture for a browser");
  b.example("splc graph --automaton=auth ssh.spl -o auth.svg", "One automaton of many");
}

}  // namespace

const std::vector<CommandEntry>& command_table() {
  static const std::vector<CommandEntry> table = {
      {Command::check, "check", "Check a policy and explain what is wrong with it", check},
      {Command::fmt, "fmt", "Format policies", fmt},
      {Command::dump, "dump", "Print syntax tree, automata or DFAs", dump},
      {Command::cpp, "cpp", "Compile a policy to a C++ monitor", cpp},
      {Command::graph, "graph", "Draw the automata of a policy", graph},
  };
  return table;
}

}  // namespace spl::driver
