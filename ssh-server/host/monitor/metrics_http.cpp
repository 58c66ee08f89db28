// The process that serves metrics: HTTP by Boost.Beast, one request after the other, each with a
// time limit. It has no privileges, and nothing of the monitor's but the text.
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <string>

#include "monitor/metrics_process.hpp"
#include "monitor/task.hpp"

namespace ssh::host::monitor {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;

constexpr int kSeconds = 5;

/// Blocking reads and writes, bounded by the socket's own time limits.
class Stream {
 public:
  explicit Stream(UniqueFd socket) : socket_(std::move(socket)) {
    const timeval limit{kSeconds, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }

  template <class Buffers>
  std::size_t read_some(const Buffers& buffers, beast::error_code& ec) {
    for (const boost::asio::mutable_buffer buffer : beast::buffers_range_ref(buffers)) {
      const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (count > 0) {
        ec = {};
        return static_cast<std::size_t>(count);
      }
      break;
    }
    ec = boost::asio::error::eof;
    return 0;
  }
  template <class Buffers>
  std::size_t read_some(const Buffers& buffers) {
    beast::error_code ec;
    return read_some(buffers, ec);
  }

  void send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (count <= 0) {
        return;
      }
      text.remove_prefix(static_cast<std::size_t>(count));
    }
  }

 private:
  UniqueFd socket_;
};

std::string ask(Channel& monitor, bool& gone) {
  send_blocking(monitor, {1});
  auto received = receive_blocking(monitor);
  gone = !received;
  return received ? to_text(received->bytes) : std::string();
}

std::string respond(const http::request<http::empty_body>& request, Channel& monitor, bool& gone) {
  http::response<http::string_body> response{http::status::ok, 11};
  if (request.method() != http::verb::get && request.method() != http::verb::head) {
    response.result(http::status::method_not_allowed);
  } else if (request.target() != "/metrics") {
    response.result(http::status::not_found);
    response.body() = "/metrics\n";
  } else {
    response.set(http::field::content_type, "text/plain; version=0.0.4");
    response.body() = ask(monitor, gone);
  }
  response.set(http::field::connection, "close");
  response.prepare_payload();
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\n", response.result_int(), std::string_view(response.reason()));
  for (const auto& field : response) {
    head += fmt::format("{}: {}\r\n", std::string_view(field.name_string()),
                        std::string_view(field.value()));
  }
  return head + "\r\n" + (request.method() == http::verb::head ? "" : response.body());
}

}  // namespace

int serve_metrics(UniqueFd listening, UniqueFd monitor) {
  Channel channel(std::move(monitor));
  for (bool gone = false; !gone;) {
    // The monitor says nothing but answers: if its end can be read now, it has gone.
    pollfd waiting[] = {{listening.get(), POLLIN, 0}, {channel.fd(), POLLIN, 0}};
    if (::poll(waiting, 2, -1) > 0 && waiting[1].revents != 0) {
      break;
    }
    UniqueFd socket(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket) {
      if (errno != EINTR && errno != ECONNABORTED && errno != EAGAIN) {
        return 1;
      }
      continue;
    }
    Stream stream(std::move(socket));
    beast::flat_static_buffer<8192> buffer;
    http::request_parser<http::empty_body> parser;
    beast::error_code ec;
    http::read_header(stream, buffer, parser, ec);
    if (!ec) {
      stream.send(respond(parser.get(), channel, gone));
    }
  }
  return 0;
}

}  // namespace ssh::host::monitor
