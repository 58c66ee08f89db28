// Fills the arrays that header.cpp prints and reads them as spl/rt/tables.hpp does. Each number is
// first cut to the width of its printed type, so that a layout too narrow shows here as well.
#include "spl/cpp/table_monitor.hpp"

#include "layout.hpp"

namespace spl {
namespace {

constexpr std::uint32_t kCompactStays = 0;  // as rt::kCompactStays: see layout.hpp

std::int32_t cut_signed(std::int64_t n, unsigned bytes) {
  return bytes == 1   ? static_cast<std::int8_t>(n)
         : bytes == 2 ? static_cast<std::int16_t>(n)
                      : static_cast<std::int32_t>(n);
}

std::uint32_t cut_unsigned(std::uint64_t n, unsigned bytes) {
  return bytes == 1   ? static_cast<std::uint8_t>(n)
         : bytes == 2 ? static_cast<std::uint16_t>(n)
                      : static_cast<std::uint32_t>(n);
}

bool bit(const std::vector<std::uint64_t>& words, std::uint32_t at) {
  return (words[at / 64] >> (at % 64) & 1U) != 0;
}

template <class Predicate>
std::vector<std::uint64_t> bits(std::size_t count, Predicate&& set) {
  std::vector<std::uint64_t> words((count + 63) / 64);
  for (std::size_t i = 0; i < count; ++i) {
    if (set(i)) words[i / 64] |= std::uint64_t{1} << (i % 64);
  }
  return words;
}

/// struct tables::A<n> of a header.
struct AutomatonTables {
  bool dense = true;
  std::vector<std::int32_t> table;
  std::vector<std::uint32_t> first;
  std::vector<std::uint32_t> keys;
  std::vector<std::int32_t> targets;
  std::vector<std::uint64_t> finished;

  [[nodiscard]] std::int32_t next(std::uint32_t state, std::uint32_t column,
                                  std::uint32_t s) const {
    if (dense) return table[std::size_t{column} + state];
    if (column == kCompactStays) return static_cast<std::int32_t>(state);
    auto low = first[state];
    auto high = first[state + 1];
    while (low < high) {
      const auto middle = low + (high - low) / 2;
      if (keys[middle] == s) return targets[middle];
      if (keys[middle] < s) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return -1;
  }
};

AutomatonTables fill(const cpp::AutomatonLayout& layout, const Dfa& dfa) {
  AutomatonTables t;
  t.dense = layout.form == cpp::AutomatonLayout::Form::dense;
  t.finished = bits(dfa.states.size(), [&](std::size_t q) { return dfa.states[q].finished; });
  if (t.dense) {
    t.table.assign(layout.columns.size() * layout.states, -1);
    for (std::size_t c = 0; c < layout.columns.size(); ++c) {
      for (const auto& [from, to] : layout.columns[c]) {
        t.table[c * layout.states + from] = cut_signed(to, layout.cell_bytes);
      }
    }
    return t;
  }
  const auto key_bytes = cpp::unsigned_bytes(layout.column_of.size());
  t.first.push_back(0);
  for (const auto& state : dfa.states) {
    for (const auto& move : state.transitions) {
      t.keys.push_back(cut_unsigned(index(move.statecall), key_bytes));
      t.targets.push_back(cut_signed(move.target, layout.cell_bytes));
    }
    t.first.push_back(static_cast<std::uint32_t>(t.keys.size()));
  }
  return t;
}

}  // namespace

struct TableMonitor::Tables {
  bool uniform = true;
  std::vector<AutomatonTables> automata;
  // Per statecall the automata that a tick looks into, with the columns: all of them where uniform.
  std::vector<std::uint32_t> first;
  std::vector<std::uint32_t> automaton;
  std::vector<std::uint32_t> column;
  std::vector<std::uint64_t> unmentioned;  // uniform
};

TableMonitor::TableMonitor(const Program& program, std::span<const Dfa> dfas,
                           const CppOptions& options)
    : states_(dfas.size(), 0) {
  const auto layout = cpp::lay_out(program, monitor_automata(dfas), options);
  auto t = std::make_unique<Tables>();
  t->uniform = layout.uniform;
  for (std::size_t a = 0; a < dfas.size(); ++a) {
    t->automata.push_back(fill(layout.automata[a], dfas[a]));
  }
  const auto add = [&](std::uint32_t a, std::uint32_t s) {
    const auto& one = layout.automata[a];
    const std::uint64_t column = one.column_of[s];
    t->automaton.push_back(a);
    t->column.push_back(
        cut_unsigned(one.form == cpp::AutomatonLayout::Form::dense ? column * one.states : column,
                     layout.offset_bytes));
  };
  t->first.push_back(0);
  for (std::uint32_t s = 0; s < program.vocabulary.size(); ++s) {
    if (t->uniform) {
      for (std::uint32_t a = 0; a < dfas.size(); ++a) add(a, s);
    } else {
      for (const auto a : program.mentioned_by[s]) add(index(a), s);
    }
    t->first.push_back(static_cast<std::uint32_t>(t->automaton.size()));
  }
  t->unmentioned =
      bits(layout.mentioned.size(), [&](std::size_t s) { return !layout.mentioned[s]; });
  tables_ = std::move(t);
}

TableMonitor::~TableMonitor() = default;

void TableMonitor::reset() {
  states_.assign(states_.size(), 0);
}

/// As rt::detail::step(): with no automaton to ask the answer is no, and in a uniform policy it is
/// automaton 0 that refuses what nobody knows.
bool TableMonitor::step(StatecallId statecall, std::vector<std::uint32_t>& next) const {
  const auto s = index(statecall);
  const auto& t = *tables_;
  next = states_;
  std::int32_t signs = t.first[s] == t.first[s + 1] ? -1 : 0;
  for (auto i = t.first[s]; i < t.first[s + 1]; ++i) {
    const auto a = t.automaton[i];
    const auto moved = t.automata[a].next(states_[a], t.column[i], s);
    signs |= moved;
    next[a] = static_cast<std::uint32_t>(moved);
  }
  return signs >= 0;
}

TableMonitor::Verdict TableMonitor::would_answer(StatecallId statecall) const {
  std::vector<std::uint32_t> next;
  if (step(statecall, next)) return Verdict::accepted;
  const auto s = index(statecall);
  const bool mentioned =
      tables_->uniform ? !bit(tables_->unmentioned, s) : tables_->first[s] != tables_->first[s + 1];
  return mentioned ? Verdict::violation : Verdict::ignored;
}

TableMonitor::Verdict TableMonitor::tick(StatecallId statecall) {
  if (!step(statecall, next_)) return would_answer(statecall);
  states_.swap(next_);
  return Verdict::accepted;
}

std::vector<AutomatonId> TableMonitor::refusing(StatecallId statecall) const {
  std::vector<AutomatonId> result;
  if (would_answer(statecall) != Verdict::violation) return result;
  const auto s = index(statecall);
  const auto& t = *tables_;
  for (auto i = t.first[s]; i < t.first[s + 1]; ++i) {
    const auto a = t.automaton[i];
    if (t.automata[a].next(states_[a], t.column[i], s) < 0) result.push_back(AutomatonId{a});
  }
  return result;
}

bool TableMonitor::finished(AutomatonId automaton) const {
  const auto a = index(automaton);
  return bit(tables_->automata[a].finished, states_[a]);
}

}  // namespace spl
