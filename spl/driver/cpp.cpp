// `splc cpp`: check, determinise, minimise, print. The DFAs keep wait points apart, so that a
// monitor's explanation names exactly the places where it waited.
#include <fmt/format.h>

#include "driver/commands.hpp"
#include "driver/compilation.hpp"
#include "driver/cpp_names.hpp"
#include "driver/files.hpp"
#include "spl/cpp/generate.hpp"
#include "spl/json.hpp"

namespace spl::driver {
namespace {

std::string in_directory(const std::string& directory, const std::string& name) {
  if (directory.empty() || directory == ".") return name;
  return directory.ends_with('/') ? directory + name : directory + "/" + name;
}

/// A file name as Make and Ninja read it back.
std::string make_escaped(const std::string& path) {
  std::string out;
  for (const char c : path) {
    if (c == ' ' || c == '#' || c == '\\') out += '\\';
    if (c == '$') out += '$';
    out += c;
  }
  return out;
}

std::string dependency_rule(const std::vector<std::string>& outputs, const SourceMap& sources) {
  std::string rule;
  for (const auto& output : outputs) rule += (rule.empty() ? "" : " ") + make_escaped(output);
  rule += ":";
  for (std::uint32_t i = 0; i < sources.size(); ++i) {
    rule += " \\\n  " + make_escaped(sources.name(FileId{i}));
  }
  return rule + "\n";
}

const char* form_of(const TableCost& cost) {
  return cost.set ? "set" : cost.dense ? "dense" : "compact";
}

std::string stats(const Compilation& c, const MonitorCost& cost) {
  auto text = fmt::format("{:<20} {:>8} {:>10} {:>8} {:>10} {:>7}  table\n", "automaton", "states",
                          "statecalls", "columns", "bytes", "loads");
  for (std::size_t i = 0; i < cost.automata.size(); ++i) {
    const auto& one = cost.automata[i];
    text +=
        fmt::format("{:<20} {:>8} {:>10} {:>8} {:>10} {:>7}  {}\n", c.program->automata[i].name,
                    one.states, one.statecalls, one.columns, one.bytes, one.loads, form_of(one));
  }
  return text + fmt::format(
                    "all tables: {} bytes, shared and constant, and {} bytes of names\n"
                    "a monitor: {} bytes\n"
                    "a tick: at most {} loads from tables, the next state {} dependent {} away\n",
                    cost.table_bytes, cost.name_bytes, cost.monitor_bytes, cost.loads, cost.chain,
                    cost.chain == 1 ? "load" : "loads");
}

std::string stats_json(const Compilation& c, const MonitorCost& cost, std::uint64_t fingerprint) {
  JsonWriter json;
  json.begin_object().field("policy", c.path).key("automata").begin_array();
  for (std::size_t i = 0; i < cost.automata.size(); ++i) {
    const auto& one = cost.automata[i];
    json.begin_object().field("automaton", c.program->automata[i].name);
    json.field("states", one.states).field("statecalls", one.statecalls);
    json.field("table", form_of(one)).field("columns", one.columns);
    json.field("bytes", one.bytes).field("loads", one.loads).end_object();
  }
  json.end_array().field("table_bytes", cost.table_bytes).field("name_bytes", cost.name_bytes);
  json.field("monitor_bytes", cost.monitor_bytes).field("loads", cost.loads);
  json.field("chain", cost.chain).field("fingerprint", fmt::format("{:016x}", fingerprint));
  return json.end_object().take() + "\n";
}

bool valid_names(const CppOptions& names, MonitorLanguage language, Console& console) {
  if (!valid_cpp_names(names.stem, names.name_space, console)) return false;
  if (language == MonitorLanguage::cpp || is_c_prefix(names.name_space)) return true;
  console.error(fmt::format("'{}' cannot be what names of C begin with", names.name_space),
                "--namespace takes names such as ping");
  return false;
}

}  // namespace

Exit run_cpp(const CppCommandOptions& options, const CommonOptions& common, Console& console) {
  CppOptions cpp;
  cpp.stem = options.stem.empty() ? default_stem(options.policy) : options.stem;
  cpp.name_space = options.name_space.empty() ? cpp.stem : options.name_space;
  if (!valid_names(cpp, options.language, console)) return Exit::failure;

  Compilation c(options.policy, Until::linted, common);
  std::vector<MonitorAutomaton> automata;
  if (c.ok()) automata = c.monitor_automata(options);
  show_diagnostics(c, common, console);
  if (!c.ok()) return c.exit();

  if (const auto why = make_directories(options.directory)) {
    console.error(fmt::format("cannot make directory '{}': {}", options.directory, *why));
    return Exit::failure;
  }
  const auto files = options.language == MonitorLanguage::c
                         ? generate_c(*c.program, automata, c.sources, cpp)
                         : generate(*c.program, automata, c.sources, cpp);
  std::vector<std::string> outputs;
  std::vector<FileContent> contents;
  for (const auto& file : files) {
    outputs.push_back(in_directory(options.directory, file.name));
    contents.push_back({outputs.back(), file.content});
  }
  if (!options.depfile.empty()) {
    contents.push_back({options.depfile, dependency_rule(outputs, c.sources)});
  }
  if (const auto error = write_together(contents)) {
    console.error(fmt::format("cannot write '{}': {}", error->path, error->why));
    return Exit::failure;
  }
  if (options.json || options.stats) {
    const auto cost = monitor_cost(*c.program, automata, cpp);
    console.out(options.json ? stats_json(c, cost, policy_fingerprint(*c.program, automata))
                             : stats(c, cost));
  }
  return Exit::ok;
}

}  // namespace spl::driver
