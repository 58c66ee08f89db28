// The stack protector notices an overflow within a frame.
#include <cstdio>
#include <cstring>

[[gnu::noinline]] void overflow(const char* text, std::size_t bytes) {
  char buffer[16];
  std::memcpy(buffer, text, bytes);
  asm volatile("" ::"r"(buffer) : "memory");
}

int main() {
  static const char text[64] = {};
  volatile std::size_t bytes = sizeof text;
  std::puts("overflowing");
  std::fflush(stdout);
  overflow(text, bytes);
  std::puts("it went unnoticed");
}
