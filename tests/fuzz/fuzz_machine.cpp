// Any bytes as a map of symbols, a NUL byte, and a learned machine; where both can be read, the
// machine is checked against a small policy. Every violation must be one for the interpreter, too.
#include <algorithm>
#include <string_view>

#include "fuzz.hpp"
#include "spl/conform.hpp"
#include "spl/interpreter.hpp"
#include "spl/parse.hpp"

namespace spl::test {
namespace {

constexpr const char* kPolicy =
    "automaton a (int (0 .. 3) n) { multiple { either (n < 3) { A; n = n + 1; } or { B; C; n = 0; "
    "} } "
    "D; } automaton b () { multiple { always_allow (E) { B; } } }";

struct Policy {
  Policy() {
    const FileReader reader = [](const std::string&) { return std::string(kPolicy); };
    tree = parse_policy("policy.spl", reader, sources, diagnostics);
    checked = check(tree, sources, diagnostics);
    program = lower(checked.value(), diagnostics);
    for (const auto& automaton : program.value().automata) {
      auto subset = determinise(automaton);
      dfas.push_back(minimise(std::get<SubsetAutomaton>(subset).dfa, Preserve::wait_points));
    }
  }
  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;

  SourceMap sources;
  Diagnostics diagnostics;
  ast::Policy tree;
  std::optional<CheckedPolicy> checked;
  std::optional<Program> program;
  std::vector<Dfa> dfas;
};

void expect_places(const std::vector<TextError>& errors, const SourceMap& sources) {
  require(!errors.empty(), "no result and no error");
  for (const auto& error : errors) {
    require(!error.message.empty(), "an error without a message");
    if (error.range.valid()) {
      require(error.range.begin <= error.range.end &&
                  error.range.end <= sources.text(error.range.file).size(),
              "an error beside the text");
    }
  }
}

void check_violation(const Policy& policy, const ConformViolation& violation) {
  Interpreter interpreter(*policy.program);
  require(violation.steps.size() == violation.trace.size(), "a statecall without its step");
  for (std::size_t i = 0; i < violation.trace.size(); ++i) {
    const bool refused =
        interpreter.tick(violation.trace[i]).outcome == Interpreter::Outcome::violation;
    require(refused == (i + 1 == violation.trace.size()), "the interpreter sees it otherwise");
  }
  require(violation.expected == interpreter.allowed(), "something else is expected here");
}

}  // namespace
}  // namespace spl::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spl;
  using namespace spl::test;
  static const Policy policy;
  const auto text = text_of(data, size);
  const auto half = std::min(text.find('\0'), text.size());
  SourceMap sources;
  const auto map_file = sources.add("map", text.substr(0, half));
  const auto machine_file = sources.add("machine", text.substr(std::min(half + 1, text.size())));
  const auto& vocabulary = policy.program->vocabulary;
  const auto renames = read_rename_map(map_file, sources, vocabulary, vocabulary);
  if (const auto* errors = std::get_if<1>(&renames)) expect_places(*errors, sources);
  const auto map = read_symbol_map(map_file, sources, vocabulary);
  if (const auto* errors = std::get_if<1>(&map)) expect_places(*errors, sources);
  const auto pairs = read_compose_map(map_file, sources, vocabulary, vocabulary);
  if (const auto* errors = std::get_if<1>(&pairs)) expect_places(*errors, sources);
  const auto machine = read_mealy(machine_file, sources);
  if (const auto* errors = std::get_if<1>(&machine)) expect_places(*errors, sources);
  if (map.index() != 0 || machine.index() != 0) return 0;
  ConformOptions options;
  options.max_states = 1'000;
  const auto result = conform(policy.dfas, vocabulary.size(), std::get<MealyMachine>(machine),
                              std::get<SymbolMap>(map), options);
  if (const auto* errors = std::get_if<1>(&result)) {
    expect_places(*errors, sources);
    return 0;
  }
  for (const auto& violation : std::get<ConformReport>(result).violations) {
    check_violation(policy, violation);
  }
  return 0;
}
