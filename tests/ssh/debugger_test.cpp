// From a source to the debugger's process and what it makes of it: through a socket pair as it is
// between them, and as a hostile source would have it.
#include <gmock/gmock.h>
#include <sys/socket.h>

#include <random>

#include "control/channel.hpp"
#include "debug/process.hpp"
#include "debug/reporter.hpp"
#include "debugger/collector.hpp"

namespace ssh::debugger {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Hall : public Audience {
 public:
  void begin(Subject subject, std::optional<Subject> parent, const record::Begin& begin) override {
    say("begin", subject, parent ? std::to_string(*parent) : "-", begin.title, begin.seen);
    states = begin.states;
  }
  void step(Subject subject, const record::Step& step) override {
    ++steps;
    say("step", subject, step.number, step.statecall, int(step.verdict));
    states = step.states;
  }
  void refused(Subject subject, const PolicyFacts& policy,
               const record::Refused& refused) override {
    say("refused", subject, refused.number, policy.name, refused.text.size());
  }
  void end(Subject subject, const std::string& reason) override { say("end", subject, reason); }
  void dropped(std::uint64_t count) override { lost += count; }

  std::vector<std::string> take() { return std::exchange(told, {}); }

  std::vector<std::string> told;
  std::vector<std::uint32_t> states;
  std::uint64_t lost = 0, steps = 0;

 private:
  template <typename... T>
  void say(const T&... words) {
    std::string line;
    ((line += (line.empty() ? "" : " ") + text(words)), ...);
    told.push_back(line);
  }
  static std::string text(const std::string& t) { return t; }
  static std::string text(std::string_view t) { return std::string(t); }
  static std::string text(const char* t) { return t; }
  template <typename N>
  static std::string text(const N& number) {
    return std::to_string(number);
  }
};

std::vector<std::uint32_t> zeros(Policy policy) {
  return std::vector<std::uint32_t>(facts(policy).automata, 0);
}

class Followed : public testing::Test {
 protected:
  Followed() {
    auto pair = host::Channel::make_pair();
    reporter_.emplace(std::move(pair->first));
    other_ = std::move(pair->second);
  }
  void watch(bool on) {
    const std::uint8_t what = on ? kWatched : kUnwatched;
    ASSERT_EQ(::send(other_.get(), &what, 1, MSG_DONTWAIT), 1);
    EXPECT_TRUE(reporter_->receive());
    EXPECT_EQ(reporter_->watching(), on);
  }
  /// Everything that the socket holds; how many datagrams.
  int collect() {
    int count = 0;
    Bytes buffer(2 * kLargestDatagram);
    for (ssize_t got = 0;
         (got = ::recv(other_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0; ++count) {
      EXPECT_LE(static_cast<std::size_t>(got), kLargestDatagram);
      const auto taken = collector_.take(ByteView(buffer).first(static_cast<std::size_t>(got)));
      EXPECT_TRUE(taken) << taken.error().text;
    }
    return count;
  }
  void begin(std::uint64_t connection, std::uint64_t seen = 0) {
    ReportingTap(*reporter_, connection, "c" + std::to_string(connection))
        .begin(0, seen, zeros(Policy::ssh));
  }
  void step(std::uint64_t connection, std::uint64_t number) {
    const auto states = zeros(Policy::ssh);
    reporter_->step(connection, {0, number, 1, Tap::Verdict::accepted, states});
  }

  host::UniqueFd other_;
  std::optional<Reporter> reporter_;
  Hall hall_;
  std::uint64_t next_ = 1;
  Collector collector_{hall_, next_};
};

TEST_F(Followed, NothingIsToldWhileNobodyLooks) {
  begin(1);
  step(1, 1);
  reporter_->end({1, 0}, "x");
  reporter_->flush();
  EXPECT_EQ(collect(), 0);
}

TEST_F(Followed, WhatIsToldArrivesInOrder) {
  watch(true);
  int pending = 0;
  reporter_->when_pending([&] { ++pending; });
  ReportingTap tap(*reporter_, 5, "connection 5");
  tap.begin(0, 0, zeros(Policy::ssh));
  tap.step({0, 1, 3, Tap::Verdict::accepted, zeros(Policy::ssh)});
  tap.begin(1, 0, zeros(Policy::channel));
  tap.step({1, 1, 2, Tap::Verdict::refused, zeros(Policy::channel)});
  const std::uint32_t automata[] = {0}, expected[] = {0, 1};
  tap.refused({1, 1, "because", automata, expected});
  tap.end(1);
  reporter_->end({5, 0}, "goodbye");
  EXPECT_EQ(pending, 1) << "once for all that comes in a turn";
  reporter_->flush();
  EXPECT_FALSE(reporter_->wants_to_write());
  EXPECT_EQ(collect(), 1);
  EXPECT_THAT(hall_.take(), ElementsAre("begin 1 - connection 5 0", "step 1 1 3 0",
                                        "begin 2 1 channel 1 of connection 5 0", "step 2 1 2 2",
                                        "refused 2 1 channel 7", "end 2 both ends have closed it",
                                        "end 1 goodbye"));
  EXPECT_EQ(collector_.subjects(), 0U);
}

TEST_F(Followed, TheEndOfAConnectionIsThatOfItsChannels) {
  watch(true);
  ReportingTap one(*reporter_, 1, "one"), two(*reporter_, 2, "two");
  for (auto* tap : {&one, &two}) {
    tap->begin(0, 0, zeros(Policy::ssh));
    tap->begin(1, 0, zeros(Policy::channel));
    tap->begin(2, 0, zeros(Policy::channel));
  }
  reporter_->end({1, 0}, "gone");
  reporter_->flush();
  collect();
  EXPECT_EQ(collector_.subjects(), 3U);
  collector_.end_all("the worker has ended");
  EXPECT_EQ(collector_.subjects(), 0U);
  EXPECT_THAT(hall_.told, testing::Contains(HasSubstr("the worker has ended")).Times(3));
}

TEST_F(Followed, WhatDoesNotFitIsCountedAndToldLater) {
  watch(true);
  begin(1);
  constexpr std::uint64_t kSteps = 60'000;
  for (std::uint64_t i = 1; i <= kSteps; ++i) {
    step(1, i);
    if (i % 100 == 0) reporter_->flush();
  }
  EXPECT_TRUE(reporter_->wants_to_write());
  while (reporter_->wants_to_write()) {
    collect();
    reporter_->flush();
  }
  reporter_->flush();
  collect();
  EXPECT_GT(hall_.lost, 0U);
  EXPECT_EQ(hall_.lost + hall_.steps, kSteps) << "each is told or counted";
  hall_.take();
  step(1, kSteps + 1);
  reporter_->flush();
  collect();
  EXPECT_THAT(hall_.take(), ElementsAre("step 1 60001 1 0"));
}

TEST_F(Followed, BeginningsThatDoNotFitAreToldAgain) {
  watch(true);
  begin(1);
  begin(2);
  reporter_->flush();
  collect();
  // A flood of subjects, nobody reads.
  for (std::uint64_t i = 10; i < 60'000; ++i) {
    begin(i);
    reporter_->end({i, 0}, "x");
  }
  reporter_->end({2, 0}, "not told");
  begin(3);
  reporter_->flush();
  EXPECT_FALSE(reporter_->lost_sight()) << "not before there is room";
  while (reporter_->wants_to_write()) {
    collect();
    reporter_->flush();
  }
  ASSERT_TRUE(reporter_->lost_sight());
  collect();
  hall_.take();
  reporter_->tell_all([&] {
    begin(1, 4);
    begin(3);
  });
  reporter_->flush();
  collect();
  const auto told = hall_.take();
  EXPECT_THAT(told, testing::Contains("begin 1 - c1 4")) << "the same subject as before";
  EXPECT_THAT(told, testing::Contains(HasSubstr("c3")));
  EXPECT_THAT(told, testing::Contains("end 2 it has ended while there was no room to tell so"));
  EXPECT_EQ(collector_.subjects(), 2U);
  EXPECT_FALSE(reporter_->lost_sight());
}

TEST_F(Followed, DetachedAndAttachedAgain) {
  watch(true);
  begin(1);
  step(1, 1);
  watch(false);
  reporter_->flush();
  EXPECT_EQ(collect(), 0) << "what nobody looks at any more is not sent";
  watch(true);
  begin(1, 7);
  step(1, 8);
  reporter_->flush();
  collect();
  EXPECT_THAT(hall_.take(), ElementsAre("begin 1 - c1 7", "step 1 8 1 0"));
}

TEST_F(Followed, AProcessThatHasGone) {
  watch(true);
  begin(1);
  other_.reset();
  reporter_->flush();
  EXPECT_TRUE(reporter_->gone());
  EXPECT_FALSE(reporter_->watching());
  EXPECT_FALSE(reporter_->wants_to_write());
  step(1, 1);
  reporter_->flush();
}

TEST_F(Followed, AProcessThatHasGoneIsHeardOf) {
  other_.reset();
  EXPECT_TRUE(reporter_->receive());
  EXPECT_TRUE(reporter_->gone());
}

// Hostile sources.

class HostileSource : public testing::Test {
 protected:
  Result<void> take(ByteView bytes) { return collector_.take(bytes); }
  std::string why(ByteView bytes) {
    const auto taken = take(bytes);
    return taken ? "" : taken.error().text;
  }
  static Bytes begin(record::Begin begin = {{1, 0}, Policy::ssh, 0, "t", zeros(Policy::ssh)}) {
    Bytes bytes;
    write_record(bytes, begin);
    return bytes;
  }
  static Bytes step(std::uint64_t number, std::uint32_t statecall = 0,
                    std::vector<std::uint32_t> states = zeros(Policy::ssh), std::int64_t time = 1) {
    Bytes bytes;
    write_step(bytes, 1, time, {0, number, statecall, Tap::Verdict::accepted, states});
    return bytes;
  }

  Hall hall_;
  std::uint64_t next_ = 1;
  Collector collector_{hall_, next_};
};

TEST_F(HostileSource, NumbersThatThePolicyDoesNotHave) {
  const auto& ssh = facts(Policy::ssh);
  ASSERT_TRUE(take(begin()));
  EXPECT_THAT(why(step(1, ssh.statecalls)), HasSubstr("a statecall that"));
  auto states = zeros(Policy::ssh);
  states.push_back(0);
  EXPECT_THAT(
      Collector(hall_, next_).take(begin({{1, 0}, Policy::ssh, 0, "", states})).error().text,
      HasSubstr("a state that"));
  states.resize(ssh.automata);
  states.back() = 1'000'000;
  EXPECT_THAT(
      Collector(hall_, next_).take(begin({{1, 0}, Policy::ssh, 0, "", states})).error().text,
      HasSubstr("a state that"));
  states.back() = Tap::kUnknownState;
  EXPECT_FALSE(Collector(hall_, next_).take(begin({{1, 0}, Policy::ssh, 0, "", states})));
  EXPECT_THAT(hall_.told, testing::SizeIs(1));
}

TEST_F(HostileSource, StepsOutOfOrderAndTimesThatAreNone) {
  ASSERT_TRUE(take(begin()));
  ASSERT_TRUE(take(step(5)));
  EXPECT_THAT(why(step(5)), HasSubstr("out of order"));
  for (const std::int64_t time : {std::int64_t{-1}, std::numeric_limits<std::int64_t>::max()}) {
    Collector other(hall_, next_);
    ASSERT_TRUE(other.take(begin()));
    EXPECT_FALSE(other.take(step(1, 0, zeros(Policy::ssh), time)));
  }
  Collector other(hall_, next_);
  ASSERT_TRUE(other.take(begin()));
  EXPECT_FALSE(other.take(step(1ULL << 53U)));
  EXPECT_FALSE(take(step(6))) << "once wrong, not heard any more";
}

TEST_F(HostileSource, RefusalsOfWhatThereIsNot) {
  ASSERT_TRUE(take(begin()));
  const std::uint32_t none[] = {facts(Policy::ssh).statecalls};
  const std::uint32_t zero[] = {0};
  Bytes bytes;
  write_refusal(bytes, 1, {0, 1, "t", zero, none});
  EXPECT_THAT(why(bytes), HasSubstr("a refusal"));
}

TEST_F(HostileSource, SubjectsThatNobodyKnows) {
  ASSERT_TRUE(take(step(1)));
  Bytes bytes;
  write_record(bytes, record::End{{9, 0}, "x"});
  write_record(bytes, record::Told{});
  ASSERT_TRUE(take(bytes));
  EXPECT_THAT(hall_.told, IsEmpty());
}

TEST_F(HostileSource, MoreSubjectsThanThereMayBe) {
  for (std::uint64_t i = 0; i < Collector::kMostSubjects + 10; ++i) {
    ASSERT_TRUE(take(begin({{i, 0}, Policy::ssh, 0, "t", zeros(Policy::ssh)})));
  }
  EXPECT_EQ(collector_.subjects(), Collector::kMostSubjects);
  Bytes bytes;
  const auto states = zeros(Policy::ssh);
  write_step(bytes, Collector::kMostSubjects + 5, 1, {0, 1, 0, Tap::Verdict::accepted, states});
  ASSERT_TRUE(take(bytes));
  EXPECT_EQ(hall_.lost, 1U);
}

TEST_F(HostileSource, EveryBeginningOfADatagramIsOne) {
  Bytes whole = begin();
  append(whole, step(1));
  write_record(whole, record::End{{1, 0}, "reason"});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Hall hall;
    Collector collector(hall, next_);
    const bool boundary =
        size == 0 || size == begin().size() || size == begin().size() + step(1).size();
    EXPECT_EQ(collector.take(ByteView(whole).first(size)).has_value(), boundary) << size;
  }
  EXPECT_FALSE(take(Bytes(kLargestDatagram + 1, 7)));
}

TEST_F(HostileSource, LongTextsAreCutByThoseThatWriteAndRefusedByThoseThatRead) {
  ASSERT_TRUE(take(begin({{1, 0}, Policy::ssh, 0, std::string(5000, 't'), zeros(Policy::ssh)})));
  Bytes bytes;
  write_refusal(bytes, 1, {0, 1, std::string(100'000, 'x'), {}, {}});
  ASSERT_TRUE(take(bytes));
  EXPECT_EQ(hall_.told.back(), "refused 1 1 ssh 8192");
  // One byte more.
  bytes.clear();
  write_record(bytes, record::End{{1, 0}, std::string(kLongestReason, 'r')});
  bytes[1 + 8 + 4 + 3] += 1;
  bytes.push_back('r');
  EXPECT_FALSE(take(bytes));
}

TEST_F(HostileSource, AnyBytes) {
  std::minstd_rand random(7);
  Bytes good = begin();
  append(good, step(1));
  write_record(good, record::Again{});
  write_record(good, record::Lost{3});
  write_refusal(good, 1, {0, 1, "text", {}, {}});
  int taken = 0;
  for (int round = 0; round < 20'000; ++round) {
    Bytes bytes = good;
    for (int i = 0; i < 3; ++i) {
      bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
    }
    Collector collector(hall_, next_);
    taken += collector.take(bytes) ? 1 : 0;
  }
  EXPECT_GT(taken, 100);
  EXPECT_LT(taken, 19'900);
}

TEST(DebuggerProcess, MessagesOfTheMonitorReturn) {
  const auto setup = decode(encode(debugger::Setup{"token", "title", "1.2.3", true}));
  ASSERT_TRUE(setup);
  EXPECT_EQ(std::get<debugger::Setup>(*setup).token, "token");
  EXPECT_TRUE(std::get<debugger::Setup>(*setup).any_host);
  const auto source = decode(encode(Source{"worker 3"}));
  EXPECT_EQ(std::get<Source>(*source).name, "worker 3");
  Bytes bytes = encode(Source{"worker 3"});
  bytes.pop_back();
  EXPECT_FALSE(decode(bytes));
  EXPECT_FALSE(decode({}));
}

}  // namespace
}  // namespace ssh::debugger
