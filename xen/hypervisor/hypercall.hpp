// Calls into Xen (xen/xen.h), through the page of code that Xen has filled in.
#pragma once

#include <cstdint>

#include "xenrt/events.hpp"

extern "C" char xenrt_hypercall_page[];

namespace xenrt {

enum class Hypercall : std::uint32_t {
  memory_op = 12,
  grant_table_op = 20,
  sched_op = 29,
  event_channel_op = 32,
  hvm_op = 34,
};

inline long hypercall(Hypercall number, std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0) {
  long result;
  const char* target = xenrt_hypercall_page + 32 * static_cast<std::uint64_t>(number);
  asm volatile("call *%[target]"
               : "=a"(result), "+D"(a), "+S"(b), "+d"(c)
               : [target] "r"(target)
               : "rcx", "r8", "r9", "r10", "r11", "memory", "cc");
  return result;
}

template <class T>
std::uint64_t address_of(T& object) {
  return reinterpret_cast<std::uint64_t>(&object);
}

// Looks for Xen and makes hypercalls possible.
void find_xen();

// The pages shared with Xen and its daemons, and their event channels. After start_memory(), and
// again in a new domain after a suspend.
void start_xen();

}  // namespace xenrt
