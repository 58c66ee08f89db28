// The page allocator, the page tables and the address space against models, with random steps.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

#include "machine.hpp"
#include "memory/memory_map.hpp"

namespace xenrt::test {
namespace {

using Kind = PageTables::Kind;
using Result = AddressSpace::Result;

TEST(PageAllocator, RandomUseKeepsItWhole) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const Ram low(kPage * (20 + random() % 2000), kPage * (1 + random() % 1000));
    PageAllocator pages(low.window());
    ASSERT_TRUE(pages.add(low.range()));
    ASSERT_EQ(pages.check(), nullptr);
    const auto all = pages.free_pages();
    std::map<PhysicalAddress, unsigned> held;
    for (int step = 0; step < 2000; ++step) {
      if (random() % 2 == 0 || held.empty()) {
        const unsigned order = random() % 6;
        const auto block = pages.allocate(order);
        if (!block) continue;
        const Range range{*block, *block + (kPage << order)};
        ASSERT_TRUE(is_aligned(*block, kPage << order));
        ASSERT_TRUE(low.range().covers(range));
        for (const auto& [other, size] : held)
          ASSERT_FALSE(range.overlaps({other, other + (kPage << size)}));
        std::memset(reinterpret_cast<void*>(low.window() + *block), 0xee, kPage << order);
        held[*block] = order;
      } else {
        const auto victim = std::next(held.begin(), static_cast<long>(random() % held.size()));
        pages.release(victim->first, victim->second);
        held.erase(victim);
      }
      if (step % 100 != 0) continue;
      ASSERT_STREQ(pages.check(), nullptr);
    }
    for (const auto& [block, order] : held) pages.release(block, order);
    EXPECT_EQ(pages.free_pages(), all);
    EXPECT_STREQ(pages.check(), nullptr);
  }
}

TEST(PageAllocator, GivesEveryPageOnce) {
  const Ram ram(kPage * 777);
  PageAllocator pages(ram.window());
  ASSERT_TRUE(pages.add(ram.range()));
  std::vector<PhysicalAddress> all;
  while (const auto page = pages.allocate(0)) all.push_back(*page);
  EXPECT_EQ(all.size(), pages.total_pages());
  EXPECT_EQ(pages.free_pages(), 0U);
  EXPECT_EQ(pages.lowest_free_pages(), 0U);
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

TEST(PageAllocatorDeathTest, WrongReleasesAreBugs) {
  const Ram ram(kPage * 100);
  PageAllocator pages(ram.window());
  ASSERT_TRUE(pages.add(ram.range()));
  const auto block = pages.allocate(2);
  ASSERT_TRUE(block);
  EXPECT_DEATH(pages.release(*block, 1), "another size");
  EXPECT_DEATH(pages.release(*block + kPage, 2), "twice, or not a block's start");
  EXPECT_DEATH(pages.release(0, 0), "never allocated");
  pages.release(*block, 2);
  EXPECT_DEATH(pages.release(*block, 2), "twice");
}

TEST(PageAllocator, RefusesRangesThatHoldNothing) {
  const Ram ram(kPage * 4);
  PageAllocator pages(ram.window());
  EXPECT_FALSE(pages.add({kLargePage + 1, kLargePage + kPage}));
  EXPECT_FALSE(pages.add({kLargePage, kLargePage + kPage}));
  EXPECT_FALSE(pages.add({kLargePage, kLargePage}));
  EXPECT_EQ(pages.total_pages(), 0U);
}

// What a guest has: RAM mapped where it lies, tables read-only in it.
struct Guest {
  Ram ram;
  PageAllocator pages{ram.window()};
  PageTables tables{pages, ram.window()};
  AddressSpace space{pages, tables, ram.window()};
  static constexpr Range kMappings{1ULL << 44, 1ULL << 45};
  static constexpr Range kHeap{1ULL << 43, 1ULL << 44};

  explicit Guest(std::uint64_t bytes) : ram(bytes) {
    tlb.clear();
    EXPECT_TRUE(pages.add(ram.range()));
    EXPECT_TRUE(tables.start());
    EXPECT_TRUE(tables.map_identity(ram.range(), Access::read_write));
    EXPECT_TRUE(tables.protect_tables());
    space.start({kMappings, kHeap}, 12345);
  }
  ~Guest() { EXPECT_EQ(open_table_writes, 0); }

  char* at(VirtualAddress address) const {
    return reinterpret_cast<char*>(ram.window() + tables.find(address).physical);
  }
  // Every page table, from the top one down, is read-only where RAM is mapped.
  void expect_tables_protected(PhysicalAddress table, unsigned level) const {
    EXPECT_EQ(tables.find(table).access, Access::read) << "level " << level;
    if (level == 1) return;
    const auto* entries = reinterpret_cast<const std::uint64_t*>(ram.window() + table);
    for (int i = 0; i < 512; ++i) {
      if ((entries[i] & 0x81) == 1)
        expect_tables_protected(entries[i] & 0xffff'ffff'f000, level - 1);
    }
  }
};

TEST(PageTables, IdentityInLargePages) {
  const Guest guest(16 * kLargePage);
  EXPECT_EQ(guest.tables.find(0).kind, Kind::absent);
  for (PhysicalAddress at = guest.ram.range().begin; at < guest.ram.range().end; at += kPage) {
    const auto mapping = guest.tables.find(at + 5);
    ASSERT_EQ(mapping.kind, Kind::present);
    ASSERT_EQ(mapping.physical, at + 5);
  }
  EXPECT_EQ(guest.tables.find(15 * kLargePage).extent, kLargePage);
  guest.expect_tables_protected(guest.tables.root(), 4);
}

TEST(PageTables, ProtectSplitsLargePagesAndFlushes) {
  Guest guest(16 * kLargePage);
  const VirtualAddress page = 14 * kLargePage + 7 * kPage;
  touch(guest.tables, page);
  touch(guest.tables, page + kPage);
  ASSERT_TRUE(guest.tables.protect({page, page + kPage}, Access::none));
  EXPECT_TRUE(tlb_agrees(guest.tables));
  EXPECT_EQ(guest.tables.find(page).kind, Kind::hidden);
  EXPECT_EQ(guest.tables.find(page - kPage).access, Access::read_write);
  EXPECT_EQ(guest.tables.find(page + kPage).access, Access::read_write);
  guest.expect_tables_protected(guest.tables.root(), 4);
}

// A page at a time, beside a map of what must be there.
TEST(AddressSpace, RandomUseAgreesWithAModel) {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    Guest guest(3 * kLargePage);
    struct Model {
      Access access;
      char content;
    };
    std::map<VirtualAddress, Model> model;
    const auto some_range = [&] {
      const auto at = std::next(model.begin(), static_cast<long>(random() % model.size()))->first;
      return Range{at, at + kPage * (1 + random() % 8)};
    };
    const Access accesses[] = {Access::none, Access::read, Access::read_write};
    for (int step = 0; step < 1500; ++step) {
      const Access access = accesses[random() % 3];
      const auto action = model.empty() ? 0 : random() % 4;
      if (action == 0) {
        const std::uint64_t bytes = kPage * (1 + random() % 20);
        const auto at = guest.space.map(bytes - random() % kPage, access);
        if (!at) continue;
        for (VirtualAddress page = *at; page < *at + bytes; page += kPage) {
          ASSERT_EQ(model.count(page), 0U);
          model[page] = {access, 0};
        }
        ASSERT_EQ(guest.tables.find(*at - kPage).kind, Kind::absent);
        ASSERT_EQ(guest.tables.find(*at + bytes).kind, Kind::absent);
      } else if (action == 1) {
        const Range range = some_range();
        ASSERT_EQ(guest.space.unmap(range), Result::done);
        model.erase(model.lower_bound(range.begin), model.lower_bound(range.end));
      } else if (action == 2) {
        const Range range = some_range();
        bool whole = true;
        for (VirtualAddress page = range.begin; page < range.end; page += kPage)
          whole &= model.count(page) != 0;
        const Result result = guest.space.protect(range, access);
        if (!whole) {
          ASSERT_EQ(result, Result::bad_range);
        } else {
          if (result != Result::done) break;  // memory is used up, and half of it changed
          for (auto at = model.find(range.begin); at != model.end() && at->first < range.end;
               ++at) {
            at->second.access = access;
          }
        }
      } else {
        const Range range = some_range();
        if (guest.space.map_at(range, access) == Result::done) {
          for (VirtualAddress page = range.begin; page < range.end; page += kPage)
            model[page] = {access, 0};
        }
      }
      ASSERT_TRUE(tlb_agrees(guest.tables));
      for (auto& [page, expected] : model) {
        const auto mapping = guest.tables.find(page);
        ASSERT_NE(mapping.kind, Kind::absent);
        ASSERT_EQ(mapping.access, expected.access);
        if (mapping.kind != Kind::present) continue;
        ASSERT_EQ(guest.at(page)[100], expected.content);
        if (mapping.access == Access::read_write)
          guest.at(page)[100] = expected.content = static_cast<char>(step);
        touch(guest.tables, page);
      }
    }
    ASSERT_STREQ(guest.pages.check(), nullptr);
    guest.expect_tables_protected(guest.tables.root(), 4);
  }
}

TEST(AddressSpace, AllMemoryComesBack) {
  Guest guest(8 * kLargePage);
  std::uint64_t first = 0;
  for (int round = 0; round < 4; ++round) {
    std::vector<VirtualAddress> blocks;
    while (const auto block = guest.space.map(64 * kPage, Access::read_write))
      blocks.push_back(*block);
    EXPECT_GT(blocks.size(), 40U);
    for (const auto block : blocks) {
      ASSERT_EQ(guest.space.unmap({block, block + 64 * kPage}), Result::done);
    }
    if (round == 0) first = guest.pages.free_pages();
    EXPECT_EQ(guest.pages.free_pages(), first);
    EXPECT_TRUE(tlb_agrees(guest.tables));
  }
}

TEST(AddressSpace, AddressesAreNotUsedAgainSoon) {
  Guest guest(8 * kLargePage);
  const auto first = guest.space.map(kPage, Access::read_write);
  ASSERT_EQ(guest.space.unmap({*first, *first + kPage}), Result::done);
  for (int i = 0; i < 100; ++i) EXPECT_NE(guest.space.map(kPage, Access::read_write), first);
}

TEST(AddressSpace, TheBreakGrowsAndShrinks) {
  Guest guest(8 * kLargePage);
  const auto start = guest.space.set_break(0);
  EXPECT_EQ(start, Guest::kHeap.begin);
  EXPECT_EQ(guest.space.set_break(start + 10'000), start + 10'000);
  EXPECT_EQ(guest.tables.find(start + 9'999).access, Access::read_write);
  EXPECT_EQ(guest.tables.find(start + 3 * kPage).kind, Kind::absent);
  *guest.at(start + 5'000) = 'x';
  EXPECT_EQ(guest.space.set_break(start + 100), start + 100);
  EXPECT_EQ(guest.tables.find(start + 5'000).kind, Kind::absent);
  guest.space.set_break(start + 10'000);
  EXPECT_EQ(*guest.at(start + 5'000), 0) << "memory comes zeroed";
  EXPECT_EQ(guest.space.set_break(start + (1ULL << 30)), start + 10'000) << "more than there is";
  EXPECT_EQ(guest.space.set_break(start - 1), start + 10'000);
}

TEST(AddressSpace, FrozenIsFrozen) {
  Guest guest(8 * kLargePage);
  const auto block = guest.space.map(kPage, Access::read_write);
  guest.space.freeze();
  EXPECT_FALSE(guest.space.map(kPage, Access::read));
  EXPECT_EQ(guest.space.unmap({*block, *block + kPage}), Result::frozen);
  EXPECT_EQ(guest.space.protect({*block, *block + kPage}, Access::read), Result::frozen);
  EXPECT_EQ(guest.space.set_break(Guest::kHeap.begin + kPage), Guest::kHeap.begin);
}

std::vector<Range> usable(std::vector<MemoryRegion> map, std::vector<Range> taken = {},
                          std::uint64_t limit = 1ULL << 40) {
  std::vector<Range> pieces;
  for_each_usable(std::span<const MemoryRegion>(map), std::span<const Range>(taken), limit,
                  [&](Range piece) { pieces.push_back(piece); });
  return pieces;
}

TEST(MemoryMap, WholePagesWithoutWhatIsTaken) {
  const auto pieces = usable({{0x1000, 0x5800, 1}, {0x100000, 0x10000, 1}}, {{0x103800, 0x104001}});
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[0].begin, 0x1000U);
  EXPECT_EQ(pieces[0].end, 0x6000U);
  EXPECT_EQ(pieces[1].end, 0x103000U);
  EXPECT_EQ(pieces[2].begin, 0x105000U);
}

TEST(MemoryMap, MapsThatContradictThemselves) {
  // Unsorted, doubled, another type in the middle, one that wraps round.
  const auto pieces = usable(
      {{0x8000, 0x4000, 1}, {0x1000, 0x9000, 1}, {0x3000, 0x1000, 2}, {0xb000, UINT64_MAX, 2}});
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].end, 0x3000U);
  EXPECT_EQ(pieces[1].begin, 0x4000U);
  EXPECT_EQ(pieces[1].end, 0xb000U);
  EXPECT_EQ(usable({}).size(), 0U);
  EXPECT_EQ(usable({{0, UINT64_MAX, 1}}, {}, 0x5000).front().end, 0x5000U);
}

}  // namespace
}  // namespace xenrt::test
