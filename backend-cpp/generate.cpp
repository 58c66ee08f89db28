// generate(), generate_c(): lay the tables out, then print the files.
#include "spl/cpp/generate.hpp"

#include <set>

#include "c_emit.hpp"
#include "emit.hpp"

namespace spl {
namespace {

std::vector<FileId> files_of(const Program& program) {
  std::set<FileId> files;
  const auto add = [&](SourceRange range) {
    if (range.valid()) files.insert(range.file);
  };
  for (const auto& automaton : program.automata) {
    add(automaton.range);
    for (const auto& node : automaton.nodes) add(node.range);
    for (const auto& edge : automaton.edges) add(edge.range);
    for (const auto& expr : automaton.exprs) add(expr.range);
  }
  return {files.begin(), files.end()};
}

}  // namespace

std::vector<GeneratedFile> generate(const Program& program,
                                    std::span<const MonitorAutomaton> automata,
                                    const SourceMap& sources, const CppOptions& options) {
  const auto layout = cpp::lay_out(program, automata, options);
  const cpp::FileNames files(sources, files_of(program));
  const cpp::Context context{program, automata, sources, options, layout, files};
  return {{options.stem + ".hpp", cpp::print_header(context)},
          {options.stem + "_source_map.hpp", cpp::print_source_map(context)}};
}

std::vector<GeneratedFile> generate_c(const Program& program,
                                      std::span<const MonitorAutomaton> automata,
                                      const SourceMap& sources, const CppOptions& options) {
  const auto layout = cpp::lay_out(program, automata, options);
  const cpp::FileNames files(sources, files_of(program));
  const cpp::Context context{program, automata, sources, options, layout, files};
  return {{options.stem + ".h", cpp::print_c_header(context)},
          {options.stem + ".c", cpp::print_c_source(context)},
          {options.stem + "_source_map.c", cpp::print_c_source_map(context)}};
}

}  // namespace spl
