// See penalties.hpp.
#include "ssh/penalties.hpp"

#include <algorithm>

#include "ssh/patterns.hpp"

namespace ssh {

Time Penalties::price(Offence offence) const {
  switch (offence) {
    case Offence::crash:
      return settings_.crash;
    case Offence::auth_failure:
      return settings_.auth_failure;
    case Offence::no_auth:
      return settings_.no_auth;
    case Offence::grace_exceeded:
      return settings_.grace_exceeded;
    case Offence::refuse_connection:
      break;
  }
  return settings_.refuse_connection;
}

bool Penalties::exempt(const std::string& address) const {
  if (settings_.exempt.empty()) {
    return false;
  }
  const auto match = match_address_list(address, settings_.exempt);
  return match && *match == ListMatch::positive;
}

void Penalties::expire(Time now) {
  std::erase_if(waits_, [now](const auto& entry) { return entry.second.until <= now; });
}

void Penalties::forget_the_least() {
  const auto least = std::min_element(waits_.begin(), waits_.end(), [](auto& a, auto& b) {
    return a.second.until < b.second.until;
  });
  if (least != waits_.end()) {
    waits_.erase(least);
  }
}

void Penalties::punish(Offence offence, const std::string& address, const std::string& source,
                       Time now) {
  const Time cost = price(offence);
  if (!settings_.enabled || cost <= Time{} || exempt(address)) {
    return;
  }
  auto found = waits_.find(source);
  if (found == waits_.end()) {
    if (waits_.size() >= settings_.max_sources) {
      expire(now);
    }
    if (waits_.size() >= settings_.max_sources) {
      if (settings_.deny_all_on_overflow) {
        return;
      }
      forget_the_least();
    }
    found = waits_.emplace(source, Wait{now, false}).first;
  }
  Wait& wait = found->second;
  if (wait.until <= now) {
    wait = {now, false};
  }
  wait.until = std::min(wait.until + cost, now + settings_.max);
  wait.refused = wait.refused || wait.until - now >= settings_.min;
}

bool Penalties::refused(const std::string& address, const std::string& source, Time now) {
  if (!settings_.enabled || exempt(address)) {
    return false;
  }
  const auto found = waits_.find(source);
  if (found == waits_.end()) {
    if (!settings_.deny_all_on_overflow || waits_.size() < settings_.max_sources) {
      return false;
    }
    expire(now);
    return waits_.size() >= settings_.max_sources;
  }
  if (found->second.until <= now) {
    waits_.erase(found);
    return false;
  }
  return found->second.refused;
}

}  // namespace ssh
