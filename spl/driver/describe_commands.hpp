// The sub-commands as the command line knows them. Private to the command line.
#pragma once

#include "driver/command_builder.hpp"
#include "driver/options.hpp"

namespace spl::driver {

/// What was given to shared options and is looked at after parsing.
struct RawCommon {
  std::vector<std::string> warnings;  // arguments of -W, in order
};

/// One row a sub-command: its name, its summary, what its command line looks like.
struct CommandEntry {
  Command command;
  const char* name;
  const char* summary;
  void (*describe)(CommandBuilder&, Options&, RawCommon&);
};

// Options that several sub-commands share.
void describe_console(CommandBuilder& b, Options& o);
void describe_diagnostics(CommandBuilder& b, Options& o);
void describe_warnings(CommandBuilder& b, Options& o, RawCommon& raw);
void describe_policy(CommandBuilder& b, std::string& policy);
void describe_output(CommandBuilder& b, std::string& output);
/// --chart and --chart-format.
void describe_charts(CommandBuilder& b, RunFiles& files, const std::string& which);
/// How traces are written: `format` is the option that says so ("--format").
void describe_trace_form(CommandBuilder& b, TraceForm& form, const std::string& format);
/// --dot and --dot-timeout.
void describe_graphviz(CommandBuilder& b, GraphvizOptions& graphviz, const std::string& without);
/// --listen, --force-listen, --open, --dot and --dot-timeout of commands that serve the debugger's
/// page.
void describe_serving(CommandBuilder& b, DebugServing& serving);
void describe_state_bound(CommandBuilder& b, std::size_t& bound);

// Sub-commands described elsewhere than their table.
void describe_cpp(CommandBuilder& b, Options& o, RawCommon& raw);
void describe_graph(CommandBuilder& b, Options& o, RawCommon& raw);
void describe_promela(CommandBuilder& b, Options& o, RawCommon& raw);
void describe_verify(CommandBuilder& b, Options& o, RawCommon& raw);
void describe_simulate(CommandBuilder& b, Options& o, RawCommon& raw);
void describe_debug(CommandBuilder& b, Options& o, RawCommon& raw);
void describe_replay(CommandBuilder& b, Options& o, RawCommon& raw);
void describe_tests(CommandBuilder& b, Options& o, RawCommon& raw);
void describe_fuzz(CommandBuilder& b, Options& o, RawCommon& raw);
void describe_diff(CommandBuilder& b, Options& o, RawCommon& raw);
void describe_conform(CommandBuilder& b, Options& o, RawCommon& raw);
void describe_compose(CommandBuilder& b, Options& o, RawCommon& raw);

/// All of them, in the order of `splc --help`.
[[nodiscard]] const std::vector<CommandEntry>& command_table();

}  // namespace spl::driver
