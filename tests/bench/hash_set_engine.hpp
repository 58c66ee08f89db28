// How monitors of the first SPL compiler worked: a hash set of configurations per automaton, and a
// new one for every tick. Kinder to it than it was: silent moves were made beforehand, and a
// configuration is a number instead of a record of variables.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace bench {

/// One automaton: what each of its configurations can do by itself.
class Configurations {
 public:
  struct Move {
    std::uint32_t from;
    std::uint32_t statecall;
    std::uint32_t to;
  };

  Configurations(std::vector<std::uint32_t> start, const std::vector<Move>& moves,
                 const std::vector<std::uint32_t>& alphabet)
      : start_(std::move(start)), alphabet_(alphabet.begin(), alphabet.end()) {
    for (const auto& move : moves) moves_[key(move.from, move.statecall)].push_back(move.to);
  }

  using Set = std::unordered_set<std::uint32_t>;
  [[nodiscard]] Set start() const { return {start_.begin(), start_.end()}; }
  [[nodiscard]] bool knows(std::uint32_t s) const { return alphabet_.count(s) != 0; }
  /// Empty: refused.
  [[nodiscard]] Set tick(const Set& from, std::uint32_t s) const {
    Set next;
    for (const auto c : from) {
      const auto found = moves_.find(key(c, s));
      if (found != moves_.end()) next.insert(found->second.begin(), found->second.end());
    }
    return next;
  }

 private:
  static std::uint64_t key(std::uint32_t configuration, std::uint32_t s) {
    return std::uint64_t{configuration} << 32U | s;
  }

  std::vector<std::uint32_t> start_;
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> moves_;
  std::unordered_set<std::uint32_t> alphabet_;
};

template <std::size_t automata>
class HashSetEngine {
 public:
  explicit HashSetEngine(std::array<const Configurations*, automata> tables) : tables_(tables) {
    reset();
  }

  bool tick(std::uint32_t s) {
    std::array<Configurations::Set, automata> next;
    for (std::size_t a = 0; a < automata; ++a) {
      if (!tables_[a]->knows(s)) continue;
      next[a] = tables_[a]->tick(sets_[a], s);
      if (next[a].empty()) return false;
    }
    for (std::size_t a = 0; a < automata; ++a) {
      if (tables_[a]->knows(s)) sets_[a] = std::move(next[a]);
    }
    return true;
  }
  void reset() {
    for (std::size_t a = 0; a < automata; ++a) sets_[a] = tables_[a]->start();
  }

 private:
  std::array<const Configurations*, automata> tables_;
  std::array<Configurations::Set, automata> sets_;
};

}  // namespace bench
