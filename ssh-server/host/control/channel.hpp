// One end of the SOCK_SEQPACKET socket pair between the two halves: whole messages, and descriptors
// beside them (unix(7), SCM_RIGHTS). Nothing here knows what a message means.
#pragma once

#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "control/control.hpp"
#include "unique_fd.hpp"

namespace ssh::host {

class Channel {
 public:
  /// A message with three pipes is the largest set there is.
  static constexpr std::size_t kMostDescriptors = 4;
  /// What may wait for a peer that does not read. Beyond it send() fails: for the monitor, that
  /// worker is lost; the worker asks for nothing more before something was answered.
  static constexpr std::size_t kMostQueuedBytes = 4U << 20;
  static constexpr std::size_t kMostQueuedMessages = 4096;

  struct Received {
    Bytes bytes;
    std::vector<UniqueFd> descriptors;
    /// There were descriptors that did not fit: into kMostDescriptors, or into this process
    /// (RLIMIT_NOFILE). All of them are closed.
    bool lost_descriptors = false;
  };

  /// Two connected ends, non-blocking and CLOEXEC, with room for the largest message.
  static Result<std::pair<UniqueFd, UniqueFd>> make_pair();

  /// `socket` is one end; made non-blocking here.
  explicit Channel(UniqueFd socket);
  Channel(Channel&&) = default;
  Channel& operator=(Channel&&) = default;
  /// What still waits is lost, its descriptors are closed.
  ~Channel();

  /// For poll(2) and Asio. Readable: receive() until it gives nothing. Writable while
  /// wants_to_write(): flush().
  int fd() const { return socket_.get(); }

  /// Sends at once, or queues behind what waits. The bytes are wiped afterwards: they may hold a
  /// password. An Error: the message is too large, the queue is full, or the peer is gone.
  Result<void> send(Bytes message, std::vector<UniqueFd> descriptors = {});
  bool wants_to_write() const { return !queue_.empty(); }
  Result<void> flush();

  /// The next message; nothing if there is none now. An Error: the peer is gone (ended() is true
  /// then), or has sent what no peer sends; all descriptors that came with it are closed. The
  /// channel is of no use afterwards.
  Result<std::optional<Received>> receive();
  /// The peer has closed its end in an orderly way.
  bool ended() const { return ended_; }

 private:
  struct Queued {
    Bytes bytes;
    std::vector<UniqueFd> descriptors;
  };
  /// Whether it went out; false: later.
  Result<bool> send_now(ByteView bytes, const std::vector<UniqueFd>& descriptors);

  UniqueFd socket_;
  std::deque<Queued> queue_;
  std::size_t queued_bytes_ = 0;
  Bytes buffer_;  // for receive(): kLargestMessage, made at the first call
  bool ended_ = false;
};

}  // namespace ssh::host
