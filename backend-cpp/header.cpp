// STEM.hpp: the statecalls, the tables, the monitor, and what they cost.
#include <fmt/format.h>

#include "emit.hpp"
#include "names.hpp"
#include "table_rows.hpp"
#include "text.hpp"

namespace spl::cpp {
namespace {

void print_statecalls(std::string& out, const Context& context) {
  const auto& vocabulary = context.program.vocabulary;
  for (std::uint32_t s = 0; s < vocabulary.size(); ++s) {
    const auto name = enumerator_of(vocabulary, StatecallId{s});
    if (!looks_like_macro(name)) continue;
    out += fmt::format(
        "#ifdef {0}\n"
        "#error \"statecall {0} is a macro here: undefine it, or rename the statecall\"\n"
        "#endif\n",
        name);
  }
  out += fmt::format(
      "\nnamespace {} {{\n\n"
      "/// The policy's statecalls; a value is the id that the model and traces use.\n"
      "enum class Statecall : {} {{\n",
      context.options.name_space, unsigned_type(vocabulary.size() < 0xffff ? 2 : 4));
  for (std::uint32_t s = 0; s < vocabulary.size(); ++s) {
    const auto name = enumerator_of(vocabulary, StatecallId{s});
    out += fmt::format("  {} = {},", name, s);
    if (name != vocabulary.name(StatecallId{s})) {
      out += fmt::format("  // '{}': that name is a macro", vocabulary.name(StatecallId{s}));
    }
    out += '\n';
  }
  out += "};\n\n";
}

void print_automaton_names(std::string& out, const Context& context) {
  std::vector<std::string> names;
  for (const auto& automaton : context.program.automata) names.push_back(automaton.name);
  const auto identifiers = automaton_identifiers(names);
  out += "/// The policy's automata.\n";
  out += fmt::format("enum class Automaton : {} {{\n", unsigned_type(names.size() < 0xff ? 1 : 4));
  for (std::size_t a = 0; a < identifiers.size(); ++a) {
    out += fmt::format("  {} = {},\n", identifiers[a], a);
  }
  out += "};\n\n";
}

void print_dense(std::string& out, const AutomatonLayout& layout) {
  ArrayWriter cells(out, "  ", fmt::format("{}", signed_type(layout.cell_bytes)), "table");
  put_dense_cells(cells, layout);
  cells.finish();
}

void print_compact(std::string& out, const AutomatonLayout& layout, const Dfa& dfa) {
  out +=
      fmt::format("  static constexpr ::std::uint32_t longest_list = {};\n", layout.longest_list);
  const auto key_bytes = unsigned_bytes(layout.column_of.size());
  ArrayWriter first(out, "  ", "::std::uint32_t", "first");
  put_starts(first, dfa);
  first.finish();
  ArrayWriter keys(out, "  ", unsigned_type(key_bytes), "keys");
  put_keys(keys, dfa);
  keys.finish();
  ArrayWriter targets(out, "  ", signed_type(layout.cell_bytes), "targets");
  put_targets(targets, dfa);
  targets.finish();
}

void print_set(std::string& out, const AutomatonLayout& layout, const MonitorAutomaton& automaton) {
  out += fmt::format(
      "  static constexpr ::std::uint32_t configurations = {};\n"
      "  static constexpr ::std::uint32_t words = {};\n"
      "  static constexpr ::std::uint32_t longest_list = {};\n",
      layout.states, layout.words, longest_column(layout));
  ArrayWriter start(out, "  ", "::std::uint32_t", "start");
  for (const auto word : start_words(layout, automaton)) start.element(fmt::format("{:#x}U", word));
  start.finish();
  ArrayWriter first(out, "  ", "::std::uint32_t", "first");
  put_starts(first, layout.columns, [](const Column& column) { return column.size(); });
  first.finish();
  ArrayWriter moves(out, "  ", unsigned_type(layout.cell_bytes), "moves");
  put_moves(moves, layout);
  moves.finish();
}

void print_finished(std::string& out, const Dfa& dfa) {
  ArrayWriter words(out, "  ", "::std::uint64_t", "finished");
  for (std::size_t q = 0; q < dfa.states.size(); q += 64) {
    std::uint64_t word = 0;
    for (std::size_t i = q; i < q + 64 && i < dfa.states.size(); ++i) {
      if (dfa.states[i].finished) word |= std::uint64_t{1} << (i - q);
    }
    words.element(fmt::format("{:#x}U", word));
  }
  words.finish();
}

void print_tables(std::string& out, const Context& context) {
  out += "namespace tables {\n\n";
  for (std::size_t a = 0; a < context.automata.size(); ++a) {
    const auto& layout = context.layout.automata[a];
    out += fmt::format(
        "struct A{} {{  // automaton '{}'\n"
        "  static constexpr bool dense = {};\n"
        "  static constexpr ::std::uint32_t states = {};\n",
        a, context.program.automata[a].name, layout.form == AutomatonLayout::Form::dense,
        layout.states);
    if (layout.form == AutomatonLayout::Form::dense) {
      print_dense(out, layout);
    } else if (layout.form == AutomatonLayout::Form::set) {
      print_set(out, layout, context.automata[a]);
    } else {
      print_compact(out, layout, context.automata[a].machine);
    }
    print_finished(out, context.automata[a].machine);
    out += "};\n\n";
  }
  out += "}  // namespace tables\n\n";
}

void print_uniform(std::string& out, const Context& context) {
  const auto& layout = context.layout;
  const auto extent = fmt::format("[][{}]", row_length(context.automata.size()));
  ArrayWriter columns(out, "  ", unsigned_type(layout.offset_bytes), "columns", extent);
  for (std::uint32_t s = 0; s < layout.mentioned.size(); ++s) {
    std::string row = "{";
    for (const auto& a : layout.automata) {
      row += fmt::format("{}{}", row.size() == 1 ? "" : ", ", table_offset(a, s));
    }
    columns.element(row + "}");
  }
  if (layout.mentioned.empty()) columns.element("{}");
  columns.finish();
  out += fmt::format("  static constexpr bool all_mentioned = {};\n", layout.all_mentioned);
  if (layout.all_mentioned) return;
  ArrayWriter words(out, "  ", "::std::uint64_t", "unmentioned");
  for (std::size_t s = 0; s < layout.mentioned.size(); s += 64) {
    std::uint64_t word = 0;
    for (std::size_t i = s; i < s + 64 && i < layout.mentioned.size(); ++i) {
      if (!layout.mentioned[i]) word |= std::uint64_t{1} << (i - s);
    }
    words.element(fmt::format("{:#x}U", word));
  }
  words.finish();
}

void print_listed(std::string& out, const Context& context) {
  const auto& mentions = context.program.mentioned_by;
  ArrayWriter first(out, "  ", "::std::uint32_t", "mention_first");
  put_starts(first, mentions, [](const auto& automata) { return automata.size(); });
  first.finish();
  ArrayWriter who(out, "  ", unsigned_type(unsigned_bytes(context.automata.size())),
                  "mention_automaton");
  for (const auto& automata : mentions) {
    for (const auto a : automata) who.number(index(a));
  }
  who.finish();
  ArrayWriter column(out, "  ", unsigned_type(context.layout.offset_bytes), "mention_column");
  for (std::uint32_t s = 0; s < mentions.size(); ++s) {
    for (const auto a : mentions[s]) {
      column.number(static_cast<std::int64_t>(table_offset(context.layout.automata[index(a)], s)));
    }
  }
  column.finish();
}

void print_names(std::string& out, const Context& context) {
  const auto& vocabulary = context.program.vocabulary;
  out += "  static constexpr char name_text[] =";
  for (const auto& s : vocabulary.all()) out += fmt::format("\n      \"{}\\0\"", s.name);
  out += vocabulary.size() == 0 ? " \"\";\n" : ";\n";
  ArrayWriter offsets(out, "  ", "::std::uint32_t", "name_offsets");
  std::size_t at = 0;
  offsets.number(0);
  for (const auto& s : vocabulary.all()) {
    at += s.name.size() + 1;
    offsets.number(static_cast<std::int64_t>(at));
  }
  offsets.finish();
  out +=
      "  static constexpr ::spl::rt::Names names() {\n"
      "    return {name_text, name_offsets, statecall_count};\n"
      "  }\n";
  ArrayWriter automata(out, "  ", "::std::string_view", "automaton_names");
  for (const auto& automaton : context.program.automata) automata.element(literal(automaton.name));
  automata.finish();
  out +=
      "  static constexpr ::std::string_view automaton_name(::std::uint32_t a) {\n"
      "    return a < automaton_count ? automaton_names[a] : ::std::string_view(\"?\", 1);\n"
      "  }\n";
}

/// Where the words of each automaton begin, if they are not one each.
void print_state_words(std::string& out, const PolicyLayout& layout) {
  out += fmt::format("  static constexpr ::std::uint32_t state_words = {};\n", state_words(layout));
  if (!has_sets(layout)) return;
  ArrayWriter offsets(out, "  ", "::std::uint32_t", "state_offsets");
  for (const auto at : state_offsets(layout)) offsets.number(static_cast<std::int64_t>(at));
  offsets.finish();
  ArrayWriter sets(out, "  ", "bool", "is_set");
  for (const auto& a : layout.automata) {
    sets.element(a.form == AutomatonLayout::Form::set ? "true" : "false");
  }
  sets.finish();
}

void print_policy(std::string& out, const Context& context) {
  const auto& layout = context.layout;
  out += "/// What the runtime needs to know. Use Monitor instead.\nstruct Policy {\n";
  out += fmt::format(
      "  using Statecall = {0}::Statecall;\n"
      "  using Automaton = {0}::Automaton;\n"
      "  static constexpr ::std::uint32_t statecall_count = {1};\n"
      "  static constexpr ::std::uint32_t automaton_count = {2};\n"
      "  /// Another policy, or other state numbers, have another one: see snapshot().\n"
      "  static constexpr ::std::uint64_t fingerprint = {3:#x}U;\n",
      "::" + context.options.name_space, context.program.vocabulary.size(), context.automata.size(),
      policy_fingerprint(context.program, context.automata));
  print_state_words(out, layout);
  out += "  using automata = ::spl::rt::List<";
  for (std::size_t a = 0; a < context.automata.size(); ++a) {
    if (a != 0) out += a % 8 == 0 ? ",\n                                   " : ", ";
    out += fmt::format("tables::A{}", a);
  }
  out += fmt::format(">;\n  static constexpr bool uniform = {};\n", layout.uniform);
  if (layout.uniform) {
    print_uniform(out, context);
  } else {
    print_listed(out, context);
  }
  print_names(out, context);
  out += "};\n\n";
}

void print_interface(std::string& out) {
  out +=
      "/// The monitor: tick(), would_accept(), allowed(), finished(), reset(); see the runtime's\n"
      "/// README. Observers see every tick. Unknown::refuse is the strict mode.\n"
      "template <class Observer = ::spl::rt::NoObserver,\n"
      "          ::spl::rt::Unknown unknown = ::spl::rt::Unknown::ignore>\n"
      "using BasicMonitor = ::spl::rt::Monitor<Policy, Observer, unknown>;\n"
      "using Monitor = BasicMonitor<>;\n"
      "using StrictMonitor = BasicMonitor<::spl::rt::NoObserver, ::spl::rt::Unknown::refuse>;\n\n"
      "/// The policy's own spelling; \"?\" for a value that is no statecall.\n"
      "[[nodiscard]] constexpr ::std::string_view to_string(Statecall statecall) {\n"
      "  return Policy::names()[static_cast<::std::uint32_t>(statecall)];\n"
      "}\n"
      "[[nodiscard]] constexpr ::std::string_view to_string(Automaton automaton) {\n"
      "  return Policy::automaton_name(static_cast<::std::uint32_t>(automaton));\n"
      "}\n"
      "/// The statecall of that name, or an empty Maybe.\n"
      "[[nodiscard]] constexpr ::spl::rt::Maybe<Statecall> parse_statecall(\n"
      "    ::std::string_view name) {\n"
      "  return ::spl::rt::Maybe<Statecall>::from_id(Policy::names().find(name));\n"
      "}\n"
      "/// The statecall whose name is most like a misspelt one, or an empty Maybe.\n"
      "[[nodiscard]] constexpr ::spl::rt::Maybe<Statecall> nearest_statecall(\n"
      "    ::std::string_view name) {\n"
      "  return ::spl::rt::Maybe<Statecall>::from_id(\n"
      "      ::spl::rt::nearest(Policy::names(), name, [](::std::uint32_t) { return true; }));\n"
      "}\n\n";
}

}  // namespace

std::string banner(const Context& context) {
  std::string out = "// Generated by splc " SPL_VERSION;
  const char* separator = " from ";
  for (const auto& file : context.files.all()) {
    // A name with a line break would end the comment.
    const auto shown = literal(file);
    out += separator + shown.substr(1, shown.size() - 2);
    separator = ", ";
  }
  return out + ". Do not edit.\n";
}

std::string print_header(const Context& context) {
  auto out = banner(context);
  out += "//\n// What it costs, as asserted at the end of this file:\n";
  out += print_cost(context, "//   ", true);
  out +=
      "#pragma once\n\n"
      "#include <cstdint>\n"
      "#include <string_view>\n\n"
      "#include \"spl/rt/cost.hpp\"\n"
      "#include \"spl/rt/monitor.hpp\"\n"
      "#include \"spl/rt/names.hpp\"\n\n"
      "static_assert(::spl::rt::kTableFormat == 2, \"splc and the runtime do not match\");\n";
  print_statecalls(out, context);
  print_automaton_names(out, context);
  print_tables(out, context);
  print_policy(out, context);
  print_interface(out);
  out += print_certificate(context);
  out += fmt::format("\n}}  // namespace {}\n", context.options.name_space);
  return out;
}

}  // namespace spl::cpp
