// The authentication protocol as a server lives it: RFC 4252, RFC 4256. Who somebody is the host
// decides; this class carries questions and answers, and counts. The order of messages is
// auth.spl's affair.
#pragma once

#include <string>

#include "link/context.hpp"

namespace ssh::userauth {

class Userauth {
 public:
  explicit Userauth(Context& context) : context_(context) {}

  void on(const wire::ServiceRequest& message);
  void on(const wire::UserauthRequest& message, ByteView session_id);
  void on(const wire::UserauthInfoResponse& message);

  /// The host's answer. true: somebody is logged in now.
  bool answer(const AuthAnswer& answer);
  void send_banner(std::string_view text);

  bool logged_in() const { return logged_in_; }
  const std::string& user() const { return user_; }

 private:
  void refuse(const AuthFailure& failure);
  void send_failure(const AuthFailure& failure);
  void ask(AuthMethodRequest request);

  Context& context_;
  bool logged_in_ = false;
  bool user_known_ = false;
  std::string user_;
  // Of the request under way, to answer a query by it.
  std::string algorithm_;
  Bytes key_;
  unsigned counted_failures_ = 0;
  unsigned failures_ = 0;
};

}  // namespace ssh::userauth
