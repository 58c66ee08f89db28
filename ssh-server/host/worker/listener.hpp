// Sockets that listen for a client: an address or a path that it forwards to itself (RFC 4254
// section 7.1; OpenSSH's PROTOCOL section 2.4), or its agent's socket.
#pragma once

#include <fcntl.h>

#include <memory>
#include <string>
#include <vector>

#include "control/control.hpp"
#include "unique_fd.hpp"
#include "worker/descriptor.hpp"

namespace ssh::host {

class Listener;

/// One descriptor kept back, to be given up when there is no other left: for as long as it takes
/// to accept somebody and to turn them away.
class SpareDescriptor {
 public:
  /// `model`: any descriptor, which is duplicated.
  explicit SpareDescriptor(int model) : model_(model) { restore(); }
  bool give_up() {
    const bool had = static_cast<bool>(spare_);
    spare_.reset();
    return had;
  }
  void restore() { spare_.reset(::fcntl(model_, F_DUPFD_CLOEXEC, 0)); }

 private:
  int model_;
  UniqueFd spare_;
};

class ListenerHost {
 public:
  virtual ~ListenerHost() = default;
  /// From `peer` and its port, if it has them.
  virtual void accepted(const Listener& listener, UniqueFd socket, const std::string& peer,
                        std::uint32_t port) = 0;
  virtual SpareDescriptor& spare() = 0;
  virtual void settle() = 0;
  virtual std::shared_ptr<void> hold() = 0;
};

class Listener : public std::enable_shared_from_this<Listener> {
 public:
  enum class Kind : std::uint8_t { tcp, stream_local, agent };

  Listener(ListenerHost& host, RequestId id, Kind kind, std::string address, std::uint32_t port)
      : host_(&host), id_(id), kind_(kind), address_(std::move(address)), port_(port) {}

  RequestId id() const { return id_; }
  Kind kind() const { return kind_; }
  /// As the client has spelled it, or the path.
  const std::string& address() const { return address_; }
  /// The one that is bound.
  std::uint32_t port() const { return port_; }

  /// One, or more that stand for one address of the client's.
  Result<void> start(IoContext& io, std::vector<UniqueFd> sockets);
  void close();

 private:
  void watch(std::size_t which);
  bool accept_one(std::size_t which);

  ListenerHost* host_;
  RequestId id_;
  Kind kind_;
  std::string address_;
  std::uint32_t port_;
  std::vector<Descriptor> descriptors_;
};

}  // namespace ssh::host
