// What is set up at boot, and again in a new domain after a suspend (hypervisor/suspend.cpp): pages
// of its own, read-only before main().
#pragma once

#include <cstdint>

#include "memory/addresses.hpp"
#include "xenrt/events.hpp"

struct shared_info;
struct xencons_interface;
struct xenstore_domain_interface;

namespace xenrt {

struct [[gnu::packed]] Gate {
  std::uint16_t offset_0;
  std::uint16_t segment;
  std::uint8_t stack;
  std::uint8_t type;
  std::uint16_t offset_16;
  std::uint32_t offset_32;
  std::uint32_t zero;
};

struct [[gnu::packed]] TaskState {
  std::uint32_t reserved_0;
  std::uint64_t ring_stacks[3];
  std::uint64_t reserved_1;
  std::uint64_t trap_stacks[7];
  std::uint64_t reserved_2;
  std::uint16_t reserved_3;
  std::uint16_t io_map;
};

struct alignas(kPage) Sealed {
  Gate interrupts[256];
  std::uint64_t segments[5];
  TaskState task;

  std::uint32_t xen_cpuid_base;  // 0: no Xen
  shared_info* xen_shared;
  xencons_interface* console_ring;
  Port console_port;
  xenstore_domain_interface* store_ring;
  Port store_port;
  std::uint64_t clock_offset;  // what is added to Xen's time (modulo 2^64): it differs by host

  bool has_serial_port;
  std::uint64_t tsc_hz;           // plain QEMU only
  std::uint64_t tsc_at_boot;      // likewise
  std::uint64_t wall_ns_at_boot;  // likewise

  PhysicalAddress unused_physical;  // the first of the addresses above all memory
  Range main_stack;
  Range boot_module;  // the loader's file; empty if there is none
};

extern Sealed sealed;

}  // namespace xenrt
