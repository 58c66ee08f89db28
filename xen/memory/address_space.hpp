// What mmap, munmap, mprotect and brk do: memory for the C library, at addresses of its own.
//
// Pages come from anywhere; an address is used again only when all others have been, so that a
// stale pointer faults; between any two mappings is a page that is never mapped. Memory is there
// when map() returns: there is no page fault that would bring it.
#pragma once

#include "memory/page_tables.hpp"

namespace xenrt {

class AddressSpace {
 public:
  struct Areas {
    Range mappings;
    Range heap;
  };
  enum class Result : std::uint8_t { done, no_memory, bad_range, frozen };

  constexpr AddressSpace(PageAllocator& pages, PageTables& tables, Window window)
      : pages_(pages), tables_(tables), window_(window) {}

  // The areas are empty and of whole pages; mappings start at a random place in the first half of
  // theirs.
  void start(Areas areas, std::uint64_t random);

  // Zeroed, except with Access::none, which takes addresses and no memory. Empty: no memory.
  [[nodiscard]] std::optional<VirtualAddress> map(std::uint64_t bytes, Access access);

  // At that address, in place of what is mapped there. If there is no memory, nothing has changed.
  [[nodiscard]] Result map_at(Range range, Access access);

  [[nodiscard]] Result unmap(Range range);

  // All of the range must be mapped. On no_memory a part of it may have been changed.
  [[nodiscard]] Result protect(Range range, Access access);

  // brk(2): the new break if that is possible, else the old one.
  VirtualAddress set_break(VirtualAddress wanted);

  // No changes any more.
  void freeze() { frozen_ = true; }

  [[nodiscard]] bool owns(Range range) const { return areas_.mappings.covers(range); }

 private:
  [[nodiscard]] bool fill(Range range, Access access);
  [[nodiscard]] bool fill_page(VirtualAddress page, Access access);
  void drop(Range range);
  [[nodiscard]] bool has_memory_for(std::uint64_t bytes) const;

  PageAllocator& pages_;
  PageTables& tables_;
  Window window_;
  Areas areas_{};
  VirtualAddress next_ = 0;  // where to look for a gap
  VirtualAddress break_ = 0;
  bool frozen_ = false;
};

}  // namespace xenrt
