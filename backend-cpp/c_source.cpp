// STEM.c: the tables, and the functions that read them (see spl/rt/tables.hpp for their forms).
//
// The reading functions are printed for the policy at hand: its automata are called one by one, so
// that their loads overlap, and nothing is stored before all have accepted.
#include <fmt/format.h>

#include "c_emit.hpp"
#include "names.hpp"

namespace spl::cpp {
namespace {

constexpr std::string_view kAtOnce = R"(
/* The pointer, computed before it is used: else a compiler adds the state to the column first, and
   that sum is on the way from one state to the next. */
#if defined(__GNUC__)
#define $_at_once(pointer) __asm__("" : "+r"(pointer))
#else
#define $_at_once(pointer) ((void)0)
#endif

)";

constexpr std::string_view kSearch = R"({
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

constexpr std::string_view kLookUp = R"({
  const ~ *cells = $_table# + column;
  $_at_once(cells);
  (void)statecall;
  return cells[state];
}

)";

/// An automaton without a DFA: see spl/rt/config_set.hpp. `next` is not `state`.
constexpr std::string_view kMoveSet = R"({
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

constexpr std::string_view kSetFunctions = R"(
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

constexpr std::string_view kHasBit = R"(
static bool $_has_bit(const uint32_t *set, uint32_t bit) {
  return ((set[bit / 32U] >> (bit % 32U)) & 1U) != 0U;
}
)";

constexpr std::string_view kListedStep = R"(
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

constexpr std::string_view kUniformColumns = R"(
static bool $_column_of(uint32_t automaton, uint32_t statecall, uint32_t *column) {
  *column = $_columns[statecall][automaton];
  return true;
}
)";

constexpr std::string_view kFunctions = R"(
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

std::string numbered(std::string_view text, std::size_t a, std::string_view type = {}) {
  std::string out;
  for (const char c : text) {
    if (c == '#') {
      out += std::to_string(a);
    } else if (c == '~') {
      out += type;
    } else {
      out += c;
    }
  }
  return out;
}

void print_dense(std::string& out, const Context& context, std::size_t a) {
  const auto& layout = context.layout.automata[a];
  CArray cells(out, context, c_signed(layout.cell_bytes), fmt::format("table{}", a));
  std::vector<std::int64_t> full(layout.states);
  for (const auto& column : layout.columns) {
    full.assign(layout.states, -1);
    for (const auto& [from, to] : column) full[from] = to;
    for (const auto cell : full) cells.number(cell);
  }
  cells.finish();
}

void print_compact(std::string& out, const Context& context, std::size_t a) {
  const auto& layout = context.layout.automata[a];
  const auto& states = context.automata[a].machine.states;
  CArray first(out, context, "uint32_t", fmt::format("first{}", a));
  std::size_t count = 0;
  first.number(0);
  for (const auto& state : states) {
    count += state.transitions.size();
    first.number(static_cast<std::int64_t>(count));
  }
  first.finish();
  CArray keys(out, context, c_unsigned(unsigned_bytes(layout.column_of.size())),
              fmt::format("keys{}", a));
  for (const auto& state : states) {
    for (const auto& t : state.transitions) keys.number(index(t.statecall));
  }
  keys.finish();
  CArray targets(out, context, c_signed(layout.cell_bytes), fmt::format("targets{}", a));
  for (const auto& state : states) {
    for (const auto& t : state.transitions) targets.number(t.target);
  }
  targets.finish();
}

/// One bit each, in words of 32.
void print_bits(std::string& out, const Context& context, const std::string& name,
                const std::vector<bool>& bits) {
  CArray words(out, context, "uint32_t", name);
  for (std::size_t i = 0; i < bits.size(); i += 32) {
    std::uint32_t word = 0;
    for (std::size_t bit = i; bit < i + 32 && bit < bits.size(); ++bit) {
      if (bits[bit]) word |= std::uint32_t{1} << (bit - i);
    }
    words.element(fmt::format("{:#x}U", word));
  }
  words.finish();
}

void print_set(std::string& out, const Context& context, std::size_t a) {
  const auto& layout = context.layout.automata[a];
  out += fmt::format("#define {}_configurations{} {}U\n", context.options.name_space, a,
                     layout.states);
  CArray start(out, context, "uint32_t", fmt::format("start{}", a));
  for (const auto word : start_words(layout, context.automata[a])) {
    start.element(fmt::format("{:#x}U", word));
  }
  start.finish();
  CArray first(out, context, "uint32_t", fmt::format("first{}", a));
  std::size_t count = 0;
  first.number(0);
  for (const auto& column : layout.columns) {
    count += column.size();
    first.number(static_cast<std::int64_t>(count));
  }
  first.finish();
  CArray moves(out, context, c_unsigned(layout.cell_bytes), fmt::format("moves{}", a));
  for (const auto& column : layout.columns) {
    for (const auto& [from, to] : column) {
      moves.number(from);
      moves.number(to);
    }
  }
  moves.finish();
}

void print_automaton(std::string& out, const Context& context, std::size_t a) {
  using Form = AutomatonLayout::Form;
  const auto& layout = context.layout.automata[a];
  out += fmt::format("\n/* Automaton '{}'. */\n", context.program.automata[a].name);
  if (layout.form == Form::dense) {
    print_dense(out, context, a);
  } else if (layout.form == Form::set) {
    print_set(out, context, a);
  } else {
    print_compact(out, context, a);
  }
  std::vector<bool> finished;
  for (const auto& state : context.automata[a].machine.states) finished.push_back(state.finished);
  if (layout.form == Form::set) finished.resize(32 * layout.words, false);
  print_bits(out, context, fmt::format("finished{}", a), finished);
  if (layout.form == Form::dense && layout.table_bytes != 0) {
    out += fmt::format(
        "typedef char {0}_table{1}_size_is_stated[sizeof {0}_table{1} == {2} ? 1 : -1];\n",
        context.options.name_space, a, layout.table_bytes);
  }
  if (layout.form == Form::set) {
    out += fmt::format(
        "\n/* Where the set goes; negative if it is refused: nothing accepts, or one violates. */\n"
        "static int32_t {}_next{}(const uint32_t *state, uint32_t column, uint32_t *next) ",
        context.options.name_space, a);
    out += with_prefix(numbered(kMoveSet, a, fmt::format("{}U", layout.words)), context);
    return;
  }
  out += fmt::format(
      "\n/* The next state, or a negative number if the automaton refuses. */\n"
      "static int32_t {}_next{}(uint32_t state, uint32_t column, uint32_t statecall) ",
      context.options.name_space, a);
  out += with_prefix(
      numbered(layout.form == Form::dense ? kLookUp : kSearch, a, c_signed(layout.cell_bytes)),
      context);
}

void print_columns(std::string& out, const Context& context) {
  const auto& layout = context.layout;
  out += "/* Per statecall, the column of each automaton. */\n";
  CArray columns(out, context, c_unsigned(layout.offset_bytes), "columns",
                 fmt::format("[][{}]", row_length(layout.automata.size())));
  for (std::uint32_t s = 0; s < layout.mentioned.size(); ++s) {
    std::string row = "{";
    for (const auto& a : layout.automata) {
      row += fmt::format("{}{}", row.size() == 1 ? "" : ", ", table_offset(a, s));
    }
    for (auto a = layout.automata.size(); a < row_length(layout.automata.size()); ++a) row += ", 0";
    columns.element(row + "}");
  }
  if (layout.mentioned.empty()) columns.element("{0}");
  columns.finish();
}

void print_mentions(std::string& out, const Context& context) {
  const auto& mentions = context.program.mentioned_by;
  out += "/* Per statecall, the automata that know it, and its column in each. */\n";
  CArray first(out, context, "uint32_t", "mention_first");
  std::size_t count = 0;
  first.number(0);
  for (const auto& automata : mentions) {
    count += automata.size();
    first.number(static_cast<std::int64_t>(count));
  }
  first.finish();
  CArray who(out, context, c_unsigned(unsigned_bytes(context.automata.size())),
             "mention_automaton");
  for (const auto& automata : mentions) {
    for (const auto a : automata) who.number(index(a));
  }
  who.finish();
  CArray column(out, context, c_unsigned(context.layout.offset_bytes), "mention_column");
  for (std::uint32_t s = 0; s < mentions.size(); ++s) {
    for (const auto a : mentions[s]) {
      column.number(static_cast<std::int64_t>(table_offset(context.layout.automata[index(a)], s)));
    }
  }
  column.finish();
}

/// By number, for everything that is not a tick of a few automata.
void print_next_of(std::string& out, const Context& context) {
  out +=
      "\n/* Where an automaton goes, into its place of `next`; negative if it refuses. */\n"
      "static int32_t $_next_of(uint32_t automaton, const uint32_t *state, uint32_t column,\n"
      "                         uint32_t statecall, uint32_t *next) {\n"
      "  int32_t moved = -1;\n  switch (automaton) {\n";
  const auto at = state_offsets(context.layout);
  for (std::size_t a = 0; a < context.automata.size(); ++a) {
    const bool set = context.layout.automata[a].form == AutomatonLayout::Form::set;
    out += fmt::format(
        fmt::runtime(
            set ? "    case {0}:\n      moved = $_next{0}(state + {1}, column, next + {1});\n"
                : "    case {0}:\n      moved = $_next{0}(state[{1}], column, statecall);\n"
                  "      next[{1}] = (uint32_t)moved;\n"),
        a, at[a]);
    out += "      break;\n";
  }
  out += "    default:\n      break;\n  }\n  (void)statecall;\n  return moved;\n}\n";
}

void print_uniform_step(std::string& out, const Context& context) {
  const auto automata = context.automata.size();
  out +=
      "\n/* Where the automata go. False if one refuses, or none knows the statecall. */\n"
      "static bool $_step(const $_monitor *monitor, uint32_t statecall, uint32_t *next) {\n";
  out += fmt::format("  const {} *row = $_columns[statecall];\n",
                     c_unsigned(context.layout.offset_bytes));
  const auto at = state_offsets(context.layout);
  const auto is_set = [&](std::size_t a) {
    return context.layout.automata[a].form == AutomatonLayout::Form::set;
  };
  std::string signs;
  for (std::size_t a = 0; a < automata; ++a) {
    out += fmt::format(
        fmt::runtime(is_set(a) ? "  const int32_t moved{0} = $_next{0}(monitor->state + {1}, "
                                 "row[{0}], next + {1});\n"
                               : "  const int32_t moved{0} = $_next{0}(monitor->state[{1}], "
                                 "row[{0}], statecall);\n"),
        a, at[a]);
    signs += fmt::format("{}moved{}", a == 0 ? "" : " | ", a);
  }
  if (automata > 1) signs = "(" + signs + ")";
  out += fmt::format("  if ({} < 0) {{\n    return false;\n  }}\n", signs);
  for (std::size_t a = 0; a < automata; ++a) {
    if (!is_set(a)) out += fmt::format("  next[{}] = (uint32_t)moved{};\n", at[a], a);
  }
  out +=
      "  return true;\n}\n\n"
      "static void $_commit($_monitor *monitor, uint32_t statecall, const uint32_t *next) {\n";
  if (has_sets(context.layout)) {
    out +=
        "  uint32_t i;\n  for (i = 0; i < (uint32_t)$_state_words; ++i) {\n"
        "    monitor->state[i] = next[i];\n  }\n  (void)statecall;\n";
  } else {
    for (std::size_t a = 0; a < automata; ++a) {
      out += fmt::format("  monitor->state[{0}] = next[{0}];\n", a);
    }
    out += "  (void)statecall;\n";
  }
  out += "}\n\nstatic bool $_mentioned(uint32_t statecall) {\n";
  if (context.layout.all_mentioned) {
    out += "  (void)statecall;\n  return true;\n}\n";
  } else {
    out += "  return (($_unmentioned[statecall / 32U] >> (statecall % 32U)) & 1U) == 0U;\n}\n";
  }
  out += kUniformColumns;
}

void print_finished_one(std::string& out, const Context& context) {
  out +=
      "\nbool $_finished_one(const $_monitor *monitor, uint32_t automaton) {\n"
      "  switch (automaton) {\n";
  const auto at = state_offsets(context.layout);
  for (std::size_t a = 0; a < context.automata.size(); ++a) {
    const auto& layout = context.layout.automata[a];
    out += fmt::format(
        fmt::runtime(
            layout.form == AutomatonLayout::Form::set
                ? "    case {0}:\n      return $_meets(monitor->state + {1}, $_start{0}, "
                  "$_finished{0}, "
                  "{2}U);\n"
                : "    case {0}:\n      return $_has_bit($_finished{0}, monitor->state[{1}]);\n"),
        a, at[a], layout.words);
  }
  out += "    default:\n      return false;\n  }\n}\n";
}

void print_names(std::string& out, const Context& context) {
  CArray names(out, context, "char *const", "names");
  for (const auto& s : context.program.vocabulary.all()) names.element(literal(s.name));
  names.finish();
  CArray automata(out, context, "char *const", "automata_names");
  for (const auto& automaton : context.program.automata) automata.element(literal(automaton.name));
  automata.finish();
}

/// For explanations: a configuration has to be asked for, a state can be read.
void print_is_alive(std::string& out, const Context& context) {
  out +=
      "\nbool $_is_alive(const $_monitor *monitor, uint32_t automaton, uint32_t configuration) {\n"
      "  const uint32_t bit = (uint32_t)1U << (configuration % 32U);\n"
      "  const uint32_t word = configuration / 32U;\n"
      "  switch (automaton) {\n";
  const auto at = state_offsets(context.layout);
  for (std::size_t a = 0; a < context.automata.size(); ++a) {
    if (context.layout.automata[a].form != AutomatonLayout::Form::set) continue;
    out += fmt::format(
        "    case {0}:\n      return (configuration < $_configurations{0}) &&\n"
        "             (((monitor->state[{1}U + word] ^ $_start{0}[word]) & bit) != 0U);\n",
        a, at[a]);
  }
  out += "    default:\n      return false;\n  }\n}\n";
}

/// A comparison with 0 would draw warnings in a policy without statecalls.
constexpr std::string_view kIsStatecall = R"(
static bool $_is_statecall(uint32_t statecall) {
  return statecall < (uint32_t)$_statecall_count;
}
)";
constexpr std::string_view kNoStatecall = R"(
static bool $_is_statecall(uint32_t statecall) {
  (void)statecall;
  return false;
}
)";

}  // namespace

std::string print_c_source(const Context& context) {
  auto out = c_banner(context);
  out += fmt::format("#include \"{}.h\"\n", context.options.stem);
  out += with_prefix(kAtOnce, context);
  const auto& layout = context.layout;
  if (layout.uniform) {
    print_columns(out, context);
  } else {
    print_mentions(out, context);
  }
  if (layout.uniform && !layout.all_mentioned) {
    std::vector<bool> unmentioned = layout.mentioned;
    unmentioned.flip();
    print_bits(out, context, "unmentioned", unmentioned);
  }
  if (!layout.uniform) {
    CArray offsets(out, context, "uint32_t", "state_offsets");
    for (const auto at : state_offsets(layout)) offsets.number(static_cast<std::int64_t>(at));
    offsets.finish();
  }
  out += with_prefix(kHasBit, context);
  for (std::size_t a = 0; a < context.automata.size(); ++a) print_automaton(out, context, a);
  print_names(out, context);

  std::string code(context.program.vocabulary.size() == 0 ? kNoStatecall : kIsStatecall);
  print_next_of(code, context);
  if (layout.uniform) {
    print_uniform_step(code, context);
  } else {
    code += kListedStep;
  }
  code += kFunctions;
  if (has_sets(layout)) {
    code += kSetFunctions;
    print_is_alive(code, context);
  }
  print_finished_one(code, context);
  return out + with_prefix(code, context);
}

}  // namespace spl::cpp
