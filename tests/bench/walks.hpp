// Legal walks through a generated monitor, for tick_bench. Found by exploring the joint states, so
// that a walk never ends, and visits as many of them as can be visited again and again.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <utility>
#include <vector>

namespace bench {

using Walk = std::vector<std::uint16_t>;

/// The joint states of a monitor and the steps between them.
struct JointGraph {
  struct Step {
    std::uint16_t statecall;
    std::uint32_t target;
  };
  std::vector<std::vector<Step>> steps;  // state 0 is the start
};

template <class Monitor>
JointGraph explore() {
  constexpr std::size_t kMost = 500'000;
  using Key = std::array<std::uint32_t, Monitor::kAutomata>;
  const auto key_of = [](const Monitor& m) {
    Key key;
    for (std::size_t a = 0; a < key.size(); ++a) key[a] = m.states()[a];
    return key;
  };
  JointGraph graph;
  std::map<Key, std::uint32_t> known;
  std::vector<Monitor> monitors(1);
  known.emplace(key_of(monitors[0]), 0);
  for (std::size_t i = 0; i < monitors.size() && monitors.size() < kMost; ++i) {
    const auto here = monitors[i];
    auto& steps = graph.steps.emplace_back();
    for (const auto s : here.allowed()) {
      auto next = here;
      (void)next.tick(s);
      const auto [at, added] =
          known.emplace(key_of(next), static_cast<std::uint32_t>(monitors.size()));
      if (added) monitors.push_back(next);
      steps.push_back({static_cast<std::uint16_t>(s), at->second});
    }
  }
  graph.steps.resize(monitors.size());  // what was not explored leads nowhere
  return graph;
}

/// Numbers the strongly connected components (Tarjan's algorithm, without recursion).
inline std::vector<std::uint32_t> components(const JointGraph& graph) {
  constexpr std::uint32_t kNone = 0xffffffffU;
  const auto size = graph.steps.size();
  std::vector<std::uint32_t> component(size, kNone);
  std::vector<std::uint32_t> order(size, kNone);
  std::vector<std::uint32_t> low(size, 0);
  std::vector<std::uint32_t> open;
  std::vector<std::pair<std::uint32_t, std::size_t>> path{{0, 0}};  // state, next step to look at
  std::uint32_t found = 0;
  std::uint32_t number = 0;
  while (!path.empty()) {
    const auto at = path.back().first;
    if (path.back().second == 0 && order[at] == kNone) {
      order[at] = low[at] = number++;
      open.push_back(at);
    }
    if (path.back().second < graph.steps[at].size()) {
      const auto to = graph.steps[at][path.back().second++].target;
      if (order[to] == kNone) {
        path.emplace_back(to, 0);
      } else if (component[to] == kNone) {
        low[at] = std::min(low[at], order[to]);
      }
      continue;
    }
    if (low[at] == order[at]) {
      for (std::uint32_t last = kNone; last != at; open.pop_back()) {
        last = open.back();
        component[last] = found;
      }
      ++found;
    }
    path.pop_back();
    if (!path.empty()) low[path.back().first] = std::min(low[path.back().first], low[at]);
  }
  return component;
}

/// Keeps only the steps after which the largest component can still be reached: walks then go
/// there, and stay. A walk over all legal steps would soon be in a closing handshake for ever.
inline void keep_largest_component(JointGraph& graph) {
  const auto component = components(graph);
  std::map<std::uint32_t, std::size_t> sizes;
  for (const auto c : component) ++sizes[c];
  const auto largest =
      std::max_element(sizes.begin(), sizes.end(), [](const auto& a, const auto& b) {
        return a.second < b.second;
      })->first;
  std::vector<bool> good(graph.steps.size());
  for (std::size_t q = 0; q < good.size(); ++q) good[q] = component[q] == largest;
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t q = 0; q < good.size(); ++q) {
      if (good[q]) continue;
      for (const auto& step : graph.steps[q]) {
        if (!good[step.target] || good[q]) continue;
        good[q] = changed = true;
      }
    }
  }
  for (auto& steps : graph.steps) {
    std::erase_if(steps, [&](const JointGraph::Step& step) { return !good[step.target]; });
  }
  if (graph.steps[0].empty()) {
    std::fputs("this policy has no endless walk\n", stderr);
    std::abort();
  }
}

/// The same on every machine and with every library.
class Random {
 public:
  std::size_t below(std::size_t n) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::size_t>((state_ >> 33) % n);
  }

 private:
  std::uint64_t state_ = 12345;
};

inline Walk random_walk(const JointGraph& graph, std::size_t length) {
  Random random;
  Walk walk;
  for (std::uint32_t at = 0; walk.size() < length;) {
    const auto& step = graph.steps[at][random.below(graph.steps[at].size())];
    walk.push_back(step.statecall);
    at = step.target;
  }
  return walk;
}

/// A random walk that prefers to move: a random next state first, then a random way there. Most
/// legal statecalls of a policy such as SSH's change nothing (debug messages, data), so that the
/// plain random walk mostly stands still.
inline Walk restless_walk(const JointGraph& graph, std::size_t length) {
  Random random;
  Walk walk;
  for (std::uint32_t at = 0; walk.size() < length;) {
    const auto& steps = graph.steps[at];
    std::vector<std::uint32_t> targets;
    for (const auto& step : steps) targets.push_back(step.target);
    std::sort(targets.begin(), targets.end());
    targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
    const auto target = targets[random.below(targets.size())];
    std::vector<std::uint16_t> ways;
    for (const auto& step : steps) {
      if (step.target == target) ways.push_back(step.statecall);
    }
    walk.push_back(ways[random.below(ways.size())]);
    at = target;
  }
  return walk;
}

/// A legal way to a joint state, and one from there back to it.
struct RoundTrip {
  Walk way;
  Walk round;
};

/// Cuts a round of at least `least` steps out of a walk that is a good deal longer.
inline RoundTrip cut_round(const JointGraph& graph, const Walk& walk, std::size_t least) {
  std::vector<std::uint32_t> states{0};
  for (const auto s : walk) {
    for (const auto& step : graph.steps[states.back()]) {
      if (step.statecall != s) continue;
      states.push_back(step.target);
      break;
    }
  }
  for (std::size_t from = 0; from < states.size(); ++from) {
    for (auto to = from + least; to < states.size(); ++to) {
      if (states[to] != states[from]) continue;
      const auto at = [&](std::size_t i) { return walk.begin() + static_cast<std::ptrdiff_t>(i); };
      return {Walk(at(0), at(from)), Walk(at(from), at(to))};
    }
  }
  std::fputs("this walk has no long round\n", stderr);
  std::abort();
}

/// A random walk until it meets itself after 6 to 24 steps; from there that round for ever.
inline Walk predictable_walk(const JointGraph& graph, std::size_t length) {
  const auto random = random_walk(graph, length);
  std::vector<std::uint32_t> states{0};
  for (std::size_t i = 0; i < random.size(); ++i) {
    for (std::size_t round = 6; round <= 24 && round <= i; ++round) {
      if (states[i - round] != states[i]) continue;
      Walk walk(random.begin(), random.begin() + static_cast<std::ptrdiff_t>(i));
      while (walk.size() < length) walk.push_back(walk[walk.size() - round]);
      return walk;
    }
    for (const auto& step : graph.steps[states[i]]) {
      if (step.statecall == random[i]) states.push_back(step.target);
    }
  }
  std::fputs("this policy has no short round\n", stderr);
  std::abort();
}

}  // namespace bench
