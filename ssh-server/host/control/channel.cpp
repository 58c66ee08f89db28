// See channel.hpp. unix(7), recvmsg(2).
//
// Invariant: every descriptor that the kernel has given this process is owned by a UniqueFd before
// anything else is looked at, so that no error path leaks one.
#include "control/channel.hpp"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace ssh::host {
namespace {

// The kernel counts its own overhead against the buffer; it doubles what is asked for.
constexpr int kSocketBuffer = 208 * 1024;

tl::unexpected<Error> system_failure(const char* what) {
  return failure(std::string(what) + ": " + std::strerror(errno));
}

void wipe(MutableBytes bytes) {
  ::explicit_bzero(bytes.data(), bytes.size());
}

/// Owns what came, and tells whether there was anything that should not be there.
bool take_descriptors(msghdr& header, std::vector<UniqueFd>& to) {
  bool expected = true;
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr;
       control = CMSG_NXTHDR(&header, control)) {
    if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS) {
      expected = false;
      continue;
    }
    const std::size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(control) + i * sizeof(int), sizeof fd);
      to.emplace_back(fd);
    }
  }
  return expected;
}

}  // namespace

Result<std::pair<UniqueFd, UniqueFd>> Channel::make_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0) {
    return system_failure("socketpair");
  }
  std::pair<UniqueFd, UniqueFd> pair{UniqueFd(ends[0]), UniqueFd(ends[1])};
  for (const int end : ends) {
    if (::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &kSocketBuffer, sizeof kSocketBuffer) != 0) {
      return system_failure("SO_SNDBUF");
    }
  }
  return pair;
}

Channel::Channel(UniqueFd socket) : socket_(std::move(socket)) {
  const int flags = ::fcntl(socket_.get(), F_GETFL);
  if (flags >= 0) {
    ::fcntl(socket_.get(), F_SETFL, flags | O_NONBLOCK);
  }
}

Channel::~Channel() {
  for (Queued& queued : queue_) {
    wipe(queued.bytes);
  }
}

Result<bool> Channel::send_now(ByteView bytes, const std::vector<UniqueFd>& descriptors) {
  // sendmsg() takes a pointer that is not const, and does not write through it.
  iovec part{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(kMostDescriptors * sizeof(int))> control{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (!descriptors.empty()) {
    header.msg_control = control.data();
    header.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
    for (std::size_t i = 0; i < descriptors.size(); ++i) {
      const int fd = descriptors[i].get();
      std::memcpy(CMSG_DATA(rights) + i * sizeof(int), &fd, sizeof fd);
    }
  }
  for (;;) {
    if (::sendmsg(socket_.get(), &header, MSG_NOSIGNAL) >= 0) {
      return true;
    }
    switch (errno) {
      case EINTR:
        continue;
      case EAGAIN:
      case ENOBUFS:
      // Too many descriptors are under way (unix(7)): the peer has to take some first.
      case ETOOMANYREFS:
        return false;
      default:
        return system_failure("sendmsg");
    }
  }
}

Result<void> Channel::send(Bytes message, std::vector<UniqueFd> descriptors) {
  if (message.empty() || message.size() > kLargestMessage ||
      descriptors.size() > kMostDescriptors) {
    wipe(message);
    return failure("the message is too large");
  }
  if (auto sent = flush(); !sent) {
    wipe(message);
    return sent;
  }
  if (queue_.empty()) {
    const auto sent = send_now(message, descriptors);
    if (!sent || *sent) {
      wipe(message);
      return sent ? Result<void>{} : tl::unexpected<Error>(sent.error());
    }
  }
  if (queue_.size() >= kMostQueuedMessages || queued_bytes_ + message.size() > kMostQueuedBytes) {
    wipe(message);
    return failure("the other end does not read");
  }
  queued_bytes_ += message.size();
  queue_.push_back({std::move(message), std::move(descriptors)});
  return {};
}

Result<void> Channel::flush() {
  while (!queue_.empty()) {
    Queued& first = queue_.front();
    const auto sent = send_now(first.bytes, first.descriptors);
    if (!sent) {
      return tl::unexpected<Error>(sent.error());
    }
    if (!*sent) {
      return {};
    }
    queued_bytes_ -= first.bytes.size();
    wipe(first.bytes);
    queue_.pop_front();
  }
  return {};
}

Result<std::optional<Channel::Received>> Channel::receive() {
  buffer_.resize(kLargestMessage);
  iovec part{buffer_.data(), buffer_.size()};
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(kMostDescriptors * sizeof(int))> control{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  ssize_t count = 0;
  do {
    count = ::recvmsg(socket_.get(), &header, MSG_CMSG_CLOEXEC);
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    if (errno == EAGAIN) {
      return std::nullopt;
    }
    ended_ = errno == ECONNRESET;
    return system_failure("recvmsg");
  }
  Received received;
  const bool expected = take_descriptors(header, received.descriptors);
  const MutableBytes bytes = MutableBytes(buffer_).first(static_cast<std::size_t>(count));
  if (count == 0) {  // no peer sends an empty message
    ended_ = true;
    return failure("the other end has closed");
  }
  if (!expected || (header.msg_flags & MSG_TRUNC) != 0) {
    wipe(bytes);
    return failure("a message was too large, or had what no message has");
  }
  if ((header.msg_flags & MSG_CTRUNC) != 0) {
    received.descriptors.clear();
    received.lost_descriptors = true;
  }
  received.bytes = to_bytes(bytes);
  wipe(bytes);
  return received;
}

}  // namespace ssh::host
