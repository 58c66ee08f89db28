// Any bytes as a policy that all engines must agree on (tests/differential).
#include "compare.hpp"
#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spl::test;
  if (size > 2'000) return 0;  // the oracle is slow
  Tally tally;
  const auto policy = text_of(data, size);
  CompareLimits limits;
  limits.joint_states = 25;
  limits.dfa_states = 60;
  limits.closure = 400;
  const auto difference = disagreement(policy, tally, limits);
  require(difference.empty(), "engines disagree", difference + "\n" + policy);
  return 0;
}
