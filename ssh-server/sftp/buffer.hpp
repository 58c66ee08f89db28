// Bytes between a producer at the end and a consumer at the beginning, both without copies: one
// writes into room(), the other reads view(). What is taken is moved over only when room is
// needed. Grows, never shrinks; its user bounds it.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>

#include "ssh/bytes.hpp"

namespace ssh::sftp {

class Buffer {
 public:
  std::size_t size() const { return end_ - begin_; }
  bool empty() const { return begin_ == end_; }
  ByteView view() const { return {memory_.get() + begin_, size()}; }

  /// Room for `at_least` bytes behind what is there. Not initialized; views become invalid.
  MutableBytes room(std::size_t at_least) {
    if (capacity_ - end_ < at_least) make_room(at_least);
    return {memory_.get() + end_, capacity_ - end_};
  }
  /// That many bytes of room() were written.
  void commit(std::size_t count) { end_ += count; }
  void consume(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  void append(ByteView bytes) {
    if (bytes.empty()) return;
    std::memcpy(room(bytes.size()).data(), bytes.data(), bytes.size());
    commit(bytes.size());
  }

 private:
  void make_room(std::size_t at_least) {
    const std::size_t used = size();
    if (capacity_ - used >= at_least) {
      std::memmove(memory_.get(), memory_.get() + begin_, used);
    } else {
      const std::size_t larger = std::max({used + at_least, 2 * capacity_, std::size_t{4096}});
      auto memory = std::make_unique_for_overwrite<std::uint8_t[]>(larger);
      if (used != 0) std::memcpy(memory.get(), memory_.get() + begin_, used);
      memory_ = std::move(memory);
      capacity_ = larger;
    }
    begin_ = 0;
    end_ = used;
  }

  std::unique_ptr<std::uint8_t[]> memory_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace ssh::sftp
