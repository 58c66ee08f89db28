// What a bug ends in, in a process: a line, and a core.
#include "xenrt/panic.hpp"

#include <cstdio>
#include <cstdlib>

namespace xenrt {

void panic(const char* what) noexcept {
  std::fprintf(stderr, "panic: %s\n", what);
  std::abort();
}

}  // namespace xenrt
