// symbol_steps(): the labels of a machine, looked up. An output is one symbol if the map knows it
// as a whole; else it is taken apart at blanks, and what the map does not know then, at '+'.
#include "passes/symbol_steps.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "spl/diagnostic.hpp"

namespace spl {
namespace {

using Meanings = std::map<std::string, SymbolMeaning, std::less<>>;

std::vector<std::string_view> split(std::string_view text, std::string_view at) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(at), text.size());
    if (end != 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

class Translator {
 public:
  Translator(const SymbolMap& map, std::vector<TextError>& errors) : map_(map), errors_(errors) {}

  SymbolStep step(const MealyTransition& transition) {
    SymbolStep step;
    const auto input = map_.inputs.find(transition.input);
    if (input == map_.inputs.end()) {
      missing("input", transition.input, map_.inputs, transition.range);
    } else {
      step.input = input->second.alternatives;
    }
    for (const auto* meaning : outputs(transition)) {
      step.outputs.push_back(meaning->alternatives);
      step.refusal = step.refusal || meaning->refusal;
      step.unsent = step.unsent || meaning->unsent;
    }
    return step;
  }

 private:
  std::vector<const SymbolMeaning*> outputs(const MealyTransition& transition) {
    std::vector<const SymbolMeaning*> result;
    const std::string_view all = transition.output;
    if (add(all, result)) return result;
    for (const auto word : split(all, " \t\r\n")) {
      if (add(word, result)) continue;
      const auto parts = split(word, "+");
      const bool some_known = std::ranges::any_of(
          parts, [&](std::string_view part) { return map_.outputs.contains(part); });
      if (!some_known) {
        missing("output", word, map_.outputs, transition.range);
        continue;
      }
      for (const auto part : parts) {
        if (!add(part, result)) missing("output", part, map_.outputs, transition.range);
      }
    }
    return result;
  }

  bool add(std::string_view symbol, std::vector<const SymbolMeaning*>& result) const {
    const auto at = map_.outputs.find(symbol);
    if (at == map_.outputs.end()) return false;
    result.push_back(&at->second);
    return true;
  }

  void missing(const char* kind, std::string_view symbol, const Meanings& known,
               const SourceRange& range) {
    if (errors_.size() >= kMaxMapErrors) return;
    if (!missing_.emplace(kind, symbol).second) return;
    std::vector<std::string> names;
    for (const auto& [name, meaning] : known) names.push_back(name);
    const auto near = nearest_name(symbol, names);
    const auto line = std::string(kind) + " " + std::string(symbol) + " = ...";
    errors_.push_back(
        {range,
         "the map gives no meaning to the " + std::string(kind) + " '" + std::string(symbol) + "'",
         near.empty() ? "add a line: " + line : "add a line: " + line + "; it knows " + near});
  }

  const SymbolMap& map_;
  std::vector<TextError>& errors_;
  std::set<std::pair<std::string, std::string>, std::less<>> missing_;
};

}  // namespace

std::vector<SymbolStep> symbol_steps(const MealyMachine& machine, const SymbolMap& map,
                                     std::vector<TextError>& errors) {
  Translator translator(map, errors);
  std::vector<SymbolStep> steps;
  for (const auto& transition : machine.transitions) steps.push_back(translator.step(transition));
  return steps;
}

}  // namespace spl
