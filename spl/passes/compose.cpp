// compose(): both roles made ready for a model. Each becomes one least DFA; statecalls and messages
// that do the same in every state become one; and the states that each failure speaks of are
// listed.
//
// Merging keeps every failure: two messages with the same arcs at both ends lead from the same
// places to the same places, so a run with one of them is a run with the other.
#include "spl/compose.hpp"

#include <algorithm>
#include <map>

#include "spl/joint.hpp"

namespace spl {
namespace {

using Arcs = std::vector<Composition::Arc>;

/// All automata of a policy as one; nullopt if it has too many states.
std::optional<Dfa> joined(const PolicyView& view, std::uint64_t max_states) {
  const JointPolicy policy(view.dfas, view.vocabulary->size());
  JointStates states(policy.width());
  Dfa out;
  for (std::uint32_t s = 0; s < policy.statecalls(); ++s) {
    if (policy.mentioned(StatecallId{s})) out.alphabet.push_back(StatecallId{s});
  }
  states.number(policy.start());
  for (std::uint32_t id = 0; id < states.size(); ++id) {
    if (states.size() > max_states) return std::nullopt;
    const std::vector<std::uint32_t> here(states[id].begin(), states[id].end());
    auto& state = out.states.emplace_back();
    state.finished = policy.finished(here);
    for (const auto s : policy.allowed(here)) {
      auto next = here;
      policy.tick(next, s);
      state.transitions.push_back({s, states.number(next).first});
    }
  }
  return out;
}

/// The arcs of each statecall, by its id.
std::vector<Arcs> arcs_of(const Dfa& dfa, std::uint32_t statecalls) {
  std::vector<Arcs> result(statecalls);
  for (std::uint32_t s = 0; s < dfa.states.size(); ++s) {
    for (const auto& t : dfa.states[s].transitions) {
      result[index(t.statecall)].push_back({s, t.target});
    }
  }
  return result;
}

/// The states from which steps of the role's own lead to one of `goal`, which it is told.
class OwnSteps {
 public:
  OwnSteps(std::uint32_t states, const std::vector<const Arcs*>& own) : backwards_(states) {
    for (const auto* arcs : own) {
      for (const auto& arc : *arcs) backwards_[arc.to].push_back(arc.from);
    }
  }

  [[nodiscard]] std::vector<bool> leading_to(const std::vector<bool>& goal) const {
    auto reached = goal;
    std::vector<std::uint32_t> work;
    for (std::uint32_t s = 0; s < goal.size(); ++s) {
      if (goal[s]) work.push_back(s);
    }
    while (!work.empty()) {
      const auto s = work.back();
      work.pop_back();
      for (const auto from : backwards_[s]) {
        if (reached[from]) continue;
        reached[from] = true;
        work.push_back(from);
      }
    }
    return reached;
  }

 private:
  std::vector<std::vector<std::uint32_t>> backwards_;
};

class Composer {
 public:
  Composer(const Pairing& pairing, const ComposeOptions& options) : pairing_(pairing) {
    result_.options = options;
  }

  void role(Role role, const PolicyView& view, const Dfa& joint) {
    auto& side = result_.sides[index(role)];
    const auto dfa = minimise(joint, Preserve::language);
    side.states = static_cast<std::uint32_t>(dfa.states.size());
    side.joint_states = static_cast<std::uint32_t>(joint.states.size());
    for (std::uint32_t s = 0; s < dfa.states.size(); ++s) {
      if (!dfa.states[s].finished) continue;
      side.finished.push_back(s);
      if (dfa.states[s].transitions.empty()) side.ended.push_back(s);
    }
    arcs_[index(role)] = arcs_of(dfa, view.vocabulary->size());
  }

  Composition run() {
    for (const auto role : kRoles) {
      locals(role);
      sends(role);
    }
    for (const auto role : kRoles) refusals(role);
    return std::move(result_);
  }

 private:
  void locals(Role role) {
    auto& side = result_.sides[index(role)];
    std::map<Arcs, std::size_t> seen;
    for (const auto s : pairing_.sides[index(role)].local) {
      const auto& arcs = arcs_[index(role)][index(s)];
      if (arcs.empty()) continue;  // never accepted
      const auto [at, is_new] = seen.try_emplace(arcs, side.locals.size());
      if (is_new) side.locals.push_back({{}, arcs});
      side.locals[at->second].alike.push_back(s);
    }
  }

  void sends(Role role) {
    auto& side = result_.sides[index(role)];
    std::map<std::pair<Arcs, Arcs>, std::size_t> seen;
    for (const auto& m : pairing_.sides[index(role)].sends) {
      const auto& sending = arcs_[index(role)][index(m.sent)];
      const auto& receiving = arcs_[index(other(role))][index(m.received)];
      if (sending.empty()) continue;
      const auto [at, is_new] = seen.try_emplace({sending, receiving}, side.sends.size());
      if (is_new) side.sends.push_back({{}, sending, receiving, {}});
      side.sends[at->second].alike.push_back(m);
    }
    for (const auto s : pairing_.sides[index(role)].unmatched) {
      if (!arcs_[index(role)][index(s)].empty()) side.unmatched.push_back(s);
    }
  }

  /// Where `role` has no place for what it is sent.
  void refusals(Role role) {
    const auto& receiver = result_.sides[index(role)];
    std::vector<const Arcs*> own;
    for (const auto& l : receiver.locals) own.push_back(&l.arcs);
    for (const auto& l : receiver.sends) own.push_back(&l.sending);
    const OwnSteps steps(receiver.states, own);
    for (auto& letter : result_.sides[index(other(role))].sends) {
      std::vector<bool> accepts(receiver.states, false);
      for (const auto& arc : letter.receiving) accepts[arc.from] = true;
      if (result_.options.reception == ReceptionRule::later) accepts = steps.leading_to(accepts);
      for (const auto s : receiver.ended) accepts[s] = true;  // what lies there is an orphan
      for (std::uint32_t s = 0; s < receiver.states; ++s) {
        if (!accepts[s]) letter.refused.push_back(s);
      }
    }
  }

  const Pairing& pairing_;
  std::array<std::vector<Arcs>, 2> arcs_;  // by role and statecall
  Composition result_;
};

}  // namespace

std::variant<Composition, Role> compose(const PolicyView& client, const PolicyView& server,
                                        const Pairing& pairing, const ComposeOptions& options) {
  const std::array views = {&client, &server};
  Composer composer(pairing, options);
  for (const auto role : kRoles) {
    const auto joint = joined(*views[index(role)], options.max_states);
    if (!joint) return role;
    composer.role(role, *views[index(role)], *joint);
  }
  return composer.run();
}

}  // namespace spl
