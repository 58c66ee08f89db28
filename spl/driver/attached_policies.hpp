// The policies of a program that splc debug follows, and which of them is meant.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "driver/debug_session.hpp"
#include "spl/debug/client.hpp"
#include "spl/json_value.hpp"

namespace spl::driver {

/// A policy of the other side.
struct AttachedPolicy {
  std::vector<std::string> statecalls;
  bool ours = false;  // the same text: states and verdicts can be compared
  std::vector<bool>
      numbered;         // per automaton: its states are those of a monitor, not as they came up
  bool chosen = false;  // it is followed
};

class AttachedPolicies {
 public:
  /// The session must outlive the object.
  explicit AttachedPolicies(const DebugSession& session) : session_(session) {}

  /// Asks for the descriptions of all policies that a hello names; blocks meanwhile. Why it did not
  /// get them, or "".
  [[nodiscard]] std::string fetch(const debug::PageUrl& url, const JsonValue& hello);
  /// Why none of them is followed, or "".
  [[nodiscard]] std::string unfit() const;
  /// nullptr: there is none, or it is not followed.
  [[nodiscard]] const AttachedPolicy* followed(const std::string& name) const;
  /// More than one is followed.
  [[nodiscard]] bool several() const;

 private:
  void choose();

  const DebugSession& session_;
  std::map<std::string, AttachedPolicy> policies_;
};

}  // namespace spl::driver
