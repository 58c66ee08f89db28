// Prints other engines for the same automata as the monitor, for tick_bench: a switch as written by
// hand, a Ragel grammar, Boost.MSM's and Boost.Statechart's tables. Each is given the least DFA.
// The engine that keeps sets of configurations gets what one configuration alone can do.
#include <fmt/format.h>

#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "spl/dfa.hpp"
#include "spl/interpreter.hpp"
#include "spl/parse.hpp"
#include "spl/sema.hpp"

namespace {

using spl::Dfa;
using spl::Program;

/// "knows" tables: which automata a statecall concerns.
std::string print_alphabets(const Program& program, const std::vector<Dfa>& dfas) {
  std::string out;
  for (std::size_t a = 0; a < dfas.size(); ++a) {
    std::vector<bool> knows(program.vocabulary.size(), false);
    for (const auto s : dfas[a].alphabet) knows[index(s)] = true;
    out += fmt::format("inline constexpr bool knows{}[] = {{", a);
    for (const bool k : knows) out += k ? "true," : "false,";
    out += "};\n";
  }
  return out;
}

/// tick(): all automata that know the statecall, or none. `step` is how automaton {0} moves from
/// state {1} by s; it gives -1 to refuse.
std::string print_tick(const std::vector<Dfa>& dfas, std::string_view step,
                       std::string_view initial) {
  std::string out = "  bool tick(std::uint32_t s) {\n";
  std::string refused = "false";
  std::string commit;
  std::string reset;
  for (std::size_t a = 0; a < dfas.size(); ++a) {
    const auto from = fmt::format("q{}", a);
    out += fmt::format("    const std::int32_t n{0} = knows{0}[s] ? {1} : {2};\n", a,
                       fmt::format(fmt::runtime(step), a, from), from);
    refused += fmt::format(" || n{} < 0", a);
    commit += fmt::format("    q{0} = n{0};\n", a);
    reset += fmt::format(" q{0} = {1};", a, fmt::format(fmt::runtime(initial), a));
  }
  out += "    if (" + refused + ") return false;\n" + commit + "    return true;\n  }\n";
  out += "  void reset() {" + reset + " }\n";
  for (std::size_t a = 0; a < dfas.size(); ++a) {
    out += fmt::format("  std::int32_t q{} = {};\n", a, fmt::format(fmt::runtime(initial), a));
  }
  return out;
}

/// The usual form of one automaton: every case sets the state and is done.
std::string print_switch_in_place(const Program& program, const Dfa& dfa) {
  std::string out =
      "struct SwitchInPlace {\n  bool tick(std::uint32_t s) {\n    switch (state) {\n";
  for (std::size_t q = 0; q < dfa.states.size(); ++q) {
    out += fmt::format("      case {}:\n        switch (s) {{\n", q);
    for (const auto& t : dfa.states[q].transitions) {
      out += fmt::format("          case {}: state = {}; return true;  // {}\n", index(t.statecall),
                         t.target, program.vocabulary.name(t.statecall));
    }
    out += "          default: return false;\n        }\n";
  }
  return out +
         "      default: return false;\n    }\n  }\n"
         "  void reset() { state = 0; }\n  std::uint32_t state = 0;\n};\n";
}

std::string print_switch(const Program& program, const std::vector<Dfa>& dfas) {
  std::string out = "#pragma once\n#include <cstdint>\nnamespace @ {\n";
  out += print_alphabets(program, dfas);
  for (std::size_t a = 0; a < dfas.size(); ++a) {
    out += fmt::format(
        "inline std::int32_t step{}(std::int32_t q, std::uint32_t s) {{\n  switch (q) {{\n", a);
    for (std::size_t q = 0; q < dfas[a].states.size(); ++q) {
      out += fmt::format("    case {}:\n      switch (s) {{\n", q);
      for (const auto& t : dfas[a].states[q].transitions) {
        out += fmt::format("        case {}: return {};  // {}\n", index(t.statecall), t.target,
                           program.vocabulary.name(t.statecall));
      }
      out += "        default: return -1;\n      }\n";
    }
    out += "    default: return -1;\n  }\n}\n";
  }
  if (dfas.size() == 1) out += print_switch_in_place(program, dfas[0]);
  return out + "struct Switch {\n" + print_tick(dfas, "step{0}({1}, s)", "0") + "};\n}\n";
}

std::string print_ragel(const Program& program, const std::vector<Dfa>& dfas) {
  std::string out = "#pragma once\n#include <cstdint>\nnamespace @ {\nnamespace ragel {\n";
  out += print_alphabets(program, dfas);
  for (std::size_t a = 0; a < dfas.size(); ++a) {
    out += fmt::format("%%{{\n  machine m{};\n  alphtype unsigned short;\n  main :=", a);
    for (std::size_t q = 0; q < dfas[a].states.size(); ++q) {
      out += q == 0 ? "\n  start: (" : fmt::format(",\n  s{}: (", q);
      // Every state is final, or Ragel would drop those that lead nowhere.
      out += " zlen -> final";
      for (const auto& t : dfas[a].states[q].transitions) {
        const auto target = t.target == 0 ? "start" : fmt::format("s{}", t.target);
        out += fmt::format(" |\n    {} -> {}", index(t.statecall), target);
      }
      out += ")";
    }
    out += ";\n}%%\n%% write data nofinal;\n";
    out += fmt::format(
        "/// The state after [p, pe), or m{0}_error.\n"
        "inline std::int32_t run{0}(int cs, const unsigned short* p, const unsigned short* pe) {{\n"
        "  %% machine m{0};\n  %% write exec;\n  return cs;\n}}\n"
        "inline std::int32_t step{0}(std::int32_t q, std::uint32_t s) {{\n"
        "  const auto c = static_cast<unsigned short>(s);\n"
        "  const auto cs = run{0}(q, &c, &c + 1);\n"
        "  return cs == m{0}_error ? -1 : cs;\n}}\n",
        a);
  }
  return out + "struct Ragel {\n" + print_tick(dfas, "step{0}({1}, s)", "m{0}_start") +
         "};\n}\nusing ragel::Ragel;\n}\n";
}

/// One automaton of at most 50 transitions: more is beyond mpl::vector.
std::string print_msm(const Program& program, const Dfa& dfa) {
  std::string states;
  std::string rows;
  std::size_t count = 0;
  for (std::size_t q = 0; q < dfa.states.size(); ++q) {
    states += fmt::format("struct S{} : boost::msm::front::state<> {{}};\n", q);
    for (const auto& t : dfa.states[q].transitions) {
      rows += fmt::format("{}\n    boost::msm::front::Row<S{}, E{}, S{}>", count++ == 0 ? "" : ",",
                          q, index(t.statecall), t.target);
    }
  }
  std::string out =
      "#pragma once\n#include <cstdint>\n#include <boost/msm/back/state_machine.hpp>\n"
      "#include <boost/msm/front/functor_row.hpp>\n"
      "#include <boost/msm/front/state_machine_def.hpp>\nnamespace @ {\nnamespace msm {\n";
  for (std::uint32_t s = 0; s < program.vocabulary.size(); ++s) {
    out +=
        fmt::format("struct E{} {{}};  // {}\n", s, program.vocabulary.name(spl::StatecallId{s}));
  }
  out += states;
  out +=
      "struct Front : boost::msm::front::state_machine_def<Front> {\n"
      "  using initial_state = S0;\n"
      "  using no_exception_thrown = int;\n  using no_message_queue = int;\n"
      "  struct transition_table : boost::mpl::vector" +
      std::to_string(count) + "<" + rows +
      "> {};\n"
      "  template <class Fsm, class Event>\n"
      "  void no_transition(const Event&, Fsm&, int) {}\n};\n}\n"
      "struct Msm {\n"
      "  bool tick(std::uint32_t s) {\n    using namespace msm;\n    switch (s) {\n";
  for (std::uint32_t s = 0; s < program.vocabulary.size(); ++s) {
    out += fmt::format(
        "      case {0}: return machine.process_event(E{0}()) == boost::msm::back::HANDLED_TRUE;\n",
        s);
  }
  out +=
      "      default: return false;\n    }\n  }\n"
      "  void reset() { machine.start(); }\n"
      "  boost::msm::back::state_machine<msm::Front> machine;\n};\n}\n";
  return out;
}

/// One automaton, as small as Boost.MSM's: mpl::list has the same bound.
std::string print_statechart(const Program& program, const Dfa& dfa) {
  std::string out =
      "#pragma once\n#include <cstdint>\n#include <boost/mpl/list.hpp>\n"
      "#include <boost/statechart/event.hpp>\n#include <boost/statechart/simple_state.hpp>\n"
      "#include <boost/statechart/state_machine.hpp>\n#include <boost/statechart/transition.hpp>\n"
      "namespace @ {\nnamespace statechart {\nnamespace sc = boost::statechart;\n";
  for (std::uint32_t s = 0; s < program.vocabulary.size(); ++s) {
    out += fmt::format("struct E{0} : sc::event<E{0}> {{}};  // {1}\n", s,
                       program.vocabulary.name(spl::StatecallId{s}));
  }
  for (std::size_t q = 0; q < dfa.states.size(); ++q) out += fmt::format("struct S{};\n", q);
  out +=
      "struct Machine : sc::state_machine<Machine, S0> {\n  bool refused = false;\n"
      "  void unconsumed_event(const sc::event_base&) { refused = true; }\n};\n";
  for (std::size_t q = 0; q < dfa.states.size(); ++q) {
    std::string reactions;
    for (const auto& t : dfa.states[q].transitions) {
      reactions += fmt::format("{}sc::transition<E{}, S{}>", reactions.empty() ? "" : ", ",
                               index(t.statecall), t.target);
    }
    out += fmt::format(
        "struct S{0} : sc::simple_state<S{0}, Machine> {{\n"
        "  using reactions = boost::mpl::list<{1}>;\n}};\n",
        q, reactions);
  }
  out +=
      "}\nstruct Statechart {\n  Statechart() { machine.initiate(); }\n"
      "  bool tick(std::uint32_t s) {\n    using namespace statechart;\n"
      "    machine.refused = false;\n    switch (s) {\n";
  for (std::uint32_t s = 0; s < program.vocabulary.size(); ++s) {
    out += fmt::format("      case {0}: machine.process_event(E{0}()); break;\n", s);
  }
  return out +
         "      default: return false;\n    }\n    return !machine.refused;\n  }\n"
         "  void reset() { machine.initiate(); }\n  statechart::Machine machine;\n};\n}\n";
}

/// Every configuration and what it can do by itself; silent moves are done already, which the
/// engine's model in the first SPL compiler did at run time.
std::string print_configurations(const Program& program) {
  std::string out = "#pragma once\n#include \"hash_set_engine.hpp\"\nnamespace @ {\n";
  std::string automata;
  for (std::size_t a = 0; a < program.automata.size(); ++a) {
    const spl::Stepper stepper(program.automata[a]);
    std::map<spl::Configuration, std::uint32_t> known;
    std::vector<spl::Configuration> order;
    const auto number = [&](const spl::Configuration& c) {
      const auto [at, added] = known.emplace(c, static_cast<std::uint32_t>(order.size()));
      if (added) order.push_back(c);
      return at->second;
    };
    std::string start;
    for (const auto& c : stepper.start().configurations) start += fmt::format("{},", number(c));
    std::string moves;
    for (std::size_t i = 0; i < order.size(); ++i) {
      for (const auto& [s, result] : stepper.all_ticks({order[i]})) {
        for (const auto& c : result.configurations) {
          moves += fmt::format("{{{},{},{}}},", i, index(s), number(c));
        }
      }
      moves += '\n';
    }
    out +=
        fmt::format("inline const bench::Configurations configurations{0}{{{{{1}}}, {{\n{2}}}, {{",
                    a, start, moves);
    for (const auto s : program.automata[a].alphabet) out += fmt::format("{},", index(s));
    out += "}};\n";
    automata += fmt::format("{}&configurations{}", a == 0 ? "" : ", ", a);
  }
  return out + fmt::format(
                   "struct HashSets : bench::HashSetEngine<{}> {{\n"
                   "  HashSets() : HashSetEngine({{{}}}) {{}}\n}};\n}}\n",
                   program.automata.size(), automata);
}

void write(std::string text, const std::string& name_space) {
  const auto at = text.find('@');
  std::cout << text.replace(at, 1, name_space);
}

int fail(const std::string& message) {
  std::cerr << message << '\n';
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4)
    return fail("usage: print_rivals POLICY switch|ragel|msm|statechart|hash_set NAMESPACE");
  const std::string kind = argv[2];
  spl::SourceMap sources;
  spl::Diagnostics diagnostics;
  const auto tree = spl::parse_policy(argv[1], spl::disk_reader(), sources, diagnostics);
  const auto checked = spl::check(tree, sources, diagnostics);
  const auto program = checked ? spl::lower(*checked, diagnostics) : std::nullopt;
  if (!program) return fail(spl::render_text(diagnostics, sources, false));
  std::vector<Dfa> dfas;
  for (const auto& automaton : program->automata) {
    const auto subsets = spl::determinise(automaton);
    if (const auto* obstacle = std::get_if<spl::Obstacle>(&subsets)) return fail(obstacle->message);
    dfas.push_back(
        spl::minimise(std::get<spl::SubsetAutomaton>(subsets).dfa, spl::Preserve::language));
  }
  if (kind == "switch") {
    write(print_switch(*program, dfas), argv[3]);
  } else if (kind == "ragel") {
    write(print_ragel(*program, dfas), argv[3]);
  } else if (kind == "msm" && dfas.size() == 1) {
    write(print_msm(*program, dfas[0]), argv[3]);
  } else if (kind == "statechart" && dfas.size() == 1) {
    write(print_statechart(*program, dfas[0]), argv[3]);
  } else if (kind == "hash_set") {
    write(print_configurations(*program), argv[3]);
  } else {
    return fail("no such rival");
  }
  return std::cout.flush() ? 0 : fail("cannot write");
}
