// The same policy written differently, and texts that are no policies any more.
#pragma once

#include <string>
#include <vector>

#include "random_policy.hpp"

namespace spl::test {

/// Comments and white space between the tokens; every comment has a text of its own, returned in
/// `comments`.
[[nodiscard]] std::string with_comments(const std::string& policy, Dice& dice,
                                        std::vector<std::string>& comments);

/// Bytes changed, removed, doubled; pieces moved.
[[nodiscard]] std::string mutate(std::string text, Dice& dice);

}  // namespace spl::test
