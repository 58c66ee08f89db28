// The cost certificate: what a monitor costs, as the comment at the head of STEM.hpp, and as
// assertions at its end, so that whoever compiles it checks the comment.
#include <fmt/format.h>

#include "emit.hpp"

namespace spl::cpp {
namespace {

std::string form_of(const TableCost& cost, std::size_t dense_limit) {
  if (cost.set) {
    return fmt::format("kept as a set: {} bytes of each monitor, a tick looks at {} moves at most",
                       4 * cost.words, cost.moves);
  }
  if (cost.dense) return fmt::format("dense table, {} distinct columns", cost.columns);
  return fmt::format("compact table (dense would exceed {} bytes), at most {} loads a tick",
                     dense_limit, cost.loads);
}

}  // namespace

std::string print_cost(const Context& context, std::string_view margin, bool with_names) {
  const auto cost = cost_of(context.layout, context.automata);
  std::string out;
  for (std::size_t a = 0; a < cost.automata.size(); ++a) {
    const auto& one = cost.automata[a];
    out += fmt::format("{}automaton '{}': {} {}, {} statecalls; {}; {} bytes\n", margin,
                       context.program.automata[a].name, one.states,
                       one.set ? "configurations" : "states", one.statecalls,
                       form_of(one, context.options.dense_limit), one.bytes);
  }
  const auto names =
      with_names ? fmt::format(", and {} bytes of names", cost.name_bytes) : std::string();
  return out +
         fmt::format(
             "{0}all tables: {1} bytes, shared and constant{6}\n"
             "{0}a monitor: {2} bytes; no heap, no exceptions, no RTTI, no start-up\n"
             "{0}a tick: at most {3} loads from tables, the next state {4} dependent {5} away\n",
             margin, cost.table_bytes, cost.monitor_bytes, cost.loads, cost.chain,
             cost.chain == 1 ? "load" : "loads", names);
}

std::string print_certificate(const Context& context) {
  const auto cost = cost_of(context.layout, context.automata);
  std::string out =
      "// The certificate: what the head of this file says, checked by everyone who compiles it.\n";
  for (std::size_t a = 0; a < cost.automata.size(); ++a) {
    out += fmt::format(
        "static_assert(::spl::rt::table_bytes<tables::A{0}>() == {1});\n"
        "static_assert(::spl::rt::loads<tables::A{0}>() == {2});\n",
        a, cost.automata[a].bytes, cost.automata[a].loads);
    if (!cost.automata[a].set) continue;
    out += fmt::format(
        "static_assert(tables::A{0}::words == {1} && tables::A{0}::longest_list == {2});\n", a,
        cost.automata[a].words, cost.automata[a].moves);
  }
  out += fmt::format(
      "static_assert(::spl::rt::policy_bytes<Policy>() == {});\n"
      "static_assert(::spl::rt::name_bytes<Policy>() == {});\n"
      "static_assert(::spl::rt::tick_loads<Policy>() == {});\n"
      "static_assert(sizeof(Monitor) == {});\n"
      "{}"
      "static_assert(::spl::rt::kOwnsNothing<Monitor>, \"no heap\");\n"
      "static_assert(::spl::rt::kThrowsNothing<Monitor>, \"no exceptions\");\n"
      "static_assert(::spl::rt::kStartsConstant<Monitor>, \"no start-up\");\n",
      cost.table_bytes, cost.name_bytes, cost.loads, cost.monitor_bytes,
      has_sets(context.layout)
          ? ""
          : "static_assert(sizeof(Monitor) <= 4 * Policy::automaton_count);\n");
  return out;
}

}  // namespace spl::cpp
