// Texts that are nearly policies: tokens of one removed, doubled, moved or replaced. Changed bytes
// alone mostly make errors of the lexer; these are errors of grammar, or other policies.
#pragma once

#include <string>
#include <vector>

#include "random_policy.hpp"

namespace spl::test {

/// Every keyword and every sign of SPL, names, numbers, and pieces of comments and strings.
[[nodiscard]] const std::vector<std::string>& words_and_signs();

/// `policy` with one to three tokens changed, and properties added now and then.
[[nodiscard]] std::string mutate_tokens(const std::string& policy, Dice& dice);

}  // namespace spl::test
