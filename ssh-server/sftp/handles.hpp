// The open files and directories of a session, and the handles that a client knows them by.
//
// A handle is eight bytes: the number of a slot, and a serial number that no later user of the slot
// has. So a handle that was closed stays invalid, and a made-up one means nothing.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "ssh/sftp.hpp"

namespace ssh::sftp {

struct OpenHandle {
  // One of the two, or neither: the slot is free.
  std::unique_ptr<File> file;
  std::unique_ptr<Directory> directory;
  std::uint32_t serial = 0;
  /// A copy is using it.
  bool copying = false;
  /// This many requests that name it wait for a copy's end.
  std::uint32_t waiting = 0;

  bool in_use() const { return file || directory; }
  bool blocked() const { return copying || waiting != 0; }
};

class HandleTable {
 public:
  using Name = std::array<std::uint8_t, 8>;

  explicit HandleTable(std::size_t most) : most_(most) {}

  bool full() const { return count_ == most_; }
  std::size_t size() const { return count_; }
  std::size_t most() const { return most_; }
  /// Only if not full().
  Name add(std::unique_ptr<File> file, std::unique_ptr<Directory> directory);
  /// Null if there is none of that name. Valid until the next add().
  OpenHandle* find(ByteView name);
  void close(OpenHandle& handle);
  void close_all();
  /// No request waits any more.
  void forget_waiting();
  /// Nor does a copy use any of them.
  void unblock_all();

 private:
  std::size_t most_;
  std::size_t count_ = 0;
  std::uint32_t next_serial_ = 1;
  std::vector<OpenHandle> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace ssh::sftp
