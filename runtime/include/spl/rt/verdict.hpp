// What a tick answers, and the small types every other runtime header uses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

// The library's own <string_view> is freestanding in practice: it needs memcmp only, which a
// compiler expects of every freestanding program anyway.

/// 1 where the standard library throws and allocates: tick_or_throw() and to_string() exist.
#ifndef SPL_RT_HOSTED
#if __STDC_HOSTED__ && defined(__cpp_exceptions)
#define SPL_RT_HOSTED 1
#else
#define SPL_RT_HOSTED 0
#endif
#endif

#if defined(__GNUC__)
#define SPL_RT_COLD [[gnu::noinline, gnu::cold]]
#define SPL_RT_INLINE [[gnu::always_inline]] inline
#else
#define SPL_RT_COLD
#define SPL_RT_INLINE inline
#endif

namespace spl::rt {

enum class Verdict : std::uint8_t {
  accepted,  // every automaton that knows the statecall has moved
  ignored,   // no automaton knows it; nothing has moved
  refused,   // the policy forbids it here; nothing has moved
};

[[nodiscard]] constexpr std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::accepted:
      return "accepted";
    case Verdict::ignored:
      return "ignored";
    case Verdict::refused:
      break;
  }
  return "refused";
}

/// What becomes of a statecall that no automaton knows, and of a value that is no statecall.
enum class Unknown : std::uint8_t { ignore, refuse };

/// Why an automaton refuses. Numbers are part of the generated source maps.
enum class Reason : std::uint8_t {
  abort,
  overflow,
  division_by_zero,
  out_of_range,
  none_accepts,
};

[[nodiscard]] constexpr std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::abort:
      return "abort reached";
    case Reason::overflow:
      return "arithmetic overflow";
    case Reason::division_by_zero:
      return "division by zero";
    case Reason::out_of_range:
      return "value outside its declared range";
    case Reason::none_accepts:
      break;
  }
  return "not expected here";
}

}  // namespace spl::rt
