// The client's side of a test that is driven by statecalls: makes the message that a statecall
// names, and names what the server says. Whatever carries the bytes, in memory or through a socket,
// is its owner's affair.
#pragma once

#include <array>
#include <functional>
#include <string>

#include "support/client.hpp"
#include "support/conversation.hpp"

namespace ssh::test {

/// What the client asks for where a policy does not look.
struct Phrases {
  /// By the numbers of kMethod; empty: there is none.
  std::array<std::string, 4> methods;
  std::string ciphers;
  std::string macs = "hmac-sha2-256";
  std::string user = "user";
  std::string password = "secret";
  std::vector<std::string_view> responses = {"1", "2"};
  /// For publickey: the key, and whether there is a signature by it is not the policy's affair.
  Bytes key = to_bytes(std::string_view("key"));
  /// The key's signature over some data; none: a signature that is no one.
  std::function<Bytes(ByteView)> sign;
  /// Of exec and subsystem, by the option; the last for any that is larger.
  std::vector<std::string> commands = {"x"};
  std::string signal = "TERM";
  /// Where direct-streamlocal@openssh.com goes; empty: direct-tcpip to nowhere.
  std::string direct_path;
};

class Speaker {
 public:
  Speaker(const CryptoProvider& crypto, Phrases phrases);

  /// `meant`: a client that goes on with its part. Otherwise the bytes alone are made.
  void say(Statecall statecall, std::uint8_t option, bool meant);
  /// The bytes for the server; taken.
  Bytes take_output() { return client_.take_output(); }
  /// Bytes of the server's. What they say is announced, unless somebody `overhears` it.
  void hear(ByteView bytes);
  std::function<void(const Bytes&)> overhears;

  Conversation conversation;
  /// Where the server listens for the client (RFC 4254 section 7.1); 0: nowhere yet.
  std::uint16_t forwarded_port = 0;

 private:
  void on(ByteView payload);
  Statecall name_of(ByteView payload) const;
  Statecall reply_name() const;
  void say_kexinit(std::uint8_t option, bool meant);
  void send(Statecall statecall, ChannelId channel, std::uint8_t option);
  bool send_connection(Statecall statecall, ChannelId channel);
  void send_direct(ChannelId channel);
  void send_auth(Statecall statecall);
  Bytes sign_request() const;
  bool send_channel_request(Statecall statecall, ChannelId channel, std::uint8_t option);
  ClientOptions client_options(std::uint8_t option) const;

  Phrases phrases_;
  Client client_;
  Statecall sixty_{};  // what a message 60 of the server's is
};

}  // namespace ssh::test
