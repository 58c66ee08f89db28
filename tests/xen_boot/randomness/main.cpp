// Random bytes, the stack protector's canary and the addresses of memory differ from boot to boot.
#include <sys/random.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

int main() {
  std::uint64_t number = 0, canary = 0;
  const bool got = getrandom(&number, sizeof number, 0) == sizeof number;
  asm("mov %%fs:0x28, %0" : "=r"(canary));
  std::printf("getrandom %s %016llx\n", got ? "gave" : "failed",
              static_cast<unsigned long long>(number));
  std::printf("canary %016llx\n", static_cast<unsigned long long>(canary));
  std::printf("heap at %p, large block at %p, stack at %p\n", std::malloc(10), std::malloc(1 << 20),
              static_cast<void*>(&number));
}
