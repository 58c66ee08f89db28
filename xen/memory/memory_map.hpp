// The map of physical memory that the boot protocol gives (E820, xen/arch-x86/hvm/start_info.h).
#pragma once

#include <cstddef>
#include <span>

#include "memory/addresses.hpp"

namespace xenrt {

inline constexpr std::uint32_t kMemoryTypeRam = 1;

struct MemoryRegion {
  std::uint64_t address;
  std::uint64_t size;
  std::uint32_t type;
};

// Calls `use(Range)` for each piece of whole pages that are RAM, lie below `limit`, and overlap
// neither with a region of another type (firmware's maps contradict themselves) nor with anything
// in `taken`. Pieces come in ascending order and do not overlap, whatever the map says.
template <class Use>
void for_each_usable(std::span<const MemoryRegion> map, std::span<const Range> taken,
                     std::uint64_t limit, Use use);

// One past the highest address that any region names, or 2^64-1 if one wraps around.
std::uint64_t highest_address(std::span<const MemoryRegion> map);

// ---------------------------------------------------------------------------

namespace detail {

// Without wrapping round.
constexpr std::uint64_t end_of(const MemoryRegion& region) {
  return region.address + region.size < region.address ? UINT64_MAX : region.address + region.size;
}

// The nearest boundary of any region or taken range after `at`, and no further than `limit`.
constexpr std::uint64_t next_boundary(std::span<const MemoryRegion> map,
                                      std::span<const Range> taken, std::uint64_t at,
                                      std::uint64_t limit) {
  std::uint64_t next = limit;
  const auto consider = [&](std::uint64_t boundary) {
    if (boundary > at && boundary < next) next = boundary;
  };
  for (const MemoryRegion& region : map) {
    consider(region.address);
    consider(end_of(region));
  }
  for (const Range& range : taken) {
    consider(range.begin);
    consider(range.end);
  }
  return next;
}

// Whether the bytes from `at` to the next boundary are free RAM.
constexpr bool usable_at(std::span<const MemoryRegion> map, std::span<const Range> taken,
                         std::uint64_t at) {
  bool ram = false;
  for (const MemoryRegion& region : map) {
    if (at < region.address || at >= end_of(region)) continue;
    if (region.type != kMemoryTypeRam) return false;
    ram = true;
  }
  for (const Range& range : taken) {
    if (range.contains(at)) return false;
  }
  return ram;
}

}  // namespace detail

template <class Use>
void for_each_usable(std::span<const MemoryRegion> map, std::span<const Range> taken,
                     std::uint64_t limit, Use use) {
  limit = align_down(limit, kPage);
  std::uint64_t at = 0;
  std::uint64_t begin = 0;
  bool open = false;
  const auto close = [&](std::uint64_t end) {
    if (!open) return;
    open = false;
    // The first page with a usable byte in it need not be usable as a whole.
    const Range pages{begin > UINT64_MAX - kPage ? limit : align_up(begin, kPage),
                      align_down(end, kPage)};
    if (!pages.empty()) use(pages);
  };
  while (at < limit) {
    const std::uint64_t next = detail::next_boundary(map, taken, at, limit);
    if (!detail::usable_at(map, taken, at)) {
      close(at);
    } else if (!open) {
      open = true;
      begin = at;
    }
    at = next;
  }
  close(limit);
}

}  // namespace xenrt
