// Laws of the front and the middle, on random inputs. RC_PARAMS sets seed and number of cases.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>

#include "disturb.hpp"
#include "pipeline.hpp"
#include "policy_gen.hpp"
#include "random_tree.hpp"
#include "spl/dfa.hpp"
#include "spl/json.hpp"
#include "spl/lint.hpp"

namespace spl::test {
namespace {

/// A seed of its own for every case; rapidcheck prints it if the case fails.
Dice dice_of_case() {
  return Dice(*rc::gen::arbitrary<std::uint64_t>().as("seed of the case"));
}

struct Parsed {
  SourceMap sources;
  Diagnostics diagnostics;
  FileId id{};
  ast::File file;
};

std::unique_ptr<Parsed> parsed(const std::string& text) {
  auto p = std::make_unique<Parsed>();
  p->id = p->sources.add("text", text);
  p->file = parse_text(p->id, p->sources, p->diagnostics);
  return p;
}

void require_round_trip(const ast::File& file) {
  const auto text = print(file);
  const auto again = parsed(text);
  if (again->diagnostics.has_errors()) {
    RC_FAIL(render_text(again->diagnostics, again->sources, false));
  }
  if (!equal(file, again->file)) RC_FAIL("another tree: " + text + "printed " + print(again->file));
  RC_ASSERT(print(again->file) == text);
}

RC_GTEST_PROP(Printer, ParsesBackPolicies, ()) {
  const auto policy = *policies();
  const auto first = parsed(policy.text);
  RC_ASSERT(!first->diagnostics.has_errors());
  require_round_trip(first->file);
}

RC_GTEST_PROP(Printer, ParsesBackExpressions, ()) {
  auto dice = dice_of_case();
  for (int i = 0; i < 50; ++i) require_round_trip(file_with(random_expr(1 + dice.roll(5), dice)));
}

RC_GTEST_PROP(Printer, ParsesBackFormulas, ()) {
  auto dice = dice_of_case();
  for (int i = 0; i < 50; ++i) {
    require_round_trip(file_with(random_formula(1 + dice.roll(5), dice)));
  }
}

/// Counts what stands in comments; a mark ends in a dot, so none is the start of another.
std::size_t count(const std::string& text, const std::string& mark) {
  std::size_t found = 0;
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) ++found;
  return found;
}

RC_GTEST_PROP(Formatter, KeepsTreeAndCommentsAndIsIdempotent, ()) {
  const auto policy = *policies();
  auto dice = dice_of_case();
  std::vector<std::string> comments;
  const auto text = with_comments(policy.text, dice, comments);
  const auto before = parsed(text);
  RC_ASSERT(!before->diagnostics.has_errors());
  const auto once = format(before->id, before->sources, before->diagnostics);
  RC_ASSERT(once.has_value());
  const auto after = parsed(*once);
  if (after->diagnostics.has_errors() || !equal(before->file, after->file)) {
    RC_FAIL("formatting changes the tree of\n" + text + "\nto\n" + *once);
  }
  for (const auto& mark : comments) {
    if (count(*once, mark) != 1) RC_FAIL("comment " + mark + " of\n" + text + "\n in \n" + *once);
  }
  const auto twice = format(after->id, after->sources, after->diagnostics);
  RC_ASSERT(twice.has_value());
  if (*twice != *once) RC_FAIL("not idempotent:\n" + *once + "\n---\n" + *twice);
}

bool same_moves(const Dfa& a, const Dfa& b) {
  if (a.states.size() != b.states.size() || a.alphabet != b.alphabet) return false;
  for (std::size_t i = 0; i < a.states.size(); ++i) {
    if (a.states[i].finished != b.states[i].finished) return false;
    if (a.states[i].transitions != b.states[i].transitions) return false;
  }
  return true;
}

RC_GTEST_PROP(Minimise, IsIdempotentAndCanonical, ()) {
  const auto policy = *policies();
  const auto compiled = compile(policy.text);
  RC_PRE(compiled->program.has_value());
  for (const auto& automaton : compiled->program->automata) {
    const auto subsets = determinise(automaton, 1'000);
    if (!std::holds_alternative<SubsetAutomaton>(subsets)) continue;
    const auto& dfa = std::get<SubsetAutomaton>(subsets).dfa;
    const auto least = minimise(dfa, Preserve::language);
    const auto waits = minimise(dfa, Preserve::wait_points);
    RC_ASSERT(least.states.size() <= waits.states.size());
    RC_ASSERT(waits.states.size() <= dfa.states.size());
    RC_ASSERT(minimise(least, Preserve::language).states == least.states);
    RC_ASSERT(minimise(waits, Preserve::wait_points).states == waits.states);
    RC_ASSERT(same_moves(minimise(waits, Preserve::language), least));
  }
}

/// The passes are functions: compacting what is compact changes nothing, and all invariants hold.
RC_GTEST_PROP(Passes, KeepTheInvariants, ()) {
  const auto policy = *policies();
  const auto compiled = compile(policy.text);
  RC_PRE(compiled->program.has_value());
  const auto before = dump_text(*compiled->program, compiled->sources);
  for (auto& automaton : compiled->program->automata) {
    RC_ASSERT(verify(automaton) == "");
    compact(automaton);
    RC_ASSERT(verify(automaton) == "");
  }
  RC_ASSERT(dump_text(*compiled->program, compiled->sources) == before);
}

void require_json(const std::string& text) {
  boost::json::error_code error;
  const auto value = boost::json::parse(text, error);
  if (error) RC_FAIL(error.message() + " in " + text);
}

RC_GTEST_PROP(Json, DumpsOfPoliciesParse, ()) {
  const auto policy = *policies();
  const auto compiled = compile(policy.text);
  RC_PRE(compiled->program.has_value());
  require_json(dump_ast_json(compiled->tree.files.back(), compiled->sources));
  require_json(dump_json(*compiled->program, compiled->sources));
  lint(*compiled->program, *compiled->checked, compiled->diagnostics, {500, 5'000});
  require_json(render_json(compiled->diagnostics, compiled->sources));
  require_json(render_sarif(compiled->diagnostics, compiled->sources));
  std::vector<Dfa> dfas;
  for (const auto& automaton : compiled->program->automata) {
    auto subsets = determinise(automaton, 1'000);
    if (auto* s = std::get_if<SubsetAutomaton>(&subsets)) dfas.push_back(std::move(s->dfa));
  }
  if (dfas.size() == compiled->program->automata.size()) {
    require_json(dump_json(*compiled->program, dfas, compiled->sources));
  }
}

/// Whatever the bytes: diagnostics that can be shown in every form, or a program that lints.
RC_GTEST_PROP(Robust, MutatedPolicies, ()) {
  const auto policy = *policies();
  auto dice = dice_of_case();
  for (int i = 0; i < 20; ++i) {
    const auto text = mutate(policy.text, dice);
    const auto compiled = compile(text);
    if (compiled->program) {
      lint(*compiled->program, *compiled->checked, compiled->diagnostics, {500, 5'000});
    } else {
      RC_ASSERT(compiled->diagnostics.has_errors());
    }
    compiled->diagnostics.sort();
    RC_ASSERT(compiled->diagnostics.all().empty() == compiled->complaints().empty());
    require_json(render_json(compiled->diagnostics, compiled->sources));
    require_json(render_sarif(compiled->diagnostics, compiled->sources));
    require_json(dump_ast_json(compiled->tree.files.back(), compiled->sources));
    require_json(json_quote(text));
  }
}

}  // namespace
}  // namespace spl::test
