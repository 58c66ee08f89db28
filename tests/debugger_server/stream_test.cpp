// The stream of events, over the loopback.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>

#include "support.hpp"

namespace spl::debug::test {
namespace {

using std::chrono::milliseconds;

bool is(const std::string& event, const std::string& type) {
  return event.starts_with("{\"type\":\"" + type + "\"");
}

/// The count of a "dropped" event.
std::uint64_t count_of(const std::string& event) {
  return std::stoull(event.substr(event.find("\"count\":") + 8));
}

/// The items of a "steps" event.
std::uint64_t items_of(const std::string& event) {
  std::uint64_t items = 0;
  for (auto at = event.find("]]"); at != event.npos; at = event.find("]]", at + 1)) ++items;
  return items - 1;  // the end of all has one more
}

TEST(Stream, BeginsWithHelloAndTellsWhatHappens) {
  RunningServer server;
  Client reader(server.port());
  open_stream(reader, server);
  const auto hello = reader.event();
  EXPECT_TRUE(is(hello, "hello")) << hello;
  EXPECT_NE(hello.find(R"("mode":"live","title":"a \"title\"","version":"1.2.3",)"
                       R"("policies":["ping"],"main_policy":"ping","capabilities":[])"),
            hello.npos)
      << hello;
  server.call([](Server& s) {
    s.begin(subject(7));
    s.step(step(7, 1));
    s.step(step(7, 2));
    auto refused = step(7, 3);
    refused.verdict = Verdict::refused;
    s.step(refused);
    s.refusal({7, 3, "why\nnot", {"main"}, {"A", "B"}});
    s.unknown_step({7, 4, 99, "Receive_\xff"});
    s.undone(7, 2);
    (void)s.situation("ping", 0, 5, "{}");
    s.disagreement(7, 2, "they differ");
    s.verdict({7, "safe", "never", 1, true});
    s.dropped(12);
    s.end(7, "closed");
  });
  for (
      const char* expected :
      {R"({"type":"subject","id":7,"policy":"ping","title":"connection 7","parent":null,"from_start":true,"seen":0,"states":[0]})",
       R"({"type":"steps","items":[[7,1,0,1,0,[1]],[7,2,0,1,0,[2]],[7,3,0,1,2,[0]]]})",
       R"({"type":"refusal","subject":7,"number":3,"text":"why\nnot","automata":["main"],"expected":["A","B"]})",
       "{\"type\":\"unknown_step\",\"subject\":7,\"number\":4,\"time_us\":99,\"name\":"
       "\"Receive_\xef\xbf\xbd\"}",
       R"({"type":"undone","subject":7,"number":2})",
       R"({"type":"situation","policy":"ping","automaton":0,"id":5,"situation":{}})",
       R"({"type":"disagreement","subject":7,"number":2,"text":"they differ"})",
       R"({"type":"verdict","subject":7,"property":"safe","text":"never","loop_start":1,"bad":true})",
       R"({"type":"dropped","count":12,"where":"source"})",
       R"({"type":"end","subject":7,"reason":"closed"})"}) {
    EXPECT_EQ(reader.event(), expected);
  }
}

TEST(Stream, ALateReaderHasTheHistoryAndNothingTwice) {
  RunningServer server;
  Client early(server.port());
  open_stream(early, server);
  const auto hello = early.event();
  server.call([](Server& s) {
    s.begin(subject(1));
    s.step(step(1, 1));
  });
  Client late(server.port());
  open_stream(late, server);
  server.call([](Server& s) { s.step(step(1, 2)); });
  EXPECT_EQ(late.event(), hello);  // the same session
  EXPECT_TRUE(is(late.event(), "subject"));
  EXPECT_EQ(late.event(), R"({"type":"steps","items":[[1,1,0,1,0,[1]]]})");
  EXPECT_EQ(late.event(), R"({"type":"steps","items":[[1,2,0,1,0,[2]]]})");
  EXPECT_TRUE(is(early.event(), "subject"));
  EXPECT_EQ(early.event(), R"({"type":"steps","items":[[1,1,0,1,0,[1]]]})");
  EXPECT_EQ(early.event(), R"({"type":"steps","items":[[1,2,0,1,0,[2]]]})");
}

TEST(Stream, ALateReaderHasWhatIsSaidOfStepsAndNotWhatWasTakenBack) {
  RunningServer server;
  server.call([](Server& s) {
    s.begin(subject(7));
    s.step(step(7, 1));
    s.refusal({7, 1, "why", {"main"}, {}});
    s.unknown_step({7, 2, 99, "Strange"});
    s.step(step(7, 3));
    s.step(step(7, 4));
    s.undone(7, 3);
    s.disagreement(7, 3, "they differ");
    s.end(7, "closed");
  });
  Client late(server.port());
  open_stream(late, server);
  EXPECT_TRUE(is(late.event(), "hello"));
  EXPECT_TRUE(is(late.event(), "subject"));
  for (
      const char* expected :
      {R"({"type":"steps","items":[[7,1,0,1,0,[1]]]})",
       R"({"type":"refusal","subject":7,"number":1,"text":"why","automata":["main"],"expected":[]})",
       R"({"type":"unknown_step","subject":7,"number":2,"time_us":99,"name":"Strange"})",
       R"({"type":"steps","items":[[7,3,0,1,0,[0]]]})",
       R"({"type":"disagreement","subject":7,"number":3,"text":"they differ"})",
       R"({"type":"end","subject":7,"reason":"closed"})"}) {
    EXPECT_EQ(late.event(), expected);
  }
}

TEST(Stream, ASituationThatIsNotKeptIsNotTold) {
  ServerOptions options;
  options.limits.situations = 1;
  RunningServer server(options);
  Client reader(server.port());
  open_stream(reader, server);
  EXPECT_TRUE(is(reader.event(), "hello"));
  server.call([](Server& s) {
    EXPECT_TRUE(s.situation("ping", 0, 0, "{}"));
    EXPECT_FALSE(s.situation("ping", 0, 1, "{}"));
    s.dropped(1);
  });
  EXPECT_TRUE(is(reader.event(), "situation"));
  EXPECT_TRUE(is(reader.event(), "dropped"));
}

TEST(Stream, AReaderThatMissesWhatNobodyMayMissIsEnded) {
  ServerOptions options;
  options.limits.queue_bytes = 1000;
  RunningServer server(options);
  Client slow(server.port(), 4096);
  open_stream(slow, server);
  EXPECT_TRUE(is(slow.event(), "hello"));
  server.call([](Server& s) {
    for (int i = 0; i < 20; ++i) s.disagreement(1, 1, std::string(100'000, 'x'));
    s.end(1, "over");
  });
  std::string event;
  while (!(event = slow.event()).empty()) EXPECT_FALSE(is(event, "end")) << "it has missed nothing";
  EXPECT_TRUE(slow.closed());
}

TEST(Stream, BunchesAreBounded) {
  ServerOptions options;
  options.limits.flush = std::chrono::minutes(10);
  RunningServer server(options);
  Client reader(server.port());
  open_stream(reader, server);
  EXPECT_TRUE(is(reader.event(), "hello"));
  constexpr std::uint64_t kSteps = 20'000;  // some 400 KB
  server.call([](Server& s) {
    for (std::uint64_t n = 1; n <= kSteps; ++n) s.step(step(1, n));
    s.stop();
  });
  std::uint64_t received = 0;
  for (auto event = reader.event(); !event.empty(); event = reader.event()) {
    EXPECT_LT(event.size(), 66'000U);
    received += items_of(event);
  }
  EXPECT_EQ(received, kSteps);
}

TEST(Stream, ReadersAreBounded) {
  ServerOptions options;
  options.limits.readers = 1;
  RunningServer server(options);
  Client first(server.port());
  open_stream(first, server);
  EXPECT_TRUE(is(first.event(), "hello"));
  EXPECT_EQ(request(server, "GET", RunningServer::path("api/stream")).status, 503);
}

TEST(Stream, ASlowReaderLosesStepsAndIsTold) {
  ServerOptions options;
  options.limits.queue_bytes = 64U << 10U;
  options.limits.flush = milliseconds(1);
  options.limits.stalled = std::chrono::minutes(10);  // slow, but not that slow
  RunningServer server(options);
  // Room for whole segments: who takes less than one at a time counts as one who takes nothing.
  Client slow(server.port(), 256 << 10);
  open_stream(slow, server);
  EXPECT_TRUE(is(slow.event(), "hello"));
  constexpr std::uint64_t kSteps = 500'000;  // some 10 MB: more than the kernel holds
  constexpr std::uint64_t kAtOnce = 10'000;
  std::uint64_t received = 0;
  std::uint64_t dropped = 0;
  const auto read = [&] {
    const auto event = slow.event();
    if (is(event, "steps")) received += items_of(event);
    if (is(event, "dropped")) dropped += count_of(event);
    return event;
  };
  for (std::uint64_t n = 0; n < kSteps; n += kAtOnce) {
    server.call([n](Server& s) {
      for (std::uint64_t i = 1; i <= kAtOnce; ++i) s.step(step(1, n + i));
    });
    // Now and then: the kernel gives up who takes nothing for half a minute, and a machine that has
    // other things to do needs longer for all of this.
    for (int i = 0; i < 4 && n % (5 * kAtOnce) == 4 * kAtOnce; ++i) {
      ASSERT_FALSE(read().empty()) << "the stream ended";
    }
  }
  server.call([](Server& s) { s.end(1, "over"); });
  std::string event;
  while (!is(event = read(), "end")) ASSERT_FALSE(event.empty()) << "the stream ended";
  EXPECT_GT(dropped, 0U);
  EXPECT_EQ(received + dropped, kSteps);
}

TEST(Stream, AReaderThatTakesNothingIsCutOff) {
  ServerOptions options;
  options.limits.stalled = milliseconds(100);
  options.limits.linger = milliseconds(0);
  options.limits.flush = milliseconds(1);
  RunningServer server(options);
  Client stalled(server.port(), 4096);
  open_stream(stalled, server);
  const auto begin = std::chrono::steady_clock::now();
  while (server.call([](Server& s) {
    for (std::uint64_t i = 1; i <= 10'000; ++i) s.step(step(1, i));
    return s.attached();
  })) {
    ASSERT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
  }
}

TEST(Stream, AttachmentIsTold) {
  ServerOptions options;
  options.limits.linger = milliseconds(20);
  RunningServer server(options);
  std::promise<void> came;
  std::promise<void> went;
  server.call([&](Server& s) {
    EXPECT_FALSE(s.attached());
    s.on_attachment([&](bool attached) { (attached ? came : went).set_value(); });
  });
  {
    Client first(server.port());
    open_stream(first, server);
    came.get_future().wait();
    Client second(server.port());
    open_stream(second, server);
    EXPECT_TRUE(is(second.event(), "hello"));
  }
  went.get_future().wait();
  EXPECT_FALSE(server.call([](Server& s) { return s.attached(); }));
}

TEST(Stream, SilenceIsFilledWithComments) {
  ServerOptions options;
  options.limits.keep_alive = milliseconds(10);
  RunningServer server(options);
  Client reader(server.port());
  open_stream(reader, server);
  EXPECT_TRUE(is(reader.event(), "hello"));
  EXPECT_EQ(reader.receive_until("\n\n"), ":\n\n");
  EXPECT_EQ(reader.receive_until("\n\n"), ":\n\n");
  server.call([](Server& s) { s.dropped(3); });
  EXPECT_TRUE(is(reader.event(), "dropped"));
}

TEST(Stream, AReaderThatTalksIsEnded) {
  RunningServer server;
  Client reader(server.port());
  open_stream(reader, server);
  reader.send(std::string(1U << 20U, 'x'));
  reader.receive_all();
  EXPECT_TRUE(reader.closed());
}

TEST(Stream, StopSendsTheRestAndEnds) {
  RunningServer server;
  Client reader(server.port());
  open_stream(reader, server);
  EXPECT_TRUE(is(reader.event(), "hello"));
  server.call([](Server& s) {
    s.begin(subject(1));
    for (std::uint64_t i = 1; i <= 100; ++i) s.step(step(1, i));
    s.stop();
  });
  EXPECT_TRUE(is(reader.event(), "subject"));
  EXPECT_EQ(items_of(reader.event()), 100U);
  EXPECT_EQ(reader.event(), "");
}

TEST(Stream, ADestroyedServerClosesAll) {
  auto server = std::make_unique<RunningServer>();
  Client reader(server->port());
  open_stream(reader, *server);
  Client idle(server->port());
  server.reset();
  reader.receive_all();
  EXPECT_TRUE(reader.closed());
  idle.receive_all();
  EXPECT_TRUE(idle.closed());
}

// A figure, not a promise: how long 1,000 statecalls of 5 automata take the server's thread with
// four readers.
TEST(Stream, Throughput) {
  RunningServer server;
  std::vector<std::unique_ptr<Client>> readers;
  for (int i = 0; i < 4; ++i) {
    readers.push_back(std::make_unique<Client>(server.port()));
    open_stream(*readers.back(), server);
    EXPECT_TRUE(is(readers.back()->event(), "hello"));
  }
  server.call([](Server& s) { s.begin(subject(1)); });
  constexpr std::uint64_t kSteps = 20'000;
  std::chrono::nanoseconds busy{0};
  for (std::uint64_t n = 0; n < kSteps; n += 100) {
    server.call([&](Server& s) {
      const auto begin = std::chrono::steady_clock::now();
      for (std::uint64_t i = 1; i <= 100; ++i) {
        s.step({1, n + i, 1'700'000'000'000'000, 50, Verdict::accepted, {1, 2, 3, 4, 5}});
      }
      busy += std::chrono::steady_clock::now() - begin;
    });
  }
  server.call([](Server& s) { s.end(1, "over"); });
  for (auto& reader : readers) {
    std::uint64_t received = 0;
    std::string event;
    while (!is(event = reader->event(), "end")) {
      ASSERT_FALSE(event.empty());
      EXPECT_FALSE(is(event, "dropped"));
      if (is(event, "steps")) received += items_of(event);
    }
    EXPECT_EQ(received, kSteps);
  }
  std::printf("1,000 steps: %.2f ms of the caller's time\n",
              std::chrono::duration<double, std::milli>(busy).count() * 1000 / kSteps);
}

}  // namespace
}  // namespace spl::debug::test
