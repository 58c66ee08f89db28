// See connectors.hpp.
#include "monitor/connectors.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace ssh::host::monitor {
namespace {

constexpr Time kConnectTime = std::chrono::seconds(60);
constexpr int kOneAddressMilliseconds = 20000;
constexpr int kBacklog = 128;
constexpr std::uint32_t kFirstFreePort = 1024;
/// How often another port is tried if one is taken on some addresses only.
constexpr int kPortsTried = 16;

using config::Forwarding;

bool allows(Forwarding setting, Forwarding direction) {
  return setting == Forwarding::yes || setting == direction;
}

TaskAnswer failed(std::string why) {
  TaskAnswer answer;
  wire::Writer(answer.bytes).string(why);
  return answer;
}

TaskAnswer succeeded(UniqueFd socket, std::uint32_t port = 0, std::string_view path = {}) {
  TaskAnswer answer;
  wire::Writer(answer.bytes).string("").u32(port).string(path);
  answer.descriptors.push_back(std::move(socket));
  return answer;
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Result<Addresses> resolve(const char* host, std::uint32_t port, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int error = ::getaddrinfo(host, std::to_string(port).c_str(), &hints, &list);
  if (error != 0) {
    return failure(::gai_strerror(error));
  }
  return Addresses(list);
}

/// Zero, or an errno.
int connect_one(const UniqueFd& socket, const sockaddr* address, socklen_t size) {
  if (::connect(socket.get(), address, size) == 0) {
    return 0;
  }
  if (errno != EINPROGRESS) {
    return errno;
  }
  pollfd waiting{socket.get(), POLLOUT, 0};
  if (::poll(&waiting, 1, kOneAddressMilliseconds) <= 0) {
    return ETIMEDOUT;
  }
  int error = 0;
  socklen_t length = sizeof error;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &length);
  return error;
}

TaskAnswer connect_tcp(const request::ConnectTcp& to) {
  const auto addresses = resolve(to.host.c_str(), to.port, 0);
  if (!addresses) {
    return failed(addresses.error().text);
  }
  int error = EHOSTUNREACH;
  for (const addrinfo* at = addresses->get(); at != nullptr; at = at->ai_next) {
    UniqueFd socket(::socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) {
      error = errno;
      continue;
    }
    error = connect_one(socket, at->ai_addr, at->ai_addrlen);
    if (error == 0) {
      const int on = 1;
      ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      return succeeded(std::move(socket));
    }
  }
  return failed(std::strerror(error));
}

Result<sockaddr_un> local_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path ||
      path.find('\0') != std::string::npos) {
    return failure("the path is too long, or none");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

TaskAnswer connect_local(const std::string& path) {
  const auto address = local_address(path);
  if (!address) {
    return failed(address.error().text);
  }
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket ||
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    return failed(std::strerror(errno));
  }
  return succeeded(std::move(socket));
}

std::uint32_t bound_port(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return 0;
  }
  return address.ss_family == AF_INET6
             ? ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port)
             : ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

/// Zero, or an errno.
int bind_one(UniqueFd& to, const addrinfo& at) {
  UniqueFd socket(::socket(at.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) {
    return errno;
  }
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (at.ai_family == AF_INET6) {
    ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  }
  if (::bind(socket.get(), at.ai_addr, at.ai_addrlen) != 0 ||
      ::listen(socket.get(), kBacklog) != 0) {
    return errno;
  }
  to = std::move(socket);
  return 0;
}

void set_port(sockaddr* address, std::uint32_t port) {
  const in_port_t value = htons(static_cast<std::uint16_t>(port));
  if (address->sa_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(address)->sin6_port = value;
  } else {
    reinterpret_cast<sockaddr_in*>(address)->sin_port = value;
  }
}

/// This machine has no such family, or no such address (no ::1 where IPv6 is switched off).
bool is_not_here(int error) {
  return error == EAFNOSUPPORT || error == EADDRNOTAVAIL;
}

/// Zero, or an errno. `port` becomes what is bound.
int bind_all(const std::vector<Addresses>& places, std::uint32_t& port,
             std::vector<UniqueFd>& sockets) {
  int last = EADDRNOTAVAIL;
  for (const Addresses& place : places) {
    for (const addrinfo* at = place.get(); at != nullptr; at = at->ai_next) {
      if (sockets.size() == Channel::kMostDescriptors) {
        return 0;
      }
      set_port(at->ai_addr, port);
      UniqueFd socket;
      const int error = bind_one(socket, *at);
      if (error == 0) {
        port = bound_port(socket.get());
        sockets.push_back(std::move(socket));
      } else if (is_not_here(error)) {
        last = error;
      } else {
        return error;
      }
    }
  }
  return sockets.empty() ? last : 0;
}

TaskAnswer listen_tcp(const std::vector<std::string>& addresses, std::uint32_t port) {
  std::vector<Addresses> places;
  std::string why = std::strerror(EADDRNOTAVAIL);
  for (const std::string& address : addresses) {
    if (auto found = resolve(address.c_str(), port, AI_PASSIVE)) {
      places.push_back(std::move(*found));
    } else {
      why = found.error().text;
    }
  }
  if (places.empty()) {
    return failed(why);
  }
  int error = 0;
  for (int i = 0; i < (port == 0 ? kPortsTried : 1); ++i) {
    TaskAnswer answer;
    std::uint32_t bound = port;
    error = bind_all(places, bound, answer.descriptors);
    if (error == 0) {
      wire::Writer(answer.bytes).string("").u32(bound).string("");
      return answer;
    }
    if (error != EADDRINUSE) {
      break;
    }
  }
  return failed(std::strerror(error));
}

TaskAnswer listen_local(const std::string& path, mode_t mask, bool unlink) {
  const auto address = local_address(path);
  if (!address) {
    return failed(address.error().text);
  }
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) {
    return failed(std::strerror(errno));
  }
  if (unlink) {
    ::unlink(path.c_str());
  }
  ::umask(mask);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0 ||
      ::listen(socket.get(), kBacklog) != 0) {
    return failed(std::strerror(errno));
  }
  return succeeded(std::move(socket), 0, path);
}

TaskAnswer make_agent() {
  std::string directory = "/tmp/ssh-XXXXXXXXXX";
  if (::mkdtemp(directory.data()) == nullptr) {  // mode 0700
    return failed(std::strerror(errno));
  }
  auto answer = listen_local(fmt::format("{}/agent.{}", directory, ::getpid()), 0177, false);
  if (answer.descriptors.empty()) {
    ::rmdir(directory.c_str());
  }
  return answer;
}

Task::Job job_as(const Account& account, Time limit, std::function<TaskAnswer()> work) {
  Task::Job job;
  job.as = account;
  job.limit = limit;
  job.work = std::move(work);
  return job;
}

}  // namespace

Result<void> may_connect(const config::ServerOptions& options, const KeyOptions& key,
                         const request::ConnectTcp& to) {
  if (options.disable_forwarding || !key.port_forwarding ||
      !allows(options.allow_tcp_forwarding, Forwarding::local)) {
    return failure("port forwarding is disabled");
  }
  if (to.port == 0 || to.port > 65535 || to.host.find('\0') != std::string::npos) {
    return failure("no such host and port");
  }
  const auto port = static_cast<std::uint16_t>(to.port);
  if (!permits_open(options.permit_open, to.host, port) ||
      !permits_open(key.permit_open, to.host, port)) {
    return failure("administratively prohibited");
  }
  return {};
}

Result<void> may_connect(const config::ServerOptions& options, const KeyOptions& key,
                         const request::ConnectStreamLocal&) {
  // As OpenSSH: where certain ports are permitted, sockets by path are not.
  if (options.disable_forwarding || !key.port_forwarding || key.permit_open ||
      options.permit_open || !allows(options.allow_stream_local_forwarding, Forwarding::local)) {
    return failure("socket forwarding is disabled");
  }
  return {};
}

Result<void> may_listen(const config::ServerOptions& options, const KeyOptions& key,
                        const Account& account, const request::ListenTcp& at) {
  if (options.disable_forwarding || !key.port_forwarding ||
      !allows(options.allow_tcp_forwarding, Forwarding::remote)) {
    return failure("port forwarding is disabled");
  }
  if (at.port > 65535 || at.address.find('\0') != std::string::npos) {
    return failure("no such address and port");
  }
  const auto port = static_cast<std::uint16_t>(at.port);
  if (!permits_listen(options.permit_listen, at.address, port) ||
      !permits_listen(key.permit_listen, at.address, port)) {
    return failure("administratively prohibited");
  }
  if (port != 0 && port < kFirstFreePort && account.uid != 0) {
    return failure("ports below 1024 are for root");
  }
  return {};
}

Result<void> may_listen(const config::ServerOptions& options, const KeyOptions& key,
                        const request::ListenStreamLocal&) {
  if (options.disable_forwarding || !key.port_forwarding || key.permit_listen ||
      options.permit_listen || !allows(options.allow_stream_local_forwarding, Forwarding::remote)) {
    return failure("socket forwarding is disabled");
  }
  return {};
}

Result<void> may_forward_agent(const config::ServerOptions& options, const KeyOptions& key) {
  if (options.disable_forwarding || !options.allow_agent_forwarding || !key.agent_forwarding) {
    return failure("agent forwarding is disabled");
  }
  return {};
}

std::vector<std::string> bind_addresses(config::GatewayPorts gateway, const std::string& asked) {
  // sshd_config(5), GatewayPorts; by numbers, whatever /etc/hosts says.
  const std::vector<std::string> all = {"0.0.0.0", "::"};
  const std::vector<std::string> loopback = {"127.0.0.1", "::1"};
  switch (gateway) {
    case config::GatewayPorts::yes:
      return all;
    case config::GatewayPorts::no:
      if (asked == loopback[0] || asked == loopback[1]) {
        return {asked};
      }
      return loopback;
    case config::GatewayPorts::client_specified:
      break;
  }
  if (asked.empty() || asked == "*") {
    return all;
  }
  return asked == "localhost" ? loopback : std::vector<std::string>{asked};
}

Task::Job connect_job(const Account& account, const request::ConnectTcp& to) {
  return job_as(account, kConnectTime, [to] { return connect_tcp(to); });
}
Task::Job connect_job(const Account& account, const request::ConnectStreamLocal& to) {
  return job_as(account, kConnectTime, [path = to.path] { return connect_local(path); });
}
Task::Job listen_job(const Account& account, std::vector<std::string> addresses,
                     std::uint32_t port) {
  return job_as(account, kConnectTime,
                [addresses = std::move(addresses), port] { return listen_tcp(addresses, port); });
}
Task::Job listen_job(const Account& account, const std::string& path, mode_t mask, bool unlink) {
  return job_as(account, kConnectTime,
                [path, mask, unlink] { return listen_local(path, mask, unlink); });
}
Task::Job agent_job(const Account& account) {
  return job_as(account, kConnectTime, [] { return make_agent(); });
}
Task::Job remove_job(const Account& account, const std::string& path, bool with_directory) {
  return job_as(account, kConnectTime, [path, with_directory] {
    ::unlink(path.c_str());
    if (with_directory) {
      ::rmdir(path.substr(0, path.rfind('/')).c_str());
    }
    return TaskAnswer{};
  });
}

Result<SocketAnswer> decode_sockets(Result<TaskAnswer> answer) {
  if (!answer) {
    return tl::unexpected<Error>(answer.error());
  }
  wire::Reader reader(answer->bytes);
  std::string why(reader.text());
  if (!why.empty()) {
    return failure(std::move(why));
  }
  SocketAnswer socket;
  socket.port = reader.u32();
  socket.path = reader.text();
  if (!reader.done() || answer->descriptors.empty()) {
    return failure("a malformed answer");
  }
  socket.sockets = std::move(answer->descriptors);
  return socket;
}

}  // namespace ssh::host::monitor
