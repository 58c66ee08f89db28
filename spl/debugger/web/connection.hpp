// One connection of HTTP, and what it asks of the server. Beast stays behind it.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "spl/debug/server.hpp"
#include "web/reader_queue.hpp"
#include "web/router.hpp"

namespace spl::debug::web {

class Connection;

/// The server, as a connection sees it.
class Hub {
 public:
  Hub() = default;
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  virtual Answer answer(const Request& request) = 0;
  /// The connection is to be a reader; its queue gets what there is. False: there are too many.
  virtual bool join(Connection& connection) = 0;
  /// The connection has ended, reader or not. It is not used any more afterwards.
  virtual void gone(Connection& connection) = 0;

 protected:
  ~Hub() = default;
};

class Connection {
 public:
  explicit Connection(const Limits& limits) : queue_(limits.queue_bytes) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  virtual void start() = 0;
  /// A reader's queue has something new.
  virtual void wake() = 0;
  /// Sends what the queue has, then ends the stream.
  virtual void finish() = 0;
  /// At once; the hub hears of it by gone(), if it still exists.
  virtual void close() = 0;
  /// The hub ends: it is not called any more.
  virtual void forget_hub() = 0;

  [[nodiscard]] ReaderQueue& queue() { return queue_; }

 private:
  ReaderQueue queue_;
};

/// `limits` must outlive the connection's hub.
[[nodiscard]] std::shared_ptr<Connection> make_connection(boost::asio::ip::tcp::socket socket,
                                                          Hub& hub, const Limits& limits);

}  // namespace spl::debug::web
