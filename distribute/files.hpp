// Internal: small things about files.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "spl/promela/verify.hpp"

namespace spl::distribute {

/// Writes a file; nullopt, or why it failed.
[[nodiscard]] std::optional<std::string> write_text(const std::string& path, std::string_view text,
                                                    bool executable = false);
/// All of a file; nullopt if it cannot be read or is longer than `most` bytes.
[[nodiscard]] std::optional<std::string> read_text(const std::string& path, std::size_t most);

[[nodiscard]] promela::ToolFailure environment(std::string message, std::string hint = {});

}  // namespace spl::distribute
