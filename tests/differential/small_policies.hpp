// All small policies: every statement list up to a size, over two statecalls, a bool and a small
// int.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spl::test {

/// The bodies of exactly `size` statements (a compound statement counts one and its blocks). Their
/// number grows by a factor of about 35 with each: 1, 17, 510, 20,000.
[[nodiscard]] std::vector<std::string> bodies_of_size(std::uint32_t size);

/// The policy with such a body: automaton m (bool b, int (0..2) n), and a function f (bool p).
[[nodiscard]] std::string small_policy(const std::string& body);

}  // namespace spl::test
