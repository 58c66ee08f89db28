// The options that several sub-commands share, described once.
#include "driver/describe_commands.hpp"
#include "spl/diagnostic.hpp"

namespace spl::driver {
namespace {

std::vector<std::string> warning_arguments() {
  std::vector<std::string> arguments{"error"};
  for (const auto& d : catalogue()) {
    if (d.severity != Severity::warning) continue;
    arguments.push_back("no-" + std::string(d.name));
    arguments.push_back("error=" + std::string(d.name));
  }
  return arguments;
}

}  // namespace

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
         "again. ID is SPL0103 or unreachable-statement; splc --list-diagnostics shows all")
      .offers(warning_arguments());
  describe_diagnostics(b, o);
}

void describe_policy(CommandBuilder& b, std::string& policy) {
  b.positional("POLICY", policy,
               "The policy, a file that usually ends in .spl, or - for standard input");
}

void describe_output(CommandBuilder& b, std::string& output) {
  b.option("-o,--output", output, "FILE", "Write to FILE, which is replaced only if all went well");
}

void describe_charts(CommandBuilder& b, RunFiles& files, const std::string& which) {
  b.list("--chart", files.charts, "FILE",
         "Draw " + which +
             " as a message sequence chart. FILE ends in .svg, .html or .mmd (Mermaid), or is a "
             "directory; may be given several times");
  b.choice(
      "--chart-format", files.format, "FORMAT",
      {{"svg", ChartFormat::svg}, {"mermaid", ChartFormat::mermaid}, {"html", ChartFormat::html}},
      "The kind of chart (by the name of the file; svg in a directory)");
}

void describe_serving(CommandBuilder& b, DebugServing& serving) {
  b.option("--listen", serving.listen, "ADDRESS:PORT",
           "Where the page is served, on this machine only; port 0 takes a free one (127.0.0.1:0)");
  b.flag("--force-listen", serving.force_listen,
         "Allow an address that other machines reach. The page is not encrypted, and who has its "
         "address sees everything");
  b.flag("--open", serving.open, "Open the page in a browser (xdg-open)");
  describe_graphviz(b, serving.graphviz, "without it they are not drawn");
}

void describe_graphviz(CommandBuilder& b, GraphvizOptions& graphviz, const std::string& without) {
  b.option("--dot", graphviz.program, "PROGRAM",
           "Graphviz's dot, which draws the automata; " + without + " (dot)");
  b.number<double>("--dot-timeout", graphviz.seconds, "SECONDS", 0, 1e7,
                   "How long it may take for a drawing; 0: no limit (60)");
}

void describe_trace_form(CommandBuilder& b, TraceForm& form, const std::string& format) {
  b.choice(format, form.format, "FORMAT",
           {{"auto", TraceFormat::automatic},
            {"text", TraceFormat::text},
            {"json", TraceFormat::json},
            {"lines", TraceFormat::lines},
            {"openssh", TraceFormat::openssh},
            {"jsonl", TraceFormat::jsonl},
            {"pcap", TraceFormat::pcap}},
           "How traces are written; auto takes text and JSON, line by line");
  b.choice("--role", form.role, "ROLE",
           {{"client", std::optional(OpensshRole::client)},
            {"server", std::optional(OpensshRole::server)}},
           "Whose OpenSSH log it is, where the log itself does not say");
  b.option("--map", form.map, "FILE",
           "What the lines of a log of JSON lines mean; needed with " + format + "=jsonl");
  b.choice("--side", form.side, "SIDE",
           {{"client", std::optional(CaptureSide::client)},
            {"server", std::optional(CaptureSide::server)},
            {"auto", std::optional(CaptureSide::automatic)}},
           "Which end of a captured connection the policy is held against; auto: both");
  b.number<std::size_t>("--max-connections", form.max_connections, "N", 1, 100'000'000,
                        "Captured connections held at once; past that the longest silent one is "
                        "given up, which is reported (500000)");
}

void describe_state_bound(CommandBuilder& b, std::size_t& bound) {
  b.number<std::size_t>("--state-bound", bound, "N", 1, 100'000'000,
                        "Give up on an automaton with more than N states (65536)");
}

}  // namespace spl::driver
