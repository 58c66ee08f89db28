// Waits, without using the processor, until the toolstack asks it to go.
#include <cstdio>

#include "xenrt/shutdown.hpp"

int main() {
  auto store = xenrt::Xenstore::connect();
  if (!store) {
    std::puts("idle: there is no xenstore here");
    return 1;
  }
  const auto name = (*store)->read("name");
  std::printf("idle: this is domain '%s'\n", name ? name->c_str() : "?");
  auto control = xenrt::ShutdownControl::start(**store);
  if (!control) {
    std::puts("idle: cannot watch control/shutdown");
    return 1;
  }
  std::puts("idle: ready");
  for (;;) {
    while ((*store)->next_event()) {
      const auto request = control->poll();
      if (!request) continue;
      const bool again = *request == xenrt::ShutdownRequest::reboot;
      std::puts(again ? "idle: rebooting" : "idle: powering off");
      std::fflush(stdout);
      again ? xenrt::reboot() : xenrt::power_off(0);
    }
    const xenrt::Port port = (*store)->port();
    xenrt::wait_for_events({&port, 1}, xenrt::kNoDeadline);
  }
}
