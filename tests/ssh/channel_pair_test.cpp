// The socket pair between the two halves: messages stay whole, descriptors are never lost on the
// way into nowhere.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "control/channel.hpp"

namespace ssh::host {
namespace {

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count;
}

struct Pair {
  Pair() : Pair(Channel::make_pair().value()) {}
  explicit Pair(std::pair<UniqueFd, UniqueFd> ends)
      : a(std::move(ends.first)), b(std::move(ends.second)) {}
  Channel a, b;
};

UniqueFd some_file() {
  return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

TEST(ChannelPair, MessagesStayWhole) {
  Pair pair;
  ASSERT_TRUE(pair.a.send({1, 2, 3}));
  ASSERT_TRUE(pair.a.send({4}));
  EXPECT_EQ(pair.b.receive().value()->bytes, (Bytes{1, 2, 3}));
  EXPECT_EQ(pair.b.receive().value()->bytes, Bytes{4});
  EXPECT_EQ(pair.b.receive().value(), std::nullopt);
  EXPECT_FALSE(pair.b.ended());
}

TEST(ChannelPair, TheLargestMessage) {
  Pair pair;
  Bytes large(kLargestMessage);
  for (std::size_t i = 0; i < large.size(); ++i) {
    large[i] = static_cast<std::uint8_t>(i * 7);
  }
  ASSERT_TRUE(pair.a.send(large));
  EXPECT_FALSE(pair.a.wants_to_write());
  EXPECT_EQ(pair.b.receive().value()->bytes, large);
  EXPECT_FALSE(pair.a.send(Bytes(kLargestMessage + 1)));
}

TEST(ChannelPair, DescriptorsArriveAndCloseOnExec) {
  const std::size_t before = open_descriptors();
  {
    Pair pair;
    int pipe_ends[2];
    ASSERT_EQ(::pipe2(pipe_ends, O_CLOEXEC), 0);
    std::vector<UniqueFd> sent;
    sent.emplace_back(pipe_ends[0]);
    sent.push_back(some_file());
    ASSERT_TRUE(pair.a.send({1}, std::move(sent)));
    auto received = pair.b.receive().value();
    ASSERT_TRUE(received);
    ASSERT_EQ(received->descriptors.size(), 2U);
    EXPECT_NE(::fcntl(received->descriptors[0].get(), F_GETFD) & FD_CLOEXEC, 0);
    ASSERT_EQ(::write(pipe_ends[1], "x", 1), 1);
    char byte = 0;
    EXPECT_EQ(::read(received->descriptors[0].get(), &byte, 1), 1);
    EXPECT_EQ(byte, 'x');
    ::close(pipe_ends[1]);
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST(ChannelPair, QueuesForASlowReaderAndKeepsTheOrder) {
  Pair pair;
  std::uint8_t sent = 0;
  while (!pair.a.wants_to_write()) {
    Bytes message(100000, ++sent);
    std::vector<UniqueFd> descriptors;
    descriptors.push_back(some_file());
    ASSERT_TRUE(pair.a.send(std::move(message), std::move(descriptors)));
  }
  ASSERT_TRUE(pair.a.send(Bytes(100000, ++sent)));
  for (std::uint8_t next = 1; next <= sent; ++next) {
    const auto received = pair.b.receive().value();
    ASSERT_TRUE(received) << int{next};
    EXPECT_EQ(received->bytes, Bytes(100000, next));
    EXPECT_EQ(received->descriptors.size(), next == sent ? 0U : 1U);
    ASSERT_TRUE(pair.a.flush());
  }
  EXPECT_FALSE(pair.a.wants_to_write());
}

TEST(ChannelPair, TheQueueIsBounded) {
  const std::size_t before = open_descriptors();
  {
    Pair pair;
    std::size_t sent = 0;
    for (; sent < 10000; ++sent) {
      std::vector<UniqueFd> descriptors;
      if (sent < 10) {
        descriptors.push_back(some_file());
      }
      if (!pair.a.send(Bytes(200000, 1), std::move(descriptors))) {
        break;
      }
    }
    EXPECT_LT(sent, 2 + Channel::kMostQueuedBytes / 200000 + 5);
    EXPECT_GT(sent, Channel::kMostQueuedBytes / 200000);
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST(ChannelPair, TheEndIsSeenAfterWhatWasSent) {
  Pair pair;
  ASSERT_TRUE(pair.a.send({9}));
  pair.a = Channel(UniqueFd());
  EXPECT_EQ(pair.b.receive().value()->bytes, Bytes{9});
  EXPECT_FALSE(pair.b.receive());
  EXPECT_TRUE(pair.b.ended());
  EXPECT_FALSE(pair.b.send({1}));
}

// A peer that is taken over sends what Channel itself would not.
void send_raw(int socket, std::size_t size, std::size_t descriptors) {
  Bytes bytes(size, 1);
  iovec part{bytes.data(), bytes.size()};
  std::vector<std::uint8_t> control(CMSG_SPACE(descriptors * sizeof(int)));
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  const UniqueFd file = some_file();
  if (descriptors > 0) {
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(descriptors * sizeof(int));
    for (std::size_t i = 0; i < descriptors; ++i) {
      const int fd = file.get();
      std::memcpy(CMSG_DATA(rights) + i * sizeof(int), &fd, sizeof fd);
    }
  }
  ASSERT_GE(::sendmsg(socket, &header, 0), 0) << std::strerror(errno);
}

TEST(ChannelPair, TooManyDescriptorsAreAllClosed) {
  Pair pair;
  const std::size_t before = open_descriptors();
  send_raw(pair.a.fd(), 1, Channel::kMostDescriptors + 1);
  const auto received = pair.b.receive().value();
  ASSERT_TRUE(received);
  EXPECT_TRUE(received->lost_descriptors);
  EXPECT_TRUE(received->descriptors.empty());
  EXPECT_EQ(open_descriptors(), before);
}

TEST(ChannelPair, TooLargeAMessageIsAnError) {
  Pair pair;
  const std::size_t before = open_descriptors();
  send_raw(pair.a.fd(), kLargestMessage + 1, 2);
  EXPECT_FALSE(pair.b.receive());
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace ssh::host
