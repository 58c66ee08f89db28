// STEM.c: the tables (c_tables.cpp), and the functions that read them.
//
// The reading functions are printed for the policy at hand: its automata are called one by one, so
// that their loads overlap, and nothing is stored before all have accepted.
#include <fmt/format.h>

#include "c_emit.hpp"
#include "c_text.hpp"

namespace spl::cpp {
namespace {

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

void print_next(std::string& out, const Context& context, std::size_t a) {
  using Form = AutomatonLayout::Form;
  const auto& layout = context.layout.automata[a];
  if (layout.form == Form::set) {
    out += fmt::format(
        "\n/* Where the set goes; negative if it is refused: nothing accepts, or one violates. */\n"
        "static int32_t {}_next{}(const uint32_t *state, uint32_t column, uint32_t *next) ",
        context.options.name_space, a);
    out += with_prefix(numbered(c_text::kMoveSet, a, fmt::format("{}U", layout.words)), context);
    return;
  }
  out += fmt::format(
      "\n/* The next state, or a negative number if the automaton refuses. */\n"
      "static int32_t {}_next{}(uint32_t state, uint32_t column, uint32_t statecall) ",
      context.options.name_space, a);
  out += with_prefix(numbered(layout.form == Form::dense ? c_text::kLookUp : c_text::kSearch, a,
                              c_signed(layout.cell_bytes)),
                     context);
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
  out += c_text::kUniformColumns;
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

}  // namespace

std::string print_c_source(const Context& context) {
  auto out = c_banner(context);
  out += fmt::format("#include \"{}.h\"\n", context.options.stem);
  out += with_prefix(c_text::kAtOnce, context);
  print_c_tables(out, context);
  out += with_prefix(c_text::kHasBit, context);
  for (std::size_t a = 0; a < context.automata.size(); ++a) {
    out += fmt::format("\n/* Automaton '{}'. */\n", context.program.automata[a].name);
    print_c_tables_of(out, context, a);
    print_next(out, context, a);
  }

  std::string code(context.program.vocabulary.size() == 0 ? c_text::kNoStatecall
                                                          : c_text::kIsStatecall);
  print_next_of(code, context);
  if (context.layout.uniform) {
    print_uniform_step(code, context);
  } else {
    code += c_text::kListedStep;
  }
  code += c_text::kFunctions;
  if (has_sets(context.layout)) {
    code += c_text::kSetFunctions;
    print_is_alive(code, context);
  }
  print_finished_one(code, context);
  return out + with_prefix(code, context);
}

}  // namespace spl::cpp
