// See handles.hpp. draft-ietf-secsh-filexfer-02 section 6.2: a handle is an opaque string of at
// most 256 bytes.
#include "sftp/handles.hpp"

#include "wire/reader.hpp"

namespace ssh::sftp {
namespace {

void put(std::uint8_t* to, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) to[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

}  // namespace

HandleTable::Name HandleTable::add(std::unique_ptr<File> file,
                                   std::unique_ptr<Directory> directory) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  OpenHandle& handle = slots_[slot];
  handle.file = std::move(file);
  handle.directory = std::move(directory);
  handle.serial = next_serial_++;
  ++count_;
  Name name;
  put(name.data(), slot);
  put(name.data() + 4, handle.serial);
  return name;
}

OpenHandle* HandleTable::find(ByteView name) {
  if (name.size() != Name().size()) return nullptr;
  wire::Reader reader(name);
  const std::uint32_t slot = reader.u32();
  const std::uint32_t serial = reader.u32();
  if (slot >= slots_.size()) return nullptr;
  OpenHandle& handle = slots_[slot];
  return handle.in_use() && handle.serial == serial ? &handle : nullptr;
}

void HandleTable::close(OpenHandle& handle) {
  handle.file.reset();
  handle.directory.reset();
  handle.copying = false;
  handle.waiting = 0;
  free_.push_back(static_cast<std::uint32_t>(&handle - slots_.data()));
  --count_;
}

void HandleTable::close_all() {
  slots_.clear();
  free_.clear();
  count_ = 0;
}

void HandleTable::forget_waiting() {
  for (OpenHandle& handle : slots_) handle.waiting = 0;
}

void HandleTable::unblock_all() {
  forget_waiting();
  for (OpenHandle& handle : slots_) handle.copying = false;
}

}  // namespace ssh::sftp
