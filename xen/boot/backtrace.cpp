// See boot/traps.hpp. Nothing here trusts what it reads: a backtrace is wanted when memory is
// damaged.
#include "boot/descriptors.hpp"
#include "boot/image.hpp"
#include "boot/paging.hpp"
#include "boot/symbols.hpp"
#include "boot/traps.hpp"
#include "hypervisor/log.hpp"

namespace xenrt {

namespace {

constexpr unsigned kMostFrames = 32;
constexpr unsigned kMostGuesses = 24;

// `return_address`: the call is before it, maybe in another function (if that one never returns).
void print_frame(std::uint64_t code, bool return_address, const char* mark) {
  const Symbol symbol = find_symbol(return_address ? code - 1 : code);
  if (symbol.name == nullptr) {
    log("  ", mark, Hex{code});
    return;
  }
  log("  ", mark, Hex{code}, " ", symbol.name, " + ",
      Hex{symbol.offset + (return_address ? 1 : 0)});
}

// Stack words that point behind a call instruction (direct, or through a register or memory).
bool follows_call(std::uint64_t code) {
  if (!is_code(code) || !is_code(code - 7)) return false;
  const auto* end = reinterpret_cast<const std::uint8_t*>(code);
  if (end[-5] == 0xe8) return true;
  for (int length = 2; length <= 7; ++length) {
    if (end[-length] == 0xff && (end[-length + 1] & 0x38) == 0x10) return true;
  }
  return false;
}

void print_guesses(std::uint64_t stack, Range bounds) {
  unsigned printed = 0;
  for (std::uint64_t at = align_up(stack, 8); at + 8 <= bounds.end && printed < kMostGuesses;
       at += 8) {
    const std::uint64_t word = *reinterpret_cast<const std::uint64_t*>(at);
    if (!follows_call(word)) continue;
    print_frame(word, true, "? ");
    ++printed;
  }
}

}  // namespace

void print_backtrace(std::uint64_t code, std::uint64_t frame, std::uint64_t stack) {
  log("  backtrace:");
  print_frame(code, !is_code(code), "");
  for (unsigned i = 0; i < kMostFrames; ++i) {
    const Range bounds = platform_stack_around(frame);
    if (bounds.empty() || frame % 8 != 0 || frame + 16 > bounds.end) break;
    const auto* pair = reinterpret_cast<const std::uint64_t*>(frame);
    if (!is_code(pair[1])) break;
    print_frame(pair[1], true, "");
    stack = frame + 16;
    if (pair[0] <= frame && bounds.contains(pair[0])) break;  // frames lie above those they call
    frame = pair[0];
  }
  const Range bounds = platform_stack_around(stack);
  if (!bounds.empty()) print_guesses(stack, bounds);
}

}  // namespace xenrt
