// The processor's page tables: 4 levels, pages of 4 KiB and 2 MiB (Intel SDM vol. 3, 4.5; AMD APM
// vol. 2, 5.3).
//
// They are the only record of what is mapped: bits that the processor ignores tell a page that is
// reserved (an address without memory) from one that is hidden (memory without access).
#pragma once

#include <optional>

#include "memory/page_allocator.hpp"

namespace xenrt {

// There is no page that is writable and executable; the type has no word for it.
enum class Access : std::uint8_t { none, read, read_write, read_execute };

class PageTables {
 public:
  enum class Kind : std::uint8_t {
    absent,    // free to be mapped
    reserved,  // taken, without memory behind it
    hidden,    // memory that nobody may touch
    present,
  };
  struct Mapping {
    Kind kind = Kind::absent;
    Access access = Access::none;
    PhysicalAddress physical = 0;  // of the byte asked for; hidden and present only
    std::uint64_t extent = 0;      // the mapping is the same up to the next multiple of this
  };

  constexpr PageTables(PageAllocator& pages, Window window) : pages_(pages), window_(window) {}

  // Makes the top table. False: no memory.
  [[nodiscard]] bool start();
  [[nodiscard]] PhysicalAddress root() const { return root_; }

  // From now on tables are kept read-only in the identity map, which must be complete. False: no
  // memory.
  [[nodiscard]] bool protect_tables();

  // Virtual = physical, in large pages where they fit. The range is of whole pages that are absent.
  [[nodiscard]] bool map_identity(Range range, Access access);

  // Changes the access of the present pages in a range, splitting large ones. False: no memory for
  // that; some may have been changed.
  [[nodiscard]] bool protect(Range range, Access access);

  // Makes sure that set() works on all of the range. False: no memory, and nothing has changed that
  // can be noticed.
  [[nodiscard]] bool prepare(Range range);

  // One 4 KiB page. prepare() has been called for it.
  void set(VirtualAddress page, Kind kind, Access access, PhysicalAddress physical);

  // Gives back the tables that map nothing any more, after set(absent) on all of a range.
  void prune(Range range);

  [[nodiscard]] Mapping find(VirtualAddress address) const;

  // The first address >= area.begin with that many absent bytes from there on.
  [[nodiscard]] std::optional<VirtualAddress> find_gap(Range area, std::uint64_t bytes) const;

  // For tests and the status page.
  [[nodiscard]] std::uint64_t tables_in_use() const { return in_use_; }

  // One past the last address: the lower half.
  static constexpr VirtualAddress kEnd = 1ULL << 47;

 private:
  using Entry = std::uint64_t;
  struct Place {
    Entry* entry;    // the lowest one that exists on the way to the address
    unsigned level;  // 4 .. 1
  };

  [[nodiscard]] Entry* table(PhysicalAddress physical) const;
  [[nodiscard]] Place walk(VirtualAddress address) const;
  [[nodiscard]] Entry* descend(VirtualAddress address, unsigned level);
  [[nodiscard]] bool split(Place place);
  [[nodiscard]] bool protect_entries(Range range, Access access);
  [[nodiscard]] bool prepare_entries(Range range);
  [[nodiscard]] bool map_entries(Range range, Access access);
  [[nodiscard]] bool protect_below(PhysicalAddress table_page, unsigned level);
  bool prune_below(PhysicalAddress table_page, unsigned level, VirtualAddress base, Range range);

  [[nodiscard]] std::optional<PhysicalAddress> take_table();
  void put_table(PhysicalAddress page);
  [[nodiscard]] bool refill();
  [[nodiscard]] bool make_read_only(PhysicalAddress page);

  PageAllocator& pages_;
  Window window_;
  PhysicalAddress root_ = 0;
  PhysicalAddress spare_ =
      0;  // tables not in use; each one's first entry is the next one's address
  std::uint64_t in_use_ = 0;
  bool protected_ = false;
};

}  // namespace xenrt
