// Which properties are to be proved.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "driver/compilation.hpp"

namespace spl::driver {

/// nullptr, and a message, if the policy has no property of that name.
[[nodiscard]] const Property* find_property(const Compilation& c, const std::string& name,
                                            Console& console);

/// The named ones (all if none is named), then the formulas of the command line. nullopt after a
/// message; what is wrong with a formula is in the compilation's diagnostics.
[[nodiscard]] std::optional<std::vector<Property>> select_properties(
    Compilation& c, const VerifyCommandOptions& options, Console& console);

}  // namespace spl::driver
