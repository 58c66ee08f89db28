// What waits for one reader of the stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace spl::debug::web {

/// A piece of the stream, shared by all readers.
struct Chunk {
  std::string text;         // whole events, framed
  std::uint64_t steps = 0;  // that many are in it, and nothing else; 0: must not be dropped
};
using ChunkPtr = std::shared_ptr<const Chunk>;

/// Bounded: steps that do not fit are dropped and counted, and where they would have been there is
/// an event that says how many.
class ReaderQueue {
 public:
  explicit ReaderQueue(std::size_t limit) : limit_(limit) {}

  /// Comes before everything else and does not count: what the server remembered.
  void begin_with(std::vector<ChunkPtr> history);
  /// False: what may not be dropped has grown to twice the limit; give the reader up.
  [[nodiscard]] bool offer(ChunkPtr chunk);
  /// The next piece to send, or nullptr if there is none now.
  [[nodiscard]] ChunkPtr take();
  [[nodiscard]] bool empty() const { return chunks_.empty() && lost_ == 0; }

 private:
  void say_what_is_lost();

  std::size_t limit_;
  std::size_t history_ = 0;  // so many at the front do not count
  std::size_t bytes_ = 0;
  std::uint64_t lost_ = 0;  // since the last event about it
  std::deque<ChunkPtr> chunks_;
};

}  // namespace spl::debug::web
