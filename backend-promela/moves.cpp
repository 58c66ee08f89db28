// Grouping an automaton's moves, so that a model stays short: a counter is "n = n + 1", not one
// branch for each of its values.
#include "moves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <climits>
#include <cstdlib>

#include "text.hpp"

namespace spl::promela {
namespace {

using Key = std::vector<std::int64_t>;

class Grouper {
 public:
  Grouper(const Model& model, std::size_t a)
      : names_(model.names.variables[a]),
        location_(model.names.locations[a]),
        states_(model.automata[a]->states) {
    for (const auto v : model.automata[a]->observed) {
      is_bool_.push_back(model.program->automata[a][v].type == ast::Type::boolean);
    }
  }

  [[nodiscard]] std::vector<MoveGroup> run(const std::vector<Row>& rows, std::size_t choice) const {
    std::map<Key, std::vector<std::uint32_t>> by_target;
    std::map<Key, std::vector<std::uint32_t>> by_difference;
    for (const auto& row : rows) {
      if (row.targets->size() <= choice) continue;
      const auto target = (*row.targets)[choice];
      by_target[{row.from == target ? -1 : std::int64_t{target}}].push_back(row.from);
      by_difference[difference(row.from, target)].push_back(row.from);
    }
    std::vector<MoveGroup> groups;
    const bool short_way = by_difference.size() < by_target.size();
    for (auto& [key, from] : short_way ? by_difference : by_target) {
      auto body = short_way ? change(key) : to_target(key[0], from);
      groups.push_back({std::move(from), std::move(body)});
    }
    return groups;
  }

 private:
  /// Location and ints by difference; a bool as 0 (kept), 1 (set to false) or 2 (set to true).
  [[nodiscard]] Key difference(std::uint32_t from, std::uint32_t target) const {
    Key key{std::int64_t{target} - std::int64_t{from}};
    for (std::size_t v = 0; v < names_.size(); ++v) {
      const auto before = std::int64_t{states_[from].values[v]};
      const auto after = std::int64_t{states_[target].values[v]};
      if (!is_bool_[v]) {
        key.push_back(after - before);
      } else {
        key.push_back(before == after ? 0 : 1 + after);
      }
    }
    return key;
  }

  [[nodiscard]] std::string change(const Key& key) const {
    std::string text;
    if (key[0] != 0) text = shift(location_, key[0]);
    for (std::size_t v = 0; v < names_.size(); ++v) {
      const auto by = key[v + 1];
      if (by == 0) continue;
      if (!text.empty()) text += "; ";
      text += is_bool_[v] ? fmt::format("{} = {}", names_[v], by - 1) : shift(names_[v], by);
    }
    return text;
  }

  static std::string shift(const std::string& name, std::int64_t by) {
    // One step may cross more than an int holds.
    if (std::abs(by) > INT_MAX) {
      const auto half = by / 2;
      return shift(name, half) + "; " + shift(name, by - half);
    }
    return fmt::format("{0} = {0} {1} {2}", name, by < 0 ? '-' : '+', std::abs(by));
  }

  [[nodiscard]] std::string to_target(std::int64_t target,
                                      const std::vector<std::uint32_t>& from) const {
    if (target < 0) return {};
    const auto& after = states_[static_cast<std::size_t>(target)].values;
    auto text = fmt::format("{} = {}", location_, target);
    for (std::size_t v = 0; v < names_.size(); ++v) {
      const bool differs = std::any_of(from.begin(), from.end(), [&](std::uint32_t s) {
        return states_[s].values[v] != after[v];
      });
      if (differs) text += fmt::format("; {} = {}", names_[v], number(after[v]));
    }
    return text;
  }

  const std::vector<std::string>& names_;
  const std::string& location_;
  const std::vector<ObservedAutomaton::State>& states_;
  std::vector<bool> is_bool_;
};

}  // namespace

std::vector<MoveGroup> group_moves(const Model& model, std::size_t a, const std::vector<Row>& rows,
                                   std::size_t choice) {
  return Grouper(model, a).run(rows, choice);
}

std::string print_moves(const Model& model, std::size_t a, const std::vector<MoveGroup>& groups) {
  if (groups.size() == 1) {
    return groups[0].body.empty() ? "" : fmt::format("       {};\n", groups[0].body);
  }
  const auto statement = [](const MoveGroup& g) { return g.body.empty() ? "skip" : g.body; };
  std::size_t rest = 0;  // the group of most states needs no condition
  for (std::size_t i = 1; i < groups.size(); ++i) {
    if (groups[i].from.size() > groups[rest].from.size()) rest = i;
  }
  std::string text = "       if\n";
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (i == rest) continue;
    text += fmt::format("       :: {} -> {}\n", located(model, a, groups[i].from),
                        statement(groups[i]));
  }
  return text + fmt::format("       :: else -> {}\n       fi;\n", statement(groups[rest]));
}

std::string assign_all(const Model& model, std::size_t a, std::uint32_t target) {
  const auto& states = model.automata[a]->states;
  std::string text;
  if (states.size() > 1) text = fmt::format("{} = {}", model.names.locations[a], target);
  for (std::size_t v = 0; v < model.names.variables[a].size(); ++v) {
    text += fmt::format("{}{} = {}", text.empty() ? "" : "; ", model.names.variables[a][v],
                        number(states[target].values[v]));
  }
  return text.empty() ? "skip" : text;
}

}  // namespace spl::promela
