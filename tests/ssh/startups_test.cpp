// MaxStartups, PerSourceMaxStartups and PerSourcePenalties, under a clock of their own.
#include "ssh/startups.hpp"

#include <gtest/gtest.h>

#include "ssh/penalties.hpp"

namespace ssh {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Verdict = Startups::Verdict;

Startups filled(StartupLimits limits, unsigned count) {
  Startups startups;
  startups.set_limits({count + 1, 100, count + 1, 0});
  for (unsigned i = 0; i < count; ++i) {
    EXPECT_EQ(startups.arrive("x", 99), Verdict::admitted);
  }
  startups.set_limits(limits);
  return startups;
}

// sshd_config(5): "10:30:60": from 10 on with 30 %, in a straight line to all of them at 60.
TEST(Startups, DropsMoreTheMoreThereAre) {
  const StartupLimits limits{10, 30, 60, 0};
  EXPECT_EQ(filled(limits, 9).arrive("a", 0), Verdict::admitted);
  EXPECT_EQ(filled(limits, 10).arrive("a", 29), Verdict::too_many);
  EXPECT_EQ(filled(limits, 10).arrive("a", 30), Verdict::admitted);
  EXPECT_EQ(filled(limits, 35).arrive("a", 64), Verdict::too_many);
  EXPECT_EQ(filled(limits, 35).arrive("a", 65), Verdict::admitted);
  EXPECT_EQ(filled(limits, 59).arrive("a", 97), Verdict::too_many);
  EXPECT_EQ(filled(limits, 59).arrive("a", 98), Verdict::admitted);
  EXPECT_EQ(filled(limits, 60).arrive("a", 99), Verdict::too_many);
}

TEST(Startups, WhoeverLeavesMakesRoom) {
  Startups startups;
  startups.set_limits({2, 100, 2, 0});
  EXPECT_EQ(startups.arrive("a", 99), Verdict::admitted);
  EXPECT_EQ(startups.arrive("b", 99), Verdict::admitted);
  EXPECT_EQ(startups.arrive("c", 99), Verdict::too_many);
  startups.leave("a");
  EXPECT_EQ(startups.arrive("c", 99), Verdict::admitted);
  startups.leave("nobody");  // who was not admitted does not count
  EXPECT_EQ(startups.count(), 2U);
}

TEST(Startups, ManyFromOneSource) {
  Startups startups;
  startups.set_limits({100, 30, 200, 2});
  EXPECT_EQ(startups.arrive("a", 0), Verdict::admitted);
  EXPECT_EQ(startups.arrive("a", 0), Verdict::admitted);
  EXPECT_EQ(startups.arrive("a", 0), Verdict::too_many_from_source);
  EXPECT_EQ(startups.arrive("b", 0), Verdict::admitted);
  startups.leave("a");
  EXPECT_EQ(startups.arrive("a", 0), Verdict::admitted);
}

TEST(Startups, SourcesAreNetworks) {
  const NetBlock block{24, 64};
  EXPECT_EQ(source_of("192.0.2.1", block), source_of("192.0.2.200", block));
  EXPECT_NE(source_of("192.0.2.1", block), source_of("192.0.3.1", block));
  EXPECT_EQ(source_of("2001:db8::1", block), source_of("2001:db8:0:0:ffff::2", block));
  EXPECT_NE(source_of("2001:db8::1", block), source_of("2001:db8:0:1::1", block));
  EXPECT_EQ(source_of("::ffff:192.0.2.1", block), source_of("192.0.2.9", block));
  EXPECT_NE(source_of("192.0.2.1", {}), source_of("192.0.2.2", {}));
  EXPECT_EQ(source_of("UNKNOWN", block), "UNKNOWN");
}

class PenaltiesTest : public ::testing::Test {
 protected:
  bool refused(const std::string& address = "192.0.2.1") {
    return penalties.refused(address, address, now);
  }
  void punish(Offence offence, const std::string& address = "192.0.2.1") {
    penalties.punish(offence, address, address, now);
  }

  Penalties penalties;
  Time now = seconds(1000);
};

TEST_F(PenaltiesTest, AddUpAndAreEnforcedFromTheLeastOn) {
  punish(Offence::auth_failure);  // 5 s
  punish(Offence::auth_failure);
  EXPECT_FALSE(refused());
  punish(Offence::auth_failure);  // 15 s: the least
  EXPECT_TRUE(refused());
  EXPECT_FALSE(refused("192.0.2.2"));
  now += seconds(14);
  EXPECT_TRUE(refused()) << "until it is over, not until it is less than the least";
  now += seconds(1);
  EXPECT_FALSE(refused());
}

TEST_F(PenaltiesTest, WhatIsOverIsForgotten) {
  for (int i = 0; i < 3; ++i) {
    punish(Offence::auth_failure);
    now += seconds(6);
  }
  EXPECT_FALSE(refused());
}

TEST_F(PenaltiesTest, NoMoreThanTheMost) {
  for (int i = 0; i < 1000; ++i) {
    punish(Offence::crash);
  }
  now += seconds(599);
  EXPECT_TRUE(refused());
  now += seconds(1);
  EXPECT_FALSE(refused());
}

TEST_F(PenaltiesTest, Exempt) {
  PenaltySettings settings;
  settings.exempt = "192.0.2.0/24";
  penalties.set(settings);
  for (int i = 0; i < 10; ++i) {
    punish(Offence::crash);
    punish(Offence::crash, "198.51.100.1");
  }
  EXPECT_FALSE(refused());
  EXPECT_TRUE(refused("198.51.100.1"));
}

TEST_F(PenaltiesTest, AFullTableForgetsWhoWaitsLeast) {
  PenaltySettings settings;
  settings.max_sources = 2;
  penalties.set(settings);
  punish(Offence::crash, "a");
  now += seconds(1);
  punish(Offence::crash, "b");
  punish(Offence::crash, "c");
  EXPECT_EQ(penalties.sources(), 2U);
  EXPECT_FALSE(refused("a"));
  EXPECT_TRUE(refused("b"));
  EXPECT_TRUE(refused("c"));
}

TEST_F(PenaltiesTest, AFullTableMayRefuseStrangers) {
  PenaltySettings settings;
  settings.max_sources = 2;
  settings.deny_all_on_overflow = true;
  penalties.set(settings);
  punish(Offence::crash, "a");
  punish(Offence::crash, "b");
  punish(Offence::crash, "c");
  EXPECT_EQ(penalties.sources(), 2U);
  EXPECT_TRUE(refused("stranger"));
  now += seconds(90);
  EXPECT_FALSE(refused("stranger")) << "the table has room again";
}

TEST_F(PenaltiesTest, Disabled) {
  PenaltySettings settings;
  settings.enabled = false;
  penalties.set(settings);
  punish(Offence::crash);
  EXPECT_FALSE(refused());
  EXPECT_EQ(penalties.sources(), 0U);
}

}  // namespace
}  // namespace ssh
