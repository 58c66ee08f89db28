// The client of xenstore: how domains find each other (xen/io/xs_wire.h, docs/misc/xenstore.txt of
// Xen).
//
// Requests are synchronous: they wait for the reply, normally well below a millisecond. Watches are
// queued and taken when the program wants. Not for threads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "xenrt/events.hpp"

namespace xenrt {

// A value, or why there is none. Errors are those that xenstored names: ENOENT, EACCES, EAGAIN (a
// transaction that must be done again), ...; EPROTO for a reply that makes no sense; ENODEV without
// Xen; ETIMEDOUT when there is no answer for 5 seconds.
template <class T>
class [[nodiscard]] XenstoreResult {
 public:
  XenstoreResult(T value) : value_(std::move(value)) {}
  XenstoreResult(std::errc error) : error_(error) {}

  explicit operator bool() const { return value_.has_value(); }
  [[nodiscard]] T& operator*() { return *value_; }
  [[nodiscard]] const T& operator*() const { return *value_; }
  [[nodiscard]] const T* operator->() const { return &*value_; }
  [[nodiscard]] T* operator->() { return &*value_; }
  [[nodiscard]] std::errc error() const { return error_; }

 private:
  std::optional<T> value_;
  std::errc error_{};
};

struct Done {};

class Xenstore {
 public:
  // 0 means no transaction.
  using Transaction = std::uint32_t;

  struct WatchEvent {
    std::string path;   // what has changed; also fired once when the watch is set
    std::string token;  // as given to watch()
  };

  // The connection to xenstored; ENODEV if there is none. A guest has one: at most one of these
  // lives at a time.
  static XenstoreResult<std::unique_ptr<Xenstore>> connect();

  ~Xenstore();
  Xenstore(const Xenstore&) = delete;
  Xenstore& operator=(const Xenstore&) = delete;

  // Relative paths are those of this domain: "device/vif/0".
  XenstoreResult<std::string> read(std::string_view path, Transaction t = 0);
  XenstoreResult<Done> write(std::string_view path, std::string_view value, Transaction t = 0);
  XenstoreResult<Done> remove(std::string_view path, Transaction t = 0);
  XenstoreResult<std::vector<std::string>> list(std::string_view path, Transaction t = 0);

  // A path that is a decimal number; EPROTO if it is something else, or larger than `max`.
  XenstoreResult<std::uint64_t> read_number(std::string_view path, std::uint64_t max = UINT64_MAX);

  XenstoreResult<Transaction> begin();
  // EAGAIN: somebody else has changed what was read; do it all again.
  XenstoreResult<Done> commit(Transaction t);
  void abandon(Transaction t);

  XenstoreResult<Done> watch(std::string_view path, std::string_view token);
  XenstoreResult<Done> unwatch(std::string_view path, std::string_view token);

  // In a new domain after a suspend (ShutdownControl::suspend() does it): the ring is another one,
  // and empty; what was waiting in the old one is gone, events that were read before are not. Sets
  // every watch again, so that each fires; one that is refused is left out.
  void reconnect();

  // The oldest event not yet taken. Looks at the ring; never waits. Call it until it is empty, then
  // wait for port(): it need not be taken (take_event) by the caller.
  std::optional<WatchEvent> next_event();

  [[nodiscard]] Port port() const;

  // Events are dropped, oldest first, when more than this many wait.
  static constexpr std::size_t kMaxEvents = 1024;

 private:
  struct Impl;
  explicit Xenstore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace xenrt
