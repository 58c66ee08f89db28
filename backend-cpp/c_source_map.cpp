// STEM_source_map.c: where each state waits, why it refuses what it refuses for a reason, and the
// functions that say so.
#include <fmt/format.h>

#include "c_emit.hpp"
#include "names.hpp"
#include "state_places.hpp"

namespace spl::cpp {
namespace {

constexpr std::string_view kMapTypes = R"(
#define $_no_place 0xffffffffU

/* A refusal that has a reason of its own in some state. */
typedef struct $_refused_at {
  uint32_t statecall;
  uint32_t reason;
  uint32_t place;
  uint32_t rank; /* of several in one set of configurations, the least is reported */
} $_refused_at;

/* One automaton: per state, or configuration, where it waits, and what it refuses for a reason. */
typedef struct $_automaton_map {
  const uint32_t *waiting_first;
  const uint32_t *waiting;
  const uint32_t *refused_first;
  const $_refused_at *refused;
  uint32_t dead; /* not $_none_accepts: it violates at its start */
  uint32_t dead_place;
  uint32_t at;             /* its first word in the monitor */
  uint32_t configurations; /* 0 unless it is a set of them */
} $_automaton_map;

)";

std::string place_number(const std::optional<std::uint32_t>& place, const Context& context) {
  return place ? std::to_string(*place) : context.options.name_space + "_no_place";
}

void print_numbers(std::string& out, const Context& context, const std::string& name,
                   const std::vector<std::uint32_t>& numbers) {
  CArray array(out, context, "uint32_t", name);
  for (const auto n : numbers) array.number(n);
  array.finish();
}

void print_automaton(std::string& out, const Context& context, std::size_t a,
                     const StatePlaces& map) {
  print_numbers(out, context, fmt::format("waiting_first{}", a), map.waiting_first);
  print_numbers(out, context, fmt::format("waiting{}", a), map.waiting);
  print_numbers(out, context, fmt::format("refused_first{}", a), map.refused_first);
  CArray refused(out, context, context.options.name_space + "_refused_at",
                 fmt::format("refused{}", a));
  for (const auto& r : map.refused) {
    refused.element(fmt::format("{{{}, {}, {}, {}}}", index(r.statecall),
                                static_cast<unsigned>(r.reason), place_number(r.place, context),
                                r.rank));
  }
  if (map.refused.empty()) refused.element("{0, 0, 0, 0}");
  refused.finish();
}

void print_places(std::string& out, const Context& context, const PlaceTable& places) {
  CArray array(out, context, context.options.name_space + "_place", "places");
  for (const auto& [range, is_end] : places.entries()) {
    const auto at = context.sources.begin_of(range);
    const auto shown = excerpt(context.sources, range);
    array.element(fmt::format("{{{}, {}, {}, {}, {}, {}, {}}}", literal(context.files[range.file]),
                              at.line, at.column, literal(shown.text), shown.caret, shown.length,
                              is_end));
  }
  if (places.entries().empty()) array.element("{\"\", 0, 0, \"\", 0, 0, false}");
  array.finish();
}

}  // namespace

std::string print_c_source_map(const Context& context) {
  const auto at = state_offsets(context.layout);
  PlaceTable places;
  std::string automata;
  std::string maps;
  CArray array(maps, context, context.options.name_space + "_automaton_map", "maps");
  for (std::size_t a = 0; a < context.automata.size(); ++a) {
    const auto map = places_of_states(context, a, places);
    print_automaton(automata, context, a, map);
    array.element(
        fmt::format("{{{1}_waiting_first{0}, {1}_waiting{0}, {1}_refused_first{0}, {1}_refused{0}, "
                    "{2}, {3}, {4}, {5}}}",
                    a, context.options.name_space, static_cast<unsigned>(map.dead),
                    place_number(map.dead_place, context), at[a],
                    context.automata[a].is_set() ? context.automata[a].machine.states.size() : 0));
  }
  array.finish();

  auto out = c_banner(context);
  out += fmt::format("#include \"{}.h\"\n", context.options.stem);
  out += with_prefix(kMapTypes, context);
  print_places(out, context, places);
  return out + automata + maps +
         with_prefix(
             c_explain_text(has_sets(context.layout), context.program.vocabulary.size() != 0),
             context);
}

}  // namespace spl::cpp
