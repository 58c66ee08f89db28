// What a bug ends in, in a process: a line, and a core.
#include <cstdio>
#include <cstdlib>

#include "xenrt/panic.hpp"

namespace xenrt {

void panic(const char* what) noexcept {
  std::fprintf(stderr, "panic: %s\n", what);
  std::abort();
}

}  // namespace xenrt
