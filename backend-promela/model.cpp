// print_model(): the whole policy, or what one property sees of it.
#include "spl/promela/model.hpp"

#include "model.hpp"
#include "names.hpp"

namespace spl::promela {
namespace {

std::variant<std::string, ModelError> print_with(const Program& program, const SourceMap& sources,
                                                 Question question,
                                                 const std::vector<const Property*>& properties,
                                                 std::size_t state_bound) {
  Observations observations(program, state_bound);
  auto laid_out = lay_out(program, sources, std::move(question), observations);
  if (auto* error = std::get_if<ModelError>(&laid_out)) return std::move(*error);
  const auto& model = std::get<Model>(laid_out);
  NameTable names;
  std::vector<Claim> claims;
  for (const auto* property : properties) {
    auto claim = make_claim(model, *property, names.take(property->name));
    if (auto* error = std::get_if<ModelError>(&claim)) return std::move(*error);
    claims.push_back(std::move(std::get<Claim>(claim)));
  }
  return print(model, claims);
}

}  // namespace

std::variant<std::string, ModelError> print_model(const Program& program, const SourceMap& sources,
                                                  std::size_t state_bound) {
  Question question(program);
  std::vector<const Property*> properties;
  for (const auto& property : program.properties) {
    question.read(property.formula);
    properties.push_back(&property);
  }
  question.tell_all(program);
  return print_with(program, sources, std::move(question), properties, state_bound);
}

std::variant<std::string, ModelError> print_model(const Program& program, const SourceMap& sources,
                                                  const Property& property,
                                                  std::size_t state_bound) {
  Question question(program);
  question.read(property.formula);
  return print_with(program, sources, std::move(question), {&property}, state_bound);
}

}  // namespace spl::promela
