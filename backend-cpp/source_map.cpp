// STEM_source_map.hpp: where each state waits, and why it refuses what it refuses for a reason.
//
// Kept out of STEM.hpp so that programs which never explain do not compile or carry it.
#include <fmt/format.h>

#include "emit.hpp"
#include "names.hpp"
#include "state_places.hpp"
#include "text.hpp"

namespace spl::cpp {
namespace {

std::string_view enumerator(Reason reason) {
  switch (reason) {
    case Reason::abort:
      return "abort";
    case Reason::overflow:
      return "overflow";
    case Reason::division_by_zero:
      return "division_by_zero";
    case Reason::out_of_range:
      return "out_of_range";
    case Reason::none_accepts:
      break;
  }
  return "none_accepts";
}

std::string reason_text(Reason reason) {
  return fmt::format("::spl::rt::Reason::{}", enumerator(reason));
}

std::string place_text(const std::optional<std::uint32_t>& place) {
  return place ? std::to_string(*place) : "::spl::rt::kNoPlace";
}

void print_numbers(std::string& out, std::string_view name,
                   const std::vector<std::uint32_t>& numbers) {
  ArrayWriter array(out, "  ", "::std::uint32_t", name);
  for (const auto n : numbers) array.number(n);
  array.finish();
}

void print_automaton(std::string& out, const StatePlaces& map) {
  print_numbers(out, "waiting_first", map.waiting_first);
  print_numbers(out, "waiting", map.waiting);
  print_numbers(out, "refused_first", map.refused_first);
  out += "  static constexpr ::spl::rt::RefusedAt refused[] = {\n";
  for (const auto& r : map.refused) {
    out += fmt::format("      {{{}, {}, {}, {}}},\n", index(r.statecall), reason_text(r.reason),
                       place_text(r.place), r.rank);
  }
  if (map.refused.empty()) out += "      {},\n";
  out += "  };\n";
}

void print_places(std::string& out, const Context& context, const PlaceTable& places) {
  out += "inline constexpr ::spl::rt::Place places[] = {\n";
  for (const auto& [range, is_end] : places.entries()) {
    const auto at = context.sources.begin_of(range);
    const auto shown = excerpt(context.sources, range);
    out += fmt::format("    {{{}, {}, {}, {}, {}, {}, {}}},\n", literal(context.files[range.file]),
                       at.line, at.column, literal(shown.text), shown.caret, shown.length, is_end);
  }
  if (places.entries().empty()) out += "    {},\n";
  out += "};\n\n";
}

}  // namespace

std::string print_source_map(const Context& context) {
  PlaceTable places;
  std::string maps;
  std::string automata = "inline constexpr ::spl::rt::AutomatonMap automata[] = {\n";
  for (std::size_t a = 0; a < context.automata.size(); ++a) {
    const auto& name = context.program.automata[a].name;
    const auto map = places_of_states(context, a, places);
    maps += fmt::format("struct M{} {{  // automaton '{}'\n", a, name);
    print_automaton(maps, map);
    maps += "};\n\n";
    automata += fmt::format(
        "    {{{0}, M{1}::waiting_first, M{1}::waiting, M{1}::refused_first, M{1}::refused,\n"
        "     {2}, {3}}},\n",
        literal(name), a, reason_text(map.dead), place_text(map.dead_place));
  }
  maps += automata + "};\n\n";

  std::string out = banner(context);
  out += fmt::format(
      "// Where each state of the policy waits, and explain(). Include it only where refusals are\n"
      "// explained.\n"
      "#pragma once\n\n"
      "#include \"{0}.hpp\"\n"
      "#include \"spl/rt/explain.hpp\"\n\n"
      "namespace {1} {{\n"
      "namespace source_map_tables {{\n\n",
      context.options.stem, context.options.name_space);
  print_places(out, context, places);
  out += maps;
  out += fmt::format(
      "}}  // namespace source_map_tables\n\n"
      "inline constexpr ::spl::rt::SourceMap source_map{{source_map_tables::places,\n"
      "                                                 source_map_tables::automata}};\n\n"
      "/// Why `monitor` answers a statecall as it does now.\n"
      "template <class Observer, ::spl::rt::Unknown unknown>\n"
      "[[nodiscard]] constexpr ::spl::rt::Explanation<Policy> explain(\n"
      "    const ::spl::rt::Monitor<Policy, Observer, unknown>& monitor, Statecall statecall) {{\n"
      "  return {{source_map, monitor, statecall}};\n"
      "}}\n\n"
      "/// Calls f(const ::spl::rt::Place&) for each place where the automaton waits now.\n"
      "template <class Observer, ::spl::rt::Unknown unknown, class F>\n"
      "constexpr void each_waiting(const ::spl::rt::Monitor<Policy, Observer, unknown>& monitor,\n"
      "                            Automaton automaton, F&& f) {{\n"
      "  ::spl::rt::each_waiting(source_map, monitor, automaton, f);\n"
      "}}\n\n"
      "}}  // namespace {}\n",
      context.options.name_space);
  return out;
}

}  // namespace spl::cpp
