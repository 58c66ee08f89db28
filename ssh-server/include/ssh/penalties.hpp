// PerSourcePenalties of sshd_config(5): addresses that misbehave are refused for a while. Time is
// the caller's.
//
// A penalty adds to what an address still has to wait, up to `max`. Its connections are refused
// once that was `min` or more, and then until it is over. The tables are bounded, as OpenSSH's are.
#pragma once

#include <chrono>
#include <string>
#include <unordered_map>
#include <vector>

#include "ssh/session.hpp"

namespace ssh {

enum class Offence {
  crash,              // the process that spoke with it died
  auth_failure,       // ended after failing to log in
  no_auth,            // ended without trying
  grace_exceeded,     // did not log in in time
  refuse_connection,  // refused by policy
};

struct PenaltySettings {
  bool enabled = true;
  Time crash = std::chrono::seconds(90);
  Time auth_failure = std::chrono::seconds(5);
  Time no_auth = std::chrono::seconds(1);
  Time grace_exceeded = std::chrono::seconds(20);
  Time refuse_connection = std::chrono::seconds(10);
  Time max = std::chrono::seconds(600);
  Time min = std::chrono::seconds(15);
  std::size_t max_sources = 65536;
  /// With a full table: refuse whom it does not know (true), or forget the one who has to wait
  /// least.
  bool deny_all_on_overflow = false;
  /// Networks that are never punished: lists as match_address_list() reads them.
  std::string exempt;
};

class Penalties {
 public:
  void set(PenaltySettings settings) { settings_ = std::move(settings); }
  /// `address`: for the exemptions; `source`: as source_of() gives it.
  void punish(Offence offence, const std::string& address, const std::string& source, Time now);
  bool refused(const std::string& address, const std::string& source, Time now);
  std::size_t sources() const { return waits_.size(); }

 private:
  Time price(Offence offence) const;
  bool exempt(const std::string& address) const;
  void expire(Time now);
  void forget_the_least();

  PenaltySettings settings_;
  struct Wait {
    Time until{};
    bool refused = false;
  };
  std::unordered_map<std::string, Wait> waits_;
};

}  // namespace ssh
