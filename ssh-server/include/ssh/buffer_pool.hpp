// Buffers that connections take while they have something to say and give back when it is said, so
// that an idle connection owns none.
#pragma once

#include <utility>
#include <vector>

#include "ssh/bytes.hpp"

namespace ssh {

/// For one thread. Keeps a few empty buffers with the capacity they grew to.
class BufferPool {
 public:
  Bytes take() {
    if (idle_.empty()) return {};
    Bytes buffer = std::move(idle_.back());
    idle_.pop_back();
    return buffer;
  }

  void give(Bytes&& buffer) {
    if (idle_.size() >= kMostIdle || buffer.capacity() > kLargest || buffer.capacity() == 0) {
      buffer = {};
      return;
    }
    buffer.clear();
    idle_.push_back(std::move(buffer));
  }

 private:
  static constexpr std::size_t kMostIdle = 8;
  static constexpr std::size_t kLargest = 1U << 20;
  std::vector<Bytes> idle_;
};

}  // namespace ssh
