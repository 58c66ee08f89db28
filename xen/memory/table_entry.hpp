// The bits of a page table's entry. Private to the page tables.
#pragma once

#include "memory/page_tables.hpp"

namespace xenrt::table_entry {

using Entry = std::uint64_t;

inline constexpr std::uint64_t kEntries = 512;

inline constexpr Entry kPresent = 1ULL << 0;
inline constexpr Entry kWritable = 1ULL << 1;
inline constexpr Entry kAccessed = 1ULL << 5;
inline constexpr Entry kDirty = 1ULL << 6;
inline constexpr Entry kLarge = 1ULL << 7;
inline constexpr Entry kNoExecute = 1ULL << 63;
inline constexpr Entry kAddress = 0x000f'ffff'ffff'f000;
// Ours, in entries that are not present.
inline constexpr Entry kReserved = 1ULL << 9;
inline constexpr Entry kHidden = 1ULL << 10;

// Entries that lead to tables permit everything; the last level decides.
inline constexpr Entry kTableBits = kPresent | kWritable | kAccessed;

constexpr PhysicalAddress address_in(Entry entry) {
  return entry & kAddress;
}
constexpr std::uint64_t extent_of(unsigned level) {
  return kPage << (9 * (level - 1));
}
constexpr std::uint64_t index_of(VirtualAddress address, unsigned level) {
  return (address / extent_of(level)) % kEntries;
}
constexpr bool is_table(Entry entry, unsigned level) {
  return level > 1 && (entry & kPresent) != 0 && (entry & kLarge) == 0;
}

// Accessed and dirty are set from the start, so that the processor never has to write them.
constexpr Entry bits_of(Access access) {
  switch (access) {
    case Access::none:
      return 0;
    case Access::read:
      return kPresent | kAccessed | kDirty | kNoExecute;
    case Access::read_write:
      return kPresent | kAccessed | kDirty | kNoExecute | kWritable;
    case Access::read_execute:
      return kPresent | kAccessed | kDirty;
  }
  return 0;
}

constexpr Access access_of(Entry entry) {
  if (!(entry & kPresent)) return Access::none;
  if (entry & kWritable) return Access::read_write;
  return entry & kNoExecute ? Access::read : Access::read_execute;
}

}  // namespace xenrt::table_entry
