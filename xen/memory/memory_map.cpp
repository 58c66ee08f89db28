// See memory_map.hpp.
#include "memory/memory_map.hpp"

namespace xenrt {

std::uint64_t highest_address(std::span<const MemoryRegion> map) {
  std::uint64_t highest = 0;
  for (const MemoryRegion& region : map) {
    const std::uint64_t end = detail::end_of(region);
    if (end > highest) highest = end;
  }
  return highest;
}

}  // namespace xenrt
