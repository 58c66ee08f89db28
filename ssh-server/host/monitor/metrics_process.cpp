// See metrics_process.hpp: the monitor's side. The other one is metrics_http.cpp.
#include "monitor/metrics_process.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "ssh/patterns.hpp"

namespace ssh::host::monitor {
namespace {

Result<UniqueFd> listen_at(const config::ListenAddress& address) {
  sockaddr_storage storage{};
  socklen_t size = 0;
  if (!address.unix_path.empty()) {
    auto& local = reinterpret_cast<sockaddr_un&>(storage);
    if (address.unix_path.size() >= sizeof local.sun_path) {
      return failure("the path is too long for a socket");
    }
    local.sun_family = AF_UNIX;
    std::memcpy(local.sun_path, address.unix_path.data(), address.unix_path.size());
    size = sizeof local;
    ::unlink(address.unix_path.c_str());
  } else if (const auto parsed = parse_address(address.host); parsed && parsed->v6) {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address.port.value_or(9022));
    std::memcpy(&v6.sin6_addr, parsed->bytes.data(), 16);
    size = sizeof v6;
  } else if (parsed) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port.value_or(9022));
    std::memcpy(&v4.sin_addr, parsed->bytes.data(), 4);
    size = sizeof v4;
  } else {
    return failure("not an address");
  }
  UniqueFd socket(::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (!socket || ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&storage), size) != 0 ||
      ::listen(socket.get(), 16) != 0) {
    return failure(std::strerror(errno));
  }
  return socket;
}

}  // namespace

Result<void> MetricsProcess::start(std::optional<MetricsProcess>& to, Context& context,
                                   const config::ListenAddress& address, std::optional<Account> as,
                                   std::function<std::string()> text) {
  auto listening = listen_at(address);
  if (!listening) {
    return tl::unexpected<Error>(listening.error());
  }
  auto pair = Channel::make_pair();
  if (!pair) {
    return tl::unexpected<Error>(pair.error());
  }
  const int keep[] = {listening->get(), pair->second.get()};
  const auto child = context.children.start(
      [&] {
        if (as && !become(*as)) {
          return 1;
        }
        return serve_metrics(std::move(*listening), std::move(pair->second));
      },
      keep,
      [&context](int status) {
        context.log.error("the process that serves metrics has ended (status {})", status);
      });
  if (!child) {
    return tl::unexpected<Error>(child.error());
  }
  MetricsProcess& started = to.emplace(context, std::move(text));
  started.child_ = *child;
  started.channel_.emplace(std::move(pair->first));
  started.readable_ =
      context.loop.on_readable(started.channel_->fd(), [&started] { started.receive(); });
  return {};
}

MetricsProcess::~MetricsProcess() {
  if (child_) {
    context_.children.forget(*child_);
    context_.children.kill(*child_, SIGTERM);
  }
}

void MetricsProcess::receive() {
  const auto asked = channel_->receive();
  // Whatever it says means one thing.
  const bool answered = asked && (!*asked || channel_->send(to_bytes(text_())));
  if (!answered) {
    readable_.reset();
    channel_.reset();
  }
}

}  // namespace ssh::host::monitor
