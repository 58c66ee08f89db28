// A client of the stream: HTTP by Boost.Beast, events by hand.
#include "spl/debug/client.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <chrono>

namespace spl::debug {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::seconds kFetchTime{10};

/// GET, and the body of the answer piece by piece.
class Getting : public std::enable_shared_from_this<Getting> {
 public:
  struct Taker {
    std::function<bool(std::string_view bytes)> take;  // false: enough
    std::function<void(const std::string& why)> end;   // "": all of it came
  };

  /// Ends with an error after `silence` without a byte.
  Getting(asio::io_context& context, const PageUrl& url, std::string_view path,
          std::chrono::milliseconds silence, Taker taker)
      : socket_(context),
        resolver_(context),
        timer_(context),
        silence_(silence),
        url_(url),
        request_(fmt::format("GET {}{} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", url.base,
                             path, url.authority())),
        taker_(std::move(taker)) {
    parser_.body_limit(boost::none);
  }

  void start() {
    listen();
    resolver_.async_resolve(url_.host, url_.port,
                            [self = shared_from_this()](error_code error, auto found) {
                              if (error) return self->finish(error.message());
                              self->connect(found);
                            });
  }

  void stop() {
    taker_ = {};
    close();
  }

 private:
  /// From now on it may be silent for so long.
  void listen() {
    timer_.expires_after(silence_);
    timer_.async_wait([self = shared_from_this()](error_code error) {
      if (error || !self->taker_.end) return;
      // Something came while this was on its way: this machine slept, not the other one.
      if (self->timer_.expiry() > std::chrono::steady_clock::now()) return;
      self->finish(fmt::format("it has said nothing for {}",
                               self->silence_ < std::chrono::seconds{1}
                                   ? fmt::format("{} ms", self->silence_.count())
                                   : fmt::format("{} s", self->silence_.count() / 1000)));
    });
  }

  void close() {
    error_code ignored;
    timer_.cancel();
    resolver_.cancel();
    socket_.close(ignored);
  }

  void connect(const tcp::resolver::results_type& found) {
    asio::async_connect(socket_, found, [self = shared_from_this()](error_code error, const auto&) {
      if (error) return self->finish(error.message());
      self->ask();
    });
  }

  void ask() {
    asio::async_write(socket_, asio::buffer(request_),
                      [self = shared_from_this()](error_code error, std::size_t) {
                        if (error) return self->finish(error.message());
                        self->read_header();
                      });
  }

  void read_header() {
    http::async_read_header(socket_, buffer_, parser_,
                            [self = shared_from_this()](error_code error, std::size_t) {
                              if (error) return self->finish(error.message());
                              self->on_header();
                            });
  }

  void on_header() {
    const auto status = parser_.get().result_int();
    if (status == 200) {
      read_body();
    } else if (status == 404) {
      finish("there is nothing at that address: the token is wrong or of an earlier run");
    } else {
      finish(fmt::format("the server says {} {}", status,
                         std::string_view(http::obsolete_reason(parser_.get().result()))));
    }
  }

  void read_body() {
    auto& body = parser_.get().body();
    body.data = bytes_.data();
    body.size = bytes_.size();
    http::async_read_some(
        socket_, buffer_, parser_,
        [self = shared_from_this()](error_code error, std::size_t) { self->on_body(error); });
  }

  void on_body(error_code error) {
    if (error == http::error::need_buffer) error = {};
    const auto count = bytes_.size() - parser_.get().body().size;
    if (!taker_.take) return;
    if (count != 0 && !taker_.take({bytes_.data(), count})) return finish("it says too much");
    if (error) return finish(error == http::error::end_of_stream ? "" : error.message());
    if (parser_.is_done()) return finish("");
    if (count != 0) listen();
    read_body();
  }

  void finish(const std::string& why) {
    const auto end = std::exchange(taker_, {}).end;
    close();
    if (end) end(why);
  }

  tcp::socket socket_;
  tcp::resolver resolver_;
  asio::steady_timer timer_;
  std::chrono::milliseconds silence_;
  PageUrl url_;
  std::string request_;
  Taker taker_;
  boost::beast::flat_buffer buffer_{64U << 10U};
  http::response_parser<http::buffer_body> parser_;
  std::array<char, 64U << 10U> bytes_{};
};

/// Text of a stream, in pieces, to events.
class EventReader {
 public:
  /// False: an event is too long.
  bool take(std::string_view bytes, const std::function<void(std::string_view)>& on_event) {
    for (const char c : bytes) {
      if (c == '\r') continue;
      if (c != '\n') {
        line_ += c;
        if (line_.size() + data_.size() > kMaxEvent) return false;
        continue;
      }
      end_of_line(on_event);
    }
    return true;
  }

 private:
  void end_of_line(const std::function<void(std::string_view)>& on_event) {
    constexpr std::string_view kData = "data:";
    if (line_.empty()) {
      if (!data_.empty()) on_event(std::exchange(data_, {}));
    } else if (line_.starts_with(kData)) {
      const auto text = std::string_view(line_).substr(kData.size());
      data_ += data_.empty() ? "" : "\n";
      data_ += text.starts_with(' ') ? text.substr(1) : text;
    }
    line_.clear();
  }

  std::string line_;
  std::string data_;
};

}  // namespace

std::string PageUrl::authority() const {
  return host.find(':') == std::string::npos ? host + ":" + port : "[" + host + "]:" + port;
}

std::variant<PageUrl, std::string> parse_page_url(std::string_view url) {
  const auto wrong = [&] {
    return fmt::format("'{}' is not the address of a debugger's page: http://HOST:PORT/TOKEN/",
                       url.substr(0, 200));
  };
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return wrong();
  auto rest = url.substr(kScheme.size());
  const auto slash = rest.find('/');
  if (slash == rest.npos) return wrong();
  const auto authority = rest.substr(0, slash);
  const auto token = rest.substr(slash + 1, rest.find_first_of("/?#", slash + 1) - slash - 1);
  const auto colon = authority.rfind(':');
  if (colon == authority.npos || token.empty()) return wrong();
  auto host = authority.substr(0, colon);
  const auto port = authority.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto plain = [](std::string_view text, std::string_view more) {
    return !text.empty() &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" +
                                  std::string(more)) == text.npos;
  };
  if (!plain(host, ".:-") || !plain(token, "-_") || port.empty() || port.size() > 5 ||
      port.find_first_not_of("0123456789") != port.npos) {
    return wrong();
  }
  return PageUrl{std::string(host), std::string(port), "/" + std::string(token) + "/"};
}

std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

Fetched fetch(const PageUrl& url, std::string_view path) {
  asio::io_context context;
  Fetched out{false, "it does not answer"};
  std::string body;
  Getting::Taker taker;
  taker.take = [&](std::string_view bytes) {
    body += bytes;
    return body.size() <= kMaxFetched;
  };
  taker.end = [&](const std::string& why) { out = {why.empty(), why.empty() ? body : why}; };
  const auto getting = std::make_shared<Getting>(context, url, path, kFetchTime, std::move(taker));
  getting->start();
  context.run_for(kFetchTime);
  getting->stop();
  return out;
}

class StreamClient::Impl {
 public:
  Impl(asio::io_context& context, const PageUrl& url, std::chrono::milliseconds silence,
       Handlers handlers)
      : handlers_(std::move(handlers)),
        getting_(std::make_shared<Getting>(
            context, url, "api/stream", silence,
            Getting::Taker{
                [this](std::string_view bytes) { return reader_.take(bytes, handlers_.on_event); },
                [this](const std::string& why) {
                  handlers_.on_end(why.empty() ? "the server has ended it" : why);
                }})) {
    getting_->start();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { getting_->stop(); }

 private:
  Handlers handlers_;
  EventReader reader_;
  std::shared_ptr<Getting> getting_;
};

StreamClient::StreamClient(asio::io_context& context, PageUrl url, Handlers handlers,
                           std::chrono::milliseconds silence)
    : impl_(std::make_shared<Impl>(context, url, silence, std::move(handlers))) {}

StreamClient::~StreamClient() = default;

}  // namespace spl::debug
