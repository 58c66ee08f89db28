// Checks on a thread of their own, with checks that the tests hold up. Nothing here waits for time
// to pass: only for what the other thread does.
#include <poll.h>

#include <future>
#include <latch>
#include <stdexcept>

#include "driver/check_worker.hpp"
#include "language_server/analysis.hpp"
#include "support.hpp"

namespace spl::driver {
namespace {

using lsp::test::Editor;

lsp::CheckJob job(std::int64_t id) {
  return {id, "/p/a.spl", nullptr};
}

/// Waits until there is something to take.
std::optional<CheckWorker::Done> next(CheckWorker& worker) {
  for (;;) {
    pollfd watched{worker.descriptor(), POLLIN, 0};
    static_cast<void>(::poll(&watched, 1, -1));
    if (auto done = worker.take()) return done;
  }
}

TEST(CheckWorker, HoversAreAnsweredWhileACheckIsHeldUp) {
  std::latch begun(1);
  std::latch go_on(1);
  CheckWorker worker([&](const lsp::CheckJob& wanted, const std::atomic<bool>& stop) {
    begun.count_down();
    go_on.wait();
    return lsp::run_check(wanted, stop);
  });
  Editor e;
  e.initialize();
  e.hold = true;
  e.open("file:///p/a.spl", "automaton a() { Ping }\n");
  e.rest();
  worker.start(*e.check);
  begun.wait();
  EXPECT_FALSE(e.result("textDocument/hover", Editor::at("file:///p/a.spl", 0, 2)).is_null());
  // The text changes while the check reads what it was.
  e.open("file:///p/a.spl", "automaton b() { Pong }\n", 2);
  EXPECT_FALSE(worker.take());
  go_on.count_down();
  const auto done = next(worker);
  ASSERT_TRUE(done);
  EXPECT_TRUE(e.server.checked(done->id, done->analysis).messages.empty()) << "of an old text";
  e.rest();
  worker.start(*e.check);
  const auto newer = next(worker);
  e.take(e.server.checked(newer->id, newer->analysis));
  EXPECT_EQ(e.codes("file:///p/a.spl"), std::vector<std::string>{"SPL0007"});
  EXPECT_EQ(e.published["file:///p/a.spl"].at("version"), 2);
}

TEST(CheckWorker, TheNewestWinsAndTheOthersAreStoppedOrNeverBegun) {
  std::latch begun(1);
  std::vector<std::int64_t> ran;  // by the worker's thread, until it is done with the last
  CheckWorker worker([&](const lsp::CheckJob& wanted, const std::atomic<bool>& stop) {
    ran.push_back(wanted.id);
    if (wanted.id == 1) {
      begun.count_down();
      while (!stop) std::this_thread::yield();
    }
    return std::make_shared<const lsp::Analysis>();
  });
  worker.start(job(1));
  begun.wait();
  worker.start(job(2));
  worker.start(job(3));
  EXPECT_EQ(next(worker)->id, 3);
  EXPECT_TRUE(ran == (std::vector<std::int64_t>{1, 3}) ||
              ran == (std::vector<std::int64_t>{1, 2, 3}));
  EXPECT_FALSE(worker.take());
}

TEST(CheckWorker, WhatIsStoppedIsNotTold) {
  CheckWorker worker([](const lsp::CheckJob& wanted, const std::atomic<bool>& stop) {
    while (wanted.id == 1 && !stop) std::this_thread::yield();
    return std::make_shared<const lsp::Analysis>();
  });
  worker.start(job(1));
  worker.stop();
  worker.start(job(2));
  pollfd watched{worker.descriptor(), POLLIN, 0};
  static_cast<void>(::poll(&watched, 1, -1));
  worker.stop();  // though it is done
  EXPECT_FALSE(worker.take());
}

TEST(CheckWorker, LeavingStopsWhatIsUnderWay) {
  std::promise<void> stopped;
  {
    std::latch begun(1);
    CheckWorker worker([&](const lsp::CheckJob&, const std::atomic<bool>& stop) {
      begun.count_down();
      while (!stop) std::this_thread::yield();
      stopped.set_value();
      return std::shared_ptr<const lsp::Analysis>();
    });
    worker.start(job(1));
    begun.wait();
    worker.start(job(2));
  }
  stopped.get_future().get();
  const CheckWorker idle;
  EXPECT_EQ(idle.descriptor(), -1);
}

TEST(CheckWorker, WhatACheckThrowsItsOwnerThrows) {
  CheckWorker worker(
      [](const lsp::CheckJob&, const std::atomic<bool>&) -> std::shared_ptr<const lsp::Analysis> {
        throw std::runtime_error("no memory");
      });
  worker.start(job(1));
  pollfd watched{worker.descriptor(), POLLIN, 0};
  static_cast<void>(::poll(&watched, 1, -1));
  EXPECT_THROW(static_cast<void>(worker.take()), std::runtime_error);
}

}  // namespace
}  // namespace spl::driver
