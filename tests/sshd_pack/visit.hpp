// One connection to the server: a socket, real cryptography, and a client that goes a way and
// checks that it answers what the model says, no more and no less.
#pragma once

#include <stdexcept>
#include <string>

#include "model.hpp"
#include "support/speaker.hpp"

namespace ssh::test {

/// The server to be visited.
struct Target {
  Server server = Server::daemon;
  std::string host = "127.0.0.1";  // of version 4
  std::uint16_t port = 0;
  Phrases phrases;
};

/// The daemon did something else than it should.
struct Deviation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Visit {
 public:
  /// Connects. Throws std::system_error if that fails.
  explicit Visit(const Target& target);
  ~Visit();
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  /// Goes the way, each turn when the answers to the one before have come. Throws Deviation.
  void go(const Way& way);
  /// Says what is refused; DISCONNECT with the reason and the end of the connection must follow,
  /// and nothing else. Throws Deviation.
  void provoke(Statecall refused);
  /// Ends by the server's hand: after a DISCONNECT from either side. Throws Deviation.
  void expect_end();

  /// Of this end, which the server's log names.
  std::uint16_t port() const { return port_; }
  const Conversation& conversation() const { return speaker_.conversation; }

 private:
  void take(Turn turn);
  void flush();
  /// false: the end.
  bool hear();
  void catch_up();
  [[noreturn]] void deviate(const std::string& what) const;

  const Target& target_;
  int socket_;
  std::vector<int> strangers_;
  std::uint16_t port_ = 0;
  Speaker speaker_;
  Model model_;
};

}  // namespace ssh::test
