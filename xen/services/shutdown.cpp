// See xenrt/shutdown.hpp. docs/misc/xenstore-paths.pandoc of Xen: ~/control/shutdown,
// ~/control/feature-*.
#include "xenrt/shutdown.hpp"

#include <cstdio>

#include "hypervisor/suspend.hpp"

namespace xenrt {

namespace {
constexpr const char* kPath = "control/shutdown";
}

XenstoreResult<ShutdownControl> ShutdownControl::start(Xenstore& store) {
  ShutdownControl control(store);
  control.announce();
  const auto watched = store.watch(kPath, kToken);
  if (!watched) return watched.error();
  return control;
}

void ShutdownControl::announce() {
  // Older toolstacks have made only some of these writable; they are advice.
  (void)store_->write("control/feature-poweroff", "1");
  (void)store_->write("control/feature-reboot", "1");
  (void)store_->write("control/feature-suspend", "1");
}

std::optional<ShutdownRequest> ShutdownControl::poll() {
  const auto wanted = store_->read(kPath);
  if (!wanted || wanted->empty()) return std::nullopt;
  ShutdownRequest request{};
  if (*wanted == "poweroff" || *wanted == "halt") {
    request = ShutdownRequest::poweroff;
  } else if (*wanted == "reboot") {
    request = ShutdownRequest::reboot;
  } else if (*wanted == "suspend") {
    request = ShutdownRequest::suspend;
  } else {
    std::printf("xenrt: control/shutdown asks for '%s', which is unknown\n", wanted->c_str());
    return std::nullopt;
  }
  (void)store_->write(kPath, "");
  return request;
}

std::optional<Resumed> ShutdownControl::suspend() {
  std::fflush(stdout);
  const auto resumed = suspend_domain();
  if (resumed != Resumed::new_domain) return resumed;
  store_->reconnect();
  announce();
  return resumed;
}

}  // namespace xenrt
