// Sets of possibilities; see the header. Every set is closed: what may happen unseen has been
// followed, once, before the set gets its number.
#include "capture/possible_states.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace spl::capture {
namespace {

constexpr std::size_t kMaxSets = 200'000;
constexpr std::size_t kMaxMembers = 20'000;
constexpr std::uint32_t kRefused = 0xffffffffU;

constexpr std::uint32_t key_of(const Event& e) {
  return static_cast<std::uint32_t>(e.kind) << 16U | std::uint32_t{e.offers} << 8U | e.statecall;
}

}  // namespace

PossibleStates::PossibleStates(const Program& program, std::span<const Dfa> dfas, Names statecalls,
                               Names silent, Names offers)
    : program_(program),
      dfas_(dfas),
      statecalls_(std::move(statecalls)),
      silent_(std::move(silent)),
      offers_(std::move(offers)) {}

std::uint32_t PossibleStates::intern_joint(const std::vector<std::uint32_t>& states) {
  const auto [at, fresh] =
      joint_ids_.try_emplace(states, static_cast<std::uint32_t>(joints_.size()));
  if (fresh) joints_.push_back(states);
  return at->second;
}

SetId PossibleStates::intern(Set set) {
  if (set.members.size() > kMaxMembers || sets_.size() >= kMaxSets) {
    too_large_ = true;
    return SetId{0};
  }
  const auto [at, fresh] = set_ids_.try_emplace(set, static_cast<std::uint32_t>(sets_.size()));
  if (fresh) {
    sets_.push_back(std::move(set));
    moves_.emplace_back();
  }
  return SetId{at->second};
}

std::optional<std::uint32_t> PossibleStates::tick(std::uint32_t joint, StatecallId statecall) {
  auto next = joints_[joint];
  for (const auto id : program_.mentioned_by[index(statecall)]) {
    const auto target = dfas_[index(id)].next(next[index(id)], statecall);
    if (!target) return std::nullopt;
    next[index(id)] = *target;
  }
  return intern_joint(next);
}

bool PossibleStates::finished(std::uint32_t joint) const {
  const auto& states = joints_[joint];
  for (std::size_t a = 0; a < dfas_.size(); ++a) {
    if (!dfas_[a].states[states[a]].finished) return false;
  }
  return true;
}

void PossibleStates::close(Set& set) {
  std::set<Possibility> seen(set.members.begin(), set.members.end());
  std::vector<Possibility> todo(seen.begin(), seen.end());
  const auto reach = [&](std::uint32_t joint, Offers taken) {
    const Possibility next{joint, taken};
    if (seen.insert(next).second) todo.push_back(next);
  };
  while (!todo.empty() && seen.size() <= kMaxMembers) {
    const auto now = todo.back();
    todo.pop_back();
    for (const auto& s : silent_) {
      if (!s) continue;
      if (const auto joint = tick(now.joint, *s)) reach(*joint, now.taken);
    }
    for (std::size_t i = 0; i < offers_.size(); ++i) {
      const auto bit = static_cast<Offers>(1U << i);
      if ((set.offered & bit) == 0 || (now.taken & bit) != 0) continue;
      // What the policy does not mention is taken without effect.
      const auto joint = offers_[i] ? tick(now.joint, *offers_[i]) : std::optional(now.joint);
      if (joint) reach(*joint, static_cast<Offers>(now.taken | bit));
    }
  }
  set.members.assign(seen.begin(), seen.end());
}

SetId PossibleStates::start() {
  Set set;
  set.members.push_back({intern_joint(std::vector<std::uint32_t>(dfas_.size(), 0)), 0});
  close(set);
  return intern(std::move(set));
}

SetId PossibleStates::anywhere() {
  std::set<std::uint32_t> seen{intern_joint(std::vector<std::uint32_t>(dfas_.size(), 0))};
  std::vector<std::uint32_t> todo(seen.begin(), seen.end());
  while (!todo.empty() && seen.size() <= kMaxMembers) {
    const auto now = todo.back();
    todo.pop_back();
    for (std::uint32_t s = 0; s < program_.vocabulary.size(); ++s) {
      if (program_.mentioned_by[s].empty()) continue;
      const auto next = tick(now, StatecallId{s});
      if (next && seen.insert(*next).second) todo.push_back(*next);
    }
  }
  // What was offered before is not known. Offers made from now on have not been taken.
  Set set;
  for (const auto joint : seen) set.members.push_back({joint, 0});
  return intern(std::move(set));
}

std::optional<SetId> PossibleStates::after(SetId from, Event event) {
  const auto key = key_of(event);
  auto& known = moves_[static_cast<std::uint32_t>(from)];
  for (const auto& [e, next] : known) {
    if (e != key) continue;
    return next == kRefused ? std::nullopt : std::optional(SetId{next});
  }
  const auto before = sets_[static_cast<std::uint32_t>(from)];  // a copy: sets_ grows
  const auto result = compute(before, event);
  const auto number = result ? static_cast<std::uint32_t>(*result) : kRefused;
  moves_[static_cast<std::uint32_t>(from)].emplace_back(key, number);
  return result;
}

std::optional<SetId> PossibleStates::compute(const Set& from, const Event& event) {
  Set set{from.offered, {}};
  if (event.kind == Event::Kind::offer) {
    set = from;
    set.offered |= event.offers;
    close(set);
    return intern(std::move(set));
  }
  if (event.kind == Event::Kind::taken) {
    for (const auto& p : from.members) {
      if ((p.taken & event.offers) != 0) set.members.push_back(p);
    }
    if (set.members.empty()) return std::nullopt;
    return intern(std::move(set));  // closed: nothing new may happen
  }
  const auto statecall = statecalls_[event.statecall];
  if (!statecall) return intern(from);
  if (event.kind == Event::Kind::arrives || event.kind == Event::Kind::arrives_after) {
    return arrive(from, event, *statecall);
  }
  const bool maybe = event.kind == Event::Kind::maybe;
  if (maybe) set.members = from.members;
  for (const auto& p : from.members) {
    if (const auto joint = tick(p.joint, *statecall)) set.members.push_back({*joint, p.taken});
    if (event.kind == Event::Kind::unless_over && finished(p.joint)) set.members.push_back(p);
  }
  if (set.members.empty()) return std::nullopt;
  close(set);
  return intern(std::move(set));
}

/// What was sent to this end may have been lost, so all that was possible stays so. But it must be
/// something that the end could have taken.
std::optional<SetId> PossibleStates::arrive(Set set, const Event& event, StatecallId statecall) {
  bool possible = false;
  for (std::size_t i = 0, size = set.members.size(); i < size; ++i) {
    const auto p = set.members[i];
    if (finished(p.joint)) possible = true;
    if (event.kind == Event::Kind::arrives_after && (p.taken & event.offers) == 0) continue;
    const auto joint = tick(p.joint, statecall);
    if (!joint) continue;
    possible = true;
    set.members.push_back({*joint, p.taken});
  }
  if (!possible) return std::nullopt;
  close(set);
  return intern(std::move(set));
}

std::vector<Interpreter::AutomatonRefusal> PossibleStates::why(SetId set,
                                                               StatecallId statecall) const {
  std::vector<Interpreter::AutomatonRefusal> refusals;
  for (const auto id : program_.mentioned_by[index(statecall)]) {
    const auto& dfa = dfas_[index(id)];
    std::set<NodeId> waiting;
    std::optional<Refusal> refusal;
    for (const auto& p : sets_[static_cast<std::uint32_t>(set)].members) {
      const auto state = joints_[p.joint][index(id)];
      if (dfa.next(state, statecall)) continue;
      if (!refusal) refusal = dfa.why_refused(state, statecall);
      waiting.insert(dfa.states[state].waiting.begin(), dfa.states[state].waiting.end());
    }
    if (refusal) refusals.push_back({id, *refusal, {waiting.begin(), waiting.end()}});
  }
  return refusals;
}

std::vector<StatecallId> PossibleStates::expected(SetId set) const {
  std::vector<StatecallId> result;
  for (std::uint32_t s = 0; s < program_.vocabulary.size(); ++s) {
    const auto& ticking = program_.mentioned_by[s];
    const auto accepts = [&](const Possibility& p) {
      return std::ranges::all_of(ticking, [&](AutomatonId a) {
        return dfas_[index(a)].next(joints_[p.joint][index(a)], StatecallId{s}).has_value();
      });
    };
    const auto& members = sets_[static_cast<std::uint32_t>(set)].members;
    if (!ticking.empty() && std::ranges::any_of(members, accepts)) result.push_back(StatecallId{s});
  }
  return result;
}

bool PossibleStates::may_be_over(SetId set) const {
  return std::ranges::any_of(sets_[static_cast<std::uint32_t>(set)].members,
                             [&](const Possibility& p) { return finished(p.joint); });
}

}  // namespace spl::capture
