// After start, what the linker says is constant after relocation is; no mprotect changes it back.
#include <sys/mman.h>

#include <cerrno>
#include <cstdio>

namespace {
int target;
}
extern int* const constant;
__attribute__((section(".data.rel.ro"))) int* const constant = &target;

int main() {
  const auto page = reinterpret_cast<unsigned long>(&constant) & ~4095UL;
  const bool refused = mprotect(reinterpret_cast<void*>(page), 4096, PROT_READ | PROT_WRITE) == -1;
  std::printf("mprotect of RELRO: %s\n", refused ? "refused" : "done");
  std::fflush(stdout);
  *const_cast<int* volatile*>(&constant) = nullptr;
  std::puts("it was written");
}
