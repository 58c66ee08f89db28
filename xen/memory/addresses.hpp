// Words that the memory code is written in.
#pragma once

#include <cstddef>
#include <cstdint>

namespace xenrt {

using PhysicalAddress = std::uint64_t;
using VirtualAddress = std::uint64_t;

// Where byte 0 of physical memory is seen. 0 in the guest, whose RAM is mapped where it lies; tests
// put a piece of their own memory there.
using Window = std::uintptr_t;

inline constexpr std::uint64_t kPage = 4096;
inline constexpr std::uint64_t kLargePage = 512 * kPage;

// [begin, end)
struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  [[nodiscard]] constexpr bool empty() const { return begin >= end; }
  [[nodiscard]] constexpr std::uint64_t size() const { return empty() ? 0 : end - begin; }
  [[nodiscard]] constexpr bool contains(std::uint64_t address) const {
    return address >= begin && address < end;
  }
  // Whether all of the other range lies in this one.
  [[nodiscard]] constexpr bool covers(Range other) const {
    return other.begin >= begin && other.end <= end;
  }
  [[nodiscard]] constexpr bool overlaps(Range other) const {
    return begin < other.end && other.begin < end;
  }
};

// `alignment` is a power of two.
constexpr std::uint64_t align_down(std::uint64_t value, std::uint64_t alignment) {
  return value & ~(alignment - 1);
}
constexpr std::uint64_t align_up(std::uint64_t value, std::uint64_t alignment) {
  return align_down(value + alignment - 1, alignment);
}
constexpr bool is_aligned(std::uint64_t value, std::uint64_t alignment) {
  return (value & (alignment - 1)) == 0;
}

}  // namespace xenrt
