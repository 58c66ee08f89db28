// What STEM.c says of every policy alike. Internal to c_source.cpp.
//
// '$' is the prefix (with_prefix()); in the functions of one automaton '#' is its number, and '~'
// the type of its cells or the number of its words.
#pragma once

#include <string_view>

namespace spl::cpp::c_text {

inline constexpr std::string_view kAtOnce = R"(
/* The pointer, computed before it is used: else a compiler adds the state to the column first, and
   that sum is on the way from one state to the next. */
#if defined(__GNUC__)
#define $_at_once(pointer) __asm__("" : "+r"(pointer))
#else
#define $_at_once(pointer) ((void)0)
#endif

)";

inline constexpr std::string_view kSearch = R"({
  uint32_t low = $_first#[state];
  uint32_t high = $_first#[state + 1U];
  if (column == 0U) {
    return (int32_t)state;
  }
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2U;
    const uint32_t key = $_keys#[middle];
    if (key == statecall) {
      return $_targets#[middle];
    }
    if (key < statecall) {
      low = middle + 1U;
    } else {
      high = middle;
    }
  }
  return -1;
}

)";

inline constexpr std::string_view kLookUp = R"({
  const ~ *cells = $_table# + column;
  $_at_once(cells);
  (void)statecall;
  return cells[state];
}

)";

/// An automaton without a DFA: see spl/rt/config_set.hpp. `next` is not `state`.
inline constexpr std::string_view kMoveSet = R"({
  uint32_t now[sizeof $_start# / sizeof $_start#[0]];
  uint32_t any = 0;
  uint32_t i;
  if (column == 0U) {
    for (i = 0; i < ~; ++i) {
      next[i] = state[i];
    }
    return 0;
  }
  for (i = 0; i < ~; ++i) {
    now[i] = state[i] ^ $_start#[i];
    next[i] = 0;
  }
  for (i = $_first#[column - 1U]; i < $_first#[column]; ++i) {
    const uint32_t from = $_moves#[2U * i];
    const uint32_t to = $_moves#[2U * i + 1U];
    next[to / 32U] |= ((now[from / 32U] >> (from % 32U)) & 1U) << (to % 32U);
  }
  if ($_has_bit(next, $_configurations#)) {
    return -1; /* one of them violates */
  }
  for (i = 0; i < ~; ++i) {
    any |= next[i];
    next[i] ^= $_start#[i];
  }
  return (any != 0U) ? 0 : -1;
}

)";

inline constexpr std::string_view kSetFunctions = R"(
/* True if a configuration of `wanted` is alive. */
static bool $_meets(const uint32_t *state, const uint32_t *start, const uint32_t *wanted,
                    uint32_t words) {
  uint32_t i;
  for (i = 0; i < words; ++i) {
    if (((state[i] ^ start[i]) & wanted[i]) != 0U) {
      return true;
    }
  }
  return false;
}
)";

inline constexpr std::string_view kHasBit = R"(
static bool $_has_bit(const uint32_t *set, uint32_t bit) {
  return ((set[bit / 32U] >> (bit % 32U)) & 1U) != 0U;
}
)";

inline constexpr std::string_view kListedStep = R"(
/* Where the automata that know the statecall go. False if one refuses, or none knows it. */
static bool $_step(const $_monitor *monitor, uint32_t statecall, uint32_t *next) {
  const uint32_t end = $_mention_first[statecall + 1U];
  uint32_t i = $_mention_first[statecall];
  int32_t signs = (i == end) ? -1 : 0;
  for (; i < end; ++i) {
    const uint32_t automaton = $_mention_automaton[i];
    const int32_t moved =
        $_next_of(automaton, monitor->state, $_mention_column[i], statecall, next);
    if (moved < 0) {
      signs = -1;
    }
  }
  return signs == 0;
}

static void $_commit($_monitor *monitor, uint32_t statecall, const uint32_t *next) {
  uint32_t i;
  for (i = $_mention_first[statecall]; i < $_mention_first[statecall + 1U]; ++i) {
    const uint32_t automaton = $_mention_automaton[i];
    uint32_t word;
    for (word = $_state_offsets[automaton]; word < $_state_offsets[automaton + 1U]; ++word) {
      monitor->state[word] = next[word];
    }
  }
}

static bool $_mentioned(uint32_t statecall) {
  return $_mention_first[statecall] != $_mention_first[statecall + 1U];
}

/* False if the automaton does not know the statecall. */
static bool $_column_of(uint32_t automaton, uint32_t statecall, uint32_t *column) {
  uint32_t i;
  for (i = $_mention_first[statecall]; i < $_mention_first[statecall + 1U]; ++i) {
    if ($_mention_automaton[i] == automaton) {
      *column = $_mention_column[i];
      return true;
    }
  }
  return false;
}
)";

inline constexpr std::string_view kUniformColumns = R"(
static bool $_column_of(uint32_t automaton, uint32_t statecall, uint32_t *column) {
  *column = $_columns[statecall][automaton];
  return true;
}
)";

inline constexpr std::string_view kFunctions = R"(
static $_verdict $_without_move(uint32_t statecall, $_verdict not_mentioned) {
  if (!$_is_statecall(statecall)) {
    return $_unknown;
  }
  return $_mentioned(statecall) ? $_violation : not_mentioned;
}

void $_reset($_monitor *monitor) {
  uint32_t i;
  for (i = 0; i < (uint32_t)$_state_words; ++i) {
    monitor->state[i] = 0;
  }
}

$_verdict $_tick($_monitor *monitor, uint32_t statecall) {
  uint32_t next[$_state_words];
  if (!$_is_statecall(statecall) || !$_step(monitor, statecall, next)) {
    return $_without_move(statecall, $_ignored);
  }
  $_commit(monitor, statecall, next);
  return $_accepted;
}

$_verdict $_tick_strict($_monitor *monitor, uint32_t statecall) {
  const $_verdict verdict = $_tick(monitor, statecall);
  return (verdict == $_ignored) ? $_unknown : verdict;
}

$_verdict $_would_answer(const $_monitor *monitor, uint32_t statecall) {
  uint32_t next[$_state_words];
  if ($_is_statecall(statecall) && $_step(monitor, statecall, next)) {
    return $_accepted;
  }
  return $_without_move(statecall, $_ignored);
}

bool $_would_accept(const $_monitor *monitor, uint32_t statecall) {
  return $_would_answer(monitor, statecall) == $_accepted;
}

uint32_t $_next_allowed(const $_monitor *monitor, uint32_t from) {
  uint32_t statecall = from;
  while ($_is_statecall(statecall) && !$_would_accept(monitor, statecall)) {
    ++statecall;
  }
  return $_is_statecall(statecall) ? statecall : (uint32_t)$_statecall_count;
}

bool $_refuses(const $_monitor *monitor, uint32_t automaton, uint32_t statecall) {
  uint32_t next[$_state_words];
  uint32_t column = 0;
  if (automaton >= (uint32_t)$_automata_count || !$_is_statecall(statecall) ||
      !$_mentioned(statecall) || !$_column_of(automaton, statecall, &column)) {
    return false;
  }
  return $_next_of(automaton, monitor->state, column, statecall, next) < 0;
}

bool $_finished(const $_monitor *monitor) {
  uint32_t automaton;
  for (automaton = 0; automaton < (uint32_t)$_automata_count; ++automaton) {
    if (!$_finished_one(monitor, automaton)) {
      return false;
    }
  }
  return true;
}

const char *$_name(uint32_t statecall) {
  return $_is_statecall(statecall) ? $_names[statecall] : "?";
}

const char *$_name_of_automaton(uint32_t automaton) {
  return (automaton < (uint32_t)$_automata_count) ? $_automata_names[automaton] : "?";
}

const char *$_name_of_verdict($_verdict verdict) {
  switch (verdict) {
    case $_accepted:
      return "accepted";
    case $_ignored:
      return "ignored";
    case $_violation:
      return "violation";
    case $_unknown:
      return "unknown";
    default:
      return "?";
  }
}

/* Negative, 0 or positive as `name` comes before, is, or comes after `other`. */
static int $_compare(const char *name, size_t length, const char *other) {
  size_t i;
  for (i = 0; i < length; ++i) {
    const unsigned char mine = (unsigned char)name[i];
    const unsigned char its = (unsigned char)other[i];
    if (its == 0U) {
      return 1;
    }
    if (mine != its) {
      return (mine < its) ? -1 : 1;
    }
  }
  return (other[length] == '\0') ? 0 : -1;
}

uint32_t $_parse(const char *name, size_t length) {
  uint32_t low = 0;
  uint32_t high = (uint32_t)$_statecall_count;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2U;
    const int order = $_compare(name, length, $_names[middle]);
    if (order == 0) {
      return middle;
    }
    if (order > 0) {
      low = middle + 1U;
    } else {
      high = middle;
    }
  }
  return (uint32_t)$_statecall_count;
}
)";

/// A comparison with 0 would draw warnings in a policy without statecalls.
inline constexpr std::string_view kIsStatecall = R"(
static bool $_is_statecall(uint32_t statecall) {
  return statecall < (uint32_t)$_statecall_count;
}
)";
inline constexpr std::string_view kNoStatecall = R"(
static bool $_is_statecall(uint32_t statecall) {
  (void)statecall;
  return false;
}
)";

}  // namespace spl::cpp::c_text
