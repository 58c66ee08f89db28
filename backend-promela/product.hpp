// Internal: the product of a model and a claim, as a graph in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "model.hpp"

namespace spl::promela {

/// The same product that Spin searches. Used after Spin's verdict only, to find a shorter run.
class Product {
 public:
  struct Edge {
    std::uint32_t target = 0;
    std::optional<StatecallId> statecall;  // none: nothing is accepted, the run stays
  };
  static constexpr std::uint32_t kNone = 0xffffffffU;

  Product(const Model& model, const Claim& claim);

  /// Builds it breadth first; false if it has more nodes than allowed.
  [[nodiscard]] bool build(std::size_t max_nodes);

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(edges_.size()); }
  [[nodiscard]] const std::vector<Edge>& edges(std::uint32_t node) const { return edges_[node]; }
  [[nodiscard]] bool accepting(std::uint32_t node) const;
  [[nodiscard]] std::uint32_t distance(std::uint32_t node) const { return distance_[node]; }
  /// The edge by which a node was first reached: its source, or kNone at the start.
  [[nodiscard]] std::uint32_t parent(std::uint32_t node) const { return parent_[node]; }
  [[nodiscard]] std::optional<StatecallId> entered_by(std::uint32_t node) const {
    return entered_by_[node];
  }
  /// What the model prints on the edge.
  [[nodiscard]] std::string line(std::uint32_t target, std::optional<StatecallId> by) const;
  /// What it prints when it starts there.
  [[nodiscard]] std::string start_line(std::uint32_t node) const;

 private:
  /// Locations by automaton, then the event (1 + id of its class, or 0), history, claim state.
  using Key = std::vector<std::uint32_t>;
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };

  void start();
  void expand(std::uint32_t node);
  /// Every way to accept `s`; false if some automaton refuses it.
  bool accept(const Key& from, StatecallId s, std::vector<Key>& after) const;
  void settle(Key& key, std::uint32_t event) const;
  [[nodiscard]] bool holds(const ResolvedFormula& f, const Key& key) const;
  [[nodiscard]] std::int32_t value(const Term& term, const Key& key) const;
  void reach(const Key& key, std::uint32_t from, std::optional<StatecallId> by);
  [[nodiscard]] std::string values(const std::vector<std::size_t>& automata, const Key& key) const;

  const Model& model_;
  const Claim& claim_;
  std::size_t width_;  // automata; the event's position in a key
  std::vector<const Key*> keys_;
  std::unordered_map<Key, std::uint32_t, Hash> numbers_;
  std::vector<std::vector<Edge>> edges_;
  std::vector<std::uint32_t> distance_;
  std::vector<std::uint32_t> parent_;
  std::vector<std::optional<StatecallId>> entered_by_;
};

}  // namespace spl::promela
