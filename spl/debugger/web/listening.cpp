// Addresses, sockets and tokens.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <system_error>

#include "spl/debug/server.hpp"

namespace spl::debug {
namespace {

constexpr int kBacklog = 64;

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  bool loopback = false;
};

[[noreturn]] void not_an_address(const std::string& text) {
  throw std::invalid_argument(
      fmt::format("'{}' is no ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080", text));
}

Address parse(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) not_an_address(text);
  std::uint16_t port = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, port);
  if (error != std::errc() || stop != end) not_an_address(text);
  auto host = text.substr(0, colon);
  Address out;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    auto& in = reinterpret_cast<sockaddr_in6&>(out.storage);
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(port);
    if (::inet_pton(AF_INET6, host.c_str(), &in.sin6_addr) != 1) not_an_address(text);
    out.size = sizeof in;
    out.loopback = IN6_IS_ADDR_LOOPBACK(&in.sin6_addr) != 0;
  } else {
    auto& in = reinterpret_cast<sockaddr_in&>(out.storage);
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    if (::inet_pton(AF_INET, host.c_str(), &in.sin_addr) != 1) not_an_address(text);
    out.size = sizeof in;
    out.loopback = (ntohl(in.sin_addr.s_addr) >> 24U) == 127;
  }
  return out;
}

/// What the socket got, with its port.
std::string name_of(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
    throw std::system_error(errno, std::generic_category(), "getsockname");
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (storage.ss_family == AF_INET6) {
    const auto& in = reinterpret_cast<const sockaddr_in6&>(storage);
    ::inet_ntop(AF_INET6, &in.sin6_addr, text.data(), text.size());
    return fmt::format("[{}]:{}", text.data(), ntohs(in.sin6_port));
  }
  const auto& in = reinterpret_cast<const sockaddr_in&>(storage);
  ::inet_ntop(AF_INET, &in.sin_addr, text.data(), text.size());
  return fmt::format("{}:{}", text.data(), ntohs(in.sin_port));
}

}  // namespace

std::string make_token() {
  std::array<unsigned char, 24> random{};
  std::size_t have = 0;
  while (have < random.size()) {
    const auto n = ::getrandom(random.data() + have, random.size() - have, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw std::system_error(errno, std::generic_category(), "getrandom");
    have += static_cast<std::size_t>(n);
  }
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  for (std::size_t i = 0; i < random.size(); i += 3) {
    const unsigned bits =
        (unsigned{random[i]} << 16U) | (unsigned{random[i + 1]} << 8U) | unsigned{random[i + 2]};
    for (const unsigned shift : {18U, 12U, 6U, 0U}) out += kLetters[(bits >> shift) & 63U];
  }
  return out;
}

Listening listen_on(const std::string& text, bool any_address) {
  const auto address = parse(text);
  if (!address.loopback && !any_address) {
    throw std::invalid_argument(fmt::format(
        "'{}' can be reached by other machines, and what is shown here is not for them", text));
  }
  const int fd = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "socket");
  const int yes = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  // Accepted sockets inherit this: what nobody acknowledges for half a minute is gone.
  const unsigned milliseconds = 30'000;
  ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0 ||
      ::listen(fd, kBacklog) != 0) {
    const int why = errno;
    ::close(fd);
    throw std::system_error(why, std::generic_category(), fmt::format("cannot listen on {}", text));
  }
  return {fd, name_of(fd)};
}

std::string page_url(const std::string& address, const std::string& token) {
  return fmt::format("http://{}/{}/", address, token);
}

}  // namespace spl::debug
