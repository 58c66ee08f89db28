// The C++ and C back end: a policy's DFAs printed as tables. The C++ ones are for the runtime
// (runtime/README.md); the C ones come with all they need (docs/embedding.md).
//
// Prints only: everything was computed before. Pass minimise(..., Preserve::wait_points), or
// explanations name places where the automaton might have waited, but did not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spl/automaton.hpp"
#include "spl/configurations.hpp"
#include "spl/dfa.hpp"
#include "spl/source.hpp"

namespace spl {

struct CppOptions {
  std::string name_space;  // "ping" or "a::b"; must pass is_cpp_namespace()
  std::string stem;        // files STEM.hpp and STEM_source_map.hpp; must pass is_cpp_stem()
  /// A dense table larger than this is printed in the compact form instead (see spl/rt/tables.hpp).
  std::size_t dense_limit = std::size_t{1} << 20;
  /// A policy of more automata than this looks, per tick, only into those that know the statecall.
  std::size_t uniform_limit = 8;
};

struct GeneratedFile {
  std::string name;  // without a directory
  std::string content;
};

/// STEM.hpp (statecalls, tables, monitor) and STEM_source_map.hpp (for explain()). `automata`
/// holds those of the program, in order. Deterministic; mentions no directory above the
/// policy's own files. Linear in transitions (times a logarithm).
[[nodiscard]] std::vector<GeneratedFile> generate(const Program& program,
                                                  std::span<const MonitorAutomaton> automata,
                                                  const SourceMap& sources,
                                                  const CppOptions& options);

/// The same monitor as C99: STEM.h, STEM.c, and STEM_source_map.c for explanations. Every name
/// begins with options.name_space, which must pass is_c_prefix(), and '_'.
[[nodiscard]] std::vector<GeneratedFile> generate_c(const Program& program,
                                                    std::span<const MonitorAutomaton> automata,
                                                    const SourceMap& sources,
                                                    const CppOptions& options);

/// What the tables of one automaton cost.
struct TableCost {
  bool dense = true;
  std::size_t states = 0;
  std::size_t statecalls = 0;
  std::size_t columns = 0;      // distinct ones; 0 in the compact form
  std::size_t table_bytes = 0;  // the table alone: what CppOptions::dense_limit is about
  std::size_t bytes = 0;        // all arrays of the automaton
  std::size_t loads = 0;        // one after the other in one tick, at most: 1 if dense
  bool set = false;             // a set of configurations, for want of a DFA; `states` are those
  std::size_t words = 1;        // of 32 bits, of each monitor
  std::size_t moves = 0;        // of a set: that a tick looks at, at most
};
/// What a policy's monitors cost. The generated header says the same, and asserts it.
struct MonitorCost {
  std::vector<TableCost> automata;
  std::size_t table_bytes = 0;    // all arrays that ticks read; shared by all monitors
  std::size_t name_bytes = 0;     // the statecalls' names
  std::size_t monitor_bytes = 0;  // each monitor
  std::size_t loads = 0;          // from tables, in one tick, whatever its verdict, at most
  std::size_t chain = 0;          // of these one after the other, from state to state, at most
};
[[nodiscard]] MonitorCost monitor_cost(const Program& program,
                                       std::span<const MonitorAutomaton> automata,
                                       const CppOptions& options);

/// Names what a monitor's state numbers mean: the names, the automata, every transition of every
/// state. Two policies with one fingerprint can read each other's snapshots. Comments, line breaks
/// and the form of the tables do not count.
[[nodiscard]] std::uint64_t policy_fingerprint(const Program& program,
                                               std::span<const MonitorAutomaton> automata);

// The same for policies whose automata all have DFAs.
[[nodiscard]] inline std::vector<GeneratedFile> generate(const Program& program,
                                                         std::span<const Dfa> dfas,
                                                         const SourceMap& sources,
                                                         const CppOptions& options) {
  return generate(program, monitor_automata(dfas), sources, options);
}
[[nodiscard]] inline MonitorCost monitor_cost(const Program& program, std::span<const Dfa> dfas,
                                              const CppOptions& options) {
  return monitor_cost(program, monitor_automata(dfas), options);
}
[[nodiscard]] inline std::uint64_t policy_fingerprint(const Program& program,
                                                      std::span<const Dfa> dfas) {
  return policy_fingerprint(program, monitor_automata(dfas));
}

[[nodiscard]] bool is_cpp_namespace(std::string_view text);
/// A namespace without "::", so that a name of C++ is one of C.
[[nodiscard]] bool is_c_prefix(std::string_view text);
[[nodiscard]] bool is_cpp_stem(std::string_view text);
/// A stem and namespace for a policy file: "dir/ssh-server.spl" gives "ssh_server".
[[nodiscard]] std::string default_stem(std::string_view policy_path);

/// The enumerator for a statecall: its own name, but with a '_' appended where that name is a
/// common macro (EOF), for no header could protect its users from it. to_string() and
/// parse_statecall() use the policy's spelling always.
[[nodiscard]] std::string enumerator_of(const Vocabulary& vocabulary, StatecallId id);

}  // namespace spl
