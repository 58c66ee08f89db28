// The sockets that the daemon accepts connections on.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "host/config/options.hpp"
#include "monitor/context.hpp"
#include "unique_fd.hpp"

namespace ssh::host::monitor {

class Listeners {
 public:
  using Accepted = std::function<void(UniqueFd socket, Peer peer)>;

  Listeners(Context& context, Accepted accepted);
  ~Listeners();

  /// Opens what is not open yet and closes what is not wanted any more. An Error if nothing listens
  /// afterwards; single addresses that cannot be had are logged.
  Result<void> open(const std::vector<config::ListenAddress>& addresses,
                    config::AddressFamily family);
  /// Sockets that somebody else has opened (sd_listen_fds(3)); open() is not called then.
  void adopt(std::vector<UniqueFd> sockets);
  void close();
  /// "ADDRESS port PORT", or the path.
  std::vector<std::string> names() const;
  /// Ports that are listened on.
  std::vector<std::uint16_t> ports() const;

 private:
  /// The file that a unix socket is found by: gone when nobody listens at it any more.
  class SocketFile {
   public:
    explicit SocketFile(std::string path) : path_(std::move(path)) {}
    SocketFile(SocketFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    SocketFile& operator=(SocketFile&&) = delete;
    ~SocketFile();

   private:
    std::string path_;  // empty: there is none
  };

  struct Open {
    std::string key;
    std::string name;
    SocketFile file;
    std::uint16_t port = 0;
    UniqueFd socket;
    Loop::Handle readable;
  };

  void add(Open open);
  void accept(const Open& from);
  void pause();

  Context& context_;
  Accepted accepted_;
  std::vector<std::unique_ptr<Open>> open_;
  Loop::Handle paused_;
};

}  // namespace ssh::host::monitor
