// Partition refinement with a work list of splitters.
//
// Blocks are intervals of one permutation of the nodes. A splitter block and a label select the
// nodes with such an edge into the splitter; every block that is selected in part is split.
#include "passes/partition.hpp"

#include <algorithm>
#include <numeric>

namespace spl {
namespace {

class Refinement {
 public:
  Refinement(std::vector<std::uint32_t> classes, std::vector<LabelledEdge> edges,
             bool deterministic)
      : edges_(std::move(edges)), deterministic_(deterministic) {
    const auto n = classes.size();
    order_.resize(n);
    std::iota(order_.begin(), order_.end(), 0U);
    std::stable_sort(order_.begin(), order_.end(),
                     [&](auto a, auto b) { return classes[a] < classes[b]; });
    position_.resize(n);
    block_.resize(n);
    for (std::uint32_t i = 0; i < n; ++i) {
      if (i == 0 || classes[order_[i]] != classes[order_[i - 1]]) {
        blocks_.push_back({i, i, i, false});
        push(static_cast<std::uint32_t>(blocks_.size() - 1));
      }
      blocks_.back().end = i + 1;
      position_[order_[i]] = i;
      block_[order_[i]] = static_cast<std::uint32_t>(blocks_.size() - 1);
    }
    index_incoming(n);
  }

  std::vector<std::uint32_t> run() {
    while (!work_.empty()) {
      const auto splitter = work_.back();
      work_.pop_back();
      blocks_[splitter].queued = false;
      collect(splitter);
      for (std::size_t i = 0; i < found_.size();) {
        const auto label = found_[i].label;
        for (; i < found_.size() && found_[i].label == label; ++i) select(found_[i].from);
        split();
      }
    }
    return std::move(block_);
  }

 private:
  struct Block {
    std::uint32_t begin;
    std::uint32_t end;
    std::uint32_t selected;  // nodes [begin, selected) are selected
    bool queued;
  };

  void push(std::uint32_t block) {
    if (blocks_[block].queued) return;
    blocks_[block].queued = true;
    work_.push_back(block);
  }

  void index_incoming(std::size_t n) {
    std::sort(edges_.begin(), edges_.end(),
              [](const auto& a, const auto& b) { return a.to < b.to; });
    first_in_.assign(n + 1, 0);
    for (const auto& e : edges_) ++first_in_[e.to + 1];
    std::partial_sum(first_in_.begin(), first_in_.end(), first_in_.begin());
  }

  void collect(std::uint32_t splitter) {
    found_.clear();
    const auto [begin, end, selected, queued] = blocks_[splitter];
    for (auto i = begin; i < end; ++i) {
      const auto node = order_[i];
      for (auto e = first_in_[node]; e < first_in_[node + 1]; ++e) found_.push_back(edges_[e]);
    }
    std::sort(found_.begin(), found_.end(),
              [](const auto& a, const auto& b) { return a.label < b.label; });
  }

  void select(std::uint32_t node) {
    auto& block = blocks_[block_[node]];
    if (position_[node] < block.selected) return;  // another edge selected it already
    if (block.selected == block.begin) touched_.push_back(block_[node]);
    const auto other = order_[block.selected];
    std::swap(order_[block.selected], order_[position_[node]]);
    std::swap(position_[other], position_[node]);
    ++block.selected;
  }

  void split() {
    for (const auto b : touched_) {
      const auto [begin, end, selected, queued] = blocks_[b];
      blocks_[b].selected = begin;
      if (selected == end) continue;
      const auto fresh = static_cast<std::uint32_t>(blocks_.size());
      blocks_.push_back({begin, selected, begin, false});
      blocks_[b].begin = selected;
      blocks_[b].selected = selected;
      for (auto i = begin; i < selected; ++i) block_[order_[i]] = fresh;
      if (queued || !deterministic_) {
        push(fresh);
        push(b);
      } else {
        push(selected - begin <= end - selected ? fresh : b);
      }
    }
    touched_.clear();
  }

  std::vector<LabelledEdge> edges_;  // by target
  bool deterministic_;
  std::vector<std::uint32_t> first_in_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> position_;
  std::vector<std::uint32_t> block_;
  std::vector<Block> blocks_;
  std::vector<std::uint32_t> work_;
  std::vector<std::uint32_t> touched_;
  std::vector<LabelledEdge> found_;
};

}  // namespace

std::vector<std::uint32_t> refine(std::vector<std::uint32_t> classes,
                                  std::vector<LabelledEdge> edges, bool deterministic) {
  return Refinement(std::move(classes), std::move(edges), deterministic).run();
}

}  // namespace spl
