// What the toolstack asks for through control/shutdown (xl shutdown, xl reboot, xl save), and ends.
#pragma once

#include <optional>

#include "xenrt/xenstore.hpp"

namespace xenrt {

enum class ShutdownRequest { poweroff, reboot, suspend };

// Where a suspended guest goes on: in its own domain (`xl save -c`, or the toolstack has given up),
// or in a new one made of its image (`xl restore`, migration), which may be one of several.
enum class Resumed { same_domain, new_domain };

class ShutdownControl {
 public:
  // Announces which requests are understood, and watches for them. The store must outlive this.
  static XenstoreResult<ShutdownControl> start(Xenstore& store);

  // To be asked after next_event() gave one with this token. A request is acknowledged to the
  // toolstack when it is returned, and returned once. After `suspend` it waits for suspend(), for a
  // minute. What is not known is logged and not acknowledged, which makes the toolstack give up.
  std::optional<ShutdownRequest> poll();

  // Lets the toolstack take the guest's image; returns when it goes on. CLOCK_MONOTONIC has stood
  // still meanwhile; the wall clock has not. In a new domain the console and the store are
  // connected again, with all watches, each of which fires. All other event channels are void:
  // their numbers must not even be closed. All grants permit nobody any more, and are to be ended.
  // In either case every generator of random numbers must be seeded anew (Secrets::reseed()), as
  // another guest may go on from the same image. Empty: nothing has happened, for Xen refuses or
  // there is no memory.
  std::optional<Resumed> suspend();

  static constexpr const char* kToken = "control/shutdown";

 private:
  void announce();

  explicit ShutdownControl(Xenstore& store) : store_(&store) {}
  Xenstore* store_;
};

// The guest is gone when these are called. exit() ends in power_off() as well.
[[noreturn]] void power_off(int exit_code) noexcept;
[[noreturn]] void reboot() noexcept;

}  // namespace xenrt
