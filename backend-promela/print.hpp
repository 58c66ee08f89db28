// Internal: the parts of a printed model.
#pragma once

#include <string>

#include "model.hpp"

namespace spl::promela {

/// Comment, constants and variables.
[[nodiscard]] std::string print_declarations(const Model& model);
/// The process: one option per statecall.
[[nodiscard]] std::variant<std::string, ModelError> print_process(const Model& model);
/// A never claim.
[[nodiscard]] std::string print_claim(const Model& model, const Claim& claim);

}  // namespace spl::promela
