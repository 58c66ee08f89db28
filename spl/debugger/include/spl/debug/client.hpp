// The other end of spl/debug/server.hpp: a program that follows a server's stream.
//
// What comes from the other end is not trusted: it is bounded, and handed on as it is. As with the
// server, everything happens on the thread of the io_context.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace boost::asio {
class io_context;
}

namespace spl::debug {

/// The address of a server's page, taken apart.
struct PageUrl {
  std::string host;  // "127.0.0.1", "::1", "localhost"
  std::string port;
  std::string base;  // "/TOKEN/"

  /// The value of the Host field.
  [[nodiscard]] std::string authority() const;
};
/// "http://HOST:PORT/TOKEN/", with or without the last "/"; what comes after it is left away. A
/// string: what is wrong with it.
[[nodiscard]] std::variant<PageUrl, std::string> parse_page_url(std::string_view url);

inline constexpr std::size_t kMaxFetched = 64U << 20U;
inline constexpr std::size_t kMaxEvent = 16U << 20U;
inline constexpr std::chrono::seconds kSilence{45};  // three comments of a server that were due

struct Fetched {
  bool ok = false;
  std::string body;  // or, in a line, why there is none
};
/// GET of something below the page ("api/policy/ssh"). Blocks for at most ten seconds.
[[nodiscard]] Fetched fetch(const PageUrl& url, std::string_view path);

/// "a b" -> "a%20b": a name as a segment of a path.
[[nodiscard]] std::string escaped(std::string_view name);

class StreamClient {
 public:
  struct Handlers {
    std::function<void(std::string_view json)> on_event;
    /// The stream has ended, or could not be had: why, in a line. Once, and nothing comes after it.
    std::function<void(const std::string& why)> on_end;
  };
  /// Begins when the io_context runs. A stream that brings nothing for `silence`, not even the
  /// comments that a server sends (Limits::keep_alive), has ended: whoever sends it hangs, or is
  /// gone.
  StreamClient(boost::asio::io_context& context, PageUrl url, Handlers handlers,
               std::chrono::milliseconds silence = kSilence);
  StreamClient(const StreamClient&) = delete;
  StreamClient& operator=(const StreamClient&) = delete;
  /// Closes the connection; no handler is called any more.
  ~StreamClient();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace spl::debug
