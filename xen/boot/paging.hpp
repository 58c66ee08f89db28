// The guest's memory: the objects of memory/ that are really in use, and how they come to be.
#pragma once

#include <span>

#include "memory/address_space.hpp"
#include "memory/memory_map.hpp"

namespace xenrt {

// What the tables of boot/entry.S map, from address 0.
inline constexpr std::uint64_t kBootMapped = 4ULL << 30;

extern PageAllocator page_allocator;
extern PageTables page_tables;
extern AddressSpace address_space;

// Hands RAM below 4 GiB, which the entry's tables map, to the allocator. `taken` is in use: the
// image, what the loader has passed.
void start_allocator(std::span<const MemoryRegion> map, std::span<const Range> taken);

// A copy in pages that are never freed. The loader may have put the original anywhere, even at
// address 0.
[[nodiscard]] void* keep_copy(const void* from, std::uint64_t bytes);

// Page tables with W^X, in force from here on; the rest of RAM to the allocator. `map` is a kept
// copy.
void start_paging(std::span<const MemoryRegion> map, std::span<const Range> taken);

// Maps a page that is not RAM (a ring shared with Xen) at its own address. False: no memory.
[[nodiscard]] bool map_special_page(PhysicalAddress page);

// Makes mmap and brk possible, at addresses that depend on a random number.
void start_address_space(std::uint64_t random);

// Everything that is set up before main() and constant from then on becomes read-only.
void seal_boot_data();

// The frames that nothing else uses, for Xen to put its tables in: the n-th. Set by start_memory().
[[nodiscard]] PhysicalAddress unused_physical_page(std::uint64_t n);

}  // namespace xenrt
