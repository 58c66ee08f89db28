// STEM_source_map.hpp: where each state waits, and why it refuses what it refuses for a reason.
//
// Kept out of STEM.hpp so that programs which never explain do not compile or carry it.
#include <fmt/format.h>

#include "emit.hpp"
#include "names.hpp"
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

std::string place_number(PlaceTable& places, SourceRange range) {
  return range.valid() ? std::to_string(places.add(range, false)) : "::spl::rt::kNoPlace";
}

/// Lists per state, printed as first indices and one flat array.
void print_waiting(std::string& out, const Automaton& automaton, const Dfa& dfa,
                   PlaceTable& places) {
  std::vector<std::uint32_t> flat;
  std::vector<std::size_t> last_state;  // per place: 1 + the last state that listed it
  std::size_t number = 0;
  ArrayWriter first(out, "  ", "::std::uint32_t", "waiting_first");
  first.number(0);
  for (const auto& state : dfa.states) {
    ++number;
    for (const auto id : state.waiting) {
      const auto& node = automaton[id];
      if (!node.range.valid()) continue;
      const auto place = places.add(node.range, node.kind == Node::Kind::final);
      // Copies of one statement (calls) are one place.
      if (place >= last_state.size()) last_state.resize(place + std::size_t{1}, 0);
      if (last_state[place] == number) continue;
      last_state[place] = number;
      flat.push_back(place);
    }
    first.number(static_cast<std::int64_t>(flat.size()));
  }
  first.finish();
  ArrayWriter waiting(out, "  ", "::std::uint32_t", "waiting");
  for (const auto place : flat) waiting.number(place);
  waiting.finish();
}

void print_refused(std::string& out, const Dfa& dfa, PlaceTable& places) {
  std::size_t count = 0;
  {
    ArrayWriter first(out, "  ", "::std::uint32_t", "refused_first");
    first.number(0);
    for (const auto& state : dfa.states) {
      count += state.refused.size();
      first.number(static_cast<std::int64_t>(count));
    }
    first.finish();
  }
  out += "  static constexpr ::spl::rt::RefusedAt refused[] = {\n";
  for (const auto& state : dfa.states) {
    for (const auto& move : state.refused) {
      out +=
          fmt::format("      {{{}, {}, {}}},\n", index(move.statecall),
                      reason_text(move.refusal.reason), place_number(places, move.refusal.where));
    }
  }
  if (count == 0) out += "      {},\n";
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

void print_automata(std::string& out, const Context& context, PlaceTable& places) {
  out += "inline constexpr ::spl::rt::AutomatonMap automata[] = {\n";
  for (std::size_t a = 0; a < context.dfas.size(); ++a) {
    const auto& dead = context.dfas[a].states[0].dead;
    out += fmt::format(
        "    {{{0}, M{1}::waiting_first, M{1}::waiting, M{1}::refused_first, M{1}::refused,\n"
        "     {2}, {3}}},\n",
        literal(context.program.automata[a].name), a,
        reason_text(dead ? dead->reason : Reason::none_accepts),
        dead ? place_number(places, dead->where) : "::spl::rt::kNoPlace");
  }
  out += "};\n\n";
}

}  // namespace

std::string print_source_map(const Context& context) {
  PlaceTable places;
  std::string maps;
  for (std::size_t a = 0; a < context.dfas.size(); ++a) {
    const auto& automaton = context.program.automata[a];
    maps += fmt::format("struct M{} {{  // automaton '{}'\n", a, automaton.name);
    print_waiting(maps, automaton, context.dfas[a], places);
    print_refused(maps, context.dfas[a], places);
    maps += "};\n\n";
  }
  print_automata(maps, context, places);

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
