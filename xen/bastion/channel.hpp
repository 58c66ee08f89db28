// What a channel of SSH leads to, seen by its connection: a jump to another host, or a session that
// shows what goes on.
#pragma once

#include <string>

#include "ssh/session.hpp"

namespace bastion {

/// What a channel needs of its connection.
class ChannelHost {
 public:
  virtual ssh::Session& session() = 0;
  /// pump() is to be called soon.
  virtual void wake() = 0;
  /// How much the channel may send now: what its window and the connection's memory allow.
  [[nodiscard]] virtual std::size_t room(ssh::ChannelId channel) const = 0;
  /// Bytes have moved: the connection is not idle.
  virtual void moved() = 0;

 protected:
  ~ChannelHost() = default;
};

class Channel {
 public:
  Channel(ChannelHost& host, ssh::ChannelId id) : host_(host), id_(id) {}
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  virtual ~Channel() = default;

  [[nodiscard]] ssh::ChannelId id() const { return id_; }
  /// From the client. What is dealt with is told to the session: channel_consumed().
  virtual void data(ssh::ByteView bytes) = 0;
  virtual void eof() = 0;
  /// The client has confirmed a channel that we have opened.
  virtual void confirmed() {}
  virtual bool request(const ssh::ChannelRequestKind&) { return false; }
  /// Its opening was refused by us: the session does not know it, and nothing will come of it.
  [[nodiscard]] virtual bool refused() const { return false; }
  /// The session does not know the channel any more. Returns whether there is still something to
  /// be moved by pump(); ask again after it.
  virtual bool let_go() { return false; }
  /// Moves what can be moved; returns whether anything was.
  virtual bool pump() = 0;
  /// Bytes from the client that wait for somebody to take them.
  [[nodiscard]] virtual std::size_t held() const = 0;
  /// One line for the console: "jump to 10.0.0.5:22".
  [[nodiscard]] virtual std::string describe() const = 0;

 protected:
  ChannelHost& host_;

 private:
  ssh::ChannelId id_;
};

}  // namespace bastion
