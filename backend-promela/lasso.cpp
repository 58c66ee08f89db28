// The shortest endless run that a claim accepts.
//
// Spin decides whether there is one, by a depth-first search, and shows the first that it meets,
// which can be very long; its option to look for shorter ones is sound for safety only. So the
// product is built once more, breadth first, and a shortest cycle searched from each accepting node
// that lies on one, nearest first. Bounded: past the limits Spin's own run is shown.
#include "lasso.hpp"

#include <algorithm>

#include "product.hpp"

namespace spl::promela {
namespace {

constexpr std::size_t kMaxNodes = 300'000;
constexpr std::uint64_t kMaxWork = 60'000'000;  // edges looked at
constexpr auto kNone = Product::kNone;

/// Strongly connected components (Tarjan, without recursion).
class Components {
 public:
  explicit Components(const Product& product)
      : p_(product), index_(p_.size(), kNone), low_(p_.size()), component_(p_.size(), kNone) {
    for (std::uint32_t n = 0; n < p_.size(); ++n) {
      if (index_[n] == kNone) visit(n);
    }
  }
  [[nodiscard]] std::uint32_t of(std::uint32_t node) const { return component_[node]; }

 private:
  struct Frame {
    std::uint32_t node;
    std::size_t edge;
  };

  void enter(std::uint32_t node) {
    index_[node] = low_[node] = next_++;
    stack_.push_back(node);
    frames_.push_back({node, 0});
  }

  void visit(std::uint32_t root) {
    enter(root);
    while (!frames_.empty()) {
      auto& frame = frames_.back();
      const auto node = frame.node;
      if (frame.edge < p_.edges(node).size()) {
        const auto target = p_.edges(node)[frame.edge++].target;
        if (index_[target] == kNone) {
          enter(target);
        } else if (component_[target] == kNone) {
          low_[node] = std::min(low_[node], index_[target]);
        }
        continue;
      }
      frames_.pop_back();
      if (!frames_.empty()) {
        auto& above = low_[frames_.back().node];
        above = std::min(above, low_[node]);
      }
      if (low_[node] == index_[node]) close(node);
    }
  }

  void close(std::uint32_t node) {
    for (;;) {
      const auto top = stack_.back();
      stack_.pop_back();
      component_[top] = count_;
      if (top == node) break;
    }
    ++count_;
  }

  const Product& p_;
  std::vector<std::uint32_t> index_;
  std::vector<std::uint32_t> low_;
  std::vector<std::uint32_t> component_;
  std::vector<std::uint32_t> stack_;
  std::vector<Frame> frames_;
  std::uint32_t next_ = 0;
  std::uint32_t count_ = 0;
};

class Search {
 public:
  explicit Search(const Product& product)
      : p_(product), components_(product), seen_(p_.size(), kNone), via_(p_.size()) {}

  /// False past the limit on work.
  bool run() {
    for (std::uint32_t n = 0; n < p_.size(); ++n) {  // nodes are in order of distance
      if (p_.distance(n) + 1 >= best_) break;
      if (p_.accepting(n) && !cycle(n)) return false;
    }
    return true;
  }

  /// The best run, if any.
  [[nodiscard]] std::optional<Lasso> lasso(bool starts) const {
    if (cycle_.empty()) return std::nullopt;
    Lasso result;
    auto node = cycle_.back().target;  // where it begins and ends
    for (; p_.parent(node) != kNone; node = p_.parent(node)) {
      result.lines.push_back(p_.line(node, p_.entered_by(node)));
    }
    if (starts) result.lines.push_back(p_.start_line(node));
    std::reverse(result.lines.begin(), result.lines.end());
    result.loop = result.lines.size();
    for (const auto& e : cycle_) result.lines.push_back(p_.line(e.target, e.statecall));
    return result;
  }

 private:
  struct Step {
    std::uint32_t from = 0;
    std::size_t edge = 0;
  };

  /// A shortest cycle through `start`, if that makes a run shorter than the best.
  bool cycle(std::uint32_t start) {
    std::vector<std::uint32_t> queue{start};
    std::vector<std::uint32_t> depth{0};
    for (std::size_t i = 0; i < queue.size(); ++i) {
      const auto node = queue[i];
      if (p_.distance(start) + depth[i] + 1 >= best_) return true;
      for (std::size_t e = 0; e < p_.edges(node).size(); ++e) {
        if (++work_ > kMaxWork) return false;
        const auto target = p_.edges(node)[e].target;
        if (target == start) {
          keep(start, {node, e}, depth[i] + 1);
          return true;
        }
        if (seen_[target] == start || components_.of(target) != components_.of(start)) continue;
        seen_[target] = start;
        via_[target] = {node, e};
        queue.push_back(target);
        depth.push_back(depth[i] + 1);
      }
    }
    return true;
  }

  void keep(std::uint32_t start, Step last, std::uint32_t length) {
    best_ = p_.distance(start) + length;
    cycle_.clear();
    for (auto step = last;; step = via_[step.from]) {
      cycle_.push_back(p_.edges(step.from)[step.edge]);
      if (step.from == start) break;
    }
    std::reverse(cycle_.begin(), cycle_.end());
  }

  const Product& p_;
  Components components_;
  std::vector<std::uint32_t> seen_;  // by which search
  std::vector<Step> via_;
  std::vector<Product::Edge> cycle_;
  std::uint32_t best_ = kNone;
  std::uint64_t work_ = 0;
};

}  // namespace

LassoSearch shortest_lasso(const Model& model, const Claim& claim) {
  LassoSearch result;
  Product product(model, claim);
  if (!product.build(kMaxNodes)) return result;
  Search search(product);
  result.complete = search.run();
  result.lasso = search.lasso(model.starts);
  return result;
}

}  // namespace spl::promela
