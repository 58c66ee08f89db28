// The part of STEM_source_map.c that does not depend on the policy: what spl/rt/explain.hpp and
// spl/rt/names.hpp do for C++, with the same texts.
#include "c_emit.hpp"

namespace spl::cpp {
namespace {

/// A comparison with 0 would draw warnings in a policy without statecalls.
constexpr std::string_view kIsStatecall = R"(
static bool $_is_a_statecall(uint32_t statecall) {
  return statecall < (uint32_t)$_statecall_count;
}
)";
constexpr std::string_view kNoStatecall = R"(
static bool $_is_a_statecall(uint32_t statecall) {
  (void)statecall;
  return false;
}
)";

constexpr std::string_view kQueries = R"(
/* The first state from `from` on that the automaton is in; false if there is none. */
static bool $_next_state(const $_monitor *monitor, uint32_t automaton, uint32_t from,
                         uint32_t *state) {
  const $_automaton_map *map = &$_maps[automaton];
@  if (monitor->state[map->at] < from) {
    return false;
  }
  *state = monitor->state[map->at];
  return true;
}

/* True if a state of the automaton before this one waits at the place, too. */
static bool $_waits_before(const $_monitor *monitor, uint32_t automaton, uint32_t state,
                           uint32_t place) {
  const $_automaton_map *map = &$_maps[automaton];
  uint32_t other = 0;
  while ($_next_state(monitor, automaton, other, &other) && (other < state)) {
    uint32_t i;
    for (i = map->waiting_first[other]; i < map->waiting_first[other + 1U]; ++i) {
      if (map->waiting[i] == place) {
        return true;
      }
    }
    ++other;
  }
  return false;
}

const $_place *$_waiting(const $_monitor *monitor, uint32_t automaton, uint32_t *cursor) {
  const $_automaton_map *map;
  uint32_t state = 0;
  if (automaton >= (uint32_t)$_automata_count) {
    return NULL;
  }
  map = &$_maps[automaton];
  /* The cursor is how far we are in the lists of all states. */
  while ($_next_state(monitor, automaton, state, &state)) {
    uint32_t at = map->waiting_first[state];
    if (at < *cursor) {
      at = *cursor;
    }
    for (; at < map->waiting_first[state + 1U]; ++at) {
      *cursor = at + 1U;
      if (!$_waits_before(monitor, automaton, state, map->waiting[at])) {
        return &$_places[map->waiting[at]];
      }
    }
    ++state;
  }
  return NULL;
}

bool $_refusal(const $_monitor *monitor, uint32_t automaton, uint32_t statecall, $_reason *reason,
               const $_place **where) {
  const $_automaton_map *map;
  uint32_t state = 0;
  uint32_t least = $_no_place;
  uint32_t place;
  if (!$_refuses(monitor, automaton, statecall)) {
    return false;
  }
  map = &$_maps[automaton];
  *reason = ($_reason)map->dead;
  place = map->dead_place;
  while ($_next_state(monitor, automaton, state, &state)) {
    uint32_t i;
    for (i = map->refused_first[state]; i < map->refused_first[state + 1U]; ++i) {
      const $_refused_at *refused = &map->refused[i];
      if ((refused->statecall == statecall) && (refused->rank < least)) {
        least = refused->rank;
        *reason = ($_reason)refused->reason;
        place = refused->place;
      }
    }
    ++state;
  }
  *where = (place == $_no_place) ? NULL : &$_places[place];
  return true;
}

const char *$_name_of_reason($_reason reason) {
  switch (reason) {
    case $_abort_reached:
      return "abort reached";
    case $_overflow:
      return "arithmetic overflow";
    case $_division_by_zero:
      return "division by zero";
    case $_out_of_range:
      return "value out of its declared range";
    case $_none_accepts:
    default:
      return "not allowed here";
  }
}
)";

/// In the place of '@' where there are sets.
constexpr std::string_view kNextConfiguration =
    R"(  if (map->configurations != 0U) {
    uint32_t configuration = from;
    while ((configuration < map->configurations) &&
           !$_is_alive(monitor, automaton, configuration)) {
      ++configuration;
    }
    *state = configuration;
    return configuration < map->configurations;
  }
)";

constexpr std::string_view kSuggestions = R"(
#define $_longest_compared 127U

static size_t $_length(const char *text) {
  size_t length = 0;
  while (text[length] != '\0') {
    ++length;
  }
  return length;
}

static uint32_t $_least(uint32_t a, uint32_t b) {
  return (a < b) ? a : b;
}

/* Damerau-Levenshtein distance (adjacent swaps count one), for names up to $_longest_compared. */
static uint32_t $_distance(const char *a, size_t a_length, const char *b, size_t b_length) {
  uint8_t rows[3][$_longest_compared + 1U];
  size_t i;
  size_t j;
  for (j = 0; j <= b_length; ++j) {
    rows[0][j] = (uint8_t)j;
  }
  for (i = 1; i <= a_length; ++i) {
    const uint8_t *above = rows[(i + 2U) % 3U];
    const uint8_t *before = rows[(i + 1U) % 3U];
    uint8_t *row = rows[i % 3U];
    row[0] = (uint8_t)i;
    for (j = 1; j <= b_length; ++j) {
      uint32_t best = $_least(above[j] + 1U, row[j - 1U] + 1U);
      best = $_least(best, above[j - 1U] + ((a[i - 1U] == b[j - 1U]) ? 0U : 1U));
      if ((i > 1U) && (j > 1U) && (a[i - 1U] == b[j - 2U]) && (a[i - 2U] == b[j - 1U])) {
        best = $_least(best, before[j - 2U] + 1U);
      }
      row[j] = (uint8_t)best;
    }
  }
  return rows[a_length % 3U][b_length];
}

/* The length of the '_' part of a name that begins at `from`. */
static size_t $_part(const char *name, size_t from) {
  size_t at = from;
  while ((name[at] != '\0') && (name[at] != '_')) {
    ++at;
  }
  return at - from;
}

static uint32_t $_count_part(const char *name, const char *part, size_t length) {
  uint32_t count = 0;
  size_t at = 0;
  for (;;) {
    const size_t here = $_part(name, at);
    size_t i = 0;
    while ((here == length) && (i < length) && (name[at + i] == part[i])) {
      ++i;
    }
    if ((here == length) && (i == length)) {
      ++count;
    }
    at += here;
    if (name[at] == '\0') {
      return count;
    }
    ++at;
  }
}

/* True if two names are made of the same '_' parts. */
static bool $_same_parts(const char *a, size_t a_length, const char *b, size_t b_length) {
  size_t at = 0;
  if (a_length != b_length) {
    return false;
  }
  for (;;) {
    const size_t here = $_part(a, at);
    if ($_count_part(a, &a[at], here) != $_count_part(b, &a[at], here)) {
      return false;
    }
    at += here;
    if (a[at] == '\0') {
      return true;
    }
    ++at;
  }
}

/* The expected statecall that is spelt most like this one, or $_statecall_count. */
static uint32_t $_nearest(const $_monitor *monitor, uint32_t statecall) {
  const char *name = $_name(statecall);
  const size_t length = $_length(name);
  uint32_t best = (uint32_t)$_statecall_count;
  uint32_t limit;
  uint32_t other;
  if ((statecall >= best) || (length == 0U) || (length > $_longest_compared)) {
    return best;
  }
  limit = (length < 6U) ? 2U : (uint32_t)(length / 3U) + 1U; /* "less than" from here on */
  for (other = $_next_allowed(monitor, 0); $_is_a_statecall(other);
       other = $_next_allowed(monitor, other + 1U)) {
    const char *candidate = $_name(other);
    const size_t its = $_length(candidate);
    const size_t longer = (its > length) ? (its - length) : (length - its);
    uint32_t distance;
    if ((its > $_longest_compared) || (other == statecall) || (longer >= limit)) {
      continue;
    }
    distance = $_distance(name, length, candidate, its);
    if ((distance > 1U) && $_same_parts(name, length, candidate, its)) {
      distance = 1;
    }
    if (distance < limit) {
      best = other;
      limit = distance;
    }
  }
  return best;
}
)";

constexpr std::string_view kText = R"(
/* A text on its way to a buffer that may be too small. */
typedef struct $_sink {
  char *buffer;
  size_t size;
  size_t length;
} $_sink;

static void $_put_char($_sink *sink, char c) {
  if (sink->length + 1U < sink->size) {
    sink->buffer[sink->length] = c;
  }
  ++sink->length;
}

static void $_put($_sink *sink, const char *text) {
  for (; *text != '\0'; ++text) {
    $_put_char(sink, *text);
  }
}

static void $_put_number($_sink *sink, uint32_t number) {
  char digits[10];
  uint32_t count = 0;
  uint32_t rest = number;
  do {
    digits[count] = (char)('0' + (char)(rest % 10U));
    ++count;
    rest /= 10U;
  } while (rest != 0U);
  while (count != 0U) {
    --count;
    $_put_char(sink, digits[count]);
  }
}

static void $_put_times($_sink *sink, char c, uint32_t times) {
  for (; times != 0U; --times) {
    $_put_char(sink, c);
  }
}

static uint32_t $_digits(uint32_t number) {
  uint32_t count = 1;
  uint32_t rest;
  for (rest = number; rest >= 10U; rest /= 10U) {
    ++count;
  }
  return count;
}

/* UTF-8: one column per character, however many bytes it has. */
static bool $_starts_character(char c) {
  return ((unsigned char)c & 0xc0U) != 0x80U;
}

static bool $_same(const char *a, const char *b) {
  size_t i = 0;
  while ((a[i] != '\0') && (a[i] == b[i])) {
    ++i;
  }
  return a[i] == b[i];
}

/* Lines of the policy with carets below, as a compiler shows them. Places of one line share it, and
   lines of one file share the line that names it. */
typedef struct $_excerpts {
  uint32_t margin; /* digits of the largest line number that will be shown */
  const char *arrow;
  const $_place *last;
  uint32_t at; /* how far the carets of its line have got */
  const char *note;
} $_excerpts;

/* From where the line's carets have got to, below this place. */
static void $_put_carets($_sink *sink, $_excerpts *excerpts, const $_place *place) {
  uint32_t count = (place->length == 0U) ? 1U : 0U;
  for (; (excerpts->at < place->caret) && (place->text[excerpts->at] != '\0'); ++excerpts->at) {
    if ($_starts_character(place->text[excerpts->at])) {
      $_put_char(sink, (place->text[excerpts->at] == '\t') ? '\t' : ' ');
    }
  }
  for (; (excerpts->at < place->caret + place->length) && (place->text[excerpts->at] != '\0');
       ++excerpts->at) {
    if ($_starts_character(place->text[excerpts->at])) {
      ++count;
    }
  }
  $_put_times(sink, '^', count);
}

static void $_end_line($_sink *sink, const $_excerpts *excerpts) {
  if (excerpts->last != NULL) {
    if (excerpts->note[0] != '\0') {
      $_put(sink, " ");
      $_put(sink, excerpts->note);
    }
    $_put(sink, "\n");
  }
}

static void $_put_place($_sink *sink, $_excerpts *excerpts, const $_place *place,
                        const char *note) {
  const $_place *last = excerpts->last;
  const bool same_file = (last != NULL) && $_same(last->file, place->file);
  if (!same_file || (last->line != place->line) || !$_same(last->text, place->text) ||
      (last->caret > place->caret)) {
    $_end_line(sink, excerpts);
    if (!same_file) {
      $_put_times(sink, ' ', excerpts->margin);
      $_put(sink, excerpts->arrow);
      $_put(sink, place->file);
      $_put(sink, ":");
      $_put_number(sink, place->line);
      $_put(sink, ":");
      $_put_number(sink, place->column);
      $_put(sink, "\n");
      $_put_times(sink, ' ', excerpts->margin + 1U);
      $_put(sink, "|\n");
    }
    $_put_times(sink, ' ', excerpts->margin - $_digits(place->line));
    $_put_number(sink, place->line);
    $_put(sink, " | ");
    $_put(sink, place->text);
    $_put(sink, "\n");
    $_put_times(sink, ' ', excerpts->margin + 1U);
    $_put(sink, "| ");
    excerpts->last = place;
    excerpts->at = 0;
  }
  $_put_carets(sink, excerpts, place);
  excerpts->note = note;
}

static $_excerpts $_begin_excerpts(uint32_t margin, const char *arrow) {
  $_excerpts excerpts;
  excerpts.margin = margin;
  excerpts.arrow = arrow;
  excerpts.last = NULL;
  excerpts.at = 0;
  excerpts.note = "";
  return excerpts;
}

/* Where a refusing automaton waited. */
static void $_put_waiting($_sink *sink, const $_monitor *monitor, uint32_t automaton) {
  const uint32_t shown = 8;
  const $_place *place;
  $_excerpts excerpts;
  uint32_t cursor = 0;
  uint32_t count = 0;
  uint32_t margin = 1;
  uint32_t i;
  for (place = $_waiting(monitor, automaton, &cursor); place != NULL;
       place = $_waiting(monitor, automaton, &cursor)) {
    if ((count < shown) && ($_digits(place->line) > margin)) {
      margin = $_digits(place->line);
    }
    ++count;
  }
  $_put(sink, "'");
  $_put(sink, $_name_of_automaton(automaton));
  $_put(sink, (count == 0U) ? "' can accept nothing more\n" : "' was waiting here:\n");
  excerpts = $_begin_excerpts(margin, "--> ");
  cursor = 0;
  for (i = 0; (i < count) && (i < shown); ++i) {
    place = $_waiting(monitor, automaton, &cursor);
    $_put_place(sink, &excerpts, place, place->is_end ? "at its end" : "");
  }
  $_end_line(sink, &excerpts);
  if (count > shown) {
    $_put_times(sink, ' ', margin + 1U);
    $_put(sink, "= and at ");
    $_put_number(sink, count - shown);
    $_put(sink, (count == shown + 1U) ? " more place\n" : " more places\n");
  }
}

static void $_put_refusals($_sink *sink, const $_monitor *monitor, uint32_t statecall) {
  uint32_t automaton;
  bool any = false;
  $_reason reason = $_none_accepts;
  const $_place *where = NULL;
  for (automaton = 0; automaton < (uint32_t)$_automata_count; ++automaton) {
    if ($_refusal(monitor, automaton, statecall, &reason, &where)) {
      $_put(sink, any ? ", '" : "refused by automaton '");
      $_put(sink, $_name_of_automaton(automaton));
      $_put(sink, "': ");
      $_put(sink, $_name_of_reason(reason));
      any = true;
    }
  }
  $_put(sink, "\n");
  for (automaton = 0; automaton < (uint32_t)$_automata_count; ++automaton) {
    if ($_refusal(monitor, automaton, statecall, &reason, &where)) {
      $_put_waiting(sink, monitor, automaton);
      if (where != NULL) {
        $_excerpts excerpts = $_begin_excerpts($_digits(where->line), "::: ");
        $_put_place(sink, &excerpts, where, $_name_of_reason(reason));
        $_end_line(sink, &excerpts);
      }
    }
  }
}

/* Names below each other's first, two blanks apart, in lines of a readable width. */
static void $_put_expected($_sink *sink, const $_monitor *monitor, uint32_t statecall) {
  const uint32_t indent = 6;
  const uint32_t width = 88;
  const uint32_t most = 40;
  const uint32_t near = $_nearest(monitor, statecall);
  uint32_t count = 0;
  uint32_t column = 0;
  uint32_t allowed;
  for (allowed = $_next_allowed(monitor, 0); $_is_a_statecall(allowed);
       allowed = $_next_allowed(monitor, allowed + 1U)) {
    const uint32_t length = (uint32_t)$_length($_name(allowed));
    if (count == 0U) {
      $_put(sink, "accepted here would have been\n");
    }
    ++count;
    if (count <= most) {
      uint32_t gap;
      if ((column != 0U) && (column + 2U + length > width)) {
        $_put(sink, "\n");
        column = 0;
      }
      gap = (column == 0U) ? indent : 2U;
      $_put_times(sink, ' ', gap);
      $_put(sink, $_name(allowed));
      column += gap + length;
    }
  }
  if (count == 0U) {
    $_put(sink, "nothing would have been accepted here");
  }
  if (count > most) {
    $_put(sink, "\n");
    $_put_times(sink, ' ', indent);
    $_put(sink, "and ");
    $_put_number(sink, count - most);
    $_put(sink, " more");
  }
  $_put(sink, "\n");
  if ($_is_a_statecall(near)) {
    $_put(sink, "help: did you mean '");
    $_put(sink, $_name(near));
    $_put(sink, "'?\n");
  }
}

static void $_put_explanation($_sink *sink, const $_monitor *monitor, uint32_t statecall) {
  if (!$_is_a_statecall(statecall)) {
    $_put(sink, "value ");
    $_put_number(sink, statecall);
    $_put(sink, " is no statecall of this policy: refused\n");
    $_put_expected(sink, monitor, statecall);
    return;
  }
  $_put(sink, "statecall '");
  $_put(sink, $_name(statecall));
  $_put(sink, "' ");
  switch ($_would_answer(monitor, statecall)) {
    case $_accepted:
      $_put(sink, "accepted here\n");
      break;
    case $_ignored:
      $_put(sink, "ignored: no automaton knows it\n");
      break;
    case $_violation:
      $_put_refusals(sink, monitor, statecall);
      $_put_expected(sink, monitor, statecall);
      break;
    case $_unknown:
    default:
      $_put(sink, "refused: no automaton knows it\n");
      $_put_expected(sink, monitor, statecall);
      break;
  }
}

size_t $_explain(const $_monitor *monitor, uint32_t statecall, char *buffer, size_t size) {
  $_sink sink;
  sink.buffer = buffer;
  sink.size = size;
  sink.length = 0;
  $_put_explanation(&sink, monitor, statecall);
  if (size != 0U) {
    buffer[(sink.length < size) ? sink.length : (size - 1U)] = '\0';
  }
  return sink.length;
}
)";

}  // namespace

std::string c_explain_text(bool has_sets, bool has_statecalls) {
  std::string out(has_statecalls ? kIsStatecall : kNoStatecall);
  out += kQueries;
  out.replace(out.find('@'), 1, has_sets ? kNextConfiguration : std::string_view());
  out += kSuggestions;
  out += kText;
  return out;
}

}  // namespace spl::cpp
