// See descriptors.hpp. AMD APM vol. 2: 4.8 (segments), 8.9 (long-mode interrupts), 12.2.5 (task
// state).
#include "boot/descriptors.hpp"

#include "boot/cpu.hpp"
#include "boot/paging.hpp"
#include "boot/sealed.hpp"
#include "xenrt/panic.hpp"

extern "C" {
extern char xenrt_vectors[];
void xenrt_syscall_entry();
}

namespace xenrt {

namespace {

template <std::size_t kSize>
struct alignas(kPage) GuardedStack {
  char guard[kPage];
  char stack[kSize];
};

// Stacks that traps switch to (IST): of ordinary ones, of a double fault, of what may come at any
// moment.
enum TrapStack : std::uint8_t { ordinary = 1, double_fault = 2, any_moment = 3 };
constinit GuardedStack<2 * kPage> trap_stacks[3];

using SyscallStack = GuardedStack<4 * kPage>;

constexpr std::uint16_t kCode = 0x08;
constexpr std::uint16_t kTask = 0x18;
constexpr std::uint8_t kInterruptGate = 0x8e;

struct [[gnu::packed]] TablePointer {
  std::uint16_t limit;
  std::uint64_t base;
};

TrapStack stack_for(unsigned vector) {
  switch (vector) {
    case 2:  // NMI
    case 18:
      return any_moment;  // machine check
    case 8:
      return double_fault;
    default:
      return ordinary;
  }
}

void fill_interrupts() {
  for (unsigned vector = 0; vector < 256; ++vector) {
    const std::uint64_t target = reinterpret_cast<std::uint64_t>(xenrt_vectors) + vector * 16ULL;
    sealed.interrupts[vector] = {static_cast<std::uint16_t>(target),
                                 kCode,
                                 stack_for(vector),
                                 kInterruptGate,
                                 static_cast<std::uint16_t>(target >> 16),
                                 static_cast<std::uint32_t>(target >> 32),
                                 0};
  }
}

void fill_segments() {
  for (unsigned i = 0; i < 3; ++i) {
    sealed.task.trap_stacks[i] = reinterpret_cast<std::uint64_t>(trap_stacks[i].stack) + 2 * kPage;
  }
  sealed.task.io_map = sizeof sealed.task;
  const auto base = reinterpret_cast<std::uint64_t>(&sealed.task);
  const std::uint64_t limit = sizeof sealed.task - 1;
  sealed.segments[1] = 0x00af'9b00'0000'ffff;  // code, data: as in boot/entry.S
  sealed.segments[2] = 0x00cf'9300'0000'ffff;
  sealed.segments[3] = limit | (base & 0xff'ffff) << 16 | 0x89ULL << 40 | (base >> 24 & 0xff) << 56;
  sealed.segments[4] = base >> 32;
}

}  // namespace

// boot/entry.S switches to its end.
extern "C" {
constinit SyscallStack xenrt_syscall_stack{};
}
static_assert(sizeof(SyscallStack) == 5 * kPage, "boot/entry.S has this number");

void start_descriptors() {
  fill_interrupts();
  fill_segments();
  const TablePointer segments{sizeof sealed.segments - 1,
                              reinterpret_cast<std::uint64_t>(sealed.segments)};
  const TablePointer interrupts{sizeof sealed.interrupts - 1,
                                reinterpret_cast<std::uint64_t>(sealed.interrupts)};
  // ltr marks the task state as busy, in memory that is still writable.
  asm volatile("lgdt %0; lidt %1; ltr %2" ::"m"(segments), "m"(interrupts), "r"(kTask) : "memory");

  cpu::write_msr(cpu::Msr::star, static_cast<std::uint64_t>(kCode) << 32);
  cpu::write_msr(cpu::Msr::lstar, reinterpret_cast<std::uint64_t>(&xenrt_syscall_entry));
  cpu::write_msr(cpu::Msr::fmask, 0x4'7700);  // AC, NT, IOPL, DF, IF, TF
}

void guard_platform_stacks() {
  const auto guard = [](const void* page) {
    const auto begin = reinterpret_cast<std::uint64_t>(page);
    if (!page_tables.protect({begin, begin + kPage}, Access::none))
      panic("no memory for guard pages");
  };
  for (const auto& stack : trap_stacks) guard(stack.guard);
  guard(xenrt_syscall_stack.guard);
}

Range platform_stack_around(std::uint64_t address) {
  const auto holds = [address](const auto& stack) {
    const auto begin = reinterpret_cast<std::uint64_t>(stack.stack);
    return Range{begin, begin + sizeof stack.stack}.contains(address);
  };
  const auto range_of = [](const auto& stack) {
    const auto begin = reinterpret_cast<std::uint64_t>(stack.stack);
    return Range{begin, begin + sizeof stack.stack};
  };
  for (const auto& stack : trap_stacks) {
    if (holds(stack)) return range_of(stack);
  }
  if (holds(xenrt_syscall_stack)) return range_of(xenrt_syscall_stack);
  return sealed.main_stack.contains(address) ? sealed.main_stack : Range{};
}

const char* guard_page_at(std::uint64_t address) {
  if (Range{sealed.main_stack.begin - kPage, sealed.main_stack.begin}.contains(address)) {
    return "the program's stack is used up";
  }
  const auto holds = [address](const void* page) {
    const auto begin = reinterpret_cast<std::uint64_t>(page);
    return Range{begin, begin + kPage}.contains(address);
  };
  for (const auto& stack : trap_stacks) {
    if (holds(stack.guard)) return "a trap's stack is used up";
  }
  return holds(xenrt_syscall_stack.guard) ? "the system calls' stack is used up" : nullptr;
}

}  // namespace xenrt
