// A server in a thread of its own, and a client that sends and receives bytes as they are.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "spl/debug/server.hpp"

namespace spl::debug::test {

inline constexpr const char* kToken = "0123456789abcdef0123";
inline constexpr const char* kDescription = R"({"format":1,"policy":"ping"})";

class RunningServer {
 public:
  explicit RunningServer(ServerOptions options = {});
  ~RunningServer();

  /// Calls `what` where the server lives, and waits for it.
  template <class What>
  auto call(What what) {
    std::packaged_task<decltype(what(*server_))()> task([&] { return what(*server_); });
    auto result = task.get_future();
    boost::asio::post(context_, [&task] { task(); });
    return result.get();
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  /// "/TOKEN/" and what follows.
  [[nodiscard]] static std::string path(std::string_view rest) {
    return std::string("/") + kToken + "/" + std::string(rest);
  }

 private:
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::unique_ptr<Server> server_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

/// Blocking; a receive that takes 30 seconds gives up.
class Client {
 public:
  /// `receive_buffer`: of the socket, if not 0; what a slow reader has.
  explicit Client(std::uint16_t port, int receive_buffer = 0);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  void send(std::string_view bytes) const;
  void end_of_sending() const;
  /// Until the text received so far has `end` in it, or the other end closes.
  std::string receive_until(std::string_view end);
  /// The next event of a stream: what follows "data: ". Empty at the end.
  std::string event();
  /// All up to the other end's close.
  std::string receive_all();
  [[nodiscard]] bool closed() const { return closed_; }

 private:
  bool receive_some();

  int socket_;
  std::string received_;
  bool closed_ = false;
};

struct Response {
  int status = 0;
  std::string head;
  std::string body;

  /// The value of a field; empty if there is none.
  [[nodiscard]] std::string field(std::string_view name) const;
};
/// One request on a connection of its own ("Connection: close" is added). `fields`: lines with
/// their ends; without a Host among them, the right one is added.
Response request(const RunningServer& server, std::string_view method, std::string_view path,
                 std::string_view fields = {}, std::string_view body = {});
[[nodiscard]] Response parse_response(const std::string& text);

/// Asks for the stream and reads its header.
void open_stream(Client& client, const RunningServer& server);

/// A subject of the policy "ping" with one automaton.
[[nodiscard]] Subject subject(std::uint64_t id);
[[nodiscard]] Step step(std::uint64_t subject, std::uint64_t number);

}  // namespace spl::debug::test
