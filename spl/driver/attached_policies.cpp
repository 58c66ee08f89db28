// Which of their policies is meant: the one of this text, else of this name, else all that have
// statecalls in common.
#include "driver/attached_policies.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "driver/attached_json.hpp"
#include "driver/explain.hpp"

namespace spl::driver {
namespace {

constexpr std::size_t kMaxPolicies = 64;  // each is asked for, and nothing else happens meanwhile

/// Files beside the policy have the same names and texts at both ends.
bool same_text(const JsonValue& description, const SourceMap& sources) {
  const auto* files = json_at(description, "files").array();
  if (files == nullptr || files->size() != sources.size()) return false;
  for (std::uint32_t f = 0; f < sources.size(); ++f) {
    const auto* theirs = json_at((*files)[f], "text").string();
    if (theirs == nullptr || *theirs != sources.text(FileId{f})) return false;
  }
  return true;
}

std::vector<bool> numbered_automata(const JsonValue& description) {
  std::vector<bool> numbered;
  if (const auto* automata = json_at(description, "automata").array()) {
    for (const auto& automaton : *automata) {
      numbered.push_back(json_at(automaton, "situations").array() != nullptr);
    }
  }
  return numbered;
}

}  // namespace

std::string AttachedPolicies::fetch(const debug::PageUrl& url, const JsonValue& hello) {
  policies_.clear();
  const auto names = json_strings(json_at(hello, "policies"));
  if (names.size() > kMaxPolicies) {
    return fmt::format("it has more than {} policies", kMaxPolicies);
  }
  std::map<std::string, AttachedPolicy> fetched_policies;
  for (const auto& name : names) {
    const auto fetched = debug::fetch(url, "api/policy/" + debug::escaped(name));
    std::string why = fetched.body;
    const auto json = fetched.ok ? read_json(fetched.body, why) : std::nullopt;
    if (!json) {
      return fmt::format("the description of its policy '{}': {}", printable(name),
                         printable(why, 200));
    }
    auto& policy = fetched_policies[name];
    policy.statecalls = json_strings(json_at(*json, "statecalls"));
    policy.ours = same_text(*json, session_.compilation().sources);
    policy.numbered = numbered_automata(*json);
  }
  policies_ = std::move(fetched_policies);
  choose();
  return {};
}

void AttachedPolicies::choose() {
  bool any = false;
  for (auto& [name, policy] : policies_) any = (policy.chosen = policy.ours) || any;
  if (any) return;
  if (const auto same = policies_.find(session_.policy()); same != policies_.end()) {
    same->second.chosen = true;
    return;
  }
  const auto& vocabulary = session_.compilation().program->vocabulary;
  for (auto& [name, policy] : policies_) {
    policy.chosen = std::ranges::any_of(policy.statecalls, [&](const auto& statecall) {
      return vocabulary.find(statecall).has_value();
    });
  }
}

std::string AttachedPolicies::unfit() const {
  std::string names;
  for (const auto& [name, policy] : policies_) {
    if (policy.chosen) return {};
    names += (names.empty() ? "" : ", ") + printable(name);
  }
  return fmt::format("none of its policies ({}) has a statecall of {}", names,
                     session_.compilation().path);
}

const AttachedPolicy* AttachedPolicies::followed(const std::string& name) const {
  const auto found = policies_.find(name);
  return found == policies_.end() || !found->second.chosen ? nullptr : &found->second;
}

bool AttachedPolicies::several() const {
  return std::ranges::count_if(policies_, [](const auto& p) { return p.second.chosen; }) > 1;
}

}  // namespace spl::driver
