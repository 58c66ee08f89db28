// HTTP by Boost.Beast: requests one after the other, each with a time limit, until one of them is
// for the stream.
#include "web/connection.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <string>
#include <vector>

namespace spl::debug::web {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::uint32_t kMaxHeader = 16U << 10U;
constexpr std::size_t kMaxBody = 4U << 10U;
constexpr std::size_t kBuffer = kMaxHeader + kMaxBody;
constexpr std::size_t kAtOnce = 256U << 10U;  // bytes of the queue in one write
constexpr std::size_t kChatter = 64U << 10U;  // a reader has nothing to say; more ends it
constexpr std::chrono::milliseconds kFarewell{1000};

/// What every answer says: nothing of this is for other sites, for caches or for referrers.
constexpr std::string_view kSecurity =
    "Content-Security-Policy: default-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Cache-Control: no-store\r\n";

std::string status_line(unsigned status) {
  const std::string_view reason = http::obsolete_reason(http::int_to_status(status));
  return fmt::format("HTTP/1.1 {} {}\r\n", status, reason);
}

/// The answer to what is no request.
Answer not_a_request(const error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return plain(431, "The request's header is too long.\n");
  }
  if (error == http::error::body_limit) return plain(413, "The request's body is too long.\n");
  return plain(400, fmt::format("This is no request of HTTP: {}.\n", error.message()));
}

class HttpConnection final : public Connection,
                             public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(tcp::socket socket, Hub& hub, const Limits& limits)
      : Connection(limits),
        socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        buffer_(kBuffer),
        hub_(&hub),
        limits_(limits) {}

  void start() override { read_request(); }

  void wake() override {
    if (streaming_ && !writing_) send_next();
  }

  void finish() override {
    if (!streaming_) {
      close();
      return;
    }
    finishing_ = true;
    wake();
  }

  void close() override {
    error_code ignored;
    timer_.cancel();
    socket_.close(ignored);
    if (auto* hub = std::exchange(hub_, nullptr)) hub->gone(*this);
  }

  void forget_hub() override {
    hub_ = nullptr;
    close();
  }

 private:
  /// Without a hub everything is over.
  [[nodiscard]] bool over() const { return hub_ == nullptr; }

  /// Closes the connection unless there is another limit, or none, before.
  void limit(std::chrono::milliseconds time) {
    timer_.expires_after(time);
    timer_.async_wait([self = shared_from_this()](error_code error) {
      if (!error && self->timer_.expiry() <= asio::steady_timer::clock_type::now()) self->close();
    });
  }

  // ---- requests --------------------------------------------------------------------------------

  void read_request() {
    parser_.emplace();
    parser_->header_limit(kMaxHeader);
    parser_->body_limit(kMaxBody);
    limit(limits_.request);
    http::async_read(
        socket_, buffer_, *parser_,
        [self = shared_from_this()](error_code error, std::size_t) { self->on_request(error); });
  }

  void on_request(const error_code& error) {
    if (over()) return;
    if (error == http::error::end_of_stream || error == asio::error::eof ||
        error == asio::error::connection_reset) {
      close();
    } else if (error) {
      keep_alive_ = false;
      respond(not_a_request(error), false);
    } else {
      take_request(parser_->get());
    }
  }

  void take_request(const http::request<http::string_body>& message) {
    Request request;
    request.method = message.method_string();
    request.target = message.target();
    request.host = message[http::field::host];
    request.hosts = message.count(http::field::host);
    request.origin = message[http::field::origin];
    request.body = message.body();
    keep_alive_ = message.keep_alive();
    const auto answer = hub_->answer(request);
    if (over()) return;  // a command may end the server
    if (!answer.stream) {
      respond(answer, message.method() == http::verb::head);
    } else if (hub_->join(*this)) {
      begin_stream();
    } else {
      respond(plain(503, "There are as many readers as there may be.\n"), false);
    }
  }

  void respond(const Answer& answer, bool head_only) {
    owned_ = answer.owned;
    head_ = status_line(answer.status);
    head_ += kSecurity;
    head_ +=
        fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", answer.type, answer.body.size());
    if (!answer.allow.empty()) head_ += fmt::format("Allow: {}\r\n", answer.allow);
    if (!answer.location.empty()) head_ += fmt::format("Location: {}\r\n", answer.location);
    head_ += keep_alive_ ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
    const auto body = head_only ? std::string_view() : answer.body;
    const std::array<asio::const_buffer, 2> out{asio::buffer(head_), asio::buffer(body)};
    limit(limits_.request);
    asio::async_write(socket_, out, [self = shared_from_this()](error_code error, std::size_t) {
      self->on_response(error);
    });
  }

  void on_response(const error_code& error) {
    if (over()) return;
    if (error) {
      close();
    } else if (keep_alive_) {
      read_request();
    } else {
      say_farewell();
    }
  }

  /// Closing with bytes unread would reset the connection, and the answer might be lost.
  void say_farewell() {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    limit(kFarewell);
    discard();
  }

  void discard() {
    socket_.async_read_some(asio::buffer(unwanted_),
                            [self = shared_from_this()](error_code error, std::size_t count) {
                              if (self->over()) return;
                              self->chatter_ += count;
                              if (error || self->chatter_ > kChatter) {
                                self->close();
                              } else {
                                self->discard();
                              }
                            });
  }

  // ---- the stream ------------------------------------------------------------------------------

  void begin_stream() {
    streaming_ = true;
    parser_.reset();
    head_ = status_line(200);
    head_ += kSecurity;
    head_ += "Content-Type: text/event-stream\r\nConnection: close\r\n\r\nretry: 1000\n\n";
    discard();  // notices that the reader has gone
    send(std::vector<asio::const_buffer>{asio::buffer(head_)});
  }

  void send_next() {
    sending_.clear();
    std::vector<asio::const_buffer> out;
    std::size_t size = 0;
    while (size < kAtOnce) {
      auto chunk = queue().take();
      if (!chunk) break;
      size += chunk->text.size();
      out.push_back(asio::buffer(chunk->text));
      sending_.push_back(std::move(chunk));
    }
    if (!out.empty()) {
      send(out);
    } else if (finishing_) {
      say_farewell();
    } else {
      wait_for_more();
    }
  }

  void send(const std::vector<asio::const_buffer>& out) {
    writing_ = true;
    limit(limits_.stalled);
    asio::async_write(socket_, out, [self = shared_from_this()](error_code error, std::size_t) {
      self->writing_ = false;
      if (self->over()) return;
      if (error) {
        self->close();
      } else {
        self->send_next();
      }
    });
  }

  /// A comment now and then: proxies and half-open connections.
  void wait_for_more() {
    timer_.expires_after(limits_.keep_alive);
    timer_.async_wait([self = shared_from_this()](error_code error) {
      static constexpr std::string_view kComment = ":\n\n";
      if (error || self->over() || self->writing_) return;
      self->send({asio::buffer(kComment)});
    });
  }

  tcp::socket socket_;
  asio::steady_timer timer_;
  boost::beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  Hub* hub_;
  const Limits& limits_;
  bool keep_alive_ = false;
  bool streaming_ = false;
  bool writing_ = false;
  bool finishing_ = false;
  std::string head_;
  std::shared_ptr<const std::string> owned_;
  std::vector<ChunkPtr> sending_;
  std::array<char, 512> unwanted_{};
  std::size_t chatter_ = 0;
};

}  // namespace

std::shared_ptr<Connection> make_connection(tcp::socket socket, Hub& hub, const Limits& limits) {
  return std::make_shared<HttpConnection>(std::move(socket), hub, limits);
}

}  // namespace spl::debug::web
