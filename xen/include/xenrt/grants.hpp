// Grant table, version 1: lending pages to another domain (xen/grant_table.h).
#pragma once

#include <cstdint>
#include <optional>

#include "xenrt/events.hpp"
#include "xenrt/memory.hpp"

namespace xenrt {

// Number of an entry of the grant table, as backends are told it.
enum class GrantRef : std::uint32_t {};

enum class Lend { read_only, read_write };

// Lets `to` map or copy the page. Empty if the table is full and Xen does not let it grow, or there
// is no Xen. The page must stay allocated until end_access() has returned true.
[[nodiscard]] std::optional<GrantRef> grant_access(DomainId to, Frame frame, Lend lend) noexcept;

// Takes the page back: true if from now on nobody else can reach it; false if the other domain
// still has it mapped, and then nothing has changed: try again later, and until then the page must
// not be used for anything else. A backend is not trusted to ever let go.
[[nodiscard]] bool end_access(GrantRef grant) noexcept;

// Entries that grant_access() could still hand out without asking Xen for more, and those in use.
struct GrantUse {
  std::uint32_t free;
  std::uint32_t used;
};
[[nodiscard]] GrantUse grant_use() noexcept;

}  // namespace xenrt
