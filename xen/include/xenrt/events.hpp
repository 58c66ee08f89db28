// Event channels, and waiting for them (xen/event_channel.h, xen/sched.h).
//
// Interrupts are never enabled. An event only sets a bit; the program looks at the bits, and sleeps
// in SCHEDOP_poll until one is set or a deadline has come. So there are no handlers, no races with
// them, and nothing to lock.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace xenrt {

using DomainId = std::uint16_t;

// An event channel of this guest. 0 is none.
enum class Port : std::uint32_t { none = 0 };

// Whether there is a hypervisor to talk to. Without one (plain QEMU), every function below that
// creates something fails, send() and close_port() do nothing, and wait_for_events() waits for the
// deadline.
[[nodiscard]] bool on_xen() noexcept;

// A port that the other domain may bind to; its number is what is written to xenstore as
// "event-channel". Empty if Xen refuses. The caller owns it until close_port().
[[nodiscard]] std::optional<Port> allocate_unbound_port(DomainId remote) noexcept;

// The other way round: binds to a port that `remote` has allocated for us.
[[nodiscard]] std::optional<Port> bind_to_remote_port(DomainId remote, Port remote_port) noexcept;

void close_port(Port port) noexcept;

// Tells the other side. Costs a hypercall: batch (io/ring.h's RING_PUSH_*_AND_CHECK_NOTIFY).
void send_event(Port port) noexcept;

// Whether an event has come since the last call; clears it. Look at the shared ring after this
// call, not before, or an event may be missed. Costs no hypercall.
[[nodiscard]] bool take_event(Port port) noexcept;

// CLOCK_MONOTONIC, in nanoseconds; what clock_gettime() says. Never goes back.
[[nodiscard]] std::uint64_t monotonic_ns() noexcept;

inline constexpr std::uint64_t kNoDeadline = UINT64_MAX;

// Returns when an event of one of `ports` waits to be taken, or `deadline` (monotonic_ns()) has
// passed, whichever is first; at once if either is already so. May also return early for no reason.
// Uses no CPU while it waits under Xen. Up to 127 ports. The console's and xenstore's ports are
// only waited for if they are among them (console_port(), Xenstore::port()).
void wait_for_events(std::span<const Port> ports, std::uint64_t deadline) noexcept;

}  // namespace xenrt
