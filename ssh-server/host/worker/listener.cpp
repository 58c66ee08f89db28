// See listener.hpp. accept(2).
//
// Invariant: a listener that is open is watched; running out of descriptors refuses those who
// wait, instead of waking up for them for ever.
#include "worker/listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace ssh::host {
namespace {

using boost::system::error_code;

// So many at a time; others want to be served, too.
constexpr int kMostAtOnce = 16;

void name_peer(const sockaddr_storage& address, std::string& peer, std::uint32_t& port) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = nullptr;
  if (address.ss_family == AF_INET) {
    const auto& ip = reinterpret_cast<const sockaddr_in&>(address);
    bytes = &ip.sin_addr;
    port = ntohs(ip.sin_port);
  } else if (address.ss_family == AF_INET6) {
    const auto& ip = reinterpret_cast<const sockaddr_in6&>(address);
    bytes = &ip.sin6_addr;
    port = ntohs(ip.sin6_port);
  }
  if (bytes != nullptr &&
      ::inet_ntop(address.ss_family, bytes, text.data(), text.size()) != nullptr) {
    peer = text.data();
  }
}

}  // namespace

Result<void> Listener::start(IoContext& io, std::vector<UniqueFd> sockets) {
  for (UniqueFd& socket : sockets) {
    Descriptor descriptor(io.get_executor());
    error_code error;
    descriptor.assign(socket.get(), error);
    if (error) {
      descriptors_.clear();
      return failure("cannot watch a listening socket: " + error.message());
    }
    (void)socket.release();
    descriptors_.push_back(std::move(descriptor));
  }
  for (std::size_t i = 0; i < descriptors_.size(); ++i) {
    watch(i);
  }
  return {};
}

void Listener::close() {
  host_ = nullptr;
  for (Descriptor& descriptor : descriptors_) {
    if (descriptor.is_open()) {
      error_code ignored;
      descriptor.close(ignored);
    }
  }
}

void Listener::watch(std::size_t which) {
  descriptors_[which].async_wait(
      Descriptor::wait_read, [self = shared_from_this(), which](const error_code& error) {
        ListenerHost* const host = self->host_;
        if (error || host == nullptr) {
          return;
        }
        const auto alive = host->hold();
        for (int i = 0; i < kMostAtOnce && self->accept_one(which); ++i) {
        }
        if (self->host_ != nullptr) {
          self->watch(which);
        }
        host->settle();
      });
}

// Whether there may be another one.
bool Listener::accept_one(std::size_t which) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  const int listening = descriptors_[which].native_handle();
  UniqueFd socket(::accept4(listening, reinterpret_cast<sockaddr*>(&address), &size,
                            SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket) {
    if (errno != EMFILE && errno != ENFILE) {
      // Whoever was there has gone again (accept(2) passes such errors on), or nobody is there.
      return errno == ECONNABORTED || errno == EINTR;
    }
    if (!host_->spare().give_up()) {
      return false;
    }
    socket.reset(::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC));
    const bool more = static_cast<bool>(socket);
    socket.reset();
    host_->spare().restore();
    return more;
  }
  std::string peer;
  std::uint32_t port = 0;
  name_peer(address, peer, port);
  host_->accepted(*this, std::move(socket), peer, port);
  return host_ != nullptr;
}

}  // namespace ssh::host
