// The guest's image is taken, and it goes on from there: in its domain, or in a new one.
#pragma once

#include <optional>

#include "xenrt/shutdown.hpp"

namespace xenrt {

// As ShutdownControl::suspend(), without the store's watches. Empty also without Xen.
[[nodiscard]] std::optional<Resumed> suspend_domain() noexcept;

// A copy of the grant table, which a new domain does not have.
struct KeptGrants {
  void* entries;  // null: there is no table yet
  unsigned order;
};
// Empty: no memory.
[[nodiscard]] std::optional<KeptGrants> keep_grants();
void forget_grants(const KeptGrants& kept);
// In a new domain: every grant is as good as ended, but for the call of end_access().
void restart_grants(const KeptGrants& kept);

}  // namespace xenrt
