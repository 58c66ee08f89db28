// make_tests(): the joint states of a policy, breadth first, then the cases of each kind by number.
//
// The cases of a kind are never listed: a large policy has many million pairs of transitions. Each
// is made when it is its turn, and only if the selection takes it, so that a sample needs little
// memory.
#include "spl/test_pack.hpp"

#include <algorithm>
#include <random>

#include "spl/joint.hpp"

namespace spl {
namespace {

/// Which `count` of the numbers below `total` are taken, ascending.
class Selection {
 public:
  Selection(std::uint64_t total, std::uint64_t count, std::uint64_t seed)
      : left_(total), wanted_(count), random_(seed), sample_(seed != 0) {}

  /// Asked once for each number in turn.
  bool next() {
    if (wanted_ == 0) return false;
    // Knuth's algorithm S, by remainder: the bias of a 64-bit remainder is of no account here.
    const bool take = wanted_ == left_ || !sample_ || random_() % left_ < wanted_;
    --left_;
    if (take) --wanted_;
    return take;
  }
  [[nodiscard]] bool done() const { return wanted_ == 0; }

 private:
  std::uint64_t left_;
  std::uint64_t wanted_;
  std::mt19937_64 random_;
  bool sample_;
};

class Packer {
 public:
  Packer(std::span<const Dfa> dfas, std::uint32_t statecalls, const PackOptions& options)
      : policy_(dfas, statecalls), options_(options), states_(policy_.width()) {
    for (std::uint32_t s = 0; s < statecalls; ++s) {
      if (policy_.mentioned(StatecallId{s})) known_.push_back(StatecallId{s});
    }
  }

  PackReport run(const std::function<void(const TestCase&)>& take) {
    report_.complete = explore();
    report_.states = states_.size();
    if (!report_.complete) return report_;
    count();
    share();
    transitions(take);
    pairs(take);
    refusals(take);
    return report_;
  }

 private:
  struct Move {
    StatecallId by;
    std::uint32_t target;
  };
  struct Parent {
    std::uint32_t state;
    StatecallId by;
  };

  static std::size_t at(CaseKind kind) { return static_cast<std::size_t>(kind); }

  bool explore() {
    states_.number(policy_.start());
    parents_.push_back({0, StatecallId{}});
    std::vector<std::uint32_t> next;
    for (std::uint32_t id = 0; id < states_.size(); ++id) {
      first_.push_back(moves_.size());
      for (const auto s : policy_.allowed(states_[id])) {
        next.assign(states_[id].begin(), states_[id].end());
        policy_.tick(next, s);
        const auto [target, is_new] = states_.number(next);
        if (is_new) parents_.push_back({id, s});
        moves_.push_back({s, target});
      }
      if (states_.size() > options_.max_states) return false;
    }
    first_.push_back(moves_.size());
    return true;
  }

  [[nodiscard]] std::uint64_t out_degree(std::uint32_t state) const {
    return first_[state + 1] - first_[state];
  }

  void count() {
    report_.possible[at(CaseKind::transition)] = moves_.size();
    std::uint64_t pairs = 0;
    for (const auto& move : moves_) pairs += out_degree(move.target);
    report_.possible[at(CaseKind::pair)] = pairs;
    report_.possible[at(CaseKind::refusal)] =
        std::uint64_t{states_.size()} * known_.size() - moves_.size();
  }

  /// Shares the limit out evenly; what a small kind does not need goes to the others.
  void share() {
    std::vector<std::size_t> wanted;
    for (std::size_t k = 0; k < kCaseKinds; ++k) {
      if (options_.kinds[k]) wanted.push_back(k);
    }
    std::ranges::stable_sort(wanted, {}, [&](std::size_t k) { return report_.possible[k]; });
    auto left = options_.limit;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const auto possible = report_.possible[wanted[i]];
      const auto made =
          options_.limit == 0 ? possible : std::min(possible, left / (wanted.size() - i));
      report_.made[wanted[i]] = made;
      left -= std::min(left, made);
    }
  }

  [[nodiscard]] Selection select(CaseKind kind) const {
    return {report_.possible[at(kind)], report_.made[at(kind)], options_.seed};
  }

  void way_to(std::uint32_t id, std::vector<StatecallId>& trace) const {
    trace.clear();
    for (; id != 0; id = parents_[id].state) trace.push_back(parents_[id].by);
    std::ranges::reverse(trace);
  }

  void transitions(const std::function<void(const TestCase&)>& take) {
    auto selection = select(CaseKind::transition);
    TestCase made;
    for (std::uint32_t id = 0; id < states_.size() && !selection.done(); ++id) {
      for (auto m = first_[id]; m < first_[id + 1]; ++m) {
        if (!selection.next()) continue;
        way_to(id, made.trace);
        made.trace.push_back(moves_[m].by);
        made.finished = policy_.finished(states_[moves_[m].target]);
        take(made);
      }
    }
  }

  void pairs(const std::function<void(const TestCase&)>& take) {
    auto selection = select(CaseKind::pair);
    TestCase made;
    made.kind = CaseKind::pair;
    for (std::uint32_t id = 0; id < states_.size() && !selection.done(); ++id) {
      for (auto m = first_[id]; m < first_[id + 1]; ++m) {
        const auto middle = moves_[m].target;
        for (auto n = first_[middle]; n < first_[middle + 1]; ++n) {
          if (!selection.next()) continue;
          way_to(id, made.trace);
          made.trace.push_back(moves_[m].by);
          made.trace.push_back(moves_[n].by);
          made.finished = policy_.finished(states_[moves_[n].target]);
          take(made);
        }
      }
    }
  }

  void refusals(const std::function<void(const TestCase&)>& take) {
    auto selection = select(CaseKind::refusal);
    TestCase made;
    made.kind = CaseKind::refusal;
    for (std::uint32_t id = 0; id < states_.size() && !selection.done(); ++id) {
      auto m = first_[id];
      for (const auto s : known_) {
        const bool accepted = m < first_[id + 1] && moves_[m].by == s;
        if (accepted) ++m;
        if (accepted || !selection.next()) continue;
        way_to(id, made.trace);
        made.trace.push_back(s);
        made.refused_by.clear();
        for (const auto& r : policy_.refusals(states_[id], s)) {
          made.refused_by.push_back(r.automaton);
        }
        made.finished = policy_.finished(states_[id]);
        take(made);
      }
    }
  }

  JointPolicy policy_;
  const PackOptions& options_;
  JointStates states_;
  std::vector<Parent> parents_;
  std::vector<std::uint64_t> first_;  // per state: its first move; one more at the end
  std::vector<Move> moves_;           // of one state ascending by statecall
  std::vector<StatecallId> known_;    // mentioned by some automaton
  PackReport report_;
};

}  // namespace

const char* to_string(CaseKind kind) {
  switch (kind) {
    case CaseKind::transition:
      return "transition";
    case CaseKind::pair:
      return "pair";
    case CaseKind::refusal:
      return "refusal";
  }
  return "?";
}

PackReport make_tests(std::span<const Dfa> dfas, std::uint32_t statecalls,
                      const PackOptions& options,
                      const std::function<void(const TestCase&)>& take) {
  return Packer(dfas, statecalls, options).run(take);
}

}  // namespace spl
