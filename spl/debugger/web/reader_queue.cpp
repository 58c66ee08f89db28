#include "web/reader_queue.hpp"

#include "web/events.hpp"

namespace spl::debug::web {

void ReaderQueue::begin_with(std::vector<ChunkPtr> history) {
  history_ = history.size();
  chunks_.insert(chunks_.begin(), history.begin(), history.end());
}

bool ReaderQueue::offer(ChunkPtr chunk) {
  const auto size = chunk->text.size();
  if (chunk->steps != 0 && bytes_ + size > limit_) {
    lost_ += chunk->steps;
    return true;
  }
  say_what_is_lost();
  bytes_ += size;
  chunks_.push_back(std::move(chunk));
  return bytes_ <= 2 * limit_;
}

ChunkPtr ReaderQueue::take() {
  if (chunks_.empty()) say_what_is_lost();
  if (chunks_.empty()) return nullptr;
  auto chunk = std::move(chunks_.front());
  chunks_.pop_front();
  if (history_ != 0) {
    --history_;
  } else {
    bytes_ -= chunk->text.size();
  }
  return chunk;
}

void ReaderQueue::say_what_is_lost() {
  if (lost_ == 0) return;
  auto chunk = std::make_shared<const Chunk>(Chunk{framed(dropped_event(lost_, "reader")), 0});
  lost_ = 0;
  bytes_ += chunk->text.size();
  chunks_.push_back(std::move(chunk));
}

}  // namespace spl::debug::web
