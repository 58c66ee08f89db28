// Memory ends in std::bad_alloc, not in a crash; and all of it comes back.
#include <cstdio>
#include <memory>
#include <new>
#include <vector>

#include "xenrt/memory.hpp"

int main() {
  try {
    std::vector<char> impossible(1ULL << 40);
    std::puts("1 TiB given");
  } catch (const std::bad_alloc&) {
    std::puts("1 TiB refused");
  }
  const auto before = xenrt::memory_use().free_pages;
  for (int round = 0; round < 3; ++round) {
    std::vector<std::unique_ptr<char[]>> blocks;
    blocks.reserve(1000);
    try {
      for (;;) blocks.push_back(std::make_unique<char[]>(1 << 20));
    } catch (const std::bad_alloc&) {
      std::printf("round %d: %s\n", round,
                  blocks.size() > 20 ? "more than 20 MiB, then bad_alloc" : "too little");
    }
  }
  const auto after = xenrt::memory_use().free_pages;
  // Page tables keep a few pages for the next time.
  std::printf("memory came back: %s\n", before - after < 64 ? "yes" : "no");
}
