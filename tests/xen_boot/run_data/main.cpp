// Data is not executable: .data, the heap, the stack; and mprotect does not make it so.
#include <sys/mman.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace {
unsigned char code[16] = {0xc3};
}

int main() {
  void* pages =
      mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  std::printf("executable mmap: %s\n", pages == MAP_FAILED && errno == EACCES ? "EACCES" : "given");
  pages = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  std::printf(
      "mprotect to executable: %s\n",
      mprotect(pages, 4096, PROT_READ | PROT_EXEC) == -1 && errno == EACCES ? "EACCES" : "done");
  std::puts("jumping to data");
  std::fflush(stdout);
  reinterpret_cast<void (*)()>(reinterpret_cast<long>(code))();
  std::puts("it ran");
}
