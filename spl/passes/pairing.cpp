// pair_statecalls(): which statecalls of two policies are the two ends of one message.
#include <algorithm>
#include <set>
#include <string_view>

#include "spl/compose.hpp"
#include "spl/joint.hpp"

namespace spl {
namespace {

constexpr std::string_view kSends = "Transmit_";
constexpr std::string_view kReceives = "Receive_";

class Pairer {
 public:
  Pairer(const PolicyView& client, const PolicyView& server, const ComposeMap& map)
      : views_{&client, &server}, map_(map) {
    for (const auto role : kRoles) {
      const auto& view = *views_[index(role)];
      const JointPolicy joint(view.dfas, view.vocabulary->size());
      auto& mentioned = mentioned_[index(role)];
      for (std::uint32_t s = 0; s < view.vocabulary->size(); ++s) {
        mentioned.push_back(joint.mentioned(StatecallId{s}));
      }
      for (const auto& [sent, received] : map.sides[index(role)]) {
        arrivals_[index(other(role))].insert(received.begin(), received.end());
      }
    }
  }

  Pairing run() {
    for (const auto role : kRoles) {
      for (std::uint32_t s = 0; s < mentioned_[index(role)].size(); ++s) {
        if (mentioned_[index(role)][s]) send_or_local(role, StatecallId{s});
      }
    }
    for (const auto role : kRoles) receptions(role);
    for (auto& side : result_.sides) std::ranges::sort(side.sends);
    return std::move(result_);
  }

 private:
  [[nodiscard]] const std::string& name(Role role, StatecallId s) const {
    return views_[index(role)]->vocabulary->name(s);
  }

  /// The statecall of `role` that announces the arrival of `sent` by name.
  [[nodiscard]] std::optional<StatecallId> arrival(Role role, std::string_view sent) const {
    const auto wanted = std::string(kReceives) + std::string(sent.substr(kSends.size()));
    const auto found = views_[index(role)]->vocabulary->find(wanted);
    if (!found || !mentioned_[index(role)][index(*found)]) return std::nullopt;
    // The map has made something else of it.
    if (map_.sides[index(role)].contains(*found)) return std::nullopt;
    return found;
  }

  void send_or_local(Role role, StatecallId s) {
    auto& side = result_.sides[index(role)];
    const auto mapped = map_.sides[index(role)].find(s);
    if (mapped != map_.sides[index(role)].end()) {
      for (const auto received : mapped->second) {
        if (mentioned_[index(other(role))][index(received)]) {
          side.sends.push_back({s, received});
        } else if (side.unmatched.empty() || side.unmatched.back() != s) {
          side.unmatched.push_back(s);
        }
      }
      if (mapped->second.empty()) side.local.push_back(s);
      return;
    }
    if (arrivals_[index(role)].contains(s)) return;
    const auto& own = name(role, s);
    if (own.starts_with(kSends)) {
      if (const auto received = arrival(other(role), own)) {
        side.sends.push_back({s, *received});
      } else {
        side.unmatched.push_back(s);
      }
    } else if (!own.starts_with(kReceives)) {
      side.local.push_back(s);
    }
  }

  /// Receptions for which nothing is ever sent.
  void receptions(Role role) {
    std::set<StatecallId> sent;
    for (const auto& m : result_.sides[index(other(role))].sends) sent.insert(m.received);
    for (std::uint32_t i = 0; i < mentioned_[index(role)].size(); ++i) {
      const StatecallId s{i};
      if (!mentioned_[index(role)][i] || map_.sides[index(role)].contains(s)) continue;
      const bool receives =
          name(role, s).starts_with(kReceives) || arrivals_[index(role)].contains(s);
      if (receives && !sent.contains(s)) result_.sides[index(role)].unsent.push_back(s);
    }
  }

  std::array<const PolicyView*, 2> views_;
  const ComposeMap& map_;
  std::array<std::vector<bool>, 2> mentioned_;
  std::array<std::set<StatecallId>, 2> arrivals_;  // receptions that the map names
  Pairing result_;
};

}  // namespace

const char* to_string(Role role) {
  return role == Role::client ? "client" : "server";
}

const char* to_string(ComposeFailure failure) {
  switch (failure) {
    case ComposeFailure::deadlock:
      return "deadlock";
    case ComposeFailure::reception:
      return "reception";
    case ComposeFailure::orphan:
      return "orphan";
    case ComposeFailure::overflow:
      return "overflow";
  }
  return "deadlock";
}

Pairing pair_statecalls(const PolicyView& client, const PolicyView& server, const ComposeMap& map) {
  return Pairer(client, server, map).run();
}

}  // namespace spl
