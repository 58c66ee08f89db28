// From the entry to the C library's _start, in order.
#include <elf.h>
#include <xen/arch-x86/hvm/start_info.h>
#include <xen/memory.h>
#include <xen/xen.h>

#include <cstring>

#include "boot/command_line.hpp"
#include "boot/cpu.hpp"
#include "boot/descriptors.hpp"
#include "boot/image.hpp"
#include "boot/paging.hpp"
#include "boot/sealed.hpp"
#include "hypervisor/clock.hpp"
#include "hypervisor/console.hpp"
#include "hypervisor/entropy.hpp"
#include "hypervisor/hypercall.hpp"
#include "xenrt/boot_module.hpp"
#include "xenrt/panic.hpp"

namespace xenrt {

namespace {

constexpr std::uint64_t kMainStack = 512 << 10;

// x87, SSE, and AVX where the processor and the hypervisor have it: the C library and libcrypto
// look.
void enable_vector_units() {
  constexpr std::uint32_t kHasXsave = 1U << 26;
  constexpr std::uint64_t kUseXsave = 1ULL << 18;
  constexpr std::uint32_t kBasic = 0x3;
  constexpr std::uint32_t kAvx = 0x4;
  constexpr std::uint32_t kAvx512 = 0xe0;
  if (cpu::cpuid(1).c & kHasXsave) {
    cpu::write_cr4(cpu::read_cr4() | kUseXsave);
    const std::uint32_t there = cpu::cpuid(0xd).a;
    std::uint32_t wanted = kBasic | (there & kAvx);
    if ((there & kAvx512) == kAvx512 && (there & kAvx) != 0) wanted |= kAvx512;
    asm volatile("xsetbv" ::"c"(0), "a"(wanted), "d"(0));
  }
  const std::uint32_t mxcsr = 0x1f80;
  asm volatile("fninit; ldmxcsr %0" ::"m"(mxcsr));
}

Range bytes_at(std::uint64_t address, std::uint64_t size) {
  return {address, address + size};
}

std::uint64_t command_line_bytes(const hvm_start_info& info) {
  if (info.cmdline_paddr == 0) return 0;
  const char* text = reinterpret_cast<const char*>(info.cmdline_paddr);
  std::uint64_t length = 0;
  while (text[length] != '\0') ++length;
  return length + 1;
}

// Of the first module; others are not looked at. Before the page tables are ours, only memory that
// the entry has mapped can be read.
Range module_range(const hvm_start_info& info) {
  if (info.nr_modules == 0) return {};
  const auto& module = *reinterpret_cast<const hvm_modlist_entry*>(info.modlist_paddr);
  if (module.size == 0) return {};
  if (module.paddr >= kBootMapped || module.size > kBootMapped - module.paddr) {
    panic("the loader has put the module where it cannot be read");
  }
  return bytes_at(module.paddr, module.size);
}

Range move_module(Range from) {
  if (from.empty()) return {};
  auto* const old = reinterpret_cast<void*>(from.begin);
  const auto copy = reinterpret_cast<std::uint64_t>(keep_copy(old, from.end - from.begin));
  std::memset(old, 0, from.end - from.begin);
  return bytes_at(copy, from.end - from.begin);
}

// Returns the command line, or nullptr. Nothing else of `info` is there any more afterwards.
char* start_memory_from(const hvm_start_info& info) {
  static_assert(sizeof(hvm_memmap_table_entry) == sizeof(MemoryRegion));
  if (info.version < 1 || info.memmap_entries == 0)
    panic("the loader passes no memory map (PVH version 1)");
  const std::uint64_t map_bytes = info.memmap_entries * sizeof(MemoryRegion);
  const std::uint64_t line_bytes = command_line_bytes(info);
  const auto* regions = reinterpret_cast<const MemoryRegion*>(info.memmap_paddr);
  const std::size_t count = info.memmap_entries;
  const Range module = module_range(info);
  const Range taken[] = {
      {0, kPage},
      image_range(),
      bytes_at(reinterpret_cast<std::uint64_t>(&info), sizeof info),
      bytes_at(info.memmap_paddr, map_bytes),
      bytes_at(info.cmdline_paddr, line_bytes),
      bytes_at(info.modlist_paddr, info.nr_modules * sizeof(hvm_modlist_entry)),
      module,
  };
  start_allocator({regions, count}, taken);
  regions = static_cast<const MemoryRegion*>(keep_copy(regions, map_bytes));
  sealed.boot_module = move_module(module);
  char* line = nullptr;
  if (line_bytes != 0) {
    line = static_cast<char*>(
        keep_copy(reinterpret_cast<const void*>(info.cmdline_paddr), line_bytes));
  }
  start_paging({regions, count}, taken);
  return line;
}

// The stack grows down from here: strings and numbers that _start finds there (System V ABI, AMD64
// supplement, 3.4.1).
class InitialStack {
 public:
  explicit InitialStack(std::uint64_t end) : at_(reinterpret_cast<std::uint64_t*>(end)) {}

  void push(std::uint64_t word) { *--at_ = word; }
  void push_auxiliary(std::uint64_t type, std::uint64_t value) {
    push(value);
    push(type);
  }
  void align(std::size_t words_to_come) {
    if ((reinterpret_cast<std::uint64_t>(at_) / 8 - words_to_come) % 2 != 0) push(0);
  }
  char** reserve(std::size_t words) { return reinterpret_cast<char**>(at_ -= words); }
  [[nodiscard]] std::uint64_t top() const { return reinterpret_cast<std::uint64_t>(at_); }

 private:
  std::uint64_t* at_;
};

constexpr char kName[] = "unikernel";

std::uint64_t address_of_text(const char* text) {
  return reinterpret_cast<std::uint64_t>(text);
}

std::uint64_t fill_stack(char* line) {
  InitialStack stack(sealed.main_stack.end);
  std::uint64_t random[2];
  random_bytes(random, sizeof random);
  stack.push(random[0]);
  stack.push(random[1]);
  const std::uint64_t random_at = stack.top();

  const std::size_t words = line == nullptr ? 0 : split_command_line(line, nullptr, 0);
  if (words * sizeof(char*) > kMainStack / 4) panic("the command line has too many words");
  const std::uint64_t auxiliary[][2] = {
      {AT_PHDR, reinterpret_cast<std::uint64_t>(image_segments().data())},
      {AT_PHENT, sizeof(Elf64_Phdr)},
      {AT_PHNUM, image_segments().size()},
      {AT_PAGESZ, kPage},
      {AT_ENTRY, image_entry()},
      {AT_HWCAP, cpu::cpuid(1).d},
      {AT_CLKTCK, 100},
      {AT_UID, 0},
      {AT_EUID, 0},
      {AT_GID, 0},
      {AT_EGID, 0},
      {AT_SECURE, 0},
      {AT_RANDOM, random_at},
      {AT_EXECFN, address_of_text(kName)},
      {AT_PLATFORM, address_of_text("x86_64")},
  };
  // argc, argv[0], words, null; no environment: null; the pairs, AT_NULL's.
  stack.align(1 + 1 + words + 1 + 1 + 2 * sizeof auxiliary / sizeof *auxiliary + 2);
  stack.push_auxiliary(AT_NULL, 0);
  for (const auto& pair : auxiliary) stack.push_auxiliary(pair[0], pair[1]);
  stack.push(0);
  stack.push(0);
  char** argument = stack.reserve(words);
  if (words > 0) split_command_line(line, argument, words);
  stack.push(address_of_text(kName));
  stack.push(1 + words);
  return stack.top();
}

}  // namespace

std::span<std::byte> boot_module() noexcept {
  const auto& range = sealed.boot_module;
  return {reinterpret_cast<std::byte*>(range.begin), range.end - range.begin};
}

extern "C" std::uint64_t xenrt_start(const hvm_start_info* info) {
  find_xen();
  start_early_console();
  start_descriptors();
  require_entropy();
  if (info->magic != XEN_HVM_START_MAGIC_VALUE) panic("not started by the PVH boot protocol");
  enable_vector_units();
  char* const command_line = start_memory_from(*info);
  if (on_xen()) start_xen();
  start_clock();

  std::uint64_t random;
  random_bytes(&random, sizeof random);
  start_address_space(random);
  const auto stack = address_space.map(kMainStack, Access::read_write);
  if (!stack) panic("there is not enough memory for the stack");
  sealed.main_stack = {*stack, *stack + kMainStack};
  const std::uint64_t top = fill_stack(command_line);
  seal_boot_data();
  return top;
}

}  // namespace xenrt
