// See xenrt/shutdown.hpp. docs/misc/xenstore-paths.pandoc of Xen: ~/control/shutdown,
// ~/control/feature-*.
#include "xenrt/shutdown.hpp"

#include <cstdio>

namespace xenrt {

namespace {
constexpr const char* kPath = "control/shutdown";
}

XenstoreResult<ShutdownControl> ShutdownControl::start(Xenstore& store) {
  // Older toolstacks have made only some of these writable; they are advice.
  (void)store.write("control/feature-poweroff", "1");
  (void)store.write("control/feature-reboot", "1");
  (void)store.write("control/feature-suspend", "0");
  const auto watched = store.watch(kPath, kToken);
  if (!watched) return watched.error();
  return ShutdownControl(store);
}

std::optional<ShutdownRequest> ShutdownControl::poll() {
  const auto wanted = store_->read(kPath);
  if (!wanted || wanted->empty()) return std::nullopt;
  if (*wanted == "suspend") {
    std::puts(
        "xenrt: suspend (xl save, migration) is refused: this guest cannot reconnect afterwards");
    return std::nullopt;
  }
  if (*wanted != "poweroff" && *wanted != "halt" && *wanted != "reboot") {
    std::printf("xenrt: control/shutdown asks for '%s', which is unknown\n", wanted->c_str());
    return std::nullopt;
  }
  const auto request = *wanted == "reboot" ? ShutdownRequest::reboot : ShutdownRequest::poweroff;
  (void)store_->write(kPath, "");
  return request;
}

}  // namespace xenrt
