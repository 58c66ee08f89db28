// Meeting Xen: its CPUID leaves (xen/arch-x86/cpuid.h), the hypercall page, the shared info page,
// the rings whose places are HVM parameters (xen/hvm/params.h).
#include <xen/arch-x86/cpuid.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/io/console.h>
#include <xen/memory.h>
#include <xen/xen.h>

#include "boot/cpu.hpp"
#include "boot/paging.hpp"
#include "boot/sealed.hpp"
#include "hypervisor/hypercall.hpp"
#include "hypervisor/store_ring.hpp"
#include "xenrt/panic.hpp"

namespace xenrt {

namespace {

std::uint64_t parameter(std::uint32_t index) {
  xen_hvm_param arguments{DOMID_SELF, 0, index, 0};
  return hypercall(Hypercall::hvm_op, HVMOP_get_param, address_of(arguments)) == 0 ? arguments.value
                                                                                   : 0;
}

// The page is not in the memory map: it is shared with another domain.
std::uint64_t ring_page(std::uint32_t index) {
  const std::uint64_t frame = parameter(index);
  if (frame == 0) return 0;
  if (!map_special_page(frame * kPage)) panic("no memory to map a ring shared with Xen");
  return frame * kPage;
}

// Xen is told of a vector for events, which can never be raised: every port is masked. To the
// toolstack it says that this guest takes part in a suspend (libxl), and wants to be told by
// SCHEDOP_shutdown's result whether that was cancelled (libxc).
void say_that_we_know_xen() {
  for (auto& word : sealed.xen_shared->evtchn_mask) word = ~xen_ulong_t{0};
  constexpr std::uint64_t kVector = 0x20;
  xen_hvm_param arguments{DOMID_SELF, 0, HVM_PARAM_CALLBACK_IRQ,
                          std::uint64_t{HVM_PARAM_CALLBACK_TYPE_VECTOR} << 56 | kVector};
  if (hypercall(Hypercall::hvm_op, HVMOP_set_param, address_of(arguments)) != 0) {
    panic("Xen does not take a callback vector");
  }
}

}  // namespace

bool on_xen() noexcept {
  return sealed.xen_cpuid_base != 0;
}

void find_xen() {
  for (std::uint32_t base = 0x4000'0000; base < 0x4001'0000; base += 0x100) {
    const cpu::Cpuid id = cpu::cpuid(base);
    if (id.b != XEN_CPUID_SIGNATURE_EBX || id.c != XEN_CPUID_SIGNATURE_ECX ||
        id.d != XEN_CPUID_SIGNATURE_EDX) {
      continue;
    }
    sealed.xen_cpuid_base = base;
    cpu::write_msr(cpu::cpuid(base + 2).b, reinterpret_cast<std::uint64_t>(xenrt_hypercall_page));
    return;
  }
}

void start_xen() {
  const PhysicalAddress page = unused_physical_page(0);
  xen_add_to_physmap arguments{};
  arguments.domid = DOMID_SELF;
  arguments.space = XENMAPSPACE_shared_info;
  arguments.gpfn = page / kPage;
  if (hypercall(Hypercall::memory_op, XENMEM_add_to_physmap, address_of(arguments)) != 0 ||
      !map_special_page(page)) {
    panic("Xen does not give its shared info page");
  }
  sealed.xen_shared = reinterpret_cast<shared_info*>(page);
  say_that_we_know_xen();
  sealed.console_ring = reinterpret_cast<xencons_interface*>(ring_page(HVM_PARAM_CONSOLE_PFN));
  sealed.console_port = Port{static_cast<std::uint32_t>(parameter(HVM_PARAM_CONSOLE_EVTCHN))};
  sealed.store_ring = reinterpret_cast<xenstore_domain_interface*>(ring_page(HVM_PARAM_STORE_PFN));
  sealed.store_port = Port{static_cast<std::uint32_t>(parameter(HVM_PARAM_STORE_EVTCHN))};
}

xenstore_domain_interface* store_ring() {
  return sealed.store_ring;
}
Port store_port() {
  return sealed.store_port;
}

}  // namespace xenrt
