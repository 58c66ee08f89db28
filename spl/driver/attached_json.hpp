// What another debugger's server says, taken apart: nothing of it is trusted to be there, or short.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "spl/json_value.hpp"

namespace spl::driver {

/// The field of an object; a null where there is none.
[[nodiscard]] const JsonValue& json_at(const JsonValue& json, std::string_view name);
/// A string, cut after `limit` bytes; empty if it is something else.
[[nodiscard]] std::string json_text(const JsonValue& json, std::string_view name,
                                    std::size_t limit = 4096);
[[nodiscard]] std::uint64_t json_natural(const JsonValue& json, std::string_view name);
/// The strings among the items of an array.
[[nodiscard]] std::vector<std::string> json_strings(const JsonValue& json);
/// Numbers of situations; debug::kUnknownSituation for what is none.
[[nodiscard]] std::vector<std::uint32_t> json_states(const JsonValue& json);

}  // namespace spl::driver
