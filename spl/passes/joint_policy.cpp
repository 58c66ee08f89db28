// JointPolicy and JointStates: what walks over the joint states of a policy have in common.
#include <algorithm>

#include "spl/joint.hpp"

namespace spl {

JointPolicy::JointPolicy(std::span<const Dfa> dfas, std::uint32_t statecalls)
    : dfas_(dfas), users_(statecalls) {
  for (std::uint32_t a = 0; a < dfas.size(); ++a) {
    for (const auto s : dfas[a].alphabet) users_[index(s)].push_back(a);
  }
}

JointPolicy::Answer JointPolicy::tick(std::span<std::uint32_t> state, StatecallId s) const {
  const auto& users = users_[index(s)];
  if (users.empty()) return Answer::ignored;
  for (const auto a : users) {
    if (!dfas_[a].next(state[a], s)) return Answer::refused;
  }
  for (const auto a : users) state[a] = *dfas_[a].next(state[a], s);
  return Answer::accepted;
}

std::vector<StatecallId> JointPolicy::allowed(State state) const {
  std::vector<StatecallId> result;
  for (std::uint32_t a = 0; a < width(); ++a) {
    for (const auto& t : dfas_[a].states[state[a]].transitions) {
      const auto& users = users_[index(t.statecall)];
      if (users.front() != a) continue;  // looked at for its first automaton
      const bool all = std::ranges::all_of(users, [&](std::uint32_t user) {
        return dfas_[user].next(state[user], t.statecall).has_value();
      });
      if (all) result.push_back(t.statecall);
    }
  }
  std::ranges::sort(result);
  return result;
}

bool JointPolicy::finished(State state) const {
  for (std::uint32_t a = 0; a < width(); ++a) {
    if (!dfas_[a].states[state[a]].finished) return false;
  }
  return true;
}

std::vector<Interpreter::AutomatonRefusal> JointPolicy::refusals(State state, StatecallId s) const {
  std::vector<Interpreter::AutomatonRefusal> result;
  for (const auto a : users_[index(s)]) {
    if (dfas_[a].next(state[a], s)) continue;
    result.push_back(
        {dfas_[a].automaton, dfas_[a].why_refused(state[a], s), dfas_[a].states[state[a]].waiting});
  }
  return result;
}

std::size_t JointStates::Hash::operator()(std::uint32_t id) const {
  std::uint64_t h = 0;
  for (const auto v : (*table)[id]) h = (h ^ v) * 0x9e3779b97f4a7c15U + (h >> 31U);
  return h;
}

bool JointStates::Equal::operator()(std::uint32_t a, std::uint32_t b) const {
  return std::ranges::equal((*table)[a], (*table)[b]);
}

std::pair<std::uint32_t, bool> JointStates::number(JointPolicy::State state) {
  values_.insert(values_.end(), state.begin(), state.end());
  const auto [at, is_new] = ids_.insert(size_);
  if (is_new) {
    ++size_;
  } else {
    values_.resize(values_.size() - width_);
  }
  return {*at, is_new};
}

}  // namespace spl
