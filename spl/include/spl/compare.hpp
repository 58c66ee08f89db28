// Comparing two policies by the traces they accept (`splc diff`).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spl/dfa.hpp"
#include "spl/vocabulary.hpp"

namespace spl {

/// A policy as a comparison sees it. Borrows; `dfas` holds one per automaton, in order.
struct PolicyView {
  const Vocabulary* vocabulary = nullptr;
  std::span<const Dfa> dfas;
};

/// What the new policy is, seen from the old one.
enum class Relation : std::uint8_t {
  equal,         // both accept the same traces
  stricter,      // the new one refuses some that the old one accepts, and no other way round
  looser,        // the opposite
  incomparable,  // both
  unknown,       // the bound was reached before the question was settled
};
[[nodiscard]] const char* to_string(Relation relation);

struct CompareOptions {
  /// Statecalls of one policy by their names in the other: old name -> new name.
  std::map<std::string, std::string, std::less<>> rename;
  /// A statecall in no alphabet is refused (strict mode of language.md section 6), not ignored.
  bool strict = false;
  std::uint64_t max_states = 5'000'000;  // pairs of joint states
};

struct Comparison {
  Relation relation = Relation::unknown;
  /// Shortest traces, in names of the new policy; the last statecall tells the two apart.
  std::optional<std::vector<std::string>> only_old;  // accepted by the old policy alone
  std::optional<std::vector<std::string>> only_new;
  std::uint64_t states = 0;  // pairs visited
  bool complete = false;     // every pair was visited: what was not found does not exist
};

/// Language inclusion both ways. Breadth first, so that the traces are shortest.
[[nodiscard]] Comparison compare(const PolicyView& old_policy, const PolicyView& new_policy,
                                 const CompareOptions& options = {});

}  // namespace spl
