// See suspend.hpp. SCHEDOP_shutdown (xen/sched.h) returns when the guest goes on: 1 in the same
// domain, 0 in a new one. What a new domain has of the old one is memory and the processor's
// registers; what Xen had put into the guest's address space is not there until it is asked for
// again.
#include "hypervisor/suspend.hpp"

#include <xen/sched.h>

#include "boot/sealed.hpp"
#include "hypervisor/clock.hpp"
#include "hypervisor/console.hpp"
#include "hypervisor/entropy.hpp"
#include "hypervisor/hypercall.hpp"
#include "memory/machine.hpp"

namespace xenrt {

std::optional<Resumed> suspend_domain() noexcept {
  if (!on_xen()) return std::nullopt;
  const auto grants = keep_grants();
  if (!grants) return std::nullopt;
  console_drain();  // a new domain's ring is empty
  const std::uint64_t time = monotonic_ns();
  sched_shutdown arguments{SHUTDOWN_suspend};
  const long result = hypercall(Hypercall::sched_op, SCHEDOP_shutdown, address_of(arguments));
  if (result >= 0) {
    // Settings of the boot, which are read-only like page tables, change this once.
    const TableWrites sealed_is_writable;
    if (result == 0) {
      find_xen();  // the instruction for a hypercall may be another one on this processor
      start_xen();
      restart_grants(*grants);
    }
    restart_clock(time);
  }
  forget_grants(*grants);
  if (result < 0) return std::nullopt;
  require_entropy();  // it may be another processor
  return result == 0 ? Resumed::new_domain : Resumed::same_domain;
}

}  // namespace xenrt
