// `splc cpp`: check, determinise, minimise, print. The DFAs keep wait points apart, so that a
// monitor's explanation names exactly the places where it waited.
#include <fmt/format.h>

#include "driver/commands.hpp"
#include "driver/compilation.hpp"
#include "driver/cpp_names.hpp"
#include "driver/files.hpp"
#include "spl/cpp/generate.hpp"

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

std::string stats(const Compilation& c, const std::vector<TableCost>& costs) {
  std::string text =
      fmt::format("{:<20} {:>8} {:>8} {:>10}  tables\n", "automaton", "states", "columns", "bytes");
  std::size_t total = 0;
  for (std::size_t i = 0; i < costs.size(); ++i) {
    const auto& cost = costs[i];
    text += fmt::format("{:<20} {:>8} {:>8} {:>10}  {}\n", c.program->automata[i].name, cost.states,
                        cost.columns, cost.bytes, cost.dense ? "dense" : "compact");
    total += cost.bytes;
  }
  return text + fmt::format("{:<20} {:>8} {:>8} {:>10}\n", "together", "", "", total);
}

Exit write(const std::string& path, const std::string& content, Console& console) {
  const auto why = write_if_changed(path, content);
  if (why) console.error(fmt::format("cannot write '{}': {}", path, *why));
  return why ? Exit::failure : Exit::ok;
}

}  // namespace

Exit run_cpp(const CppCommandOptions& options, const CommonOptions& common, Console& console) {
  const auto stem = options.stem.empty() ? default_stem(options.policy) : options.stem;
  const auto name_space = options.name_space.empty() ? stem : options.name_space;
  if (!valid_cpp_names(stem, name_space, console)) return Exit::failure;
  const CppOptions cpp{name_space, stem};

  Compilation c(options.policy, Until::linted, common);
  std::vector<Dfa> dfas;
  if (c.ok()) dfas = c.dfas(Preserve::wait_points, options.state_bound);
  show_diagnostics(c, common, console);
  if (!c.ok()) return c.exit();

  if (const auto why = make_directories(options.directory)) {
    console.error(fmt::format("cannot make directory '{}': {}", options.directory, *why));
    return Exit::failure;
  }
  std::vector<std::string> outputs;
  for (const auto& file : generate(*c.program, dfas, c.sources, cpp)) {
    outputs.push_back(in_directory(options.directory, file.name));
    if (write(outputs.back(), file.content, console) != Exit::ok) return Exit::failure;
  }
  if (options.stats) console.out(stats(c, table_costs(*c.program, dfas, cpp)));
  if (options.depfile.empty()) return Exit::ok;
  return write(options.depfile, dependency_rule(outputs, c.sources), console);
}

}  // namespace spl::driver
