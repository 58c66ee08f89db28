// Decides the tables' shape: which columns are equal, dense or compact, how wide a cell is.
//
// Invariant: a column number in column_of is < columns.size() wherever the runtime may look it up,
// so that no tick can read outside the tables.
#include "layout.hpp"

#include <algorithm>
#include <bit>
#include <map>

namespace spl::cpp {
namespace {

constexpr std::uint32_t kNoColumn = 0xffffffffU;

/// Gives equal columns one number.
class ColumnPool {
 public:
  explicit ColumnPool(std::vector<Column>& columns) : columns_(columns) {}
  std::uint32_t add(Column column) {
    const auto [at, added] =
        numbers_.emplace(std::move(column), static_cast<std::uint32_t>(columns_.size()));
    if (added) columns_.push_back(at->first);
    return at->second;
  }

 private:
  std::vector<Column>& columns_;
  std::map<Column, std::uint32_t> numbers_;
};

Column identity(std::uint32_t states) {
  Column column;
  for (std::uint32_t q = 0; q < states; ++q) column.emplace_back(q, q);
  return column;
}

std::vector<Column> collect(const Dfa& dfa, std::uint32_t statecalls) {
  std::vector<Column> columns(statecalls);
  for (std::uint32_t q = 0; q < dfa.states.size(); ++q) {
    for (const auto& t : dfa.states[q].transitions) {
      columns[index(t.statecall)].emplace_back(q, t.target);
    }
  }
  return columns;
}

/// An array without elements is printed with one (see ArrayWriter).
std::size_t printed(std::size_t elements) {
  return std::max<std::size_t>(elements, 1);
}

std::size_t bit_words(std::size_t bits) {
  return (bits + 63) / 64 * 8;
}

std::size_t compact_bytes(const Dfa& dfa, std::uint32_t statecalls, unsigned cell_bytes) {
  std::size_t transitions = 0;
  for (const auto& state : dfa.states) transitions += state.transitions.size();
  return (dfa.states.size() + 1) * 4 +
         printed(transitions) * (unsigned_bytes(statecalls) + cell_bytes);
}

std::size_t longest_list(const Dfa& dfa) {
  std::size_t longest = 0;
  for (const auto& state : dfa.states) longest = std::max(longest, state.transitions.size());
  return longest;
}

/// Loads of the automaton's own arrays in one tick, each waiting for the one before: the cell; or
/// where the state's list begins and ends, the keys that bisection looks at, and the target. Of a
/// set all of them (see spl/rt/cost.hpp).
std::size_t loads_of(const AutomatonLayout& layout) {
  switch (layout.form) {
    case AutomatonLayout::Form::dense:
      return 1;
    case AutomatonLayout::Form::compact:
      return 3 + static_cast<std::size_t>(std::bit_width(layout.longest_list));
    case AutomatonLayout::Form::set:
      break;
  }
  return layout.words + 2 + 2 * longest_column(layout);
}

/// Where each configuration goes; one past the last of them stands for "violates".
std::vector<Column> collect_set(const Dfa& dfa, std::uint32_t statecalls) {
  auto columns = collect(dfa, statecalls);
  const auto violates = static_cast<std::uint32_t>(dfa.states.size());
  for (std::uint32_t q = 0; q < dfa.states.size(); ++q) {
    for (const auto& move : dfa.states[q].refused) {
      columns[index(move.statecall)].emplace_back(q, violates);
    }
  }
  for (auto& column : columns) std::sort(column.begin(), column.end());
  return columns;
}

/// `refuses_unmentioned`: this automaton stops the statecalls that nobody knows (see tables.hpp).
AutomatonLayout lay_out_set(const Dfa& dfa, const PolicyLayout& policy, bool refuses_unmentioned) {
  const auto statecalls = static_cast<std::uint32_t>(policy.mentioned.size());
  AutomatonLayout layout;
  layout.form = AutomatonLayout::Form::set;
  layout.states = static_cast<std::uint32_t>(dfa.states.size());
  layout.words = layout.states / 32 + 1;
  layout.cell_bytes = unsigned_bytes(layout.states);
  layout.column_of.assign(statecalls, 0);
  auto moves = collect_set(dfa, statecalls);
  ColumnPool pool(layout.columns);
  for (const auto s : dfa.alphabet) {
    layout.column_of[index(s)] = 1 + pool.add(std::move(moves[index(s)]));
  }
  for (std::uint32_t s = 0; s < statecalls; ++s) {
    if (!policy.mentioned[s] && refuses_unmentioned) layout.column_of[s] = 1 + pool.add({});
  }
  std::size_t count = 0;
  for (const auto& column : layout.columns) count += column.size();
  layout.table_bytes =
      4 * (layout.columns.size() + 1 + layout.words) + printed(2 * count) * layout.cell_bytes;
  layout.bytes = layout.table_bytes + bit_words(layout.states);
  return layout;
}

AutomatonLayout lay_out(const MonitorAutomaton& automaton, const PolicyLayout& policy,
                        bool refuses_unmentioned, std::size_t dense_limit) {
  if (automaton.is_set()) return lay_out_set(automaton.machine, policy, refuses_unmentioned);
  const auto& dfa = automaton.machine;
  const auto statecalls = static_cast<std::uint32_t>(policy.mentioned.size());
  AutomatonLayout layout;
  layout.states = static_cast<std::uint32_t>(dfa.states.size());
  layout.cell_bytes = signed_bytes(layout.states - 1);
  layout.column_of.assign(statecalls, kNoColumn);

  auto sparse = collect(dfa, statecalls);
  ColumnPool pool(layout.columns);
  for (const auto s : dfa.alphabet) {
    layout.column_of[index(s)] = pool.add(std::move(sparse[index(s)]));
  }
  std::uint32_t stays = kNoColumn;
  std::vector<bool> searches(statecalls, false);
  for (std::uint32_t s = 0; s < statecalls; ++s) {
    auto& column = layout.column_of[s];
    searches[s] = column != kNoColumn;
    if (searches[s] || !policy.uniform) continue;
    if (!policy.mentioned[s] && refuses_unmentioned) {
      column = pool.add({});
      searches[s] = true;
    } else {
      if (stays == kNoColumn) stays = pool.add(identity(layout.states));
      column = stays;
    }
  }
  const auto dense_bytes = printed(layout.columns.size() * layout.states) * layout.cell_bytes;
  const bool dense = dense_bytes <= dense_limit;
  layout.form = dense ? AutomatonLayout::Form::dense : AutomatonLayout::Form::compact;
  layout.table_bytes = dense ? dense_bytes : compact_bytes(dfa, statecalls, layout.cell_bytes);
  layout.bytes = layout.table_bytes + bit_words(layout.states);
  if (!dense) {
    layout.longest_list = longest_list(dfa);
    layout.columns.clear();
    for (std::uint32_t s = 0; s < statecalls; ++s) layout.column_of[s] = searches[s] ? 1 : 0;
  }
  return layout;
}

std::size_t shared_bytes(const Program& program, const PolicyLayout& policy) {
  const std::size_t statecalls = policy.mentioned.size();
  if (policy.uniform) {
    return printed(statecalls) * row_length(policy.automata.size()) * policy.offset_bytes +
           (policy.all_mentioned ? 0 : bit_words(statecalls));
  }
  std::size_t mentions = 0;
  for (const auto& automata : program.mentioned_by) mentions += automata.size();
  return (statecalls + 1) * 4 +
         printed(mentions) * (unsigned_bytes(policy.automata.size()) + policy.offset_bytes);
}

/// What the tick of one statecall reads to go through the automata that know it: for each its
/// number, its column, the function that looks it up, and that function's loads.
std::size_t most_loads(const Program& program, const PolicyLayout& policy) {
  std::size_t most = 0;
  for (const auto& automata : program.mentioned_by) {
    std::size_t loads = 0;
    for (const auto a : automata) loads += 3 + loads_of(policy.automata[index(a)]);
    most = std::max(most, loads);
  }
  return most;
}

}  // namespace

std::size_t state_words(const PolicyLayout& layout) {
  std::size_t words = 0;
  for (const auto& a : layout.automata) words += a.words;
  return words;
}
std::vector<std::size_t> state_offsets(const PolicyLayout& layout) {
  std::vector<std::size_t> offsets{0};
  for (const auto& a : layout.automata) offsets.push_back(offsets.back() + a.words);
  return offsets;
}
bool has_sets(const PolicyLayout& layout) {
  return std::any_of(layout.automata.begin(), layout.automata.end(),
                     [](const auto& a) { return a.form == AutomatonLayout::Form::set; });
}
std::size_t longest_column(const AutomatonLayout& layout) {
  std::size_t longest = 0;
  for (const auto& column : layout.columns) longest = std::max(longest, column.size());
  return longest;
}
std::vector<std::uint32_t> start_words(const AutomatonLayout& layout,
                                       const MonitorAutomaton& automaton) {
  std::vector<std::uint32_t> words(layout.words, 0);
  for (const auto q : automaton.alive_at_start) words[q / 32] |= std::uint32_t{1} << (q % 32);
  return words;
}
std::uint64_t table_offset(const AutomatonLayout& layout, std::uint32_t statecall) {
  const std::uint64_t column = layout.column_of[statecall];
  return layout.form == AutomatonLayout::Form::dense ? column * layout.states : column;
}
std::size_t row_length(std::size_t automata) {
  return std::bit_ceil(automata);
}
unsigned signed_bytes(std::uint64_t max) {
  return max <= 0x7f ? 1 : max <= 0x7fff ? 2 : 4;
}
unsigned unsigned_bytes(std::uint64_t max) {
  return max <= 0xff ? 1 : max <= 0xffff ? 2 : 4;
}

PolicyLayout lay_out(const Program& program, std::span<const MonitorAutomaton> automata,
                     const CppOptions& options) {
  PolicyLayout policy;
  policy.uniform = automata.size() <= options.uniform_limit;
  policy.mentioned.assign(program.vocabulary.size(), false);
  for (const auto& automaton : automata) {
    for (const auto s : automaton.machine.alphabet) policy.mentioned[index(s)] = true;
  }
  policy.all_mentioned =
      std::find(policy.mentioned.begin(), policy.mentioned.end(), false) == policy.mentioned.end();
  std::uint64_t largest = 1;
  for (std::size_t a = 0; a < automata.size(); ++a) {
    policy.automata.push_back(lay_out(automata[a], policy, a == 0, options.dense_limit));
    const auto& layout = policy.automata.back();
    largest = std::max<std::uint64_t>(largest, layout.columns.size() * layout.states);
  }
  policy.offset_bytes = largest <= 0xffff ? 2 : 4;
  if (!policy.uniform) policy.most_loads = most_loads(program, policy);
  policy.shared_bytes = shared_bytes(program, policy);
  policy.name_bytes = (program.vocabulary.size() + 1) * 4;
  for (const auto& s : program.vocabulary.all()) policy.name_bytes += s.name.size() + 1;
  return policy;
}

MonitorCost cost_of(const PolicyLayout& layout, std::span<const MonitorAutomaton> automata) {
  MonitorCost cost;
  cost.table_bytes = layout.shared_bytes;
  cost.name_bytes = layout.name_bytes;
  cost.monitor_bytes = 4 * state_words(layout);
  for (std::size_t i = 0; i < layout.automata.size(); ++i) {
    const auto& a = layout.automata[i];
    const auto loads = loads_of(a);
    const bool set = a.form == AutomatonLayout::Form::set;
    cost.automata.push_back({a.form == AutomatonLayout::Form::dense, a.states,
                             automata[i].machine.alphabet.size(), a.columns.size(), a.table_bytes,
                             a.bytes, loads, set, a.words, set ? longest_column(a) : 0});
    cost.table_bytes += a.bytes;
    // A set's moves are found without it: where they begin, then they.
    cost.chain = std::max(cost.chain, set ? 2 : loads);
    cost.loads += 1 + loads;  // and its column
  }
  if (layout.uniform) {
    if (!layout.all_mentioned) ++cost.loads;  // a refusal asks whether anybody knows the statecall
  } else {
    cost.loads = 2 + layout.most_loads + 2;  // where the mentions begin and end; a refusal: again
  }
  return cost;
}

}  // namespace spl::cpp

namespace spl {

MonitorCost monitor_cost(const Program& program, std::span<const MonitorAutomaton> automata,
                         const CppOptions& options) {
  return cpp::cost_of(cpp::lay_out(program, automata, options), automata);
}

}  // namespace spl
