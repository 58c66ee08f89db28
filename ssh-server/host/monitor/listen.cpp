// See listen.hpp. accept(2), tcp(7), ipv6(7), unix(7).
#include "monitor/listen.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "ssh/patterns.hpp"

namespace ssh::host::monitor {
namespace {

constexpr int kBacklog = 128;
/// How many are accepted before others have their turn.
constexpr int kTurn = 32;
/// Without descriptors, accepting again at once would only burn the processor.
constexpr Time kPause = std::chrono::milliseconds(200);

struct Wanted {
  std::string key, name, unix_path;
  sockaddr_storage address{};
  socklen_t size = 0;
  std::uint16_t port = 0;
};

std::string host_of(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address.ss_family == AF_INET6) {
    ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr, text,
                sizeof text);
  } else if (address.ss_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(&address)->sin_addr, text,
                sizeof text);
  } else {
    return "UNKNOWN";
  }
  // IPv4 that IPv6 carries is IPv4: files and logs name it so.
  const auto parsed = parse_address(text);
  return parsed ? to_string(*parsed) : text;
}

std::uint16_t port_of(const sockaddr_storage& address) {
  switch (address.ss_family) {
    case AF_INET6:
      return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
    case AF_INET:
      return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
    default:
      return 65535;
  }
}

void resolve(const config::ListenAddress& from, int family, Log& log, std::vector<Wanted>& to) {
  if (!from.unix_path.empty()) {
    Wanted wanted{from.unix_path, from.unix_path, from.unix_path, {}, 0, 0};
    auto& address = reinterpret_cast<sockaddr_un&>(wanted.address);
    if (from.unix_path.size() >= sizeof address.sun_path) {
      log.error("{}: the path is too long for a socket", from.unix_path);
      return;
    }
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, from.unix_path.data(), from.unix_path.size());
    wanted.size = sizeof address;
    to.push_back(std::move(wanted));
    return;
  }
  addrinfo hints{};
  hints.ai_family = family;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const std::string port = std::to_string(from.port.value_or(22));
  const int error =
      ::getaddrinfo(from.host.empty() || from.host == "*" ? nullptr : from.host.c_str(),
                    port.c_str(), &hints, &list);
  if (error != 0) {
    log.error("{}: {}", config::to_string(from), ::gai_strerror(error));
    return;
  }
  for (const addrinfo* at = list; at != nullptr; at = at->ai_next) {
    Wanted wanted;
    std::memcpy(&wanted.address, at->ai_addr, at->ai_addrlen);
    wanted.size = at->ai_addrlen;
    wanted.port = port_of(wanted.address);
    wanted.name = fmt::format("{} port {}", host_of(wanted.address), wanted.port);
    wanted.key = fmt::format("{} {}", wanted.address.ss_family, wanted.name);
    to.push_back(std::move(wanted));
  }
  ::freeaddrinfo(list);
}

/// A path that nobody listens on any more is in the way; one that somebody does is theirs.
void remove_stale_socket(const Wanted& wanted) {
  const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&wanted.address), wanted.size) !=
          0 &&
      errno == ECONNREFUSED) {
    ::unlink(wanted.unix_path.c_str());
  }
}

Result<UniqueFd> listen_on(const Wanted& wanted) {
  UniqueFd socket(
      ::socket(wanted.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) {
    return failure(std::strerror(errno));
  }
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (wanted.address.ss_family == AF_INET6) {
    ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  }
  if (!wanted.unix_path.empty()) {
    remove_stale_socket(wanted);
  }
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&wanted.address), wanted.size) != 0 ||
      ::listen(socket.get(), kBacklog) != 0) {
    return failure(std::strerror(errno));
  }
  return socket;
}

}  // namespace

Listeners::SocketFile::~SocketFile() {
  if (!path_.empty()) {
    ::unlink(path_.c_str());
  }
}

Listeners::Listeners(Context& context, Accepted accepted)
    : context_(context), accepted_(std::move(accepted)) {}

Listeners::~Listeners() {
  close();
}

void Listeners::add(Open open) {
  open_.push_back(std::make_unique<Open>(std::move(open)));
  Open& added = *open_.back();
  added.readable = context_.loop.on_readable(added.socket.get(), [this, &added] { accept(added); });
}

Result<void> Listeners::open(const std::vector<config::ListenAddress>& addresses,
                             config::AddressFamily family) {
  const int af = family == config::AddressFamily::inet    ? AF_INET
                 : family == config::AddressFamily::inet6 ? AF_INET6
                                                          : AF_UNSPEC;
  std::vector<Wanted> wanted;
  for (const auto& address : addresses) {
    resolve(address, af, context_.log, wanted);
  }
  std::erase_if(open_, [&](const auto& open) {
    return std::none_of(wanted.begin(), wanted.end(),
                        [&](const Wanted& w) { return w.key == open->key; });
  });
  std::string last = "no address";
  for (const Wanted& w : wanted) {
    if (std::any_of(open_.begin(), open_.end(), [&](auto& o) { return o->key == w.key; })) {
      continue;
    }
    auto socket = listen_on(w);
    if (!socket) {
      last = socket.error().text;
      context_.log.error("Bind to {} failed: {}.", w.name, last);
      continue;
    }
    context_.log.info("Server listening on {}.", w.name);
    add({w.key, w.name, SocketFile(w.unix_path), w.port, std::move(*socket), nullptr});
  }
  return open_.empty() ? Result<void>(failure(fmt::format("Cannot bind any address ({})", last)))
                       : Result<void>{};
}

void Listeners::adopt(std::vector<UniqueFd> sockets) {
  for (UniqueFd& socket : sockets) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
    ::fcntl(socket.get(), F_SETFL, ::fcntl(socket.get(), F_GETFL) | O_NONBLOCK);
    const std::string name = fmt::format("{} port {}", host_of(address), port_of(address));
    context_.log.info("Server listening on {} (socket activation).", name);
    add({"", name, SocketFile({}), port_of(address), std::move(socket), nullptr});
  }
}

void Listeners::close() {
  paused_.reset();
  open_.clear();
}

void Listeners::pause() {
  for (auto& open : open_) {
    open->readable.reset();
  }
  paused_ = context_.loop.after(kPause, [this] {
    for (auto& open : open_) {
      Open& each = *open;
      each.readable = context_.loop.on_readable(each.socket.get(), [this, &each] { accept(each); });
    }
  });
}

void Listeners::accept(const Open& from) {
  for (int i = 0; i < kTurn; ++i) {
    sockaddr_storage remote{};
    sockaddr_storage local{};
    socklen_t size = sizeof remote;
    UniqueFd socket(::accept4(from.socket.get(), reinterpret_cast<sockaddr*>(&remote), &size,
                              SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        context_.log.error("accept: {}", std::strerror(errno));
        context_.metrics.connection_dropped("no_descriptors");
        pause();
      }
      return;  // nothing there, or whoever it was has gone: the next event will tell
    }
    size = sizeof local;
    ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&local), &size);
    if (remote.ss_family == AF_INET || remote.ss_family == AF_INET6) {
      const int on = 1;
      ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    accepted_(std::move(socket),
              {host_of(remote), host_of(local), port_of(remote), port_of(local)});
  }
}

std::vector<std::string> Listeners::names() const {
  std::vector<std::string> names;
  for (const auto& open : open_) {
    names.push_back(open->name);
  }
  return names;
}

std::vector<std::uint16_t> Listeners::ports() const {
  std::vector<std::uint16_t> ports;
  for (const auto& open : open_) {
    if (open->port != 0 && open->port != 65535) {
      ports.push_back(open->port);
    }
  }
  return ports;
}

}  // namespace ssh::host::monitor
