// Random policies as a rapidcheck generator: RC_PARAMS sets seed and number, failures are shrunk.
#pragma once

#include <rapidcheck.h>

#include <string>

#include "random_policy.hpp"
#include "shrink.hpp"

namespace spl::test {

/// A policy, printed as it is in a failure report.
struct PolicyText {
  std::string text;
};
inline void showValue(const PolicyText& policy, std::ostream& out) {
  out << "\n" << policy.text;
}

[[nodiscard]] inline rc::Gen<PolicyText> policies() {
  return [](const rc::Random& random, int size) {
    auto source = random;
    Dice dice(source.next());
    const auto shape = shape_for(static_cast<std::uint32_t>(size), dice);
    return rc::shrinkable::shrinkRecur(PolicyText{random_policy(shape, dice)},
                                       [](const PolicyText& policy) {
                                         std::vector<PolicyText> all;
                                         for (auto& text : smaller(policy.text))
                                           all.push_back({std::move(text)});
                                         return rc::seq::fromContainer(std::move(all));
                                       });
  };
}

}  // namespace spl::test
