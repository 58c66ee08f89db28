// The buddy allocator of physical pages (Knuth, TAOCP 1, 2.5).
//
// Its bookkeeping is 12 bytes a page, apart from the pages themselves: a program that writes to a
// page it has freed does not damage the allocator. Any number of ranges of any size may be added.
#pragma once

#include <optional>

#include "memory/addresses.hpp"

namespace xenrt {

class PageAllocator {
 public:
  // Blocks have 2^order pages, and are aligned to their size.
  static constexpr unsigned kMaxOrder = 18;

  explicit constexpr PageAllocator(Window window) : window_(window) {}

  // Hands over RAM; parts of pages at its ends are left out. The first pages keep the bookkeeping
  // and must be visible through the window. Says false if the range is too small to be of use.
  // Ranges must not overlap.
  bool add(Range ram);

  // Not zeroed. Empty: there is no such block.
  [[nodiscard]] std::optional<PhysicalAddress> allocate(unsigned order);

  // Exactly what allocate(order) gave; all else is a bug.
  void release(PhysicalAddress block, unsigned order);

  [[nodiscard]] std::uint64_t total_pages() const { return total_; }
  [[nodiscard]] std::uint64_t free_pages() const { return free_; }
  [[nodiscard]] std::uint64_t lowest_free_pages() const { return lowest_; }

  // Looks at every page's record: for tests. nullptr, or what is wrong.
  [[nodiscard]] const char* check() const;

 private:
  using Index = std::uint32_t;  // of a page in its zone
  static constexpr Index kNone = UINT32_MAX;

  enum class State : std::uint8_t { inside, free, used };  // inside: not a block's first page

  struct Page {
    Index next = kNone;
    Index previous = kNone;
    std::uint8_t order = 0;
    State state = State::inside;
  };

  // At the start of each range, followed by one Page for each page handed out.
  struct Zone {
    Zone* next;
    std::uint64_t first_page;  // physical address / kPage
    std::uint64_t pages;
    Index heads[kMaxOrder + 1];
    Page* page;
  };

  [[nodiscard]] Zone* zone_of(std::uint64_t page_number) const;
  static void push(Zone& zone, Index index, unsigned order);
  static void unlink(Zone& zone, Index index);
  void insert_merged(Zone& zone, Index index, unsigned order);
  [[nodiscard]] static const char* check(const Zone& zone, std::uint64_t& free);

  Window window_;
  Zone* zones_ = nullptr;
  std::uint64_t total_ = 0;
  std::uint64_t free_ = 0;
  std::uint64_t lowest_ = 0;
};

}  // namespace xenrt
