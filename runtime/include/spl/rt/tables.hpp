// How the tables of a generated policy are read. Internal: users include the generated header.
//
// Each automaton A of a policy has a table in one of three forms.
//   dense:   A::table, column-major: the next state for column c in state q is (table + c)[q],
//            where c is the offset of a column. Equal columns are stored once; statecalls that the
//            automaton does not know share one column that stays where it is.
//   compact: for tables too large to be dense. Per state the accepted statecalls, ascending
//            (A::first, A::keys, A::targets), found by binary search in at most
//            bit_width(A::longest_list) steps.
//   set:     for automata without a DFA: see config_set.hpp.
// A::states is how many there are; state numbers are below it, and 0 is the start.
// A negative next state means refused, so that the answers of several automata can be tested at
// once by their sign.
//
// A policy lists its automata (Policy::automata) and is in one of two forms as well.
//   uniform: few automata; every tick looks into all of them (Policy::columns[s][a]).
//   listed:  many automata; a tick looks only into those that know the statecall.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "spl/rt/config_set.hpp"
#include "spl/rt/verdict.hpp"
#include "spl/rt/version.hpp"

namespace spl::rt {

/// Generated headers check that they were printed for this form of tables.
inline constexpr int kTableFormat = 2;

template <class... Automata>
struct List {};

/// Column of a compact automaton for a statecall that it does not know, and for one that it knows.
inline constexpr std::uint32_t kCompactStays = 0;
inline constexpr std::uint32_t kCompactSearches = 1;

namespace detail {

/// The pointer, computed before it is used: else a compiler adds the state to the column first, and
/// that sum, a cycle, is on the way from one state to the next.
template <class Cell>
SPL_RT_INLINE constexpr const Cell* at_once(const Cell* cells) {
#if defined(__GNUC__)
  if (!std::is_constant_evaluated()) __asm__("" : "+r"(cells));
#endif
  return cells;
}

template <class A>
constexpr std::int32_t search(std::uint32_t state, std::uint32_t s) {
  std::uint32_t low = A::first[state];
  std::uint32_t high = A::first[state + 1];
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    const std::uint32_t key = A::keys[middle];
    if (key == s) return A::targets[middle];
    if (key < s) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return -1;
}

/// The next state, or a negative number if the automaton refuses.
template <class A>
SPL_RT_INLINE constexpr std::int32_t next_state(std::uint32_t state, std::uint32_t column,
                                                std::uint32_t s) {
  if constexpr (A::dense) {
    return at_once(A::table + column)[state];
  } else {
    return column == kCompactStays ? static_cast<std::int32_t>(state) : search<A>(state, s);
  }
}

template <class A>
constexpr std::int32_t next_state_call(std::uint32_t state, std::uint32_t column, std::uint32_t s) {
  return next_state<A>(state, column, s);
}

/// Any form: where the automaton goes, into its words of `next`; negative if it refuses.
template <class A>
constexpr std::int32_t step_one(const std::uint32_t* state, std::uint32_t column, std::uint32_t s,
                                std::uint32_t* next) {
  if constexpr (kIsSet<A>) {
    return step_set<A>(state, column, next) ? 0 : -1;
  } else {
    const auto moved = next_state<A>(*state, column, s);
    *next = static_cast<std::uint32_t>(moved);
    return moved;
  }
}

template <class A>
constexpr bool is_finished(const std::uint32_t* state) {
  if constexpr (kIsSet<A>) {
    return is_set_finished<A>(state);
  } else {
    return (A::finished[*state / 64] >> (*state % 64) & 1U) != 0;
  }
}

/// Calls f(number) for each state that the automaton is in: one, or each live configuration.
template <class A, class F>
constexpr void each_state(const std::uint32_t* state, F& f) {
  if constexpr (kIsSet<A>) {
    for (std::uint32_t q = 0; q < A::configurations; ++q) {
      if (is_alive<A>(state, q)) f(q);
    }
  } else {
    f(*state);
  }
}

/// Per automaton, for looking one up by number.
template <class L>
struct Dispatch;
template <class... A>
struct Dispatch<List<A...>> {
  static constexpr std::int32_t (*step[])(const std::uint32_t*, std::uint32_t, std::uint32_t,
                                          std::uint32_t*) = {&step_one<A>...};
  static constexpr bool (*finished[])(const std::uint32_t*) = {&is_finished<A>...};
  template <class F>
  static constexpr void each_state_of(std::uint32_t a, const std::uint32_t* state, F& f) {
    constexpr void (*each[])(const std::uint32_t*, F&) = {&each_state<A, F>...};
    each[a](state, f);
  }
};
template <class L>
struct NextStates;
template <class... A>
struct NextStates<List<A...>> {
  static constexpr std::int32_t (*next[])(std::uint32_t, std::uint32_t,
                                          std::uint32_t) = {&next_state_call<A>...};
};

/// True if these words can be an automaton's state.
template <class A>
constexpr bool is_state(const std::uint32_t* state) {
  if constexpr (kIsSet<A>) {
    return is_set_state<A>(state);
  } else {
    return *state < A::states;
  }
}
template <class L>
struct StateChecks;
template <class... A>
struct StateChecks<List<A...>> {
  static constexpr bool (*valid[])(const std::uint32_t*) = {&is_state<A>...};
};

/// Where the words of an automaton begin.
template <class Policy>
constexpr std::uint32_t offset_of(std::uint32_t a) {
  if constexpr (kHasSets<Policy>) {
    return Policy::state_offsets[a];
  } else {
    return a;
  }
}

template <class Policy>
constexpr bool mentioned(std::uint32_t s) {
  if constexpr (!Policy::uniform) {
    return Policy::mention_first[s] != Policy::mention_first[s + 1];
  } else if constexpr (Policy::all_mentioned) {
    return true;
  } else {
    return (Policy::unmentioned[s / 64] >> (s % 64) & 1U) == 0;
  }
}

template <class Policy, class... A, std::size_t... I>
SPL_RT_INLINE constexpr bool step_all(List<A...>, std::index_sequence<I...>,
                                      const std::uint32_t* states, std::uint32_t s,
                                      std::uint32_t* next) {
  const auto& columns = Policy::columns[s];
  const std::int32_t moved[] = {next_state<A>(states[I], columns[I], s)...};
  if ((moved[I] | ...) < 0) [[unlikely]]
    return false;
  ((next[I] = static_cast<std::uint32_t>(moved[I])), ...);
  return true;
}

/// As step(), for a policy with sets: automata have words of their own in `next`.
template <class Policy>
constexpr bool step_with_sets(const std::uint32_t* states, std::uint32_t s, std::uint32_t* next) {
  using D = Dispatch<typename Policy::automata>;
  std::int32_t signs = 0;
  const auto one = [&](std::uint32_t a, std::uint32_t column) {
    const auto at = offset_of<Policy>(a);
    signs |= D::step[a](states + at, column, s, next + at);
  };
  if constexpr (Policy::uniform) {
    for (std::uint32_t a = 0; a < Policy::automaton_count; ++a) one(a, Policy::columns[s][a]);
  } else {
    const auto begin = Policy::mention_first[s];
    const auto end = Policy::mention_first[s + 1];
    if (begin == end) return false;
    for (auto i = begin; i < end; ++i) one(Policy::mention_automaton[i], Policy::mention_column[i]);
  }
  return signs >= 0;
}

template <class Policy>
constexpr void commit_with_sets(std::uint32_t* states, std::uint32_t s, const std::uint32_t* next) {
  const auto one = [&](std::uint32_t a) {
    for (auto w = offset_of<Policy>(a); w < offset_of<Policy>(a + 1); ++w) states[w] = next[w];
  };
  if constexpr (Policy::uniform) {
    for (std::uint32_t a = 0; a < Policy::automaton_count; ++a) one(a);
  } else {
    for (auto i = Policy::mention_first[s]; i < Policy::mention_first[s + 1]; ++i) {
      one(Policy::mention_automaton[i]);
    }
  }
}

/// Computes where the automata go on s < statecall_count. False if one refuses, or none knows s
/// (the generator lets automaton 0 refuse such an s, so that the common path need not ask).
template <class Policy>
SPL_RT_INLINE constexpr bool step(const std::uint32_t* states, std::uint32_t s,
                                  std::uint32_t* next) {
  if constexpr (kHasSets<Policy>) {
    return step_with_sets<Policy>(states, s, next);
  } else if constexpr (Policy::uniform) {
    return step_all<Policy>(typename Policy::automata{},
                            std::make_index_sequence<Policy::automaton_count>{}, states, s, next);
  } else {
    using D = NextStates<typename Policy::automata>;
    const auto begin = Policy::mention_first[s];
    const auto end = Policy::mention_first[s + 1];
    std::int32_t signs = begin == end ? -1 : 0;
    for (auto i = begin; i < end; ++i) {
      const auto a = Policy::mention_automaton[i];
      const auto moved = D::next[a](states[a], Policy::mention_column[i], s);
      signs |= moved;
      next[i - begin] = static_cast<std::uint32_t>(moved);
    }
    return signs >= 0;
  }
}

/// Stores what step() computed.
template <class Policy>
SPL_RT_INLINE constexpr void commit(std::uint32_t* states, [[maybe_unused]] std::uint32_t s,
                                    const std::uint32_t* next) {
  if constexpr (kHasSets<Policy>) {
    commit_with_sets<Policy>(states, s, next);
  } else if constexpr (Policy::uniform) {
    for (std::uint32_t a = 0; a < Policy::automaton_count; ++a) states[a] = next[a];
  } else {
    const auto begin = Policy::mention_first[s];
    const auto end = Policy::mention_first[s + 1];
    for (auto i = begin; i < end; ++i) states[Policy::mention_automaton[i]] = next[i - begin];
  }
}

/// True if automaton `a` by itself refuses s in these states of all automata.
template <class Policy>
constexpr bool refuses(std::uint32_t a, const std::uint32_t* states, std::uint32_t s) {
  if (!mentioned<Policy>(s)) return false;
  using D = Dispatch<typename Policy::automata>;
  const auto* state = states + offset_of<Policy>(a);
  std::uint32_t next[Policy::state_words] = {};
  if constexpr (Policy::uniform) {
    return D::step[a](state, Policy::columns[s][a], s, next) < 0;
  } else {
    for (auto i = Policy::mention_first[s]; i < Policy::mention_first[s + 1]; ++i) {
      if (Policy::mention_automaton[i] == a) {
        return D::step[a](state, Policy::mention_column[i], s, next) < 0;
      }
    }
    return false;
  }
}

template <class Policy>
constexpr bool finished(std::uint32_t a, const std::uint32_t* states) {
  return Dispatch<typename Policy::automata>::finished[a](states + offset_of<Policy>(a));
}

template <class Policy, class F>
constexpr void each_state_of(std::uint32_t a, const std::uint32_t* states, F& f) {
  Dispatch<typename Policy::automata>::each_state_of(a, states + offset_of<Policy>(a), f);
}

}  // namespace detail
}  // namespace spl::rt
