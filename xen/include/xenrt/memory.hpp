// Pages: memory that is shared with other domains, or handed to a device.
//
// Everything else comes from malloc, which gets its memory from the same pages through mmap and brk
// (linux-abi/). None of these functions may be called from a second thread: there is none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace xenrt {

inline constexpr std::size_t kPageSize = 4096;

// Number of a page of this guest's physical memory: what Xen calls a GFN. Address / kPageSize.
enum class Frame : std::uint64_t {};

// 2^order pages, zeroed, physically contiguous and aligned to their size, readable and writable.
// nullptr if there is no such block; order may be up to 18. The caller owns them until
// free_pages().
[[nodiscard]] void* allocate_pages(unsigned order) noexcept;

// Gives back what allocate_pages(order) returned. Anything else, or twice, is a bug and ends in
// panic(). The pages must no longer be granted to anyone: end_access() must have returned true for
// each.
void free_pages(void* pages, unsigned order) noexcept;

// The frame behind an address, wherever its memory is from (allocate_pages, malloc, the image).
// Bytes of one page are in one frame; two neighbouring pages of malloc's memory need not be in
// neighbouring frames. Empty if nothing is mapped there. Frames stay the same until the memory is
// freed.
[[nodiscard]] std::optional<Frame> frame_of(const void* address) noexcept;

struct MemoryUse {
  std::uint64_t
      total_pages;  // handed to the allocator at boot: RAM without the image and bookkeeping
  std::uint64_t free_pages;
  std::uint64_t lowest_free_pages;  // the least that were ever free
};
[[nodiscard]] MemoryUse memory_use() noexcept;

}  // namespace xenrt
