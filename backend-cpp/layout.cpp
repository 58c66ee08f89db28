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

std::size_t compact_bytes(const Dfa& dfa, std::uint32_t statecalls, unsigned cell_bytes) {
  std::size_t transitions = 0;
  for (const auto& state : dfa.states) transitions += state.transitions.size();
  return (dfa.states.size() + 1) * 4 + transitions * (unsigned_bytes(statecalls) + cell_bytes);
}

/// `refuses_unmentioned`: this automaton stops the statecalls that nobody knows (see tables.hpp).
AutomatonLayout lay_out(const Dfa& dfa, const PolicyLayout& policy, bool refuses_unmentioned,
                        std::size_t dense_limit) {
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
  const auto dense_bytes = layout.columns.size() * layout.states * layout.cell_bytes;
  layout.dense = dense_bytes <= dense_limit;
  layout.table_bytes =
      layout.dense ? dense_bytes : compact_bytes(dfa, statecalls, layout.cell_bytes);
  if (!layout.dense) {
    layout.columns.clear();
    for (std::uint32_t s = 0; s < statecalls; ++s) layout.column_of[s] = searches[s] ? 1 : 0;
  }
  return layout;
}

std::size_t shared_bytes(const Program& program, const PolicyLayout& policy) {
  const std::size_t statecalls = policy.mentioned.size();
  if (policy.uniform) return statecalls * row_length(policy.automata.size()) * policy.offset_bytes;
  std::size_t mentions = 0;
  for (const auto& automata : program.mentioned_by) mentions += automata.size();
  return (statecalls + 1) * 4 +
         mentions * (unsigned_bytes(policy.automata.size()) + policy.offset_bytes);
}

}  // namespace

std::size_t row_length(std::size_t automata) {
  return std::bit_ceil(automata);
}
unsigned signed_bytes(std::uint64_t max) {
  return max <= 0x7f ? 1 : max <= 0x7fff ? 2 : 4;
}
unsigned unsigned_bytes(std::uint64_t max) {
  return max <= 0xff ? 1 : max <= 0xffff ? 2 : 4;
}

PolicyLayout lay_out(const Program& program, std::span<const Dfa> dfas, const CppOptions& options) {
  PolicyLayout policy;
  policy.uniform = dfas.size() <= options.uniform_limit;
  policy.mentioned.assign(program.vocabulary.size(), false);
  for (const auto& dfa : dfas) {
    for (const auto s : dfa.alphabet) policy.mentioned[index(s)] = true;
  }
  policy.all_mentioned =
      std::find(policy.mentioned.begin(), policy.mentioned.end(), false) == policy.mentioned.end();
  std::uint64_t largest = 1;
  for (std::size_t a = 0; a < dfas.size(); ++a) {
    policy.automata.push_back(lay_out(dfas[a], policy, a == 0, options.dense_limit));
    const auto& layout = policy.automata.back();
    largest = std::max<std::uint64_t>(largest, layout.columns.size() * layout.states);
  }
  policy.offset_bytes = largest <= 0xffff ? 2 : 4;
  policy.shared_bytes = shared_bytes(program, policy);
  policy.name_bytes = (program.vocabulary.size() + 1) * 4;
  for (const auto& s : program.vocabulary.all()) policy.name_bytes += s.name.size() + 1;
  return policy;
}

}  // namespace spl::cpp

namespace spl {

std::vector<TableCost> table_costs(const Program& program, std::span<const Dfa> dfas,
                                   const CppOptions& options) {
  std::vector<TableCost> costs;
  for (const auto& a : cpp::lay_out(program, dfas, options).automata) {
    costs.push_back({a.dense, a.states, a.columns.size(), a.table_bytes});
  }
  return costs;
}

}  // namespace spl
