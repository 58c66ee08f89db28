// See page_allocator.hpp.
//
// Invariants: a free block is on the list of its order, and its buddy is not a free block of the
// same order (else they would be one). Only a block's first page has a state other than `inside`.
#include "memory/page_allocator.hpp"

#include <bit>
#include <new>

#include "xenrt/panic.hpp"

namespace xenrt {

bool PageAllocator::add(Range ram) {
  const std::uint64_t begin = align_up(ram.begin, kPage);
  const std::uint64_t end = align_down(ram.end, kPage);
  if (begin >= end) return false;
  const std::uint64_t all = (end - begin) / kPage;
  const std::uint64_t bookkeeping = align_up(sizeof(Zone) + all * sizeof(Page), kPage) / kPage;
  if (bookkeeping >= all || all - bookkeeping >= kNone) return false;

  auto* zone = new (reinterpret_cast<void*>(window_ + begin)) Zone{};
  zone->first_page = begin / kPage + bookkeeping;
  zone->pages = all - bookkeeping;
  zone->page = reinterpret_cast<Page*>(zone + 1);
  for (Index& head : zone->heads) head = kNone;
  for (std::uint64_t i = 0; i < zone->pages; ++i) new (&zone->page[i]) Page{};
  Zone** last = &zones_;
  while (*last != nullptr) last = &(*last)->next;
  *last = zone;

  // The largest aligned blocks that fit, from the low end.
  for (std::uint64_t i = 0; i < zone->pages;) {
    unsigned order = kMaxOrder;
    while (!is_aligned(zone->first_page + i, 1ULL << order) || i + (1ULL << order) > zone->pages) {
      --order;
    }
    push(*zone, static_cast<Index>(i), order);
    i += 1ULL << order;
  }
  total_ += zone->pages;
  free_ += zone->pages;
  lowest_ += zone->pages;
  return true;
}

std::optional<PhysicalAddress> PageAllocator::allocate(unsigned order) {
  if (order > kMaxOrder) return std::nullopt;
  for (Zone* zone = zones_; zone != nullptr; zone = zone->next) {
    unsigned found = order;
    while (found <= kMaxOrder && zone->heads[found] == kNone) ++found;
    if (found > kMaxOrder) continue;
    const Index index = zone->heads[found];
    unlink(*zone, index);
    while (found > order) {  // the upper half goes back, the lower half is split on
      --found;
      push(*zone, index + (Index{1} << found), found);
    }
    zone->page[index].state = State::used;
    zone->page[index].order = static_cast<std::uint8_t>(order);
    free_ -= 1ULL << order;
    if (free_ < lowest_) lowest_ = free_;
    return (zone->first_page + index) * kPage;
  }
  return std::nullopt;
}

void PageAllocator::release(PhysicalAddress block, unsigned order) {
  Zone* zone = is_aligned(block, kPage) ? zone_of(block / kPage) : nullptr;
  if (zone == nullptr) panic("page allocator: released what was never allocated");
  const auto index = static_cast<Index>(block / kPage - zone->first_page);
  Page& page = zone->page[index];
  if (page.state != State::used) panic("page allocator: released twice, or not a block's start");
  if (page.order != order) panic("page allocator: released with another size");
  page.state = State::inside;
  insert_merged(*zone, index, order);
  free_ += 1ULL << order;
}

void PageAllocator::insert_merged(Zone& zone, Index index, unsigned order) {
  for (; order < kMaxOrder; ++order) {
    const std::uint64_t number = (zone.first_page + index) ^ (1ULL << order);
    if (number < zone.first_page || number - zone.first_page >= zone.pages) break;
    const auto buddy = static_cast<Index>(number - zone.first_page);
    if (zone.page[buddy].state != State::free || zone.page[buddy].order != order) break;
    unlink(zone, buddy);
    if (buddy < index) index = buddy;
  }
  push(zone, index, order);
}

PageAllocator::Zone* PageAllocator::zone_of(std::uint64_t page_number) const {
  for (Zone* zone = zones_; zone != nullptr; zone = zone->next) {
    if (page_number >= zone->first_page && page_number - zone->first_page < zone->pages)
      return zone;
  }
  return nullptr;
}

void PageAllocator::push(Zone& zone, Index index, unsigned order) {
  Index& head = zone.heads[order];
  zone.page[index] = {head, kNone, static_cast<std::uint8_t>(order), State::free};
  if (head != kNone) zone.page[head].previous = index;
  head = index;
}

void PageAllocator::unlink(Zone& zone, Index index) {
  Page& page = zone.page[index];
  if (page.previous != kNone) {
    zone.page[page.previous].next = page.next;
  } else {
    zone.heads[page.order] = page.next;
  }
  if (page.next != kNone) zone.page[page.next].previous = page.previous;
  page = {};
}

const char* PageAllocator::check() const {
  std::uint64_t free = 0;
  for (Zone* zone = zones_; zone != nullptr; zone = zone->next) {
    if (const char* wrong = check(*zone, free)) return wrong;
  }
  return free == free_ ? nullptr : "the count of free pages is wrong";
}

const char* PageAllocator::check(const Zone& zone, std::uint64_t& free) {
  std::uint64_t blocks = 0;
  for (std::uint64_t i = 0; i < zone.pages;) {
    const Page& page = zone.page[i];
    const std::uint64_t size = 1ULL << page.order;
    if (page.state == State::inside) return "a page belongs to no block";
    if (!is_aligned(zone.first_page + i, size) || i + size > zone.pages)
      return "a block is misplaced";
    for (std::uint64_t k = 1; k < size; ++k) {
      if (zone.page[i + k].state != State::inside) return "a block starts inside another";
    }
    if (page.state == State::free) {
      free += size;
      ++blocks;
      const std::uint64_t buddy = ((zone.first_page + i) ^ size) - zone.first_page;
      if (page.order < kMaxOrder && buddy < zone.pages && zone.page[buddy].state == State::free &&
          zone.page[buddy].order == page.order) {
        return "two free buddies are not merged";
      }
    }
    i += size;
  }
  for (unsigned order = 0; order <= kMaxOrder; ++order) {
    Index previous = kNone;
    for (Index i = zone.heads[order]; i != kNone; previous = i, i = zone.page[i].next) {
      if (zone.page[i].state != State::free || zone.page[i].order != order)
        return "a list is wrong";
      if (zone.page[i].previous != previous) return "a list's back link is wrong";
      --blocks;
    }
  }
  return blocks == 0 ? nullptr : "a free block is on no list";
}

}  // namespace xenrt
