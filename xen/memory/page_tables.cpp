// See page_tables.hpp. How the tables get and keep their own pages is in page_tables_pool.cpp.
#include "memory/page_tables.hpp"

#include "memory/machine.hpp"
#include "memory/table_entry.hpp"
#include "xenrt/panic.hpp"

namespace xenrt {

using namespace table_entry;

PageTables::Entry* PageTables::table(PhysicalAddress physical) const {
  return reinterpret_cast<Entry*>(window_ + physical);
}

bool PageTables::start() {
  const TableWrites writes;
  const auto page = take_table();
  if (page) root_ = *page;
  return page.has_value();
}

PageTables::Place PageTables::walk(VirtualAddress address) const {
  Entry* entry = &table(root_)[index_of(address, 4)];
  unsigned level = 4;
  while (level > 1 && is_table(*entry, level)) {
    --level;
    entry = &table(address_in(*entry))[index_of(address, level)];
  }
  return {entry, level};
}

// The entry of this level for the address; tables on the way are made, large pages split.
PageTables::Entry* PageTables::descend(VirtualAddress address, unsigned level) {
  for (;;) {
    const Place place = walk(address);
    if (place.level <= level) return place.level == level ? place.entry : nullptr;
    if (*place.entry & kPresent) {
      if (!split(place)) return nullptr;
      flush_translation(address);
      continue;
    }
    const auto page = take_table();
    if (!page) return nullptr;
    // Taking a page may have split a large page, but never one that was absent here.
    *place.entry = *page | kTableBits;
  }
}

bool PageTables::split(Place place) {
  const Entry old = *place.entry;
  const auto page = take_table();
  if (!page) return false;
  if (*place.entry != old) {  // taking a page had to split this very one
    put_table(*page);
    return true;
  }
  for (std::uint64_t i = 0; i < kEntries; ++i) {
    table(*page)[i] = (old & ~kLarge) + i * kPage;
  }
  *place.entry = *page | kTableBits;
  return true;
}

bool PageTables::map_identity(Range range, Access access) {
  const TableWrites writes;
  return map_entries(range, access);
}

bool PageTables::map_entries(Range range, Access access) {
  for (std::uint64_t at = range.begin; at < range.end;) {
    const bool large = is_aligned(at, kLargePage) && range.end - at >= kLargePage;
    Entry* entry = descend(at, large ? 2 : 1);
    // A 2 MiB page does not fit where there is a table already.
    if (entry == nullptr && large) entry = descend(at, 1);
    if (entry == nullptr) return false;
    const bool is_large = large && walk(at).level == 2;
    *entry = at | bits_of(access) | (is_large ? kLarge : 0);
    flush_translation(at);
    at += is_large ? kLargePage : kPage;
  }
  return true;
}

bool PageTables::protect(Range range, Access access) {
  const TableWrites writes;
  return protect_entries(range, access);
}

bool PageTables::protect_entries(Range range, Access access) {
  for (std::uint64_t at = range.begin; at < range.end;) {
    const Place place = walk(at);
    const std::uint64_t extent = extent_of(place.level);
    if (!(*place.entry & kPresent)) {
      at = align_down(at, extent) + extent;
      continue;
    }
    // Hidden pages are 4 KiB: an entry higher up that is not present is absent.
    const bool whole = access != Access::none && is_aligned(at, extent) && range.end - at >= extent;
    Entry* entry = whole ? place.entry : descend(at, 1);
    if (entry == nullptr) return false;
    const std::uint64_t size = whole ? extent : kPage;
    *entry = access == Access::none
                 ? address_in(*entry) | kReserved | kHidden
                 : address_in(*entry) | bits_of(access) | (*entry & (size == kPage ? 0 : kLarge));
    flush_translation(at);
    at += size;
  }
  return true;
}

bool PageTables::prepare(Range range) {
  const TableWrites writes;
  return prepare_entries(range);
}

bool PageTables::prepare_entries(Range range) {
  for (std::uint64_t at = range.begin; at < range.end;
       at = align_down(at, kLargePage) + kLargePage) {
    if (descend(at, 1) != nullptr) continue;
    prune_below(root_, 4, 0, {align_down(range.begin, kLargePage), at + kPage});
    return false;
  }
  return true;
}

void PageTables::set(VirtualAddress page, Kind kind, Access access, PhysicalAddress physical) {
  const Place place = walk(page);
  if (place.level != 1) panic("page tables: set() without prepare()");
  Entry value = 0;
  switch (kind) {
    case Kind::absent:
      break;
    case Kind::reserved:
      value = kReserved;
      break;
    case Kind::hidden:
      value = physical | kReserved | kHidden;
      break;
    case Kind::present:
      value = physical | bits_of(access);
      break;
  }
  const bool was_present = (*place.entry & kPresent) != 0;
  {
    const TableWrites writes;
    *place.entry = value;
  }
  if (was_present) flush_translation(page);
}

PageTables::Mapping PageTables::find(VirtualAddress address) const {
  if (address >= kEnd) return {Kind::reserved, Access::none, 0, kEnd};
  const Place place = walk(address);
  const Entry entry = *place.entry;
  const std::uint64_t extent = extent_of(place.level);
  const PhysicalAddress physical = address_in(entry) + (address & (extent - 1));
  if (entry & kPresent) return {Kind::present, access_of(entry), physical, extent};
  if (entry & kHidden) return {Kind::hidden, Access::none, physical, extent};
  return {entry & kReserved ? Kind::reserved : Kind::absent, Access::none, 0, extent};
}

std::optional<VirtualAddress> PageTables::find_gap(Range area, std::uint64_t bytes) const {
  std::uint64_t begin = area.begin;
  for (std::uint64_t at = area.begin; at < area.end;) {
    const Mapping mapping = find(at);
    at = align_down(at, mapping.extent) + mapping.extent;
    if (mapping.kind != Kind::absent) begin = at;
    if (begin >= area.end || area.end - begin < bytes) return std::nullopt;
    if (at >= begin && at - begin >= bytes) return begin;
  }
  return std::nullopt;
}

void PageTables::prune(Range range) {
  const TableWrites writes;
  prune_below(root_, 4, 0, range);
}

// Whether the table has become empty.
bool PageTables::prune_below(PhysicalAddress table_page, unsigned level, VirtualAddress base,
                             Range range) {
  const std::uint64_t extent = extent_of(level);
  Entry* entries = table(table_page);
  bool empty = true;
  for (std::uint64_t i = 0; i < kEntries; ++i) {
    const Range covered{base + i * extent, base + (i + 1) * extent};
    if (entries[i] != 0 && level > 1 && is_table(entries[i], level) && covered.overlaps(range) &&
        prune_below(address_in(entries[i]), level - 1, covered.begin, range)) {
      const PhysicalAddress child = address_in(entries[i]);
      entries[i] = 0;
      flush_translation(
          covered.begin);  // invlpg also drops what the processor has cached of the tables above
      put_table(child);
    }
    empty = empty && entries[i] == 0;
  }
  return empty;
}

}  // namespace xenrt
