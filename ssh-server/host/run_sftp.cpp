// See run_sftp.hpp. A loop that reads and writes whatever is possible, and waits when nothing is.
#include "host/run_sftp.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace ssh {
namespace {

int complain(const std::string& text) {
  std::fprintf(stderr, "statecall-sftp-server: %s\n", text.c_str());
  return 1;
}

/// Makes a descriptor non-blocking for as long as it lives.
class NonBlocking {
 public:
  explicit NonBlocking(int fd) : fd_(fd), flags_(fcntl(fd, F_GETFL)) {
    if (flags_ >= 0) fcntl(fd_, F_SETFL, flags_ | O_NONBLOCK);
  }
  ~NonBlocking() {
    if (flags_ >= 0) fcntl(fd_, F_SETFL, flags_);
  }
  NonBlocking(const NonBlocking&) = delete;
  NonBlocking& operator=(const NonBlocking&) = delete;

 private:
  int fd_;
  int flags_;
};

class Loop {
 public:
  Loop(sftp::Server& server, SftpWatcher* watcher, int in, int out)
      : server_(server), watcher_(watcher), in_(in), out_(out) {}

  /// 0, or the errno of what failed.
  int run() {
    for (unsigned turn = 0; error_ == 0 && !(server_.ended() && server_.unsent().empty()); ++turn) {
      if (watcher_ != nullptr && turn % kHear == 0) watcher_->hear(server_);
      const bool wrote = write_some();
      const bool read = read_some();
      if (server_.has_work()) {
        server_.work();
      } else if (!wrote && !read) {
        wait();
      }
      if (watcher_ != nullptr) watcher_->flush(server_);
    }
    return error_;
  }

 private:
  /// While there is always something to do, the watcher is heard each so many turns.
  static constexpr unsigned kHear = 64;

  static bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

  bool write_some() {
    const ByteView unsent = server_.unsent();
    if (unsent.empty()) return false;
    const ssize_t put = ::write(out_, unsent.data(), unsent.size());
    if (put < 0) {
      if (!would_block()) error_ = errno;
      return false;
    }
    server_.sent(static_cast<std::size_t>(put));
    return true;
  }

  bool read_some() {
    if (error_ != 0) return false;
    const MutableBytes room = server_.input_room();
    if (room.empty()) return false;
    const ssize_t got = ::read(in_, room.data(), room.size());
    if (got > 0) {
      server_.received(static_cast<std::size_t>(got));
    } else if (got == 0 || errno == ECONNRESET) {
      server_.end_of_input();
    } else if (!would_block()) {
      error_ = errno;
    }
    return got >= 0;
  }

  void wait() {
    std::array<pollfd, 3> polled{{{-1, POLLIN, 0}, {-1, POLLOUT, 0}, {-1, POLLIN, 0}}};
    if (server_.wants_input()) polled[0].fd = in_;
    if (!server_.unsent().empty()) polled[1].fd = out_;
    if (watcher_ != nullptr) {
      polled[2].fd = watcher_->fd();
      if (watcher_->wants_to_write()) polled[2].events |= POLLOUT;
    }
    if (poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) error_ = errno;
    if (watcher_ != nullptr && polled[2].revents != 0) watcher_->hear(server_);
  }

  sftp::Server& server_;
  SftpWatcher* watcher_;
  int in_;
  int out_;
  int error_ = 0;
};

}  // namespace

int run_sftp_server(const SftpOptions& options, int in, int out) {
  if (options.umask) ::umask(*options.umask);
  const auto files = PosixFileSystem::make(options.files);
  if (!files) return complain(files.error().text);
  const NonBlocking in_without_blocking(in);
  const NonBlocking out_without_blocking(out);
  sftp::Server server(**files, options.requests);
  const int error = Loop(server, options.watcher, in, out).run();
  // A client that is gone is not worth a line.
  if (error == EPIPE || error == ECONNRESET) return 1;
  if (error != 0) return complain(std::generic_category().message(error));
  if (!server.ended()->text.empty()) return complain(server.ended()->text);
  return 0;
}

}  // namespace ssh
