// See symbols.hpp.
#include "boot/symbols.hpp"

extern "C" {
// Ascending addresses, less the first one's; where each name starts in the text; the text.
extern const std::uint32_t xenrt_symbol_count;
extern const std::uint64_t xenrt_symbol_base;
extern const std::uint32_t xenrt_symbol_offsets[];
extern const std::uint32_t xenrt_symbol_names[];
extern const char xenrt_symbol_text[];
}

namespace xenrt {

Symbol find_symbol(std::uint64_t code) {
  if (xenrt_symbol_count == 0 || code < xenrt_symbol_base) return {nullptr, 0};
  const std::uint64_t offset = code - xenrt_symbol_base;
  std::uint32_t low = 0;
  std::uint32_t high = xenrt_symbol_count;
  while (high - low > 1) {
    const std::uint32_t middle = low + (high - low) / 2;
    (xenrt_symbol_offsets[middle] <= offset ? low : high) = middle;
  }
  return {&xenrt_symbol_text[xenrt_symbol_names[low]], offset - xenrt_symbol_offsets[low]};
}

}  // namespace xenrt
