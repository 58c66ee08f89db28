// The tables in STEM.c (see spl/rt/tables.hpp for their forms).
#include <fmt/format.h>

#include "c_emit.hpp"
#include "names.hpp"
#include "table_rows.hpp"

namespace spl::cpp {
namespace {

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

void print_dense(std::string& out, const Context& context, std::size_t a) {
  const auto& layout = context.layout.automata[a];
  CArray cells(out, context, c_signed(layout.cell_bytes), fmt::format("table{}", a));
  put_dense_cells(cells, layout);
  cells.finish();
}

void print_compact(std::string& out, const Context& context, std::size_t a) {
  const auto& layout = context.layout.automata[a];
  const auto& dfa = context.automata[a].machine;
  CArray first(out, context, "uint32_t", fmt::format("first{}", a));
  put_starts(first, dfa);
  first.finish();
  CArray keys(out, context, c_unsigned(unsigned_bytes(layout.column_of.size())),
              fmt::format("keys{}", a));
  put_keys(keys, dfa);
  keys.finish();
  CArray targets(out, context, c_signed(layout.cell_bytes), fmt::format("targets{}", a));
  put_targets(targets, dfa);
  targets.finish();
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
  put_starts(first, layout.columns, [](const Column& column) { return column.size(); });
  first.finish();
  CArray moves(out, context, c_unsigned(layout.cell_bytes), fmt::format("moves{}", a));
  put_moves(moves, layout);
  moves.finish();
}

void print_form(std::string& out, const Context& context, std::size_t a) {
  using Form = AutomatonLayout::Form;
  switch (context.layout.automata[a].form) {
    case Form::dense:
      print_dense(out, context, a);
      break;
    case Form::compact:
      print_compact(out, context, a);
      break;
    case Form::set:
      print_set(out, context, a);
      break;
  }
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
  put_starts(first, mentions, [](const auto& automata) { return automata.size(); });
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

void print_names(std::string& out, const Context& context) {
  CArray names(out, context, "char *const", "names");
  for (const auto& s : context.program.vocabulary.all()) names.element(literal(s.name));
  names.finish();
  CArray automata(out, context, "char *const", "automata_names");
  for (const auto& automaton : context.program.automata) automata.element(literal(automaton.name));
  automata.finish();
}

}  // namespace

void print_c_tables(std::string& out, const Context& context) {
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
  print_names(out, context);
}

void print_c_tables_of(std::string& out, const Context& context, std::size_t automaton) {
  using Form = AutomatonLayout::Form;
  const auto& layout = context.layout.automata[automaton];
  print_form(out, context, automaton);
  std::vector<bool> finished;
  for (const auto& state : context.automata[automaton].machine.states) {
    finished.push_back(state.finished);
  }
  if (layout.form == Form::set) finished.resize(32 * layout.words, false);
  print_bits(out, context, fmt::format("finished{}", automaton), finished);
  if (layout.form == Form::dense && layout.table_bytes != 0) {
    out += fmt::format(
        "typedef char {0}_table{1}_size_is_stated[sizeof {0}_table{1} == {2} ? 1 : -1];\n",
        context.options.name_space, automaton, layout.table_bytes);
  }
}

}  // namespace spl::cpp
