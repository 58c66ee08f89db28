// See xenrt/grants.hpp. The flag protocol is that of xen/grant_table.h, "Invalidating an unused
// GTF_permit_access entry". Entries not in use are a list through their frame numbers, which Xen
// does not look at.
#include "xenrt/grants.hpp"

#include <xen/grant_table.h>
#include <xen/memory.h>
#include <xen/xen.h>

#include <cstring>

#include "boot/paging.hpp"
#include "hypervisor/hypercall.hpp"
#include "hypervisor/suspend.hpp"
#include "xenrt/panic.hpp"

namespace xenrt {

namespace {

constexpr std::uint32_t kPerPage = kPage / sizeof(grant_entry_v1_t);
constexpr std::uint32_t kReservedEntries = 8;  // GNTTAB_NR_RESERVED_ENTRIES
constexpr std::uint32_t kNone = 0;

constinit std::uint32_t pages = 0;
constinit std::uint32_t first_free = kNone;
constinit GrantUse use{};

// Behind the shared info page (hypervisor/xen.cpp).
PhysicalAddress table_page(std::uint32_t n) {
  return unused_physical_page(1 + std::uint64_t{n});
}

grant_entry_v1_t& entry(std::uint32_t index) {
  return reinterpret_cast<grant_entry_v1_t*>(table_page(0))[index];
}

void put_free(std::uint32_t index) {
  entry(index).frame = first_free;
  first_free = index;
  ++use.free;
}

bool place_page(std::uint32_t n) {
  xen_add_to_physmap arguments{};
  arguments.domid = DOMID_SELF;
  arguments.space = XENMAPSPACE_grant_table;
  arguments.idx = n;
  arguments.gpfn = table_page(n) / kPage;
  return hypercall(Hypercall::memory_op, XENMEM_add_to_physmap, address_of(arguments)) == 0;
}

bool grow() {
  if (!place_page(pages) || !map_special_page(table_page(pages))) return false;
  const std::uint32_t begin = pages++ * kPerPage;
  for (std::uint32_t i = kPerPage; i-- > 0;) {
    if (begin + i >= kReservedEntries) put_free(begin + i);
  }
  return true;
}

}  // namespace

std::optional<GrantRef> grant_access(DomainId to, Frame frame, Lend lend) noexcept {
  // A version 1 entry has 32 bits for the frame: 16 TiB.
  const auto number = static_cast<std::uint64_t>(frame);
  if (!on_xen() || number > UINT32_MAX) return std::nullopt;
  if (first_free == kNone && !grow()) return std::nullopt;
  const std::uint32_t index = first_free;
  grant_entry_v1_t& granted = entry(index);
  first_free = granted.frame;
  granted.domid = to;
  granted.frame = static_cast<std::uint32_t>(number);
  const int flags = GTF_permit_access | (lend == Lend::read_only ? GTF_readonly : 0);
  __atomic_store_n(&granted.flags, static_cast<std::uint16_t>(flags), __ATOMIC_RELEASE);
  --use.free;
  ++use.used;
  return GrantRef{index};
}

bool end_access(GrantRef grant) noexcept {
  const auto index = static_cast<std::uint32_t>(grant);
  if (index < kReservedEntries || index >= pages * kPerPage) panic("end_access: no such grant");
  grant_entry_v1_t& granted = entry(index);
  std::uint16_t flags = __atomic_load_n(&granted.flags, __ATOMIC_ACQUIRE);
  do {
    if ((flags & GTF_type_mask) != GTF_permit_access) panic("end_access: nothing is granted");
    if ((flags & (GTF_reading | GTF_writing)) != 0) return false;
  } while (!__atomic_compare_exchange_n(&granted.flags, &flags, std::uint16_t{0}, false,
                                        __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
  put_free(index);
  --use.used;
  return true;
}

GrantUse grant_use() noexcept {
  return use;
}

std::optional<KeptGrants> keep_grants() {
  KeptGrants kept{nullptr, 0};
  if (pages == 0) return kept;
  while ((1U << kept.order) < pages) ++kept.order;
  kept.entries = allocate_pages(kept.order);
  if (kept.entries == nullptr) return std::nullopt;
  std::memcpy(kept.entries, &entry(0), pages * kPage);
  return kept;
}

void forget_grants(const KeptGrants& kept) {
  if (kept.entries != nullptr) free_pages(kept.entries, kept.order);
}

// The list of free entries is in the table itself. Whom the others were for is another domain now,
// or none: they permit nobody until their owners end them.
void restart_grants(const KeptGrants& kept) {
  const auto* old = static_cast<const grant_entry_v1_t*>(kept.entries);
  for (std::uint32_t i = 0; i < pages; ++i) {
    if (!place_page(i)) panic("Xen does not give the grant table's pages after a suspend");
  }
  for (std::uint32_t i = kReservedEntries; i < pages * kPerPage; ++i) {
    const bool used = (old[i].flags & GTF_type_mask) != 0;
    entry(i).domid = DOMID_INVALID;
    entry(i).frame = old[i].frame;
    __atomic_store_n(&entry(i).flags, std::uint16_t{used ? GTF_permit_access : 0},
                     __ATOMIC_RELEASE);
  }
}

}  // namespace xenrt
