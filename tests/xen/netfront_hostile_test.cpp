// A backend that breaks the protocol in every way there is: it is left, the reason is said, and no
// memory is touched that was not lent (AddressSanitizer watches).
#include <gtest/gtest.h>

#include <random>

#include "netfront/ring.hpp"
#include "netfront_world.hpp"

namespace xenrt::test {
namespace {

constexpr std::int16_t kSize = 100;

std::uint16_t place_of(const Netback& back, std::uint32_t ahead = 0) {
  return static_cast<std::uint16_t>((back.rx.rsp_prod_pvt + ahead) % 256);
}

/// A response in its place.
void respond(Netback& back, unsigned flags, int size, unsigned offset = 0) {
  back.respond({place_of(back), static_cast<std::uint16_t>(offset),
                static_cast<std::uint16_t>(flags), static_cast<std::int16_t>(size)});
}

void respond_extra(Netback& back, unsigned type, unsigned flags, unsigned gso_type, unsigned size) {
  netif_extra_info extra{};
  extra.type = static_cast<std::uint8_t>(type);
  extra.flags = static_cast<std::uint8_t>(flags);
  extra.u.gso.type = static_cast<std::uint8_t>(gso_type);
  extra.u.gso.size = static_cast<std::uint16_t>(size);
  netif_rx_response response;
  std::memcpy(&response, &extra, sizeof response);
  back.respond(response);
}

struct Case {
  const char* name;
  const char* reason;  // in the log
  void (*act)(World& world);
  bool shows = true;  // the responses, by the index that belongs to them
};

const Case kCases[] = {
    {"frames_never_asked_for", "delivered more than there was room for",
     [](World& w) { w.back.rx.sring->rsp_prod = 257; }, false},
    {"frames_taken_back", "delivered more than there was room for",
     [](World& w) {
       respond(w.back, 0, kSize);
       w.back.push_frames();
       (void)w.receive();
       w.back.rx.sring->rsp_prod = 0;
     },
     false},
    {"any_receive_index", "delivered more than there was room for",
     [](World& w) { w.back.rx.sring->rsp_prod = 0x8000'0000U; }, false},
    {"beyond_the_page", "beyond the end of its page",
     [](World& w) { respond(w.back, 0, 4096, 1); }},
    {"size_beyond_the_page", "beyond the end of its page",
     [](World& w) { respond(w.back, 0, 4097); }},
    {"largest_size", "beyond the end of its page",
     [](World& w) { respond(w.back, 0, 32767, 65535); }},
    {"offset_alone_beyond", "beyond the end of its page",
     [](World& w) { respond(w.back, 0, 1, 4096); }},
    {"second_part_beyond", "beyond the end of its page",
     [](World& w) {
       respond(w.back, NETRXF_more_data, kSize);
       respond(w.back, 0, kSize, 4000);
     }},
    {"wrong_id", "out of its place",
     [](World& w) {
       w.back.respond({place_of(w.back, 1), 0, 0, kSize});
     }},
    {"id_out_of_range", "out of its place",
     [](World& w) {
       w.back.respond({static_cast<std::uint16_t>(place_of(w.back) + 256), 0, 0, kSize});
     }},
    {"too_many_parts", "more parts than a frame may have",
     [](World& w) {
       for (int i = 0; i < 30; ++i) respond(w.back, NETRXF_more_data, kSize);
     }},
    {"too_many_failed_parts", "more parts than a frame may have",
     [](World& w) {
       for (int i = 0; i < 30; ++i) respond(w.back, NETRXF_more_data, NETIF_RSP_ERROR);
     }},
    {"unknown_flags", "flags that mean nothing here",
     [](World& w) { respond(w.back, 0x20, kSize); }},
    {"gso_prefix", "flags that mean nothing here",
     [](World& w) { respond(w.back, NETRXF_gso_prefix, kSize); }},
    {"flags_on_a_part", "flags of a whole one",
     [](World& w) {
       respond(w.back, NETRXF_more_data, kSize);
       respond(w.back, NETRXF_extra_info, kSize);
     }},
    {"extra_of_no_type", "was not asked for",
     [](World& w) {
       respond(w.back, NETRXF_extra_info, kSize);
       respond_extra(w.back, XEN_NETIF_EXTRA_TYPE_NONE, 0, 1, 1448);
     }},
    {"extra_not_negotiated", "was not asked for",
     [](World& w) {
       respond(w.back, NETRXF_extra_info, kSize);
       respond_extra(w.back, XEN_NETIF_EXTRA_TYPE_HASH, 0, 1, 1448);
     }},
    {"extra_without_end", "was not asked for",
     [](World& w) {
       respond(w.back, NETRXF_extra_info, kSize);
       for (int i = 0; i < 200; ++i) respond_extra(w.back, XEN_NETIF_EXTRA_TYPE_GSO, 1, 1, 1448);
     }},
    {"extra_with_unknown_flags", "with unknown flags",
     [](World& w) {
       respond(w.back, NETRXF_extra_info, kSize);
       respond_extra(w.back, XEN_NETIF_EXTRA_TYPE_GSO, 2, 1, 1448);
     }},
    {"extra_that_is_a_frame", "of an unknown kind",
     [](World& w) {
       respond(w.back, NETRXF_extra_info, kSize);
       respond(w.back, 0, kSize);
     }},
    {"gso_of_unknown_type", "of an unknown kind",
     [](World& w) {
       respond(w.back, NETRXF_extra_info, kSize);
       respond_extra(w.back, XEN_NETIF_EXTRA_TYPE_GSO, 0, 3, 1448);
     }},
    {"gso_of_no_size", "in parts of no size",
     [](World& w) {
       respond(w.back, NETRXF_extra_info, kSize);
       respond_extra(w.back, XEN_NETIF_EXTRA_TYPE_GSO, 0, 1, 0);
     }},
    {"answers_never_asked_for", "answered more frames than were sent",
     [](World& w) { w.back.tx.sring->rsp_prod = 1; }},
    {"answers_taken_back", "answered more frames than were sent",
     [](World& w) {
       (void)w.send(frame_of_size(60));
       (void)w.exchange();
       (void)w.receive();
       w.back.tx.sring->rsp_prod = 0;
     }},
    {"answer_to_nothing", "answered a frame that was not sent",
     [](World& w) {
       (void)w.send(frame_of_size(60));
       w.front->flush();
       const auto id = w.back.take().at(0).ids[0];
       w.back.answer(static_cast<std::uint16_t>(id + 1));
       w.back.push_answers();
     }},
    {"answer_twice", "answered a frame that was not sent",
     [](World& w) {
       (void)w.send(frame_of_size(60));
       (void)w.send(frame_of_size(60));
       w.front->flush();
       const auto id = w.back.take().at(0).ids[0];
       w.back.answer(id);
       w.back.answer(id);
       w.back.push_answers();
     }},
    {"answer_id_out_of_range", "answered a frame that was not sent",
     [](World& w) {
       (void)w.send(frame_of_size(60));
       w.front->flush();
       (void)w.back.take();
       w.back.answer(60000);
       w.back.push_answers();
     }},
    {"answer_of_extra_kind", "answered a frame by nothing",
     [](World& w) {
       (void)w.send(frame_of_size(60));
       w.front->flush();
       w.back.answer(w.back.take().at(0).ids[0], NETIF_RSP_NULL);
       w.back.push_answers();
     }},
};

class Hostile : public testing::TestWithParam<Case> {};

TEST_P(Hostile, IsLeftWithAReason) {
  World world;
  GetParam().act(world);
  if (GetParam().shows) world.back.push_frames();
  EXPECT_TRUE(world.receive().frames.empty());
  EXPECT_FALSE(world.front->link_up());
  EXPECT_EQ(world.front->counters().faults, 1U);
  EXPECT_NE(world.log.find(std::string("breaks the protocol: ")), std::string::npos) << world.log;
  EXPECT_NE(world.log.find(GetParam().reason), std::string::npos) << world.log;
  EXPECT_EQ(world.back.front("state"), "5");
  // It may come back, and then all is well.
  world.back.disconnect();
  world.back.set("state", "5");
  world.follow();
  world.back.set("state", "6");
  world.follow();
  world.back.set("state", "2");
  world.follow();
  EXPECT_TRUE(world.front->link_up());
  EXPECT_EQ(world.send(frame_of_size(60)), SendResult::sent);
  EXPECT_EQ(world.exchange().size(), 1U);
  EXPECT_EQ(world.domain.pages.size(), 3 + netfront::ReceiveRing::kSize);
}

INSTANTIATE_TEST_SUITE_P(Netfront, Hostile, testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

// index_written_first is not a fault: what the backend writes beyond its own index is not looked
// at.
TEST(NetfrontHostile, ResponsesBeyondTheIndexAreNotLookedAt) {
  World world;
  respond(world.back, 0xffff, 4097, 4096);
  EXPECT_TRUE(world.receive().frames.empty());
  EXPECT_TRUE(world.front->link_up());
}

// The fault is found in the middle of a batch, in send(), while the ring is being read.
TEST(NetfrontHostile, AFaultWhileAFrameIsHandedOver) {
  World world;
  for (std::uint32_t i = 0; i < netfront::TransmitRing::kSize; ++i)
    (void)world.send(frame_of_size(60));
  world.front->flush();
  for (int i = 0; i < 5; ++i) world.back.deliver(frame_of_size(200));
  world.back.push_frames();
  struct Sink : FrameSink {
    World& world;
    int count = 0;
    explicit Sink(World& w) : world(w) {}
    void frame(ByteView bytes, bool) override {
      EXPECT_EQ(bytes.size(), 200U);
      if (++count == 2) {
        world.back.tx.sring->rsp_prod += 300;
        EXPECT_EQ(world.send(bytes), SendResult::gone);
        EXPECT_FALSE(world.front->link_up());
      }
    }
  } sink(world);
  world.front->receive(sink, 64);
  EXPECT_EQ(world.front->counters().faults, 1U);
  EXPECT_EQ(world.front->port(), Port::none);
}

TEST(NetfrontHostile, TooOften) {
  World world;
  for (std::uint32_t i = 0; i < Netfront::kMostFaults; ++i) {
    ASSERT_TRUE(world.front->link_up()) << i;
    world.back.rx.sring->rsp_prod += 1000;
    (void)world.receive();
    world.back.disconnect();
    for (const char* state : {"5", "6", "2"}) {
      world.back.set("state", state);
      world.follow();
    }
  }
  EXPECT_FALSE(world.front->link_up());
  EXPECT_NE(world.log.find("too often"), std::string::npos);
  EXPECT_TRUE(world.domain.pages.empty());
  EXPECT_NE(world.back.front("state"), "4");
}

// Frames and answers as they should be, with a few bytes changed before they are seen.
TEST(NetfrontHostile, AnyBytes) {
  std::mt19937 random(11);
  std::uint64_t faults = 0, frames = 0;
  for (int round = 0; round < 400; ++round) {
    World world;
    const auto change = [&](auto& ring) {
      auto& entry = ring.sring->ring[(ring.rsp_prod_pvt - 1 - random() % 6) % 256].rsp;
      reinterpret_cast<std::uint8_t*>(&entry)[random() % sizeof entry] =
          static_cast<std::uint8_t>(random() % 3 == 0 ? random() : random() % 8);
      if (random() % 20 == 0) ring.sring->rsp_prod += random() % 5 - 2;
      if (random() % 20 == 0) ring.sring->req_event = random();
    };
    for (int step = 0; step < 20 && world.front->link_up(); ++step) {
      (void)world.send(frame_of_size(14 + random() % 9000));
      world.front->flush();
      world.back.deliver(frame_of_size(14 + random() % 9000), random() % 4, random() % 3);
      world.back.push_frames();
      for (const auto& taken : world.back.take()) world.back.answer(taken);
      world.back.push_answers();
      for (auto n = random() % 8 == 0 ? random() % 20 : 0; n > 0; --n) {
        round % 2 == 0 ? change(world.back.tx) : change(world.back.rx);
      }
      frames += world.receive().frames.size();
    }
    faults += world.front->counters().faults;
  }
  EXPECT_GT(faults, 150U);
  EXPECT_GT(frames, 1000U);
}

}  // namespace
}  // namespace xenrt::test
