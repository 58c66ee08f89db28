// What the toolstack asks for through control/shutdown (xl shutdown, xl reboot, xl save), and ends.
#pragma once

#include <optional>

#include "xenrt/xenstore.hpp"

namespace xenrt {

enum class ShutdownRequest { poweroff, reboot };

class ShutdownControl {
 public:
  // Announces which requests are understood, and watches for them. The store must outlive this.
  static XenstoreResult<ShutdownControl> start(Xenstore& store);

  // To be asked after next_event() gave one with this token. A request is acknowledged to the
  // toolstack when it is returned, and returned once. "suspend" (xl save, migration) is refused: it
  // is logged and not acknowledged, which makes the toolstack give up and the guest run on.
  std::optional<ShutdownRequest> poll();

  static constexpr const char* kToken = "control/shutdown";

 private:
  explicit ShutdownControl(Xenstore& store) : store_(&store) {}
  Xenstore* store_;
};

// The guest is gone when these are called. exit() ends in power_off() as well.
[[noreturn]] void power_off(int exit_code) noexcept;
[[noreturn]] void reboot() noexcept;

}  // namespace xenrt
