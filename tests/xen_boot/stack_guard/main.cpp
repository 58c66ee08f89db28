// A recursion without end meets the page below the stack, not other data.
#include <cstdio>

[[gnu::noinline]] int recurse(int depth) {
  volatile char frame[1024];
  frame[0] = static_cast<char>(depth);
  return recurse(depth + 1) + frame[0];
}

int main() {
  std::puts("recursing");
  std::fflush(stdout);
  return recurse(0);
}
