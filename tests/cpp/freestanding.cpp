// A host without an operating system: compiled with -ffreestanding -fno-exceptions -fno-rtti and
// looked at by freestanding_test.cmake. All of the API that such a host may use is used here.
#include "ping.hpp"
#include "ping_source_map.hpp"
#include "spl/rt/flight_recorder.hpp"
#include "spl/rt/mode.hpp"
#include "spl/rt/observers.hpp"

static_assert(SPL_RT_HOSTED == 0, "this is no hosted build");

constinit spl::rt::ModeSwitch the_mode;

struct HostClock {
  static unsigned long now() noexcept { return ++ticks; }
  static inline unsigned long ticks = 0;
};
using Watched = ping::BasicMonitor<
    spl::rt::Observers<spl::rt::FlightRecorder<8, HostClock>, spl::rt::ModeOf<the_mode>>>;
constinit Watched the_watched_monitor;

extern "C" {
constinit ping::Monitor the_monitor;

int host_tick(unsigned id) {
  return static_cast<int>(the_monitor.tick(static_cast<ping::Statecall>(id)));
}

unsigned host_allowed(unsigned* ids, unsigned size) {
  unsigned n = 0;
  for (const auto s : the_monitor.allowed()) {
    if (n < size) ids[n] = static_cast<unsigned>(s);
    ++n;
  }
  return n;
}

unsigned long host_explain(unsigned id, char* buffer, unsigned long size) {
  return explain(the_monitor, static_cast<ping::Statecall>(id)).write_to(buffer, size);
}

unsigned long host_explain_json(unsigned id, char* buffer, unsigned long size) {
  unsigned long length = 0;
  const auto sink = [&](std::string_view piece) {
    for (const char c : piece) {
      if (length < size) buffer[length] = c;
      ++length;
    }
  };
  explain(the_watched_monitor, static_cast<ping::Statecall>(id)).write_json(sink);
  return length;
}

int host_watch(unsigned id, int mode) {
  the_mode.set(static_cast<spl::rt::Mode>(mode));
  const auto verdict = the_watched_monitor.tick(static_cast<ping::Statecall>(id));
  return static_cast<int>(verdict) + static_cast<int>(the_watched_monitor.observer().size());
}

int host_restore(const unsigned char* bytes, unsigned long size) {
  the_watched_monitor.reset();
  const auto snapshot = the_monitor.snapshot();
  (void)the_watched_monitor.restore(snapshot);
  return static_cast<int>(the_monitor.restore(bytes, size));
}

int host_parse(const char* name, unsigned long size) {
  const auto found = ping::parse_statecall({name, size});
  const auto near = ping::nearest_statecall({name, size});
  return found ? static_cast<int>(*found) : near ? -2 - static_cast<int>(*near) : -1;
}

int host_finished() {
  return the_monitor.finished() ? 1 : 0;
}
}
