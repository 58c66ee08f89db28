// Backends that go, come back, and keep what is not theirs.
#include <gtest/gtest.h>

#include "netfront/ring.hpp"
#include "netfront_world.hpp"

namespace xenrt::test {
namespace {

/// Both directions work.
void expect_works(World& world) {
  ASSERT_TRUE(world.front->link_up()) << world.log;
  const auto frame = frame_of_size(700);
  ASSERT_EQ(world.send(frame), SendResult::sent);
  const auto taken = world.exchange();
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0].bytes, frame);
  ASSERT_TRUE(world.back.deliver(frame));
  world.back.push_frames();
  const auto got = world.receive();
  ASSERT_EQ(got.frames.size(), 1U);
  EXPECT_EQ(got.frames[0], frame);
}

void expect_gone(World& world) {
  EXPECT_FALSE(world.front->link_up());
  EXPECT_EQ(world.front->port(), Port::none);
  EXPECT_EQ(world.send(frame_of_size(60)), SendResult::gone);
  world.front->flush();
  EXPECT_TRUE(world.receive().frames.empty());
  EXPECT_TRUE(world.domain.ports.empty());
}

TEST(NetfrontLife, TheBackendClosesAndBeginsAnew) {
  World world;
  for (int i = 0; i < 20; ++i) {
    expect_works(world);
    (void)world.send(frame_of_size(100));  // lost, as on any link
    world.back.disconnect();
    world.back.set("state", "5");
    world.follow();
    expect_gone(world);
    EXPECT_TRUE(world.domain.grants.empty());
    EXPECT_EQ(world.back.front("state"), "6");
    world.back.set("state", "6");
    world.follow();
    EXPECT_EQ(world.back.front("state"), "1");
    world.back.set("state", "2");
    world.follow();
  }
  expect_works(world);
  EXPECT_EQ(world.front->counters().connections, 21U);
  EXPECT_EQ(world.front->counters().faults, 0U);
}

// It may still look at what we have said before; so nothing is said anew at once.
TEST(NetfrontLife, TheBackendIsStartedAgainWithoutAWord) {
  World world;
  world.back.disconnect();
  world.back.set("state", "2");
  world.follow();
  EXPECT_EQ(world.back.front("state"), "1");
  world.back.set("state", "2");
  world.follow();
  expect_gone(world);
  EXPECT_EQ(world.back.front("state"), "1");
  EXPECT_TRUE(world.domain.pages.empty());
  world.settle();
  expect_works(world);
  EXPECT_EQ(world.front->counters().connections, 2U);
  const auto asked = world.store_process.ring.req_prod;
  for (int i = 0; i < 5; ++i) world.settle();
  EXPECT_EQ(world.store_process.ring.req_prod, asked);  // nothing is left to be done
}

// Linux' netback takes the rings of before, then sees that we begin anew.
TEST(NetfrontLife, TheBackendIsStartedAgainAndTakesTheOldRings) {
  World world;
  world.back.disconnect();
  world.store_process.values[std::string(Netback::kOwn) + "/state"] = "2";
  ASSERT_TRUE(world.back.connect());
  world.store_process.values[std::string(Netback::kOwn) + "/state"] = "2";
  EXPECT_TRUE(world.front->handle({"", "vif/0/state"}));
  EXPECT_EQ(world.back.front("state"), "1");
  EXPECT_EQ(world.domain.pages.size(), 2U);  // the rings, which are still mapped
  world.back.disconnect();
  for (const char* state : {"5", "6", "2"}) {
    world.back.set("state", state);
    world.follow();
  }
  expect_works(world);
  EXPECT_EQ(world.domain.pages.size(), 3 + netfront::ReceiveRing::kSize);
}

// xl network-detach, and network-attach.
TEST(NetfrontLife, TheDeviceIsTakenAwayAndAnotherOneComes) {
  World world;
  for (int i = 0; i < 5; ++i) {
    expect_works(world);
    world.back.set("online", "0");
    world.back.disconnect();
    world.back.set("state", "5");
    world.follow();
    EXPECT_EQ(world.back.front("state"), "6");
    world.back.set("state", "6");
    world.follow();
    EXPECT_EQ(world.back.front("state"), "6");  // the toolstack wants it to go
    world.back.remove_device();
    world.follow();
    expect_gone(world);
    EXPECT_TRUE(world.back.front("state").empty());  // and nothing was made anew in there
    world.back.make_device();
    world.follow();
  }
  expect_works(world);
  EXPECT_NE(world.log.find("the device is gone\n"), std::string::npos);
  EXPECT_EQ(world.store_process.watches.size(), 3U);
}

TEST(NetfrontLife, TheDeviceVanishes) {
  World world;
  world.back.disconnect();
  world.back.remove_device();
  world.follow();
  expect_gone(world);
  world.back.make_device();
  world.store_process.values["device/vif/0/mac"] = "00:16:3e:00:00:01";
  world.follow();
  expect_works(world);
  EXPECT_NE(world.log.find("MAC address is another one"), std::string::npos);
  EXPECT_EQ(world.front->mac().bytes[3], 0x0a);
}

// Without a word, and before we could see it.
TEST(NetfrontLife, NothingIsWrittenWhereADeviceWas) {
  World world;
  world.back.remove_device();
  world.end();
  EXPECT_EQ(world.back.front("state"), "");
}

TEST(NetfrontLife, Carrier) {
  World world;
  world.back.set("carrier", "0");
  world.follow();
  EXPECT_FALSE(world.front->link_up());
  EXPECT_EQ(world.send(frame_of_size(60)), SendResult::gone);
  world.back.set("carrier", "1");
  world.follow();
  expect_works(world);
}

TEST(NetfrontLife, NobodyIsConnectedBeforeTheBackendSaysSo) {
  World world([](Netback& back) { back.set("state", "1"); });
  expect_gone(world);
  EXPECT_TRUE(world.domain.pages.empty());
  world.connects = false;
  world.back.set("state", "2");
  world.follow();
  EXPECT_EQ(world.back.front("state"), "4");
  EXPECT_FALSE(world.front->link_up());
  EXPECT_EQ(world.send(frame_of_size(60)), SendResult::gone);
  world.connects = true;
  world.follow();
  expect_works(world);
}

// Pages that are still mapped are used for nothing else, and freed when they are not.
TEST(NetfrontLife, ABackendThatDoesNotLetGo) {
  World world;
  const auto before = world.domain.grants;
  for (auto& [ref, grant] : world.domain.grants) ++grant.mapped;
  const auto one_connection = world.domain.pages.size();
  world.back.disconnect();
  world.back.set("state", "2");
  world.follow();
  world.settle();
  expect_works(world);
  for (const auto& [ref, grant] : before) {
    ASSERT_TRUE(world.domain.grants.contains(ref));
    EXPECT_TRUE(world.domain.pages.contains(grant.page));
  }
  EXPECT_EQ(world.domain.pages.size(), 2 * one_connection + 1);
  EXPECT_NE(world.log.find("keeps 258 pages"), std::string::npos) << world.log;
  // The more it keeps, the less there is for another connection; at last nothing.
  int connections = 2;
  for (; world.front->link_up() && connections < 100; ++connections) {
    for (auto& [ref, grant] : world.domain.grants) ++grant.mapped;
    world.back.disconnect();
    world.back.set("state", "2");
    world.follow();
    world.settle();
    EXPECT_LE(world.front->counters().pages_lent, 2 * (2 + 2 * netfront::ReceiveRing::kSize));
  }
  EXPECT_LT(connections, 10);
  // At last.
  for (auto& [ref, grant] : world.domain.grants) grant.mapped = 0;
  world.settle();
  expect_works(world);
  EXPECT_EQ(world.domain.pages.size(), one_connection + 1);
}

TEST(NetfrontLife, WhatIsNeverGivenBackIsLeft) {
  World world;
  world.domain.may_leak = true;
  for (auto& [ref, grant] : world.domain.grants) ++grant.mapped;
  const auto pages = world.domain.pages.size();
  world.back.disconnect();
  for (auto& [ref, grant] : world.domain.grants) grant.mapped = 1;
  world.front.reset();
  EXPECT_EQ(world.domain.pages.size(), pages);
}

TEST(NetfrontLife, NoMemoryGrantsOrPorts) {
  for (int what = 0; what < 3; ++what) {
    World world([](Netback& back) { back.set("state", "1"); });
    auto& domain = world.domain;
    (what == 0   ? domain.most_pages
     : what == 1 ? domain.most_grants
                 : domain.most_ports) = what == 2 ? 0 : 100;
    world.back.set("state", "2");
    world.follow();
    EXPECT_FALSE(world.front->link_up());
    EXPECT_TRUE(domain.pages.empty());
    EXPECT_TRUE(domain.grants.empty());
    EXPECT_TRUE(domain.ports.empty());
    for (int i = 0; i < 10; ++i) {
      world.store_process.clock += 2'000'000'000;
      (void)world.receive();
    }
    EXPECT_EQ(world.log, "vif 0: no memory or grants for its rings; it is tried again\n");
    domain.most_pages = domain.most_grants = domain.most_ports = 5000;
    world.settle();
    expect_works(world);
  }
}

// Enough for the rings, but not for all frames: those that find no page are dropped.
TEST(NetfrontLife, NoMemoryForFramesOut) {
  World world;
  world.domain.most_pages = world.domain.pages.size() + 3;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(world.send(frame_of_size(100)), SendResult::sent);
  EXPECT_EQ(world.send(frame_of_size(100)), SendResult::busy);
  EXPECT_EQ(world.exchange().size(), 3U);
  expect_works(world);
}

/// The guest goes on in a new domain: nobody has its pages, and its port's number is somebody
/// else's.
std::uint32_t move_to_new_domain(World& world) {
  const auto port = static_cast<std::uint32_t>(world.front->port());
  world.back.disconnect();
  for (auto& [ref, grant] : world.domain.grants) grant.mapped = 0;
  world.store_process.resumes_in = Resumed::new_domain;
  (void)world.store_process.suspend();
  return port;
}

TEST(NetfrontLife, ItGoesOnInANewDomain) {
  World world;
  const auto pages = world.domain.pages.size();
  for (int i = 0; i < 5; ++i) {
    expect_works(world);
    (void)world.send(frame_of_size(100));
    // Some of them are still with a backend that has not let go.
    if (i % 2 != 0) {
      for (auto& [ref, grant] : world.domain.grants) ++grant.mapped;
      world.back.set("state", "6");
      world.follow();
    }
    if (i == 4) {  // the old backend was just started again
      world.back.disconnect();
      world.back.set("state", "2");
      world.follow();
      EXPECT_EQ(world.front->port(), Port::none);
    }
    const auto port = move_to_new_domain(world);
    world.back.make_device();
    world.store->reconnect();
    world.front->resumed();
    EXPECT_TRUE(port == 0 || world.domain.ports.erase(port) == 1);
    world.follow();
    expect_works(world);
    EXPECT_EQ(world.domain.pages.size(), pages + 1);
    EXPECT_EQ(world.store_process.watches.size(), 3U);
  }
  EXPECT_EQ(world.front->counters().connections, 6U);
  EXPECT_EQ(world.front->counters().faults, 0U);
}

TEST(NetfrontLife, TheNewDomainHasNoDevice) {
  World world;
  const auto port = move_to_new_domain(world);
  world.back.remove_device();
  world.store->reconnect();
  world.front->resumed();
  EXPECT_EQ(world.domain.ports.erase(port), 1U);
  expect_gone(world);
  EXPECT_TRUE(world.domain.pages.empty());
  EXPECT_EQ(world.back.front("state"), "");
  world.back.make_device();
  world.follow();
  expect_works(world);
}

TEST(NetfrontLife, EventsOfOthersAreLeftToThem) {
  World world;
  EXPECT_FALSE(world.front->handle({"control/shutdown", "control/shutdown"}));
  EXPECT_FALSE(world.front->handle({"device/vif/0/backend", "vif/1/backend"}));
  EXPECT_TRUE(world.front->handle({"", "vif/0/state"}));
  expect_works(world);
}

}  // namespace
}  // namespace xenrt::test
