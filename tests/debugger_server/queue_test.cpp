// A reader's queue: what is dropped, and that it is told where it was.
#include <gtest/gtest.h>

#include "web/reader_queue.hpp"

namespace spl::debug::web {
namespace {

ChunkPtr steps(std::size_t bytes, std::uint64_t count) {
  return std::make_shared<const Chunk>(Chunk{std::string(bytes, 's'), count});
}
ChunkPtr control(std::size_t bytes) {
  return steps(bytes, 0);
}
std::string taken(ReaderQueue& queue) {
  const auto chunk = queue.take();
  return chunk ? chunk->text : "nothing";
}

TEST(ReaderQueue, KeepsTheOrder) {
  ReaderQueue queue(100);
  EXPECT_TRUE(queue.empty());
  EXPECT_TRUE(queue.offer(steps(3, 1)));
  EXPECT_TRUE(queue.offer(control(5)));
  queue.begin_with({control(7)});
  EXPECT_EQ(taken(queue).size(), 7U);
  EXPECT_EQ(taken(queue).size(), 3U);
  EXPECT_EQ(taken(queue).size(), 5U);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.take(), nullptr);
}

TEST(ReaderQueue, TellsWhatIsLostWhereItWas) {
  ReaderQueue queue(100);
  EXPECT_TRUE(queue.offer(steps(90, 2)));
  EXPECT_TRUE(queue.offer(steps(20, 5)));
  EXPECT_TRUE(queue.offer(steps(20, 6)));
  EXPECT_EQ(taken(queue).size(), 90U);
  EXPECT_TRUE(queue.offer(steps(20, 7)));
  EXPECT_EQ(taken(queue), "data: {\"type\":\"dropped\",\"count\":11,\"where\":\"reader\"}\n\n");
  EXPECT_EQ(taken(queue).size(), 20U);
  EXPECT_TRUE(queue.empty());
}

TEST(ReaderQueue, TakesAsMuchAsItMayHold) {
  ReaderQueue queue(100);
  EXPECT_TRUE(queue.offer(steps(60, 1)));
  EXPECT_TRUE(queue.offer(steps(40, 1)));
  EXPECT_TRUE(queue.offer(steps(1, 7)));
  EXPECT_EQ(taken(queue).size(), 60U);
  EXPECT_EQ(taken(queue).size(), 40U);
  EXPECT_EQ(taken(queue), "data: {\"type\":\"dropped\",\"count\":7,\"where\":\"reader\"}\n\n");
  EXPECT_TRUE(queue.empty());
}

TEST(ReaderQueue, TellsAtTheEndToo) {
  ReaderQueue queue(100);
  EXPECT_TRUE(queue.offer(steps(200, 3)));
  EXPECT_FALSE(queue.empty());
  EXPECT_EQ(taken(queue), "data: {\"type\":\"dropped\",\"count\":3,\"where\":\"reader\"}\n\n");
  EXPECT_EQ(taken(queue), "nothing");
  // What was told has left no trace: there is as much room as before, and no more.
  EXPECT_TRUE(queue.offer(steps(100, 1)));
  EXPECT_EQ(taken(queue).size(), 100U);
  EXPECT_TRUE(queue.offer(steps(101, 4)));
  EXPECT_EQ(taken(queue), "data: {\"type\":\"dropped\",\"count\":4,\"where\":\"reader\"}\n\n");
}

TEST(ReaderQueue, GivesUpAReaderThatMissesControl) {
  ReaderQueue queue(100);
  EXPECT_TRUE(queue.offer(control(100)));
  EXPECT_TRUE(queue.offer(control(100)));
  EXPECT_FALSE(queue.offer(control(1)));
}

TEST(ReaderQueue, HistoryDoesNotCount) {
  ReaderQueue queue(100);
  queue.begin_with({control(5000), control(5000)});
  EXPECT_TRUE(queue.offer(steps(90, 1)));
  EXPECT_EQ(taken(queue).size(), 5000U);
  EXPECT_EQ(taken(queue).size(), 5000U);
  EXPECT_EQ(taken(queue).size(), 90U);
  EXPECT_TRUE(queue.offer(steps(90, 1)));
  EXPECT_EQ(taken(queue).size(), 90U);
}

}  // namespace
}  // namespace spl::debug::web
