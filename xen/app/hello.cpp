// The smallest unikernel: prints its arguments, and what memory there is.
#include <iostream>

#include "xenrt/events.hpp"
#include "xenrt/memory.hpp"

int main(int argc, char** argv) {
  std::cout << "hello from " << (xenrt::on_xen() ? "Xen" : "a PC without Xen") << '\n';
  for (int i = 1; i < argc; ++i) std::cout << "argument " << i << ": " << argv[i] << '\n';
  const auto memory = xenrt::memory_use();
  std::cout << memory.free_pages * xenrt::kPageSize / 1024 << " KiB free of "
            << memory.total_pages * xenrt::kPageSize / 1024 << '\n';
}
