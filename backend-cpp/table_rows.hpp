// What stands in the arrays of a table (spl/rt/tables.hpp), number by number: the same in every
// language that a monitor is printed in. An Array has number(std::int64_t).
#pragma once

#include <cstdint>
#include <vector>

#include "layout.hpp"

namespace spl::cpp {

/// Column by column, a cell per state; -1 where it is refused.
template <class Array>
void put_dense_cells(Array& cells, const AutomatonLayout& layout) {
  std::vector<std::int64_t> full(layout.states);
  for (const auto& column : layout.columns) {
    full.assign(layout.states, -1);
    for (const auto& [from, to] : column) full[from] = to;
    for (const auto cell : full) cells.number(cell);
  }
}

/// Where each of the lists begins in the array that they are put into one after the other, and
/// where the last one ends.
template <class Array, class Lists, class Size>
void put_starts(Array& first, const Lists& lists, Size&& size) {
  std::size_t count = 0;
  first.number(0);
  for (const auto& list : lists) {
    count += size(list);
    first.number(static_cast<std::int64_t>(count));
  }
}

template <class Array>
void put_starts(Array& first, const Dfa& dfa) {
  put_starts(first, dfa.states, [](const Dfa::State& state) { return state.transitions.size(); });
}

/// Statecalls that each state accepts, ascending.
template <class Array>
void put_keys(Array& keys, const Dfa& dfa) {
  for (const auto& state : dfa.states) {
    for (const auto& t : state.transitions) keys.number(index(t.statecall));
  }
}

/// Where those lead.
template <class Array>
void put_targets(Array& targets, const Dfa& dfa) {
  for (const auto& state : dfa.states) {
    for (const auto& t : state.transitions) targets.number(t.target);
  }
}

/// The moves of a set, column by column: from, to.
template <class Array>
void put_moves(Array& moves, const AutomatonLayout& layout) {
  for (const auto& column : layout.columns) {
    for (const auto& [from, to] : column) {
      moves.number(from);
      moves.number(to);
    }
  }
}

}  // namespace spl::cpp
