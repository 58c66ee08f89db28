// Announces the statecalls it is given by name; exit status 3 for a refusal.
#include <cstdio>

#include "light.hpp"
#include "light_source_map.hpp"

static_assert(SPL_RT_VERSION >= 100, "the version of the headers");

int main(int argc, char** argv) {
  light::Monitor monitor;
  for (int i = 1; i < argc; ++i) {
    const auto statecall = light::parse_statecall(argv[i]);
    if (!statecall) return 2;
    if (spl::rt::is_refusal(monitor.tick(*statecall))) {
      std::fputs(explain(monitor, *statecall).to_string().c_str(), stdout);
      return 3;
    }
  }
  std::puts(monitor.finished() ? "finished" : "not finished");
  return 0;
}
