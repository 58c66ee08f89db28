// For the unit tests: a policy from a text in memory, taken through parse, check and lower.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spl/automaton.hpp"
#include "spl/dfa.hpp"
#include "spl/interpreter.hpp"
#include "spl/lint.hpp"
#include "spl/parse.hpp"
#include "spl/sema.hpp"

namespace spl::test {

/// What parse, check and lower made of a text. Stays where it is: later stages borrow from earlier.
struct Compiled {
  explicit Compiled(std::string text) {
    const FileReader reader = [&](const std::string&) { return text; };
    tree = parse_policy("policy.spl", reader, sources, diagnostics);
    if (diagnostics.has_errors()) return;
    checked = check(tree, sources, diagnostics);
    if (checked) program = lower(*checked, diagnostics);
  }
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;

  SourceMap sources;
  Diagnostics diagnostics;
  ast::Policy tree;
  std::optional<CheckedPolicy> checked;
  std::optional<Program> program;

  [[nodiscard]] StatecallId statecall(std::string_view name) const {
    return program->vocabulary.find(name).value();
  }
  [[nodiscard]] const Automaton& automaton(std::size_t i = 0) const { return program->automata[i]; }
  [[nodiscard]] std::string messages() const {
    return render_text(diagnostics, sources, /*colour=*/false);
  }
};

/// Compiles a text that must be fine, and whose automata must keep their invariants.
[[nodiscard]] inline std::unique_ptr<Compiled> compile(std::string text) {
  auto compiled = std::make_unique<Compiled>(std::move(text));
  if (!compiled->program) {
    throw std::runtime_error("does not compile:\n" + compiled->messages());
  }
  for (const auto& automaton : compiled->program->automata) {
    EXPECT_EQ(verify(automaton), "");
  }
  return compiled;
}

/// "A B C" -> {"A", "B", "C"}.
[[nodiscard]] inline std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> result;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end != 0) result.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

/// What a policy says to a trace, in one word or two: "accepted", "finished" (accepted, and all
/// automata are), or "NAME: reason" for the first statecall that is not accepted.
[[nodiscard]] inline std::string run(const Program& program, std::string_view trace) {
  Interpreter interpreter(program);
  for (const auto& word : words(trace)) {
    const auto id = program.vocabulary.find(word);
    if (!id) return word + ": ignored";
    const auto verdict = interpreter.tick(*id);
    if (verdict.outcome == Interpreter::Outcome::too_large) return word + ": too large";
    if (verdict.outcome == Interpreter::Outcome::ignored) return word + ": ignored";
    if (verdict.outcome == Interpreter::Outcome::violation) {
      return word + ": " + to_string(verdict.refusals.at(0).refusal.reason);
    }
  }
  return interpreter.finished() ? "finished" : "accepted";
}
[[nodiscard]] inline std::string run(std::string text, std::string_view trace) {
  return run(*compile(std::move(text))->program, trace);
}

/// The subset construction of one automaton, which must succeed.
[[nodiscard]] inline Dfa dfa_of(const Automaton& automaton) {
  auto result = determinise(automaton);
  if (const auto* obstacle = std::get_if<Obstacle>(&result)) {
    throw std::runtime_error(obstacle->message);
  }
  return std::move(std::get<SubsetAutomaton>(result).dfa);
}

/// "unreachable-statement 3:5" for every diagnostic, sorted by place.
[[nodiscard]] inline std::vector<std::string> findings(const Diagnostics& diagnostics,
                                                       const SourceMap& sources) {
  auto sorted = diagnostics;
  sorted.sort();
  std::vector<std::string> result;
  for (const auto& d : sorted.all()) {
    const auto at = sources.begin_of(d.range);
    result.push_back(std::string(info(d.code).name) + " " + std::to_string(at.line) + ":" +
                     std::to_string(at.column));
  }
  return result;
}

}  // namespace spl::test
