// A host without an operating system: compiled with -ffreestanding -fno-exceptions -fno-rtti and
// looked at by freestanding_test.cmake. All of the API that such a host may use is used here.
#include "ping.hpp"
#include "ping_source_map.hpp"

static_assert(SPL_RT_HOSTED == 0, "this is no hosted build");

extern "C" {
ping::Monitor the_monitor;

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

int host_parse(const char* name, unsigned long size) {
  const auto found = ping::parse_statecall({name, size});
  const auto near = ping::nearest_statecall({name, size});
  return found ? static_cast<int>(*found) : near ? -2 - static_cast<int>(*near) : -1;
}

int host_finished() {
  return the_monitor.finished() ? 1 : 0;
}
}
