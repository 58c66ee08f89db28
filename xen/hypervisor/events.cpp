// See xenrt/events.hpp. Ports are masked (xen.cpp): nothing is to be delivered, only noticed.
// SCHEDOP_poll wakes for masked ports as well (xen/sched.h).
#include "xenrt/events.hpp"

#include <xen/event_channel.h>
#include <xen/sched.h>
#include <xen/xen.h>

#include "boot/cpu.hpp"
#include "boot/sealed.hpp"
#include "hypervisor/clock.hpp"
#include "hypervisor/console.hpp"
#include "hypervisor/hypercall.hpp"
#include "xenrt/panic.hpp"

namespace xenrt {

namespace {

constexpr std::uint32_t kBits = 64;
constexpr std::size_t kMostPorts = 127;

std::uint32_t number(Port port) {
  return static_cast<std::uint32_t>(port);
}

bool is_pending(Port port) {
  const auto& words = sealed.xen_shared->evtchn_pending;
  return (__atomic_load_n(&words[number(port) / kBits], __ATOMIC_ACQUIRE) >> number(port) % kBits &
          1) != 0;
}

bool wanted(std::span<const Port> ports) {
  for (const Port port : ports) {
    if (port == console_port() && console_has_input()) return true;
    if (sealed.xen_shared != nullptr && port != Port::none && is_pending(port)) return true;
  }
  return false;
}

}  // namespace

std::optional<Port> allocate_unbound_port(DomainId remote) noexcept {
  if (!on_xen()) return std::nullopt;
  evtchn_alloc_unbound arguments{DOMID_SELF, remote, 0};
  if (hypercall(Hypercall::event_channel_op, EVTCHNOP_alloc_unbound, address_of(arguments)) != 0) {
    return std::nullopt;
  }
  return Port{arguments.port};
}

std::optional<Port> bind_to_remote_port(DomainId remote, Port remote_port) noexcept {
  if (!on_xen()) return std::nullopt;
  evtchn_bind_interdomain arguments{remote, number(remote_port), 0};
  if (hypercall(Hypercall::event_channel_op, EVTCHNOP_bind_interdomain, address_of(arguments)) !=
      0) {
    return std::nullopt;
  }
  return Port{arguments.local_port};
}

void close_port(Port port) noexcept {
  if (!on_xen()) return;
  evtchn_close arguments{number(port)};
  hypercall(Hypercall::event_channel_op, EVTCHNOP_close, address_of(arguments));
  (void)take_event(port);  // the number may be given out again
}

void send_event(Port port) noexcept {
  if (!on_xen() || port == Port::none) return;
  evtchn_send arguments{number(port)};
  hypercall(Hypercall::event_channel_op, EVTCHNOP_send, address_of(arguments));
}

bool take_event(Port port) noexcept {
  if (sealed.xen_shared == nullptr || port == Port::none || !is_pending(port)) return false;
  const unsigned long bit = 1UL << number(port) % kBits;
  auto& word = sealed.xen_shared->evtchn_pending[number(port) / kBits];
  return (__atomic_fetch_and(&word, ~bit, __ATOMIC_ACQ_REL) & bit) != 0;
}

void wait_for_events(std::span<const Port> ports, std::uint64_t deadline) noexcept {
  if (ports.size() > kMostPorts) panic("wait_for_events: more than 127 ports");
  if (sealed.xen_shared == nullptr) {  // no timer that would wake the processor: spin
    while (monotonic_ns() < deadline && !wanted(ports)) cpu::relax();
    return;
  }
  if (wanted(ports)) return;
  evtchn_port_t numbers[kMostPorts];
  unsigned count = 0;
  for (const Port port : ports) {
    if (port != Port::none) numbers[count++] = number(port);
  }
  sched_poll arguments{};
  set_xen_guest_handle(arguments.ports, numbers);
  arguments.nr_ports = count;
  arguments.timeout = deadline == kNoDeadline ? 0 : xen_deadline(deadline);  // 0: none
  hypercall(Hypercall::sched_op, SCHEDOP_poll, address_of(arguments));
}

}  // namespace xenrt
