// Smaller variants of a policy that made a test fail.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace spl::test {

/// One step smaller each: a declaration, statement, branch, handle or guard less, or a compound
/// statement replaced by what is in it. Not all are valid policies. Empty if it does not parse.
[[nodiscard]] std::vector<std::string> smaller(const std::string& policy);

/// Takes such steps as long as the result still fails.
[[nodiscard]] std::string shrink(std::string policy,
                                 const std::function<bool(const std::string&)>& fails);

}  // namespace spl::test
