// The vocabulary: every statecall of a policy, its dense id, and who uses it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spl/source.hpp"

namespace spl {

/// Dense id of a statecall: its index in the sorted list of names. The same id is the PROMELA
/// model's, the monitor's enumerator value and the trace's.
enum class StatecallId : std::uint32_t {};
[[nodiscard]] constexpr std::uint32_t index(StatecallId id) {
  return static_cast<std::uint32_t>(id);
}

struct Statecall {
  std::string name;
  SourceRange first_use;   // where it is declared, else where it is first used
  bool declared = false;   // in a `statecalls` declaration
  std::uint32_t uses = 0;  // occurrences in routines (statements and always_allow lists)
};

/// Immutable once built (by sema). Names ascend bytewise.
class Vocabulary {
 public:
  Vocabulary() = default;
  /// `statecalls` sorted by name, names unique.
  explicit Vocabulary(std::vector<Statecall> statecalls) : statecalls_(std::move(statecalls)) {}

  [[nodiscard]] std::uint32_t size() const {
    return static_cast<std::uint32_t>(statecalls_.size());
  }
  [[nodiscard]] const Statecall& operator[](StatecallId id) const { return statecalls_[index(id)]; }
  [[nodiscard]] const std::string& name(StatecallId id) const {
    return statecalls_[index(id)].name;
  }
  [[nodiscard]] std::optional<StatecallId> find(std::string_view name) const;
  [[nodiscard]] const std::vector<Statecall>& all() const { return statecalls_; }

 private:
  std::vector<Statecall> statecalls_;
};

}  // namespace spl
