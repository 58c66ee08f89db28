// Internal: numbers and sets of numbers in PROMELA.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spl::promela {

[[nodiscard]] std::string number(std::int32_t value);

/// The variable `name`, which is less than `count`, is one of `states` (ascending). "" if it always
/// is.
[[nodiscard]] std::string among(const std::string& name, const std::vector<std::uint32_t>& states,
                                std::size_t count);

}  // namespace spl::promela
