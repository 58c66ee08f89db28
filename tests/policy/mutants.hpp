// Each property of the shipped policies, and a change to a policy that must make it fail.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "support.hpp"

namespace spl::test {

struct Mutant {
  std::string property;
  std::string policy;
  std::vector<Edit> edits;

  friend std::ostream& operator<<(std::ostream& out, const Mutant& mutant) {
    return out << mutant.property;
  }
};

[[nodiscard]] std::vector<Mutant> mutants();
// Parts of it.
[[nodiscard]] std::vector<Mutant> tcp_mutants();
[[nodiscard]] std::vector<Mutant> stray_mutants();

}  // namespace spl::test
