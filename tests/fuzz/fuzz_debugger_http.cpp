// Any bytes as what a client of the debugger's server sends: it gets answers of HTTP or none, the
// connection ends, and the server goes on.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include "fuzz.hpp"
#include "spl/debug/server.hpp"

namespace spl::test {
namespace {

constexpr const char* kToken = "0123456789abcdef";

struct World {
  boost::asio::io_context context;
  debug::Listening listening = debug::listen_on("127.0.0.1:0");
  std::uint64_t commands = 0;
  debug::Server server{context, options(), {{"ping", "{}"}}};

  debug::ServerOptions options() {
    debug::ServerOptions o;
    o.listening = listening.socket;
    o.token = kToken;
    o.any_host = true;  // the port is another one in every run
    o.capabilities = {"step"};
    o.on_command = [this](std::string_view name, std::string_view body) {
      require(name == "step" && body.size() <= 4096, "a command that may not be");
      ++commands;
      return debug::Reply{};
    };
    return o;
  }
};

int connected(const World& world) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons(static_cast<std::uint16_t>(
      std::stoi(world.listening.address.substr(world.listening.address.rfind(':') + 1))));
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  require(::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0, "no connection");
  return fd;
}

/// Sends all of it, and takes what comes back until the server closes the connection.
std::string converse(World& world, std::string_view bytes) {
  const int fd = connected(world);
  std::string answer;
  bool sending = true;
  const auto begin = std::chrono::steady_clock::now();
  while (true) {
    if (sending) {
      const auto n =
          bytes.empty() ? 0 : ::send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
      if (bytes.empty() || (n < 0 && errno != EAGAIN)) {
        ::shutdown(fd, SHUT_WR);
        sending = false;
      }
    }
    world.context.run_for(std::chrono::milliseconds(1));
    char buffer[4096];
    const auto n = ::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN)) break;
    if (n > 0) answer.append(buffer, static_cast<std::size_t>(n));
    require(std::chrono::steady_clock::now() - begin < std::chrono::seconds(60), "it never ends");
  }
  ::close(fd);
  return answer;
}

}  // namespace
}  // namespace spl::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spl::test;
  static World world;
  const auto answer = converse(world, text_of(data, size));
  require(answer.empty() || answer.starts_with("HTTP/1.1 "), "an answer that is none", answer);
  const auto page = converse(
      world, std::string("GET /") + kToken + "/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  require(page.starts_with("HTTP/1.1 200 OK\r\n"), "the server does not go on", page);
  return 0;
}
