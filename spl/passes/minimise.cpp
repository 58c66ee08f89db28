// Minimisation of DFAs, by partition refinement from what must stay apart.
#include <algorithm>
#include <map>
#include <tuple>

#include "passes/partition.hpp"
#include "spl/dfa.hpp"

namespace spl {
namespace {

/// Start classes: states that differ here are never merged.
std::vector<std::uint32_t> distinguish(const Dfa& dfa, Preserve preserve) {
  using Key =
      std::tuple<bool, std::vector<NodeId>, std::vector<RefusedMove>, std::optional<Refusal>>;
  std::map<Key, std::uint32_t> numbers;
  std::vector<std::uint32_t> classes;
  for (const auto& state : dfa.states) {
    Key key{state.finished, {}, {}, {}};
    if (preserve == Preserve::wait_points) {
      key = {state.finished, state.waiting, state.refused, state.dead};
    }
    const auto next = static_cast<std::uint32_t>(numbers.size());
    classes.push_back(numbers.emplace(std::move(key), next).first->second);
  }
  return classes;
}

/// Numbers classes breadth first from the initial state's, following statecalls in order.
std::vector<std::uint32_t> breadth_first(const Dfa& dfa, const std::vector<std::uint32_t>& classes,
                                         std::vector<std::uint32_t>& representatives) {
  constexpr auto kNone = 0xffffffffU;
  std::vector<std::uint32_t> numbers(dfa.states.size(), kNone);  // by class
  const auto reach = [&](std::uint32_t state) {
    auto& number = numbers[classes[state]];
    if (number != kNone) return;
    number = static_cast<std::uint32_t>(representatives.size());
    representatives.push_back(state);
  };
  reach(0);
  for (std::size_t i = 0; i < representatives.size(); ++i) {
    for (const auto& t : dfa.states[representatives[i]].transitions) reach(t.target);
  }
  return numbers;
}

}  // namespace

Dfa minimise(const Dfa& dfa, Preserve preserve) {
  std::vector<LabelledEdge> edges;
  for (std::uint32_t i = 0; i < dfa.states.size(); ++i) {
    for (const auto& t : dfa.states[i].transitions)
      edges.push_back({i, index(t.statecall), t.target});
  }
  const auto classes = refine(distinguish(dfa, preserve), std::move(edges), true);
  std::vector<std::uint32_t> representatives;
  const auto numbers = breadth_first(dfa, classes, representatives);

  Dfa out;
  out.automaton = dfa.automaton;
  out.alphabet = dfa.alphabet;
  for (const auto state : representatives) {
    out.states.push_back(dfa.states[state]);
    for (auto& t : out.states.back().transitions) t.target = numbers[classes[t.target]];
  }
  if (preserve == Preserve::wait_points) return out;
  // Merged states wait where any of them waited.
  std::vector<std::vector<NodeId>> waiting(out.states.size());
  for (std::size_t i = 0; i < dfa.states.size(); ++i) {
    auto& all = waiting[numbers[classes[i]]];
    all.insert(all.end(), dfa.states[i].waiting.begin(), dfa.states[i].waiting.end());
  }
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    std::sort(waiting[i].begin(), waiting[i].end());
    waiting[i].erase(std::unique(waiting[i].begin(), waiting[i].end()), waiting[i].end());
    out.states[i].waiting = std::move(waiting[i]);
  }
  return out;
}

}  // namespace spl
