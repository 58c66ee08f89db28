// See machine.hpp.
#include "machine.hpp"

#include <cstdio>

#include "memory/machine.hpp"
#include "xenrt/panic.hpp"

namespace xenrt {

namespace test {
std::map<VirtualAddress, PageTables::Mapping> tlb;
int open_table_writes = 0;

bool tlb_agrees(const PageTables& tables) {
  for (const auto& [page, known] : tlb) {
    const auto now = tables.find(page);
    if (now.kind != known.kind || now.physical != known.physical || now.access != known.access)
      return false;
  }
  return true;
}

void touch(const PageTables& tables, VirtualAddress page) {
  const auto mapping = tables.find(page);
  if (mapping.kind == PageTables::Kind::present) tlb[page] = mapping;
}
}  // namespace test

void begin_table_writes() {
  ++test::open_table_writes;
}
void end_table_writes() {
  --test::open_table_writes;
}

// A flush of any address in a large page drops all of it.
void flush_translation(VirtualAddress address) {
  const VirtualAddress large = align_down(address, kLargePage);
  for (auto at = test::tlb.lower_bound(large);
       at != test::tlb.end() && at->first < large + kLargePage;) {
    const bool hit = at->second.extent > kPage || at->first == align_down(address, kPage);
    at = hit ? test::tlb.erase(at) : std::next(at);
  }
}

void panic(const char* what) noexcept {
  std::fprintf(stderr, "panic: %s\n", what);
  std::abort();
}

}  // namespace xenrt
