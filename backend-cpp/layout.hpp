// The shape of the tables, decided before anything is printed.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "spl/cpp/generate.hpp"

namespace spl::cpp {

/// Where one statecall takes each state that accepts it, ascending by state.
using Column = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

/// One automaton, in one of the forms of spl/rt/tables.hpp. Cells are signed and -1 means refused,
/// so `cell_bytes` fits the largest state.
struct AutomatonLayout {
  enum class Form : std::uint8_t { dense, compact, set };
  Form form = Form::dense;
  std::uint32_t states = 0;  // set: configurations
  std::size_t words = 1;     // of a monitor
  unsigned cell_bytes = 1;
  std::vector<Column> columns;           // dense, set: the distinct ones, in order of first use
  std::vector<std::uint32_t> column_of;  // per statecall of the vocabulary: see below
  std::size_t longest_list = 0;          // compact: statecalls that one state accepts, at most
  std::size_t table_bytes = 0;           // the table: cells, or the three arrays of lists
  std::size_t bytes = 0;                 // all printed arrays of the automaton
};

/// A whole policy. column_of holds, for a dense automaton, the number of the statecall's column,
/// for a set that number plus 1, or 0 if it does not know the statecall, and for a compact one
/// rt::kCompactStays or rt::kCompactSearches. In a listed policy it means
/// nothing where the automaton does not know the statecall.
struct PolicyLayout {
  bool uniform = true;
  std::vector<AutomatonLayout> automata;
  std::vector<bool> mentioned;  // per statecall: some automaton knows it
  bool all_mentioned = true;
  unsigned offset_bytes = 2;     // uniform and listed: width of a column's offset
  std::size_t most_loads = 0;    // listed: by the automata that know one statecall, at most
  std::size_t shared_bytes = 0;  // the policy's own arrays: columns, mentions
  std::size_t name_bytes = 0;
};

[[nodiscard]] PolicyLayout lay_out(const Program& program,
                                   std::span<const MonitorAutomaton> automata,
                                   const CppOptions& options);

[[nodiscard]] MonitorCost cost_of(const PolicyLayout& layout,
                                  std::span<const MonitorAutomaton> automata);

/// 32-bit words of a monitor: one per automaton, more for a set.
[[nodiscard]] std::size_t state_words(const PolicyLayout& layout);
/// Where the words of each automaton begin; one entry more than automata.
[[nodiscard]] std::vector<std::size_t> state_offsets(const PolicyLayout& layout);
[[nodiscard]] bool has_sets(const PolicyLayout& layout);
/// Moves that a tick looks at, at most: the longest column of a set.
[[nodiscard]] std::size_t longest_column(const AutomatonLayout& layout);
/// The set at the start, as bits; `words` of them.
[[nodiscard]] std::vector<std::uint32_t> start_words(const AutomatonLayout& layout,
                                                     const MonitorAutomaton& automaton);

/// What the runtime adds to a table for this statecall.
[[nodiscard]] std::uint64_t table_offset(const AutomatonLayout& layout, std::uint32_t statecall);

/// Columns that a statecall's row has in a uniform policy: padded to a power of two, so that a row
/// is found by one scaled address.
[[nodiscard]] std::size_t row_length(std::size_t automata);

/// Bytes of the least signed (unsigned) type that holds 0..max, and -1 if signed.
[[nodiscard]] unsigned signed_bytes(std::uint64_t max);
[[nodiscard]] unsigned unsigned_bytes(std::uint64_t max);

}  // namespace spl::cpp
