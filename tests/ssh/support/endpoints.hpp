// A session and a client, joined in memory under a clock that the test moves. Plays the host:
// signs, lets "user" in with the password "secret" and with any key, confirms channels, and keeps
// what it was told.
#pragma once

#include <functional>
#include <vector>

#include "ssh/libcrypto_provider.hpp"
#include "ssh/session.hpp"
#include "support/client.hpp"

namespace ssh::test {

/// The provider's algorithms, an Ed25519 host key.
std::shared_ptr<SessionOptions> session_options();

class Endpoints {
 public:
  explicit Endpoints(ClientOptions client_options = {},
                     std::shared_ptr<SessionOptions> with = session_options(), Tap* tap = nullptr);

  /// Carries bytes both ways until nobody says anything; at most `piece` bytes at a time.
  void run(std::size_t piece = 1U << 20);
  void advance(Time by);

  /// Versions and the first key exchange.
  void exchange();
  /// And the service, and a password.
  void log_in();
  /// And a session channel; its number on either side is 0.
  void open_session();

  /// The payloads that the client has heard since the last call, by number.
  std::vector<std::uint8_t> numbers();

  std::shared_ptr<SessionOptions> options;
  Time now = std::chrono::seconds(1000);
  Session session;
  Client client;

  // What the host was told.
  std::vector<std::string> events;  // by kind
  std::string data, stderr_data;    // of all channels
  std::optional<event::Refused> refused;
  std::optional<event::Closed> closed;
  std::vector<std::string> requests;  // of channels, and global ones
  /// What the host says to authentication; by default as above.
  std::function<AuthAnswer(const event::Authenticate&)> authenticate;
  std::function<void(ChannelId)> on_writable;
  bool confirm_channels = true, grant_requests = true, consume = true;

 private:
  void drain();
  struct Host;
};

}  // namespace ssh::test
