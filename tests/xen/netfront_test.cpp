// The network driver with a backend that behaves well, but may be slow, go, and come back.
#include "xenrt/netfront.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "netfront/ring.hpp"
#include "netfront_world.hpp"

namespace xenrt::test {
namespace {

constexpr auto kFrames = netfront::TransmitRing::kSize;

std::uint32_t word(const Bytes& b, std::size_t at) {
  return static_cast<std::uint32_t>(b.at(at) << 8U | b.at(at + 1));
}

/// The Internet checksum of bytes, in the simplest way.
std::uint32_t sum_of(const Bytes& b) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < b.size(); i += 2) {
    sum += static_cast<std::uint32_t>(b[i] << 8U) + (i + 1 < b.size() ? b[i + 1] : 0U);
    sum = (sum & 0xffffU) + (sum >> 16U);
  }
  return sum;
}

/// A TCP segment without a checksum, its text of `text` bytes.
Bytes tcp_frame(bool v6, std::size_t text, std::size_t options = 0) {
  auto b = frame_of_size(14 + (v6 ? 40 : 20) + 20 + options + text, 7);
  const auto put = [&](std::size_t at, std::size_t value) {
    b[at] = static_cast<std::uint8_t>(value >> 8U);
    b[at + 1] = static_cast<std::uint8_t>(value);
  };
  put(12, v6 ? 0x86dd : 0x0800);
  if (v6) {
    b[14] = 0x60;
    put(18, 20 + options + text);
    b[20] = 6;
  } else {
    b[14] = 0x45;
    put(16, 20 + 20 + options + text);
    put(20, 0);
    b[23] = 6;
  }
  const std::size_t tcp = v6 ? 54 : 34;
  b[tcp + 12] = static_cast<std::uint8_t>((20 + options) / 4 << 4U);
  put(tcp + 16, 0);
  return b;
}

/// What the receiver adds up: 0xffff if the checksum is right.
std::uint32_t received_sum(const Bytes& b) {
  const bool v6 = word(b, 12) == 0x86dd;
  const std::size_t tcp = v6 ? 54 : 34;
  Bytes all(b.begin() + (v6 ? 22 : 26), b.begin() + static_cast<std::ptrdiff_t>(tcp));
  const auto size = b.size() - tcp;
  for (const auto value : {size >> 8U, size & 255U, std::size_t{0}, std::size_t{6}}) {
    all.push_back(static_cast<std::uint8_t>(value));
  }
  all.insert(all.end(), b.begin() + static_cast<std::ptrdiff_t>(tcp), b.end());
  return sum_of(all);
}

TEST(Netfront, NoDeviceOrNoneThatMakesSense) {
  const auto error_with = [](const std::string& name, const std::string& value) {
    World world;
    world.end();
    auto& values = world.store_process.values;
    value == "-" ? void(values.erase("device/vif/0/" + name))
                 : void(values["device/vif/0/" + name] = value);
    world.open();
    return world.error;
  };
  EXPECT_EQ(error_with("handle", "0"), std::errc{});
  EXPECT_EQ(error_with("backend", "-"), std::errc::no_such_file_or_directory);
  EXPECT_EQ(error_with("backend", ""), std::errc::protocol_error);
  for (const char* id : {"32752", "-1", "x", ""}) {
    EXPECT_EQ(error_with("backend-id", id), std::errc::protocol_error) << id;
  }
  for (const char* mac : {"", "00:16:3e:0a:0b", "00:16:3e:0a:0b:0c:0d", "00-16-3e-0a-0b-0c",
                          "00:16:3e:0a:0b:0", "01:16:3e:0a:0b:0c", "00:16:3e:0a:0b:0g"}) {
    EXPECT_EQ(error_with("mac", mac), std::errc::protocol_error) << mac;
  }
}

TEST(Netfront, Negotiation) {
  World world;
  ASSERT_NE(world.front, nullptr);
  EXPECT_TRUE(world.front->link_up());
  EXPECT_EQ(world.front->mac(), (MacAddress{{0x00, 0x16, 0x3e, 0x0a, 0x0b, 0x0c}}));
  EXPECT_EQ(world.front->capabilities().mtu, 1500);
  EXPECT_TRUE(world.front->capabilities().fills_in_checksums);
  for (const char* feature :
       {"request-rx-copy", "feature-rx-notify", "feature-sg", "feature-gso-tcpv4",
        "feature-gso-tcpv6", "feature-ipv6-csum-offload"}) {
    EXPECT_EQ(world.back.front(feature), "1") << feature;
  }
  EXPECT_EQ(world.back.front("event-channel"),
            std::to_string(static_cast<std::uint32_t>(world.front->port())));
  EXPECT_EQ(world.log, "vif 0: connected to domain 0\n");
  // Two rings, and what is to be received; a page to send from when one is needed.
  EXPECT_EQ(world.domain.pages.size(), 2 + netfront::ReceiveRing::kSize);
}

TEST(Netfront, TransactionsAreDoneAgainButNotForEver) {
  World world;
  world.end();
  world.store_process.commit_error = "EAGAIN";
  world.back.make_device();
  world.log.clear();
  world.open();
  EXPECT_FALSE(world.front->link_up());
  EXPECT_NE(world.log.find("xenstore does not take"), std::string::npos) << world.log;
  EXPECT_TRUE(world.domain.pages.empty());
  world.store_process.commit_error.clear();
  world.settle();
  EXPECT_TRUE(world.front->link_up());
}

TEST(Netfront, ABackendThatCannotCopy) {
  World world([](Netback& back) { back.set("feature-rx-copy", "0"); });
  EXPECT_FALSE(world.front->link_up());
  EXPECT_NE(world.log.find("cannot copy"), std::string::npos);
  EXPECT_EQ(world.send(frame_of_size(60)), SendResult::gone);
}

TEST(Netfront, Mtu) {
  const auto mtu = [](const char* value, const char* sg) {
    World world([&](Netback& back) { back.set("feature-sg", sg); });
    world.end();
    world.store_process.values["device/vif/0/mtu"] = value;
    world.open();
    return world.front->capabilities().mtu;
  };
  EXPECT_EQ(mtu("1400", "0"), 1400);
  EXPECT_EQ(mtu("9000", "1"), 9000);
  EXPECT_EQ(mtu("9000", "0"), 1500);
  EXPECT_EQ(mtu("65000", "1"), 9000);
  EXPECT_EQ(mtu("1", "1"), 576);
  EXPECT_EQ(mtu("99999", "1"), 1500);
  EXPECT_EQ(mtu("large", "1"), 1500);
}

// Of every size, in pieces of any kind.
TEST(Netfront, FramesOut) {
  World world;
  std::mt19937 random(1);
  for (std::size_t size = 14; size <= 9014; size += size < 1600 ? 1 : 37) {
    const auto frame = frame_of_size(size, static_cast<unsigned>(size));
    std::vector<ByteView> pieces;
    for (std::size_t at = 0; at < size;) {
      const auto part = std::min<std::size_t>(size - at, random() % (size / 3 + 2));
      pieces.push_back(ByteView(frame).subspan(at, part));
      at += part;
    }
    ASSERT_EQ(world.front->send(pieces), SendResult::sent);
    const auto taken = world.exchange();
    ASSERT_EQ(taken.size(), 1U);
    EXPECT_EQ(taken[0].bytes, frame);
    EXPECT_EQ(taken[0].slots, (size + 4095) / 4096);
    EXPECT_EQ(taken[0].flags & ~NETTXF_more_data, 0U);
    (void)world.receive();
  }
  // The other domain cannot write to them.
  EXPECT_EQ(std::ranges::count_if(world.domain.grants,
                                  [](const auto& g) { return g.second.how == Lend::read_only; }),
            3);
  // One frame at a time needs the pages of one frame.
  EXPECT_LE(world.domain.pages.size(), 2 + netfront::ReceiveRing::kSize + 3);
  for (const std::size_t size : {0U, 13U, 3U * 4096U + 1U}) {
    EXPECT_EQ(world.send(frame_of_size(size)), SendResult::busy) << size;
  }
}

TEST(Netfront, WithoutScatterGatherAFrameIsInOnePage) {
  World world([](Netback& back) { back.set("feature-sg", "0"); });
  EXPECT_EQ(world.send(frame_of_size(4096)), SendResult::sent);
  EXPECT_EQ(world.send(frame_of_size(4097)), SendResult::busy);
  EXPECT_EQ(world.exchange().size(), 1U);
}

// Offered: the backend gets the sum of the pseudo-header, and says so. Not offered: all of it is
// filled in here.
TEST(Netfront, Checksums) {
  for (const bool offered : {true, false}) {
    World world([&](Netback& back) {
      back.set("feature-no-csum-offload", offered ? "0" : "1");
      back.set("feature-ipv6-csum-offload", offered ? "1" : "0");
    });
    for (const bool v6 : {false, true}) {
      for (const std::size_t text : {0U, 1U, 2U, 3U, 1000U, 1446U, 4040U, 4041U, 4042U, 8900U}) {
        auto frame = tcp_frame(v6, text, text % 2 == 0 ? 12 : 0);
        const std::size_t field = (v6 ? 54U : 34U) + 16U;
        frame[field] = 0xa5;  // whatever is there
        ASSERT_EQ(world.send(frame), SendResult::sent);
        frame[field] = 0;
        const auto taken = world.exchange().at(0);
        auto without = taken.bytes;
        const auto filled = word(without, field);
        without[field] = without[field + 1] = 0;
        EXPECT_EQ(without, frame);
        if (offered) {
          EXPECT_EQ(taken.flags & ~NETTXF_more_data, NETTXF_csum_blank | NETTXF_data_validated);
          // Completed as Linux does: the sum from the TCP header on, complemented.
          const auto begin = taken.bytes.begin() + (v6 ? 54 : 34);
          const auto complete = ~sum_of({begin, taken.bytes.end()}) & 0xffffU;
          without[field] = static_cast<std::uint8_t>(complete >> 8U);
          without[field + 1] = static_cast<std::uint8_t>(complete);
          EXPECT_EQ(received_sum(without), 0xffffU);
        } else {
          EXPECT_EQ(taken.flags & ~NETTXF_more_data, 0U);
          without[field] = static_cast<std::uint8_t>(filled >> 8U);
          without[field + 1] = static_cast<std::uint8_t>(filled);
          EXPECT_EQ(received_sum(without), 0xffffU);
        }
      }
    }
  }
}

// No TCP, or not all of it: left as it is.
TEST(Netfront, ChecksumsOfWhatIsNoTcp) {
  World world;
  auto udp = tcp_frame(false, 100);
  udp[23] = 17;
  auto fragment = tcp_frame(false, 100);
  fragment[20] = 0x20;
  auto cut = tcp_frame(true, 100);
  cut.resize(60);
  auto longer = tcp_frame(false, 100);
  longer[16] = 0xff;
  auto short_one = tcp_frame(false, 0);
  short_one.resize(40);
  for (const auto& frame : {udp, fragment, cut, longer, short_one}) {
    ASSERT_EQ(world.send(frame), SendResult::sent);
    const auto taken = world.exchange().at(0);
    EXPECT_EQ(taken.bytes, frame);
    EXPECT_EQ(taken.flags, 0U);
  }
}

TEST(Netfront, FramesIn) {
  World world;
  std::mt19937 random(2);
  for (std::size_t size = 14; size <= 65549; size += size < 1600 ? 1 : 977) {
    const auto frame = frame_of_size(size, static_cast<unsigned>(size));
    const auto offset = static_cast<std::uint32_t>(random() % 100);
    const auto per_slot =
        size > 40'000 ? 4096 - offset : 2500 + static_cast<std::uint32_t>(random() % 1000);
    const auto flags = random() % 4;
    const unsigned gso = size > 1514 ? random() % 3 : 0;
    ASSERT_TRUE(world.back.deliver(frame, flags, gso, per_slot, offset));
    world.back.push_frames();
    const auto got = world.receive();
    ASSERT_EQ(got.frames.size(), 1U);
    EXPECT_EQ(got.frames[0], frame);
    EXPECT_EQ(got.checksums_good[0], flags != 0);
  }
  EXPECT_EQ(world.front->counters().dropped_in, 0U);
  EXPECT_GT(world.front->counters().large_frames_in, 10U);
}

TEST(Netfront, FramesOfNoUseAreDroppedAndCounted) {
  World world;
  world.back.deliver(frame_of_size(13));
  world.back.deliver(frame_of_size(65550));
  world.back.respond({netif_rx_response{4 + 14, 0, 0, NETIF_RSP_ERROR}});
  world.back.push_frames();
  EXPECT_TRUE(world.receive().frames.empty());
  EXPECT_EQ(world.front->counters().dropped_in, 3U);
  EXPECT_TRUE(world.front->link_up());
  world.back.deliver(frame_of_size(100));
  world.back.push_frames();
  EXPECT_EQ(world.receive().frames.size(), 1U);
}

// What is handed over cannot change any more.
TEST(Netfront, TheBackendWritesWhileAFrameIsRead) {
  World world;
  const auto frame = frame_of_size(1000);
  world.back.deliver(frame);
  world.back.push_frames();
  struct Sink : FrameSink {
    World& world;
    const Bytes& wanted;
    int count = 0;
    Sink(World& w, const Bytes& f) : world(w), wanted(f) {}
    void frame(ByteView bytes, bool) override {
      for (auto& [ref, grant] : world.domain.grants) {
        if (grant.how == Lend::read_write && grant.mapped == 0) std::memset(grant.page, 0xee, 4096);
      }
      EXPECT_TRUE(std::ranges::equal(bytes, wanted));
      ++count;
    }
  } sink(world, frame);
  world.front->receive(sink, 10);
  EXPECT_EQ(sink.count, 1);
}

// Both rings around their ends some hundred times, answers in any order, while frames are sent from
// within the sink.
TEST(Netfront, ALongTime) {
  World world;
  std::mt19937 random(3);
  struct Echo : FrameSink {
    World& world;
    std::vector<Bytes> sent;
    explicit Echo(World& w) : world(w) {}
    void frame(ByteView bytes, bool) override {
      if (world.send(bytes) == SendResult::sent) sent.emplace_back(bytes.begin(), bytes.end());
    }
  } echo(world);
  std::vector<Netback::Taken> unanswered;
  std::vector<Bytes> delivered, came_back;
  for (unsigned round = 0; round < 3000; ++round) {
    for (auto n = random() % 60; n > 0; --n) {
      auto frame = frame_of_size(14 + random() % 1500, round + n);
      if (!world.back.deliver(frame)) break;
      delivered.push_back(std::move(frame));
    }
    world.back.push_frames();
    world.front->receive(echo, 64);
    world.front->flush();
    for (auto& taken : world.back.take()) {
      came_back.push_back(taken.bytes);
      unanswered.push_back(std::move(taken));
    }
    std::shuffle(unanswered.begin(), unanswered.end(), random);
    for (auto n = random() % (unanswered.size() + 1); n > 0; --n) {
      world.back.answer(unanswered.back());
      unanswered.pop_back();
    }
    world.back.push_answers();
    ASSERT_TRUE(world.front->link_up()) << world.log;
  }
  EXPECT_EQ(came_back, echo.sent);
  EXPECT_GT(delivered.size(), 50'000U);
  EXPECT_EQ(world.front->counters().dropped_out + echo.sent.size(),
            world.front->counters().frames_in);
  EXPECT_LE(world.domain.pages.size(), 2 + 2 * kFrames);
}

TEST(Netfront, AFullRingIsBusyUntilTheBackendHasRead) {
  World world;
  const auto frame = frame_of_size(1514);
  for (std::uint32_t i = 0; i < kFrames; ++i) ASSERT_EQ(world.send(frame), SendResult::sent);
  EXPECT_EQ(world.send(frame), SendResult::busy);
  world.front->flush();
  auto taken = world.back.take();
  ASSERT_EQ(taken.size(), kFrames);
  EXPECT_EQ(world.send(frame), SendResult::busy);
  world.back.answer(taken[5]);
  world.back.push_answers();
  EXPECT_EQ(world.send(frame), SendResult::sent);
  EXPECT_EQ(world.send(frame), SendResult::busy);
  EXPECT_EQ(world.front->counters().dropped_out, 3U);
}

TEST(Netfront, EventsOnlyWhenTheyAreWanted) {
  World world;
  const auto frame = frame_of_size(100);
  const auto rung = world.domain.rung_count;
  // Out: one bell for all frames until the backend sleeps again; none for the answers.
  for (int i = 0; i < 10; ++i) (void)world.send(frame);
  EXPECT_EQ(world.domain.rung_count, rung);
  world.front->flush();
  EXPECT_EQ(world.domain.rung_count, rung + 1);
  for (int i = 0; i < 10; ++i) {
    (void)world.send(frame);
    world.front->flush();
  }
  EXPECT_EQ(world.domain.rung_count, rung + 1);
  EXPECT_EQ(world.exchange().size(), 20U);
  (void)world.receive();
  // As far away as it can be.
  EXPECT_EQ(world.back.tx.sring->rsp_event - world.back.tx.sring->rsp_prod, 0x8000'0000U);
  world.front->flush();
  EXPECT_EQ(world.domain.rung_count, rung + 1);
  (void)world.send(frame);
  EXPECT_EQ(world.exchange().size(), 1U);
  EXPECT_EQ(world.domain.rung_count, rung + 2);
  EXPECT_EQ(world.back.events, 0U);
  // In: one event for all frames until we have read them; none while the backend has room.
  for (int i = 0; i < 20; ++i) {
    world.back.deliver(frame);
    world.back.push_frames();
  }
  EXPECT_EQ(world.back.events, 1U);
  Collector some;
  EXPECT_EQ(world.front->receive(some, 15), 15U);
  world.back.deliver(frame);
  world.back.push_frames();
  EXPECT_EQ(world.back.events, 1U);  // we have said that we go on
  EXPECT_EQ(world.receive().frames.size(), 6U);
  EXPECT_EQ(world.domain.rung_count, rung + 2);
  world.back.deliver(frame);
  world.back.push_frames();
  EXPECT_EQ(world.back.events, 2U);
  EXPECT_EQ(world.receive().frames.size(), 1U);
  // A backend that waits for room is told, once.
  while (world.back.deliver(frame)) {
  }
  world.back.push_frames();
  (void)world.receive();
  EXPECT_EQ(world.domain.rung_count, rung + 3);
}

// The backend has shown a part of a frame only: it is read when the rest is there.
TEST(Netfront, HalfAFrame) {
  World world;
  const auto frame = frame_of_size(9000);
  world.back.deliver(frame, NETRXF_csum_blank, XEN_NETIF_GSO_TYPE_TCPV4);
  const auto all = world.back.rx.rsp_prod_pvt;
  for (auto shown = all - 3; shown != all; ++shown) {
    world.back.rx.rsp_prod_pvt = shown;
    world.back.push_frames();
    EXPECT_TRUE(world.receive().frames.empty());
    EXPECT_TRUE(world.front->link_up());
  }
  const auto events = world.back.events;
  world.back.rx.rsp_prod_pvt = all;
  world.back.push_frames();
  EXPECT_EQ(world.back.events, events + 1);
  const auto got = world.receive();
  ASSERT_EQ(got.frames.size(), 1U);
  EXPECT_EQ(got.frames[0], frame);
}

}  // namespace
}  // namespace xenrt::test
