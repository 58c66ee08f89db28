// Waits, without using the processor, until the toolstack asks it to go.
#include <cinttypes>
#include <cstdio>

#include "xenrt/shutdown.hpp"

namespace {

void say(const char* what) {
  std::printf("idle: %s at %" PRIu64 " ns\n", what, xenrt::monotonic_ns());
  std::fflush(stdout);
}

void suspend(xenrt::ShutdownControl& control) {
  say("suspending");
  const auto resumed = control.suspend();
  if (!resumed) return say("the suspend has failed");
  say(*resumed == xenrt::Resumed::new_domain ? "resumed in a new domain"
                                             : "goes on after a suspend");
}

[[noreturn]] void end(bool again) {
  std::puts(again ? "idle: rebooting" : "idle: powering off");
  std::fflush(stdout);
  again ? xenrt::reboot() : xenrt::power_off(0);
}

}  // namespace

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
      if (request == xenrt::ShutdownRequest::suspend) {
        suspend(*control);
      } else if (request) {
        end(*request == xenrt::ShutdownRequest::reboot);
      }
    }
    const xenrt::Port port = (*store)->port();
    xenrt::wait_for_events({&port, 1}, xenrt::kNoDeadline);
  }
}
