// A relay between a channel that only remembers what it is told, and real pipes, sockets and
// terminals.
#include "worker/relay.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>

#include "worker/sandbox.hpp"

namespace ssh::host {
namespace {

/// The session's side.
class FakeHost final : public RelayHost {
 public:
  std::size_t room = 1U << 20;
  std::string out, err;
  /// Everything but data, in order: "eof status=0 close".
  std::string story;
  std::size_t consumed = 0;
  int lingered_calls = 0;
  std::vector<std::shared_ptr<Relay>> stalled;

  std::size_t channel_room(ChannelId) const override { return room; }
  std::size_t channel_write(ChannelId, ByteView data, bool is_stderr) override {
    EXPECT_LE(data.size(), room);
    room -= data.size();
    (is_stderr ? err : out) += as_text(data);
    return data.size();
  }
  void channel_eof(ChannelId) override { tell("eof"); }
  void channel_exit_status(ChannelId, std::uint32_t status) override {
    tell("status=" + std::to_string(status));
  }
  void channel_exit_signal(ChannelId, std::string_view signal, bool) override {
    tell("signal=" + std::string(signal));
  }
  void channel_close(ChannelId) override { tell("close"); }
  void channel_consumed(ChannelId, std::size_t bytes) override { consumed += bytes; }
  MutableBytes scratch() override { return scratch_; }
  void settle() override {}
  void lingered(const Relay&) override { ++lingered_calls; }
  std::shared_ptr<void> hold() override { return {}; }

 private:
  void tell(const std::string& what) { story += (story.empty() ? "" : " ") + what; }
  Bytes scratch_ = Bytes(64 * 1024);
};

void no_wait(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/// All that can be read now.
std::string take(int fd) {
  std::string all;
  std::array<char, 65536> part{};
  for (ssize_t n = 0; (n = ::read(fd, part.data(), part.size())) > 0;) {
    all.append(part.data(), static_cast<std::size_t>(n));
  }
  return all;
}

class RelayTest : public ::testing::Test {
 protected:
  RelayTest() { ignore_signals(); }
  ~RelayTest() override {
    relay->abandon();
    io.poll();
  }

  void start_pipes() {
    std::vector<UniqueFd> ours(3);
    const std::array<UniqueFd*, 3> theirs{&in, &out, &err};
    for (std::size_t i = 0; i < 3; ++i) {
      std::array<int, 2> ends{};
      ASSERT_EQ(::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC), 0);
      ours[i].reset(ends[i == 0 ? 1 : 0]);
      theirs[i]->reset(ends[i == 0 ? 0 : 1]);
    }
    relay = std::make_shared<Relay>(host, 7, true);
    ASSERT_TRUE(relay->start(io, Relay::Shape::pipes, std::move(ours)));
  }

  void start_socket(bool is_program = false) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    in.reset(ends[1]);
    relay = std::make_shared<Relay>(host, 7, is_program);
    std::vector<UniqueFd> ours;
    ours.emplace_back(ends[0]);
    ASSERT_TRUE(relay->start(io, Relay::Shape::socket, std::move(ours)));
  }

  void start_terminal() {
    int master = -1;
    int slave = -1;
    ASSERT_EQ(::openpty(&master, &slave, nullptr, nullptr, nullptr), 0);
    no_wait(master);
    no_wait(slave);
    in.reset(slave);
    relay = std::make_shared<Relay>(host, 7, true);
    std::vector<UniqueFd> ours;
    ours.emplace_back(master);
    ASSERT_TRUE(relay->start(io, Relay::Shape::terminal, std::move(ours)));
  }

  void turn() {
    io.restart();
    while (io.poll() > 0) {
      io.restart();
    }
  }

  void say(const UniqueFd& to, std::string_view text) {
    ASSERT_EQ(::write(to.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    turn();
  }

  static reply::ProgramEnded status(std::uint32_t value) { return {value, "", false}; }

  IoContext io{1};
  FakeHost host;
  std::shared_ptr<Relay> relay;
  UniqueFd in, out, err;  // the program's ends; of a socket or a terminal: `in`
};

TEST_F(RelayTest, OutputThenEofThenStatusThenClose) {
  start_pipes();
  say(out, "one ");
  say(err, "oops");
  say(out, "two");
  EXPECT_EQ(host.out, "one two");
  EXPECT_EQ(host.err, "oops");
  out.reset();
  turn();
  err.reset();
  turn();
  EXPECT_EQ(host.story, "") << "EOF would have the client close the channel before the status";
  relay->program_ended(status(3));
  EXPECT_EQ(host.story, "eof status=3 close");
}

TEST_F(RelayTest, EofOfAProgramThatGoesOnComesAfterASecond) {
  start_pipes();
  out.reset();
  err.reset();
  turn();
  EXPECT_EQ(host.story, "");
  io.restart();
  io.run_for(std::chrono::milliseconds(1500));
  EXPECT_EQ(host.story, "eof");
  relay->program_ended(status(3));
  EXPECT_EQ(host.story, "eof status=3 close");
}

TEST_F(RelayTest, NoEofBeforeTheStatusForAClientThatHasNothingMoreToSend) {
  start_pipes();
  relay->deliver_eof();
  out.reset();
  err.reset();
  io.run_for(std::chrono::milliseconds(1500));
  EXPECT_EQ(host.story, "");
  relay->program_ended(status(3));
  EXPECT_EQ(host.story, "eof status=3 close");
}

TEST_F(RelayTest, WhatThePipesHoldComesBeforeTheStatus) {
  start_pipes();
  ASSERT_EQ(::write(out.get(), "last words", 10), 10);
  out.reset();
  err.reset();
  relay->program_ended(status(0));  // before the kernel's news of the pipes
  EXPECT_EQ(host.out, "last words");
  EXPECT_EQ(host.story, "eof status=0 close");
}

TEST_F(RelayTest, NoRoomHoldsTheStatusBack) {
  start_pipes();
  host.room = 4;
  ASSERT_EQ(::write(out.get(), "last words", 10), 10);
  out.reset();
  err.reset();
  turn();
  relay->program_ended(status(0));
  turn();
  EXPECT_EQ(host.out, "last");
  EXPECT_EQ(host.story, "");
  EXPECT_TRUE(relay->stalled());
  host.room = 100;
  relay->resume();
  EXPECT_EQ(host.out, "last words");
  EXPECT_EQ(host.story, "eof status=0 close");
}

TEST_F(RelayTest, ABackgroundProcessHoldsTheChannelButNotTheStatus) {
  start_pipes();
  relay->program_ended(status(0));
  EXPECT_EQ(host.story, "status=0");
  say(out, "still here");
  EXPECT_EQ(host.out, "still here");
  out.reset();
  err.reset();
  turn();
  EXPECT_EQ(host.story, "status=0 eof close");
}

TEST_F(RelayTest, ABackgroundProcessThatNeverPausesDoesNotHoldTheStatusEither) {
  start_pipes();
  host.room = 64U << 20;
  const std::string piece(60000, 'x');
  for (int i = 0; i < 40 && host.story.empty(); ++i) {
    while (::write(out.get(), piece.data(), piece.size()) > 0) {
    }
    if (i == 0) {
      relay->program_ended(status(0));
    }
    // The pipe is full again before each read, so that nobody finds it empty.
    io.restart();
    io.poll_one();
  }
  EXPECT_NE(host.story.find("status=0"), std::string::npos);
  EXPECT_EQ(host.story.find("close"), std::string::npos);
}

TEST_F(RelayTest, SignalsHaveNames) {
  start_pipes();
  out.reset();
  err.reset();
  turn();
  relay->program_ended({std::nullopt, "KILL", false});
  EXPECT_EQ(host.story, "eof signal=KILL close");
}

TEST_F(RelayTest, InputAndItsEnd) {
  start_pipes();
  relay->deliver(as_bytes("hello"));
  EXPECT_EQ(take(in.get()), "hello");
  EXPECT_EQ(host.consumed, 5U);
  relay->deliver_eof();
  std::array<char, 1> byte{};
  EXPECT_EQ(::read(in.get(), byte.data(), 1), 0) << "the program sees the end";
}

TEST_F(RelayTest, WhatIsNotWrittenIsNotConsumed) {
  start_pipes();
  const std::string much(300000, 'm');
  relay->deliver(as_bytes(much));
  relay->deliver_eof();
  const std::size_t at_once = host.consumed;
  EXPECT_GT(at_once, 0U);
  EXPECT_LT(at_once, much.size());
  std::string got;
  for (int i = 0; i < 100 && got.size() < much.size(); ++i) {
    got += take(in.get());
    turn();
  }
  EXPECT_EQ(got, much);
  EXPECT_EQ(host.consumed, much.size());
  std::array<char, 1> byte{};
  EXPECT_EQ(::read(in.get(), byte.data(), 1), 0) << "EOF comes behind the data";
}

TEST_F(RelayTest, AProgramThatDoesNotReadKeepsTheWindowShut) {
  start_pipes();
  in.reset();
  relay->deliver(as_bytes("nobody reads this"));
  relay->deliver(as_bytes("nor this"));
  EXPECT_EQ(host.consumed, 0U);
  EXPECT_EQ(host.story, "");
}

TEST_F(RelayTest, SocketEndsWhenBothDirectionsHave) {
  start_socket();
  say(in, "from the server");
  EXPECT_EQ(host.out, "from the server");
  ASSERT_EQ(::shutdown(in.get(), SHUT_WR), 0);
  turn();
  EXPECT_EQ(host.story, "eof");
  relay->deliver(as_bytes("from the client"));
  EXPECT_EQ(take(in.get()), "from the client");
  relay->deliver_eof();
  EXPECT_EQ(host.story, "eof close");
}

TEST_F(RelayTest, SocketSeesTheClientsEndAndAnswers) {
  start_socket();
  relay->deliver(as_bytes("question"));
  relay->deliver_eof();
  EXPECT_EQ(take(in.get()), "question");
  EXPECT_EQ(host.story, "");
  say(in, "answer");
  EXPECT_EQ(host.out, "answer");
  in.reset();
  turn();
  EXPECT_EQ(host.story, "eof close");
}

TEST_F(RelayTest, SocketWhosePeerVanishes) {
  start_socket();
  in.reset();
  turn();
  EXPECT_EQ(host.story, "eof");
  relay->deliver(as_bytes("too late"));
  EXPECT_EQ(host.story, "eof close");
}

TEST_F(RelayTest, ProgramOnASocketEndsWithTheProgram) {
  start_socket(true);
  relay->deliver(as_bytes("x"));
  relay->deliver_eof();
  ASSERT_EQ(::write(in.get(), "done", 4), 4);
  in.reset();
  relay->program_ended(status(0));
  EXPECT_EQ(host.out, "done");
  EXPECT_EQ(host.story, "eof status=0 close");
}

TEST_F(RelayTest, TheClientClosesWhileBytesWait) {
  start_socket();
  const std::string much(600000, 'm');
  relay->deliver(as_bytes(much));
  ASSERT_LT(host.consumed, much.size());
  const std::size_t before = host.consumed;
  EXPECT_TRUE(relay->let_go());
  std::string got;
  for (int i = 0; i < 100 && got.size() < much.size(); ++i) {
    got += take(in.get());
    turn();
  }
  EXPECT_EQ(got.size(), much.size());
  EXPECT_EQ(host.lingered_calls, 1);
  EXPECT_EQ(host.consumed, before) << "there is no channel any more";
  EXPECT_EQ(host.story, "");
}

TEST_F(RelayTest, TheClientClosesWhileNothingWaits) {
  start_pipes();
  EXPECT_FALSE(relay->let_go());
  std::array<char, 1> byte{};
  EXPECT_EQ(::read(in.get(), byte.data(), 1), 0);
  EXPECT_LT(::write(out.get(), "x", 1), 0);
}

TEST_F(RelayTest, TerminalClosesWithItsProgramThoughOthersHoldIt) {
  start_terminal();
  say(in, "prompt");
  relay->program_ended(status(1));
  EXPECT_EQ(host.out, "prompt");
  EXPECT_EQ(host.story, "eof status=1 close");
}

TEST_F(RelayTest, TerminalWhoseOtherEndClosesIsAtItsEnd) {
  start_terminal();
  ASSERT_EQ(::write(in.get(), "bye", 3), 3);
  in.reset();
  turn();
  EXPECT_EQ(host.out, "bye");
  relay->program_ended(status(0));
  EXPECT_EQ(host.story, "eof status=0 close");
}

TEST_F(RelayTest, TerminalChangesItsSize) {
  start_terminal();
  EXPECT_TRUE(relay->resize({132, 43, 0, 0x20000}));
  winsize size{};
  ASSERT_EQ(::ioctl(in.get(), TIOCGWINSZ, &size), 0);
  EXPECT_EQ(size.ws_col, 132);
  EXPECT_EQ(size.ws_row, 43);
  EXPECT_EQ(size.ws_ypixel, 0xffff) << "the kernel has 16 bits";
}

TEST_F(RelayTest, OnlyTerminalsHaveASize) {
  start_pipes();
  EXPECT_FALSE(relay->resize({80, 24, 0, 0}));
}

// Whoever reads lines sees the end of the data, within a line or not.
TEST_F(RelayTest, TerminalEof) {
  for (const std::string_view typed : {"line\n", "half", ""}) {
    SCOPED_TRACE(typed);
    start_terminal();
    relay->deliver(as_bytes(typed));
    relay->deliver_eof();
    std::string got;
    std::array<char, 100> part{};
    ssize_t count = 0;
    while ((count = ::read(in.get(), part.data(), part.size())) > 0) {
      got.append(part.data(), static_cast<std::size_t>(count));
    }
    EXPECT_EQ(count, 0);
    EXPECT_EQ(got, typed);
    relay->abandon();
    turn();
  }
}

TEST_F(RelayTest, TerminalOfAProgramThatReadsKeysHasNoEof) {
  start_terminal();
  termios modes{};
  ASSERT_EQ(::tcgetattr(in.get(), &modes), 0);
  ::cfmakeraw(&modes);
  ASSERT_EQ(::tcsetattr(in.get(), TCSANOW, &modes), 0);
  relay->deliver_eof();
  EXPECT_EQ(take(in.get()), "");
}

TEST_F(RelayTest, WrongDescriptorsAreRefused) {
  relay = std::make_shared<Relay>(host, 7, true);
  EXPECT_FALSE(relay->start(io, Relay::Shape::pipes, {}));
  EXPECT_FALSE(relay->started());
  relay->deliver(as_bytes("x"));
  relay->deliver_eof();
  EXPECT_EQ(host.story, "");
}

TEST_F(RelayTest, AbandonedRelaysTouchNobody) {
  start_pipes();
  ASSERT_EQ(::write(out.get(), "x", 1), 1);
  relay->abandon();
  turn();
  EXPECT_EQ(host.out, "");
  EXPECT_EQ(host.story, "");
}

}  // namespace
}  // namespace ssh::host
