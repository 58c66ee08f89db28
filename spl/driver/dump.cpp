// `splc dump`: what the compiler knows after a stage, for those who work on it or want to look in.
#include "driver/commands.hpp"
#include "driver/compilation.hpp"

namespace spl::driver {
namespace {

std::string dump_trees(const Compilation& c, DumpFormat format) {
  std::string out;
  for (const auto& file : c.tree.files) {
    if (format == DumpFormat::json) {
      out += dump_ast_json(file, c.sources);
    } else {
      if (c.tree.files.size() > 1) out += "file " + c.sources.name(file.id) + "\n";
      out += dump_ast(file, c.sources);
    }
  }
  return out;
}

std::string dump_automata(const Compilation& c, DumpFormat format) {
  switch (format) {
    case DumpFormat::text:
      return dump_text(*c.program, c.sources);
    case DumpFormat::json:
      return dump_json(*c.program, c.sources);
    case DumpFormat::dot:
      return dump_dot(*c.program, c.sources);
  }
  return {};
}

std::string dump_dfas(Compilation& c, const DumpOptions& options) {
  const auto dfas = c.dfas(options.preserve, options.state_bound);
  if (!c.ok()) return {};
  switch (options.format) {
    case DumpFormat::text:
      return dump_text(*c.program, dfas, c.sources);
    case DumpFormat::json:
      return dump_json(*c.program, dfas, c.sources);
    case DumpFormat::dot:
      return dump_dot(*c.program, dfas, c.sources);
  }
  return {};
}

}  // namespace

Exit run_dump(const DumpOptions& options, const CommonOptions& common, Console& console) {
  const bool tree_only = options.stage == DumpStage::ast;
  if (tree_only && options.format == DumpFormat::dot) {
    console.error("a syntax tree has no --format=dot", "use --format=text or --format=json");
    return Exit::failure;
  }
  Compilation c(options.policy, tree_only ? Until::parsed : Until::lowered, common);
  std::string text;
  if (c.ok() && tree_only) text = dump_trees(c, options.format);
  if (c.ok() && options.stage == DumpStage::automaton) text = dump_automata(c, options.format);
  if (c.ok() && options.stage == DumpStage::dfa) text = dump_dfas(c, options);
  show_diagnostics(c, common, console);
  return c.ok() ? deliver(options.output, text, console) : c.exit();
}

}  // namespace spl::driver
