// copy-data (draft-ietf-secsh-filexfer-extensions-00 section 7), in steps; and the requests that
// wait.
//
// Invariants: a handle is `copying` iff a Copy names it, so no two copies share one, and none is
// closed; its `waiting` is the number of waiting requests that name it. So what names a handle
// runs in the order in which it came.
#include <algorithm>

#include "sftp/session.hpp"

namespace ssh::sftp {
namespace {

/// One step of a copy; what is faster than copying bytes may do more at once.
constexpr std::uint64_t kStep = std::uint64_t{4} * 1024 * 1024;
constexpr std::size_t kCopyBuffer = 256 * 1024;

}  // namespace

Outcome<std::size_t> File::copy_from(File& source, std::uint64_t from, std::uint64_t to,
                                     std::uint64_t count) {
  Bytes buffer(static_cast<std::size_t>(std::min<std::uint64_t>(count, kCopyBuffer)));
  const auto got = source.read(from, buffer);
  if (!got || *got == 0) return got;
  const auto written = write(to, ByteView(buffer).first(*got));
  if (!written) return tl::unexpected<Refusal>(written.error());
  return *got;
}

void Session::copy_data(std::uint32_t id, wire::Reader& in) {
  Copy copy;
  copy.id = id;
  copy.source = to_bytes(in.string());
  copy.from = in.u64();
  copy.left = in.u64();
  copy.to_end = copy.left == 0;
  copy.target = to_bytes(in.string());
  copy.to = in.u64();
  File* source = file_of(id, in, copy.source);
  if (source == nullptr) return;
  File* target = file_of(id, in, copy.target);
  if (target == nullptr) return;
  // A file that is copied behind its own end has no end.
  const auto same = source == target ? Outcome<bool>(true) : target->same_file(*source);
  if (!same) return send_refusal(id, same.error());
  if (*same) return send_status(id, Status::failure, "a copy of a file to itself");
  constexpr std::uint64_t kEnd = std::uint64_t{1} << 63;
  if (copy.from >= kEnd || copy.to >= kEnd || copy.left >= kEnd) {
    return send_status(id, Status::failure, "beyond the largest size of a file");
  }
  handles_.find(copy.source)->copying = true;
  handles_.find(copy.target)->copying = true;
  copies_.push_back(std::move(copy));
}

/// One step of the copy whose turn it is.
void Session::work() {
  if (!has_work()) return;
  Copy copy = std::move(copies_.front());
  copies_.pop_front();
  File& source = *handles_.find(copy.source)->file;
  File& target = *handles_.find(copy.target)->file;
  const std::uint64_t count = copy.to_end ? kStep : std::min(copy.left, kStep);
  const auto done = target.copy_from(source, copy.from, copy.to, count);
  if (!done) {
    finish_copy(copy, done.error());
  } else if (*done == 0) {
    finish_copy(copy, {copy.to_end ? Status::ok : Status::end_of_file, {}});
  } else {
    copy.from += *done;
    copy.to += *done;
    if (!copy.to_end) copy.left -= *done;
    if (copy.to_end || copy.left != 0) {
      copies_.push_back(std::move(copy));
    } else {
      finish_copy(copy, {Status::ok, {}});
    }
  }
  handle_buffered();
  settle();
}

void Session::finish_copy(const Copy& copy, const Refusal& how) {
  handles_.find(copy.source)->copying = false;
  handles_.find(copy.target)->copying = false;
  look_at_waiting_ = !waiting_.empty();
  send_refusal(copy.id, how);
}

/// The handles that a request names, as far as they exist.
std::array<OpenHandle*, 2> Session::handles_named(const Request& request, ByteView packet) {
  wire::Reader in(packet);
  in.u8();
  in.u32();
  if (!request.extension.empty()) in.string();
  std::array<OpenHandle*, 2> named{};
  named[0] = handles_.find(in.string());
  if (request.handles == kTwoHandles) {
    in.u64();
    in.u64();
    named[1] = handles_.find(in.string());
  }
  return named;
}

bool Session::must_wait(const Request& request, ByteView packet) {
  if (copies_.empty() && waiting_.empty()) return false;
  return std::ranges::any_of(handles_named(request, packet), [](const OpenHandle* handle) {
    return handle != nullptr && handle->blocked();
  });
}

void Session::wait(const Request& request, ByteView packet) {
  for (OpenHandle* handle : handles_named(request, packet)) {
    if (handle != nullptr) ++handle->waiting;
  }
  waiting_.push_back({&request, to_bytes(packet)});
  waiting_bytes_ += packet.size();
}

/// Runs what waits no longer, in order, while there is room for answers. What still waits is
/// counted anew.
void Session::run_waiting() {
  look_at_waiting_ = false;
  std::deque<Waiting> before = std::exchange(waiting_, {});
  waiting_bytes_ = 0;
  handles_.forget_waiting();
  for (const Waiting& one : before) {
    if (ended_) return;
    const bool full = out_.size() >= kMostUnsent;
    look_at_waiting_ |= full;
    if (full || must_wait(*one.request, one.packet)) {
      wait(*one.request, one.packet);
    } else {
      run(*one.request, one.packet);
    }
  }
}

}  // namespace ssh::sftp
