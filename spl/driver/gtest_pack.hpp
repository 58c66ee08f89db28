// A test pack as a GoogleTest file for the monitor that splc cpp makes.
#pragma once

#include <optional>
#include <string>

#include "spl/automaton.hpp"
#include "spl/test_pack.hpp"

namespace spl::driver {

class GtestPack {
 public:
  GtestPack(std::string policy, std::string stem, std::string name_space)
      : policy_(std::move(policy)), stem_(std::move(stem)), name_space_(std::move(name_space)) {}

  /// The parts of the file, in the order they are written.
  [[nodiscard]] std::string head() const;
  [[nodiscard]] std::string one(const TestCase& made, const Program& program);
  [[nodiscard]] std::string tail();

 private:
  [[nodiscard]] std::string close_list() const;

  std::string policy_;
  std::string stem_;
  std::string name_space_;
  std::optional<CaseKind> open_;  // the list that is being written
};

}  // namespace spl::driver
