// Internal: numbers in PROMELA.
#pragma once

#include <cstdint>
#include <string>

namespace spl::promela {

[[nodiscard]] std::string number(std::int32_t value);

}  // namespace spl::promela
