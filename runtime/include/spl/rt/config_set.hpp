// Automata without a DFA: the monitor keeps the set of configurations that are alive, as bits, and
// moves its members. Internal to tables.hpp, and only instantiated for policies that have one.
//
// Such an automaton A has A::configurations of them, and A::words words of state: a bit each, and
// one bit more, which stands for "violates". What is stored is the difference from the set at the
// start, A::start, so that here, too, a zeroed state is the start.
//   A::moves, pairs (from, to), in lists; list c is [A::first[c - 1], A::first[c]) for column c.
//   Column 0: the automaton does not know the statecall. A `to` of A::configurations: violates.
// A tick looks at one list, whose longest has A::longest_list pairs, whatever the set holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace spl::rt::detail {

/// True for an automaton that is a set of configurations.
template <class A>
inline constexpr bool kIsSet = requires {
  A::configurations;
};

/// True for a policy that has such an automaton. Its automata have places of their own length:
/// automaton a has the words from Policy::state_offsets[a] to Policy::state_offsets[a + 1].
template <class Policy>
inline constexpr bool kHasSets = requires {
  Policy::state_offsets;
};

template <class A>
constexpr bool is_alive(const std::uint32_t* state, std::uint32_t configuration) {
  const auto w = configuration / 32;
  return ((state[w] ^ A::start[w]) >> (configuration % 32) & 1U) != 0;
}

/// Where a set goes; false if it is refused: nothing accepts, or something violates.
template <class A>
constexpr bool step_set(const std::uint32_t* state, std::uint32_t column, std::uint32_t* next) {
  if (column == 0) {
    for (std::uint32_t w = 0; w < A::words; ++w) next[w] = state[w];
    return true;
  }
  std::uint32_t now[A::words] = {};
  std::uint32_t after[A::words] = {};
  for (std::uint32_t w = 0; w < A::words; ++w) now[w] = state[w] ^ A::start[w];
  for (std::size_t i = A::first[column - 1]; i < A::first[column]; ++i) {
    const std::uint32_t from = A::moves[2 * i];
    const std::uint32_t to = A::moves[2 * i + 1];
    after[to / 32] |= (now[from / 32] >> (from % 32) & 1U) << (to % 32);
  }
  std::uint32_t any = 0;
  for (std::uint32_t w = 0; w < A::words; ++w) {
    any |= after[w];
    next[w] = after[w] ^ A::start[w];
  }
  const bool violates = (after[A::configurations / 32] >> (A::configurations % 32) & 1U) != 0;
  return any != 0 && !violates;
}

/// True if a set could have these words: something is alive, and nothing that does not exist.
template <class A>
constexpr bool is_set_state(const std::uint32_t* state) {
  std::uint32_t any = 0;
  for (std::uint32_t w = 0; w < A::words; ++w) any |= state[w] ^ A::start[w];
  const auto last = state[A::words - 1] ^ A::start[A::words - 1];
  return any != 0 && (last >> (A::configurations % 32)) == 0;
}

/// True if a configuration at the final point is alive.
template <class A>
constexpr bool is_set_finished(const std::uint32_t* state) {
  for (std::uint32_t q = 0; q < A::configurations; ++q) {
    if ((A::finished[q / 64] >> (q % 64) & 1U) != 0 && is_alive<A>(state, q)) return true;
  }
  return false;
}

}  // namespace spl::rt::detail
