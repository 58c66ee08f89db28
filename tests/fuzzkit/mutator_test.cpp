// The laws of spl/rt/fuzz.hpp, on policies of every table form.
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <type_traits>

#include "many.hpp"
#include "ping.hpp"
#include "spl/rt/fuzz.hpp"
#include "ssh.hpp"

namespace {

using namespace spl::rt::fuzz;

/// In the place of LLVMFuzzerMutate: appends a byte, or cuts one off.
std::size_t change_bytes(std::uint8_t* data, std::size_t size, std::size_t max_size) {
  if (size == max_size) return size - 1;
  data[size] = static_cast<std::uint8_t>(size + 1);
  return size + 1;
}

template <class Policy>
class Mutations : public testing::Test {};
using Policies = testing::Types<ping::Policy, ssh::Policy, many::Policy>;
TYPED_TEST_SUITE(Mutations, Policies);

template <class Policy>
::testing::AssertionResult lawful_but_for_the_last(const Input<Policy>& input) {
  spl::rt::Monitor<Policy> monitor;
  for (std::size_t i = 0; i + 1 < input.steps.size(); ++i) {
    if (spl::rt::is_refusal(monitor.tick(input.steps[i]))) {
      return ::testing::AssertionFailure() << "step " << i << " of " << input.steps.size();
    }
  }
  return ::testing::AssertionSuccess();
}

TYPED_TEST(Mutations, keep_all_but_the_last_step_lawful) {
  std::vector<std::uint8_t> data(4096);
  std::vector<std::uint8_t> other;
  std::size_t size = 0;
  std::size_t longest = 0;
  std::size_t refused = 0;
  std::set<std::vector<std::uint32_t>> places;
  for (unsigned seed = 1; seed <= 3000; ++seed) {
    if (seed % 16 == 0) {
      size = cross_over<TypeParam>(data.data(), size, other.data(), other.size(), data.data(),
                                   data.size(), seed);
    } else {
      size = mutate<TypeParam>(data.data(), size, data.size(), seed, change_bytes);
    }
    ASSERT_LE(size, data.size());
    if (seed % 5 == 0) other.assign(data.begin(), data.begin() + static_cast<long>(size));
    const auto input = parse<TypeParam>(data.data(), size);
    ASSERT_TRUE(lawful_but_for_the_last(input)) << "seed " << seed;
    longest = std::max(longest, input.steps.size());
    spl::rt::Monitor<TypeParam> monitor;
    for (const auto step : input.steps) refused += spl::rt::is_refusal(monitor.tick(step)) ? 1 : 0;
    places.insert({monitor.states(), monitor.states() + monitor.kAutomata});
  }
  EXPECT_GE(longest, 3U);
  EXPECT_GT(refused, 100U);  // unlawful ends are tried, too
  EXPECT_GE(places.size(), 3U);
  if constexpr (std::is_same_v<TypeParam, ssh::Policy>) {
    EXPECT_GT(longest, 12U);
    EXPECT_GT(places.size(), 12U);
  }
}

TYPED_TEST(Mutations, what_is_written_is_read_back) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    Input<TypeParam> input;
    for (auto n = random() % 20; n != 0; --n) {
      input.steps.push_back(
          static_cast<typename TypeParam::Statecall>(random() % TypeParam::statecall_count));
    }
    for (auto n = random() % 20; n != 0; --n) {
      input.payload.push_back(static_cast<std::uint8_t>(random()));
    }
    std::vector<std::uint8_t> data(4096);
    const auto size = write(input, data.data(), data.size());
    const auto again = parse<TypeParam>(data.data(), size);
    EXPECT_EQ(again.steps, input.steps);
    EXPECT_EQ(again.payload, input.payload);
  }
}

TYPED_TEST(Mutations, keep_to_the_room_there_is) {
  Input<TypeParam> input;
  Mutator<TypeParam>(input, 1).mutate(change_bytes, 8);
  for (unsigned seed = 2; seed < 60; ++seed) {
    Mutator<TypeParam>(input, seed).mutate(change_bytes, 8);
    for (std::size_t room = 0; room < 80; ++room) {
      std::vector<std::uint8_t> data(room);  // ASan sees what is written behind it
      const auto size = write(input, data.data(), room);
      ASSERT_LE(size, room);
      const auto again = parse<TypeParam>(data.data(), size);
      ASSERT_LE(again.steps.size(), input.steps.size());
      ASSERT_TRUE(std::equal(again.steps.begin(), again.steps.end(), input.steps.begin()));
      ASSERT_LE(mutate<TypeParam>(data.data(), size, room, seed, change_bytes), room);
    }
  }
}

TEST(FuzzInput, any_bytes_are_an_input) {
  const std::string text(
      "Transmit_Ping_EchoRequest\r\nNo_Such_Statecall\n\xff\xfe\nReceive_Ping_EchoReply\n\nx\n\ny");
  const auto* data = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto input = parse<ping::Policy>(data, text.size());
  EXPECT_EQ(input.steps, (std::vector{ping::Statecall::Transmit_Ping_EchoRequest,
                                      ping::Statecall::Receive_Ping_EchoReply}));
  EXPECT_EQ(std::string(input.payload.begin(), input.payload.end()), "x\n\ny");
  std::mt19937 random(11);
  for (int round = 0; round < 500; ++round) {
    std::vector<std::uint8_t> bytes(random() % 300);
    for (auto& b : bytes) b = static_cast<std::uint8_t>(random() % 3 == 0 ? '\n' : random());
    EXPECT_LE(parse<ping::Policy>(bytes.data(), bytes.size()).payload.size(), bytes.size());
  }
  EXPECT_TRUE(parse<ping::Policy>(nullptr, 0).steps.empty());
}

TEST(FuzzInput, a_payload_never_runs_dry) {
  const std::uint8_t bytes[] = {1, 2, 3, 4, 5};
  Payload payload(bytes, sizeof bytes);
  EXPECT_EQ(payload.byte(), 1);
  EXPECT_EQ(payload.below(1), 0U);  // costs nothing
  EXPECT_EQ(payload.below(1000), (2U << 8U | 3U) % 1000U);
  EXPECT_EQ(payload.bytes(10).size(), 2U);
  EXPECT_EQ(payload.left(), 0U);
  EXPECT_EQ(payload.byte(), 0);
  EXPECT_EQ(payload.below(0xffffffffU), 0U);
  EXPECT_TRUE(payload.bytes(3).empty());
}

TEST(FuzzCoverage, new_places_are_counted_and_counters_do_not_wrap) {
  const auto touched = [] {
    return std::count_if(std::begin(counters), std::end(counters),
                         [](std::uint8_t c) { return c != 0; });
  };
  std::fill(std::begin(counters), std::end(counters), std::uint8_t{0});
  spl::rt::Monitor<ping::Policy, Coverage> monitor;
  monitor.tick(ping::Statecall::Transmit_Ping_EchoRequest);
  EXPECT_EQ(touched(), 1);
  monitor.tick(ping::Statecall::Notify_Ping_Timeout);
  EXPECT_EQ(touched(), 2);
  for (int i = 0; i < 300; ++i) monitor.tick(ping::Statecall::Notify_Ping_Timeout);  // refused
  EXPECT_EQ(touched(), 3);
  EXPECT_EQ(*std::max_element(std::begin(counters), std::end(counters)), 0xff);
}

// A program that takes everything, and one that takes nothing.
struct Yes {
  bool step(ping::Statecall, Payload&) { return true; }
};
struct No {
  bool step(ping::Statecall, Payload&) { return false; }
};

TEST(FuzzRun, tells_what_is_wrong_and_where) {
  const std::string text = "Transmit_Ping_EchoRequest\nTransmit_Ping_EchoRequest\n";
  const auto* data = reinterpret_cast<const std::uint8_t*>(text.data());
  Yes yes;
  EXPECT_DEATH(run<ping::Policy>(data, text.size(), yes),
               "takes what the policy refuses(.|\n)*2  Transmit_Ping_EchoRequest");
  No no;
  EXPECT_DEATH(run<ping::Policy>(data, text.size(), no),
               "refuses what the policy accepts(.|\n)*1  Transmit_Ping_EchoRequest");
  run<ping::Policy>(data, text.size(), no, Law::takes_no_more);
}

}  // namespace
