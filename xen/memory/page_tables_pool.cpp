// The pages that page tables are made of.
//
// They are taken from the allocator a few at a time, never given back, and read-only wherever they
// are mapped (once protect_tables() was called). Making a page read-only may mean to split the
// large page that it lies in, which takes a table: from those just taken, before they are
// protected.
#include <cstring>

#include "memory/machine.hpp"
#include "memory/page_tables.hpp"
#include "memory/table_entry.hpp"

namespace xenrt {

using namespace table_entry;

std::optional<PhysicalAddress> PageTables::take_table() {
  while (spare_ == 0) {
    if (!refill()) return std::nullopt;
  }
  const PhysicalAddress page = spare_;
  spare_ = table(page)[0];
  std::memset(table(page), 0, kPage);
  ++in_use_;
  return page;
}

void PageTables::put_table(PhysicalAddress page) {
  table(page)[0] = spare_;
  spare_ = page;
  --in_use_;
}

bool PageTables::refill() {
  unsigned order = 3;
  auto block = pages_.allocate(order);
  if (!block) block = pages_.allocate(order = 0);
  if (!block) return false;
  for (std::uint64_t i = 0; i < 1ULL << order; ++i) {
    ++in_use_;
    put_table(*block + i * kPage);
  }
  if (!protected_) return true;
  for (std::uint64_t i = 0; i < 1ULL << order; ++i) {
    if (!make_read_only(*block + i * kPage)) return false;
  }
  return true;
}

bool PageTables::make_read_only(PhysicalAddress page) {
  const Place place = walk(page);
  if (place.level > 1) {
    if (!(*place.entry & kPresent)) return true;  // not mapped at all
    if (!split(place)) return false;
    flush_translation(page);
  }
  Entry& entry = *walk(page).entry;
  entry = address_in(entry) | bits_of(Access::read);
  flush_translation(page);
  return true;
}

bool PageTables::protect_tables() {
  const TableWrites writes;
  protected_ = true;
  bool done = protect_below(root_, 4);
  for (PhysicalAddress page = spare_; done && page != 0; page = table(page)[0]) {
    done = make_read_only(page);
  }
  return done;
}

bool PageTables::protect_below(PhysicalAddress table_page, unsigned level) {
  if (!make_read_only(table_page)) return false;
  for (std::uint64_t i = 0; level > 1 && i < kEntries; ++i) {
    const Entry entry = table(table_page)[i];
    if (is_table(entry, level) && !protect_below(address_in(entry), level - 1)) return false;
  }
  return true;
}

}  // namespace xenrt
