// explore(): the joint behaviour of a policy's automata, breadth first over tuples of DFA states.
#include <algorithm>
#include <unordered_set>
#include <utility>

#include "spl/dfa.hpp"

namespace spl {
namespace {

class Explorer {
 public:
  Explorer(std::span<const Dfa> automata, std::uint32_t statecalls, std::uint64_t max_states,
           ExploreFor what)
      : automata_(automata),
        max_states_(max_states),
        what_(what),
        width_(automata.size()),
        ids_(16, Hash{this}, Equal{this}) {
    users_.resize(statecalls);
    for (std::uint32_t a = 0; a < automata.size(); ++a) {
      for (const auto s : automata[a].alphabet) users_[index(s)].push_back(a);
    }
    report_.accepted.assign(statecalls, false);
    report_.finishes.assign(automata.size(), false);
    if (what_ == ExploreFor::seen) unseen_ = count_possible();
  }

  JointReport run() {
    candidate_.assign(width_, 0);
    intern(0, StatecallId{});
    report_.complete = true;
    for (std::uint32_t i = 0; i < parents_.size(); ++i) {
      if (what_ == ExploreFor::seen && unseen_ == 0) break;
      if (parents_.size() > max_states_ || out_of_moves()) {
        report_.complete = false;
        break;
      }
      expand(i);
    }
    report_.states = parents_.size();
    return std::move(report_);
  }

 private:
  struct Parent {
    std::uint32_t state;
    StatecallId by;
  };
  struct Hash {
    const Explorer* e;
    std::size_t operator()(std::uint32_t id) const {
      std::uint64_t h = 0;
      for (const auto v : e->tuple(id)) h = (h ^ v) * 0x9e3779b97f4a7c15U + (h >> 31U);
      return h;
    }
  };
  struct Equal {
    const Explorer* e;
    bool operator()(std::uint32_t a, std::uint32_t b) const {
      const auto x = e->tuple(a);
      return std::equal(x.begin(), x.end(), e->tuple(b).begin());
    }
  };

  static constexpr std::uint64_t kMovesPerState = 64;

  [[nodiscard]] bool out_of_moves() const {
    return what_ == ExploreFor::seen && moves_ > kMovesPerState * max_states_;
  }

  /// What the automata by themselves could still show: statecalls that all their users accept
  /// somewhere, automata that finish somewhere.
  [[nodiscard]] std::size_t count_possible() const {
    std::vector<std::uint32_t> ready(users_.size(), 0);
    std::vector<std::uint32_t> last(users_.size(), 0);  // 1 + the automaton counted last
    std::size_t count = 0;
    for (std::uint32_t a = 0; a < width_; ++a) {
      bool finishes = false;
      for (const auto& state : automata_[a].states) {
        finishes = finishes || state.finished;
        for (const auto& t : state.transitions) {
          if (std::exchange(last[index(t.statecall)], a + 1) != a + 1) ++ready[index(t.statecall)];
        }
      }
      if (finishes) ++count;
    }
    for (std::size_t s = 0; s < users_.size(); ++s) {
      if (ready[s] != 0 && ready[s] == users_[s].size()) ++count;
    }
    return count;
  }

  void see(std::vector<bool>& seen, std::size_t which) {
    if (seen[which]) return;
    seen[which] = true;
    --unseen_;
  }

  [[nodiscard]] std::span<const std::uint32_t> tuple(std::uint32_t id) const {
    return {tuples_.data() + id * width_, width_};
  }

  void intern(std::uint32_t from, StatecallId by) {
    const auto id = static_cast<std::uint32_t>(parents_.size());
    tuples_.insert(tuples_.end(), candidate_.begin(), candidate_.end());
    if (!ids_.insert(id).second) {
      tuples_.resize(tuples_.size() - width_);
      return;
    }
    parents_.push_back({from, by});
  }

  void expand(std::uint32_t id) {
    bool moved = false;
    bool finished = true;
    for (std::uint32_t a = 0; a < width_; ++a) {
      const auto& state = automata_[a].states[tuple(id)[a]];
      finished = finished && state.finished;
      if (state.finished) see(report_.finishes, a);
      for (const auto& t : state.transitions) {
        if (users_[index(t.statecall)][0] != a) continue;  // offered by its first automaton
        moved = step(id, t.statecall) || moved;
      }
    }
    if (!moved && !finished && report_.stuck.empty()) report_.stuck.push_back(trace(id));
  }

  bool step(std::uint32_t id, StatecallId s) {
    ++moves_;
    const auto here = tuple(id);
    std::copy(here.begin(), here.end(), candidate_.begin());
    for (const auto user : users_[index(s)]) {
      const auto target = automata_[user].next(candidate_[user], s);
      if (!target) return false;
      candidate_[user] = *target;
    }
    see(report_.accepted, index(s));
    intern(id, s);
    return true;
  }

  [[nodiscard]] std::vector<StatecallId> trace(std::uint32_t id) const {
    std::vector<StatecallId> result;
    for (; id != 0; id = parents_[id].state) result.push_back(parents_[id].by);
    std::reverse(result.begin(), result.end());
    return result;
  }

  std::span<const Dfa> automata_;
  std::uint64_t max_states_;
  ExploreFor what_;
  std::size_t unseen_ = 0;   // counts down for ExploreFor::seen; meaningless otherwise
  std::uint64_t moves_ = 0;  // tried
  std::size_t width_;
  std::vector<std::vector<std::uint32_t>> users_;
  std::vector<std::uint32_t> tuples_;
  std::vector<Parent> parents_;
  std::unordered_set<std::uint32_t, Hash, Equal> ids_;
  std::vector<std::uint32_t> candidate_;
  JointReport report_;
};

}  // namespace

JointReport explore(std::span<const Dfa> automata, std::uint32_t statecalls,
                    std::uint64_t max_states, ExploreFor what) {
  return Explorer(automata, statecalls, max_states, what).run();
}

}  // namespace spl
