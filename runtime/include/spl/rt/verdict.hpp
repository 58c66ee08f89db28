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

namespace detail {
/// A literal as a string_view, without strlen: an unoptimised freestanding program has none.
template <std::size_t size>
constexpr std::string_view text(const char (&literal)[size]) {
  return {literal, size - 1};
}
}  // namespace detail

enum class Verdict : std::uint8_t {
  accepted,   // every automaton that knows the statecall has moved
  ignored,    // no automaton knows it; nothing has moved
  violation,  // the policy forbids it here; nothing has moved
  unknown,    // strict mode: no automaton knows it; in every mode: a value that is no statecall
  tolerated,  // one of the last two, but the mode lets it pass: see mode.hpp; nothing has moved
};

/// What becomes of a refusal: see mode.hpp.
enum class Mode : std::uint8_t { enforce, report_only, off };

/// True for the verdicts that a host must not let pass: violation and unknown.
[[nodiscard]] constexpr bool is_refusal(Verdict verdict) {
  return verdict == Verdict::violation || verdict == Verdict::unknown;
}

[[nodiscard]] constexpr std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::accepted:
      return detail::text("accepted");
    case Verdict::ignored:
      return detail::text("ignored");
    case Verdict::violation:
      return detail::text("violation");
    case Verdict::unknown:
      return detail::text("unknown");
    case Verdict::tolerated:
      break;
  }
  return detail::text("tolerated");
}

/// What becomes of a statecall that no automaton knows: `refuse` is the strict mode. A value that
/// is no statecall at all is refused in both, for it can only come from a fault in the host.
enum class Unknown : std::uint8_t { ignore, refuse };

/// Why an automaton refuses. Numbers are part of the generated source maps.
enum class Reason : std::uint8_t {
  abort,
  overflow,
  division_by_zero,
  out_of_range,
  none_accepts,
};

/// As the compiler words it, too.
[[nodiscard]] constexpr std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::abort:
      return detail::text("abort reached");
    case Reason::overflow:
      return detail::text("arithmetic overflow");
    case Reason::division_by_zero:
      return detail::text("division by zero");
    case Reason::out_of_range:
      return detail::text("value out of its declared range");
    case Reason::none_accepts:
      break;
  }
  return detail::text("not allowed here");
}

}  // namespace spl::rt
