// Which answer a request gets. No sockets and no HTTP syntax: what a request asks for, taken apart.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "spl/debug/server.hpp"

namespace spl::debug::web {

/// Views into the request; any bytes.
struct Request {
  std::string_view method;
  std::string_view target;
  std::string_view host;
  std::size_t hosts = 0;    // how many Host fields there are
  std::string_view origin;  // empty: none
  std::string_view body;
};

struct Answer {
  unsigned status = 200;
  std::string_view type = "text/plain; charset=utf-8";
  std::shared_ptr<const std::string> owned;  // of `body`, where it does not live as long as the
                                             // server
  std::string_view body;
  std::string_view allow;  // 405: the methods there are
  std::string location;    // 308
  bool stream = false;     // the request is for the stream: no body, join it
};

class Router {
 public:
  /// `port` is the one that requests must name.
  Router(const ServerOptions& options, std::uint16_t port,
         const std::map<std::string, std::string>& descriptions);

  [[nodiscard]] Answer route(const Request& request) const;

 private:
  [[nodiscard]] Answer below_token(const Request& request, std::string_view path) const;
  [[nodiscard]] Answer command(const Request& request, std::string_view name) const;
  [[nodiscard]] bool our_host(std::string_view host) const;
  [[nodiscard]] bool our_origin(std::string_view origin) const;

  const ServerOptions& options_;
  std::uint16_t port_;
  const std::map<std::string, std::string>& descriptions_;
};

/// An answer that says what is wrong, in a line.
[[nodiscard]] Answer plain(unsigned status, std::string text);

}  // namespace spl::debug::web
