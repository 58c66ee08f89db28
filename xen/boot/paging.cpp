// See paging.hpp.
//
// RAM is mapped where it lies; free pages stay mapped (writable, never executable). The image's
// segments have the rights that the linker gave them, and no more. The tables in use until now
// permit everything, so the new ones are complete before they are loaded: running text loses its
// rights at no moment.
#include "boot/paging.hpp"

#include <cstring>

#include "boot/cpu.hpp"
#include "boot/descriptors.hpp"
#include "boot/image.hpp"
#include "boot/sealed.hpp"
#include "memory/machine.hpp"
#include "xenrt/memory.hpp"
#include "xenrt/panic.hpp"
#include "xenrt/seal.hpp"

namespace xenrt {

constinit PageAllocator page_allocator{0};
constinit PageTables page_tables{page_allocator, 0};
constinit AddressSpace address_space{page_allocator, page_tables, 0};
constinit Sealed sealed{};

namespace {

constexpr std::uint64_t kTiB = 1ULL << 40;
// Addresses: RAM below, then the heap's and the mappings' areas. RAM beyond is left alone.
constexpr std::uint64_t kMostRam = 8 * kTiB;
constexpr Range kHeapArea{8 * kTiB, 16 * kTiB};
constexpr Range kMappingsArea{16 * kTiB, 120 * kTiB};

constexpr std::uint64_t kWriteProtect = 1ULL << 16;  // CR0.WP
constinit unsigned table_writers = 0;

[[noreturn]] void no_memory_for_tables() {
  panic("there is not enough memory for page tables");
}

Access access_of_segment(const Elf64_Phdr& segment) {
  const bool writes = (segment.p_flags & PF_W) != 0;
  const bool executes = (segment.p_flags & PF_X) != 0;
  if (writes && executes) panic("the image has a segment that is writable and executable");
  if (executes) return Access::read_execute;
  return writes ? Access::read_write : Access::read;
}

void map_image() {
  for (const Elf64_Phdr& segment : image_segments()) {
    if (segment.p_type != PT_LOAD) continue;
    const Range range{align_down(segment.p_vaddr, kPage),
                      align_up(segment.p_vaddr + segment.p_memsz, kPage)};
    if (!page_tables.map_identity(range, access_of_segment(segment))) no_memory_for_tables();
  }
}

// Memory that the loader has filled is not the allocator's, but it can be read.
void map_ram(std::span<const MemoryRegion> map) {
  const Range image = image_range();
  const Range null_page{0, kPage};
  const Range holes[] = {image, null_page};
  for_each_usable(map, holes, kMostRam, [](Range ram) {
    if (!page_tables.map_identity(ram, Access::read_write)) no_memory_for_tables();
  });
}

void add_ram(std::span<const MemoryRegion> map, std::span<const Range> taken, Range part) {
  for_each_usable(map, taken, part.end, [part](Range ram) {
    if (ram.begin < part.begin) ram.begin = part.begin;
    if (!ram.empty()) page_allocator.add(ram);
  });
}

}  // namespace

void start_allocator(std::span<const MemoryRegion> map, std::span<const Range> taken) {
  add_ram(map, taken, {0, kBootMapped});
  if (page_allocator.free_pages() == 0) panic("the memory map shows no usable RAM");
}

void* keep_copy(const void* from, std::uint64_t bytes) {
  unsigned order = 0;
  while ((kPage << order) < bytes) ++order;
  const auto block = page_allocator.allocate(order);
  if (!block) panic("there is not enough memory for what the loader has passed");
  return std::memcpy(reinterpret_cast<void*>(*block), from, bytes);
}

void start_paging(std::span<const MemoryRegion> map, std::span<const Range> taken) {
  if (!page_tables.start()) no_memory_for_tables();
  map_ram(map);
  map_image();
  if (!page_tables.protect_tables()) no_memory_for_tables();
  guard_platform_stacks();
  cpu::write_cr3(page_tables.root());
  cpu::write_cr0(cpu::read_cr0() | kWriteProtect);
  add_ram(map, taken, {kBootMapped, kMostRam});

  const std::uint64_t highest = highest_address(map);
  sealed.unused_physical = align_up(highest < kBootMapped ? kBootMapped : highest, kLargePage);
}

PhysicalAddress unused_physical_page(std::uint64_t n) {
  return sealed.unused_physical + n * kPage;
}

bool map_special_page(PhysicalAddress page) {
  if (page_tables.find(page).kind == PageTables::Kind::present) return true;
  return page_tables.map_identity({page, page + kPage}, Access::read_write);
}

void start_address_space(std::uint64_t random) {
  const std::uint64_t pages = (random >> 32) % (kTiB / kPage);
  address_space.start({kMappingsArea, {kHeapArea.begin + pages * kPage, kHeapArea.end}}, random);
}

void seal_boot_data() {
  const auto begin = reinterpret_cast<std::uint64_t>(&sealed);
  if (!page_tables.protect({begin, begin + sizeof sealed}, Access::read)) no_memory_for_tables();
}

void freeze_mappings() noexcept {
  address_space.freeze();
}

void begin_table_writes() {
  if (table_writers++ == 0) cpu::write_cr0(cpu::read_cr0() & ~kWriteProtect);
}

void end_table_writes() {
  if (--table_writers == 0) cpu::write_cr0(cpu::read_cr0() | kWriteProtect);
}

void flush_translation(VirtualAddress address) {
  cpu::invalidate(address);
}

void* allocate_pages(unsigned order) noexcept {
  const auto block = page_allocator.allocate(order);
  if (!block) return nullptr;
  return std::memset(reinterpret_cast<void*>(*block), 0, kPage << order);
}

void free_pages(void* pages, unsigned order) noexcept {
  page_allocator.release(reinterpret_cast<PhysicalAddress>(pages), order);
}

std::optional<Frame> frame_of(const void* address) noexcept {
  const auto mapping = page_tables.find(reinterpret_cast<VirtualAddress>(address));
  if (mapping.kind != PageTables::Kind::present) return std::nullopt;
  return Frame{mapping.physical / kPage};
}

MemoryUse memory_use() noexcept {
  return {page_allocator.total_pages(), page_allocator.free_pages(),
          page_allocator.lowest_free_pages()};
}

}  // namespace xenrt
