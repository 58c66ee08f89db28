// Random policies, as text: every kind of statement, functions, several automata.
//
// What comes out passes check() (a test counts on it), but is otherwise as odd as the grammar
// allows: blocks that consume nothing, guards that overflow, handles inside handles.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spl::test {

/// A small, fast, fully specified generator (splitmix64): the same policies on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// 0 <= result < sides.
  std::uint32_t roll(std::uint32_t sides);
  /// True `percent` times in a hundred.
  bool chance(std::uint32_t percent) { return roll(100) < percent; }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[roll(static_cast<std::uint32_t>(from.size()))];
  }

 private:
  std::uint64_t state_;
};

struct Shape {
  std::uint32_t statecalls = 3;  // A, B, C, ...
  std::uint32_t automata = 2;    // at most
  std::uint32_t functions = 2;   // at most
  std::uint32_t size = 14;       // statements per routine, about
  std::uint32_t depth = 4;       // nesting of blocks
  bool arithmetic = true;        // expressions that may fault
  bool variables = true;
};

/// A shape for a size of 0 to 100, varied by the dice.
[[nodiscard]] Shape shape_for(std::uint32_t size, Dice& dice);

[[nodiscard]] std::string random_policy(const Shape& shape, Dice& dice);

}  // namespace spl::test
