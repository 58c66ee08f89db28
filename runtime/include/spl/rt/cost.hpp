// What a generated monitor costs, computed from its tables by the compiler that compiles them. The
// certificate at the end of a generated header compares these with the figures at its head.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "spl/rt/monitor.hpp"
#include "spl/rt/tables.hpp"

namespace spl::rt {

/// All arrays of one automaton.
template <class A>
constexpr std::size_t table_bytes() {
  if constexpr (detail::kIsSet<A>) {
    return sizeof(A::start) + sizeof(A::first) + sizeof(A::moves) + sizeof(A::finished);
  } else if constexpr (A::dense) {
    return sizeof(A::table) + sizeof(A::finished);
  } else {
    return sizeof(A::first) + sizeof(A::keys) + sizeof(A::targets) + sizeof(A::finished);
  }
}

/// Loads of an automaton's arrays in one tick, at most, each waiting for the one before: the cell;
/// or the two ends of the state's list, the keys that bisection looks at, and the target. Of a set
/// all loads, though few wait: the set at the start, two ends of a list, both places of its moves.
template <class A>
constexpr std::size_t loads() {
  if constexpr (detail::kIsSet<A>) {
    return A::words + 2 + 2 * std::size_t{A::longest_list};
  } else if constexpr (A::dense) {
    return 1;
  } else {
    return 3 + static_cast<std::size_t>(std::bit_width(A::longest_list));
  }
}

namespace detail {

template <class... A>
constexpr std::size_t bytes_of(List<A...>) {
  return (table_bytes<A>() + ...);
}

template <class... A>
constexpr std::size_t loads_of(List<A...>) {
  return ((1 + loads<A>()) + ...);  // its column, too
}

/// Of the automata that know the statecall: number, column, the function that looks it up.
template <class Policy, class... A>
constexpr std::size_t listed_loads(List<A...>) {
  constexpr std::size_t each[] = {loads<A>()...};
  std::size_t most = 0;
  for (std::uint32_t s = 0; s < Policy::statecall_count; ++s) {
    std::size_t sum = 0;
    for (auto i = Policy::mention_first[s]; i < Policy::mention_first[s + 1]; ++i) {
      sum += 3 + each[Policy::mention_automaton[i]];
    }
    if (sum > most) most = sum;
  }
  return most;
}

}  // namespace detail

/// All arrays that ticks of the policy's monitors read.
template <class Policy>
constexpr std::size_t policy_bytes() {
  std::size_t bytes = detail::bytes_of(typename Policy::automata{});
  if constexpr (!Policy::uniform) {
    bytes += sizeof(Policy::mention_first) + sizeof(Policy::mention_automaton) +
             sizeof(Policy::mention_column);
  } else {
    bytes += sizeof(Policy::columns);
    if constexpr (!Policy::all_mentioned) bytes += sizeof(Policy::unmentioned);
  }
  return bytes;
}

/// The names of the statecalls. A program that asks for none does not carry them.
template <class Policy>
constexpr std::size_t name_bytes() {
  return sizeof(Policy::name_text) - 1 + sizeof(Policy::name_offsets);
}

/// Loads from tables in one tick, whatever its verdict, at most.
template <class Policy>
constexpr std::size_t tick_loads() {
  if constexpr (Policy::uniform) {
    // A refusal asks whether anybody knows the statecall.
    return detail::loads_of(typename Policy::automata{}) + (Policy::all_mentioned ? 0U : 1U);
  } else {
    // Where the mentions begin and end; a refusal looks again.
    return 2 + detail::listed_loads<Policy>(typename Policy::automata{}) + 2;
  }
}

/// A monitor is its bytes: there is nothing to give back, so nothing was taken.
template <class Monitor>
inline constexpr bool kOwnsNothing =
    std::is_trivially_copyable_v<Monitor>&& std::is_trivially_destructible_v<Monitor>;

/// Nothing that a host calls on the way of a message can throw.
template <class Monitor>
inline constexpr bool kThrowsNothing = std::
    is_nothrow_default_constructible_v<Monitor>&& noexcept(std::declval<Monitor&>().tick(typename Monitor::Statecall{})) && noexcept(
        std::declval<const Monitor&>().would_accept(
            typename Monitor::
                Statecall{})) && noexcept(std::declval<const Monitor&>()
                                              .allowed()) && noexcept(std::declval<const Monitor&>()
                                                                          .finished()) && noexcept(std::
                                                                                                       declval<
                                                                                                           Monitor&>()
                                                                                                           .reset());

/// A monitor of static storage is there before the program starts.
template <class Monitor>
inline constexpr bool kStartsConstant = Monitor().states()[0] == 0;

}  // namespace spl::rt
