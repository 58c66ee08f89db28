// Whole connections of the stack with itself: each is captured, and what `splc replay` says of the
// capture must be what the monitors in the stack said: nothing.
#include <gmock/gmock.h>

#include "support/world.hpp"

namespace xenrt::test {
namespace {

/// Sends so many bytes each way, checks them, closes.
class Talk {
 public:
  Talk(World& world, std::size_t to_server, std::size_t to_client)
      : world_(world), want_{to_server, to_client} {
    world.mirror = true;
    world.on_event = [this](const Event& e) { handle(e); };
  }
  void start(bool v6 = false) {
    const auto listener = world_.stack().listen(7);
    ASSERT_TRUE(listener);
    const auto client = world_.stack().connect({v6 ? kTheirs6 : kTheirs, 7});
    ASSERT_TRUE(client);
    ids_[0] = *client;
  }
  bool done() const { return over_[0] && over_[1]; }
  std::size_t got(int side) const { return got_[side]; }
  bool stalled = false;  // the server does not read

  void resume() {
    stalled = false;
    read(1);
  }

 private:
  static std::uint8_t byte_at(int side, std::size_t at) {
    return static_cast<std::uint8_t>(at * 31 + at / 251 + static_cast<std::size_t>(side) * 7);
  }
  void handle(const Event& e) {
    const int side = e.kind == Event::Kind::accepted || e.connection != ids_[0] ? 1 : 0;
    switch (e.kind) {
      case Event::Kind::accepted:
        ids_[1] = e.connection;
        write(1);
        break;
      case Event::Kind::connected:
      case Event::Kind::writable:
        write(side);
        break;
      case Event::Kind::readable:
        if (side == 0 || !stalled) read(side);
        break;
      case Event::Kind::peer_closed:
        read(side);
        EXPECT_EQ(got_[side], want_[1 - side]);
        closed_[side] = true;
        finish(side);
        break;
      default:
        ADD_FAILURE() << "event " << static_cast<int>(e.kind) << " " << to_string(e.reason);
        over_[0] = over_[1] = true;
    }
  }
  void write(int side) {
    while (put_[side] < want_[side]) {
      Bytes bytes(std::min<std::size_t>(want_[side] - put_[side], 5000));
      for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = byte_at(side, put_[side] + i);
      const auto n = world_.stack().write(ids_[side], bytes);
      put_[side] += n;
      if (n < bytes.size()) return;
    }
    world_.stack().shutdown(ids_[side]);
    shut_[side] = true;
    finish(side);
  }
  void read(int side) {
    Bytes bytes(4000);
    while (const auto n = world_.stack().read(ids_[side], bytes)) {
      for (std::size_t i = 0; i < n; ++i) {
        if (bytes[i] != byte_at(1 - side, got_[side] + i)) {
          ADD_FAILURE() << "wrong byte at " << got_[side] + i;
          return;
        }
      }
      got_[side] += n;
    }
  }
  void finish(int side) {
    if (!shut_[side] || !closed_[side] || over_[side]) return;
    world_.stack().close(ids_[side]);
    over_[side] = true;
  }

  World& world_;
  std::size_t want_[2], put_[2] = {0, 0}, got_[2] = {0, 0};
  ConnectionId ids_[2] = {};
  bool shut_[2] = {}, closed_[2] = {}, over_[2] = {};
};

void expect_clean(World& world, const std::string& name) {
  const auto stats = world.stack().stats();
  EXPECT_EQ(stats.refused_in, 0U);
  EXPECT_EQ(stats.refused_out, 0U);
  EXPECT_EQ(stats.disagreements, 0U);
  EXPECT_THAT(world.log(), testing::IsEmpty());
  EXPECT_EQ(replay(world.capture(), name), "");
}

TEST(Mirror, TransfersBothWays) {
  World world;
  Talk talk(world, 1'000'000, 700'000);
  talk.start();
  EXPECT_TRUE(world.run(60s, [&] { return talk.done(); }));
  EXPECT_GT(world.capture().frames(), 1000U);
  expect_clean(world, "both_ways");
  // TIME-WAIT, then nothing is left.
  world.run(2s);
  ASSERT_EQ(world.stack().connections().size(), 1U);
  EXPECT_STREQ(world.stack().connections()[0].state, "TIME-WAIT");
  world.run(61s);
  EXPECT_EQ(world.stack().connections().size(), 0U);
  EXPECT_EQ(world.stack().stats().connections, 0U);
}

TEST(Mirror, TransfersOverVersion6) {
  World world;
  world.run(5s);  // duplicate address detection
  ASSERT_TRUE(world.stack().address(true));
  Talk talk(world, 100'000, 100'000);
  talk.start(true);
  EXPECT_TRUE(world.run(60s, [&] { return talk.done(); }));
  expect_clean(world, "version6");
}

class Bad : public testing::TestWithParam<int> {};
TEST_P(Bad, LossReorderingDuplication) {
  World world;
  world.random().seed(static_cast<unsigned>(GetParam()));
  world.loss = 0.03;
  world.duplicates = 0.03;
  world.reordered = 0.1;
  Talk talk(world, 200'000, 150'000);
  talk.start();
  EXPECT_TRUE(world.run(600s, [&] { return talk.done(); }));
  world.run(130s);
  expect_clean(world, "bad_" + std::to_string(GetParam()));
}
INSTANTIATE_TEST_SUITE_P(Seeds, Bad, testing::Range(0, 12));

TEST(Mirror, ZeroWindow) {
  World world;
  Talk talk(world, 400'000, 10);
  talk.stalled = true;
  talk.start();
  EXPECT_FALSE(world.run(30s, [&] { return talk.done(); }));
  EXPECT_EQ(talk.got(1), 0U);
  talk.resume();
  EXPECT_TRUE(world.run(120s, [&] { return talk.done(); }));
  expect_clean(world, "zero_window");
}

}  // namespace
}  // namespace xenrt::test
