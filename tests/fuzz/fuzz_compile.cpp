// Any bytes as a policy: through the parser, the checks, lowering, the lints, the subset
// construction, every dump and both back ends.
#include "fuzz.hpp"
#include "pipeline.hpp"
#include "spl/cpp/generate.hpp"
#include "spl/dfa.hpp"
#include "spl/lint.hpp"
#include "spl/promela/model.hpp"

namespace spl::test {
namespace {

void run_back_ends(const Compiled& compiled) {
  std::vector<Dfa> dfas;
  for (const auto& automaton : compiled.program->automata) {
    const auto wrong = verify(automaton);
    require(wrong.empty(), "an invariant of the automaton is broken", wrong);
    const auto subsets = determinise(automaton, 200);
    if (!std::holds_alternative<SubsetAutomaton>(subsets)) return;
    dfas.push_back(minimise(std::get<SubsetAutomaton>(subsets).dfa, Preserve::wait_points));
  }
  (void)dump_json(*compiled.program, dfas, compiled.sources);
  (void)dump_dot(*compiled.program, dfas, compiled.sources);
  const auto files = generate(*compiled.program, dfas, compiled.sources, {"fuzzed", "fuzzed"});
  require(files.size() == 2, "generate() made other files");
  (void)promela::print_model(*compiled.program, compiled.sources, 200);
}

void show(Compiled& compiled) {
  compiled.diagnostics.sort();
  (void)compiled.complaints();
  (void)render_json(compiled.diagnostics, compiled.sources);
  (void)render_sarif(compiled.diagnostics, compiled.sources);
  if (!compiled.tree.files.empty()) {
    (void)dump_ast(compiled.tree.files.back(), compiled.sources);
    (void)dump_ast_json(compiled.tree.files.back(), compiled.sources);
  }
}

}  // namespace
}  // namespace spl::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spl::test;
  const auto compiled = compile(text_of(data, size));
  if (compiled->program && compiled->program->automata.size() < 50) {
    spl::lint(*compiled->program, *compiled->checked, compiled->diagnostics, {200, 1'000});
    (void)dump_json(*compiled->program, compiled->sources);
    run_back_ends(*compiled);
  } else {
    require(compiled->program || compiled->diagnostics.has_errors(), "refused without an error");
  }
  show(*compiled);
  return 0;
}
