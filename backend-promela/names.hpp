// Internal: identifiers of a model. A policy's names are kept wherever PROMELA, C and the limits of
// spin's scanner allow it.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace spl::promela {

/// Hands out unique identifiers, near to the wished one.
class NameTable {
 public:
  /// `wish` if it is free, not reserved and not too long; else a variant of it.
  std::string take(std::string_view wish);

 private:
  std::set<std::string, std::less<>> taken_;
};

/// True for what neither a variable nor an mtype of a model may be called.
[[nodiscard]] bool is_reserved(std::string_view name);

/// Text that is safe inside a PROMELA comment.
[[nodiscard]] std::string comment_text(std::string_view text);

}  // namespace spl::promela
