// Never claims, and whole models.
#include <fmt/format.h>

#include "names.hpp"
#include "print.hpp"

namespace spl::promela {
namespace {

std::string conjunction(const Claim& claim, const std::vector<Literal>& literals,
                        const std::string& always) {
  std::string text = always;
  for (const auto& l : literals) {
    text += fmt::format("{}{}({})", text.empty() ? "" : " && ", l.negated ? "!" : "",
                        claim.atoms[l.atom]);
  }
  return text.empty() ? "true" : text;
}

}  // namespace

std::string print_claim(const Model& model, const Claim& claim) {
  std::string always;
  if (model.starts) always = "started";
  if (model.guesses) always += always.empty() ? "!wrong_guess" : " && !wrong_guess";
  const auto label = [&](std::uint32_t s) {
    return fmt::format("{}state_{}", claim.automaton.states[s].accepting ? "accept_" : "", s);
  };
  std::string text =
      fmt::format("\n/* {} */\nnever {} {{\n", comment_text(claim.comment), claim.name);
  if (model.starts) text += "  !started;  /* the step that chooses the first state */\n";
  for (std::uint32_t s = 0; s < claim.automaton.states.size(); ++s) {
    text += label(s) + ":\n";
    const auto& state = claim.automaton.states[s];
    if (state.transitions.empty())
      text += "  false;\n";
    else
      text += "  do\n";
    for (const auto& t : state.transitions) {
      text +=
          fmt::format("  :: {} -> {}\n", conjunction(claim, t.condition, always),
                      t.target == Buchi::kEnd ? "goto accepted_prefix" : "goto " + label(t.target));
    }
    if (!state.transitions.empty()) text += "  od;\n";
  }
  text += "accepted_prefix:\n  skip\n}\n";
  return text;
}

std::variant<std::string, ModelError> print(const Model& model, const std::vector<Claim>& claims) {
  auto process = print_process(model);
  if (auto* error = std::get_if<ModelError>(&process)) return std::move(*error);
  auto text = print_declarations(model) + std::get<std::string>(process);
  for (const auto& claim : claims) text += print_claim(model, claim);
  return text;
}

}  // namespace spl::promela
