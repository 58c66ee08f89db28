// The frontend's half of a ring (xen/io/ring.h), for a backend that is not trusted.
//
// What ring.h's macros do for the front, with two differences: our own indexes are kept here and
// never read from shared memory, and whatever the backend writes is read once, into a copy.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <type_traits>

#include "xenrt/memory.hpp"

// clang-format off
#include <xen/io/netif.h>  // uses what the headers above declare
// clang-format on

namespace xenrt::netfront {

template <class Shared, class Request, class Response>
class FrontRing {
 public:
  /// As many entries as fit into a page, rounded down to a power of two (__CONST_RING_SIZE).
  static constexpr std::uint32_t kSize = std::bit_floor(
      static_cast<std::uint32_t>((kPageSize - offsetof(Shared, ring)) / sizeof(Shared::ring[0])));

  /// `page` is a whole one, and outlives this.
  explicit FrontRing(std::uint8_t* page) : shared_(reinterpret_cast<Shared*>(page)) {
    std::memset(page, 0, kPageSize);
    shared_->req_event = shared_->rsp_event = 1;
  }

  [[nodiscard]] std::uint32_t room() const { return kSize - (requested_ - consumed_); }
  /// The place, below kSize, of the request that put() writes next.
  [[nodiscard]] std::uint32_t next_place() const { return requested_ % kSize; }
  /// There must be room. The backend sees it after push().
  void put(const Request& request) { entries()[requested_++ % kSize].req = request; }

  /// True: the backend wants to be told of what is new (RING_PUSH_REQUESTS_AND_CHECK_NOTIFY).
  [[nodiscard]] bool push() {
    const std::uint32_t before = pushed_;
    if (before == requested_) return false;
    pushed_ = requested_;
    __atomic_store_n(&shared_->req_prod, pushed_, __ATOMIC_RELEASE);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    const std::uint32_t wanted = __atomic_load_n(&shared_->req_event, __ATOMIC_RELAXED);
    return pushed_ - wanted < pushed_ - before;
  }

  /// How many responses wait; empty: more than there are requests for them, which is a fault.
  [[nodiscard]] std::optional<std::uint32_t> waiting() {
    seen_ = __atomic_load_n(&shared_->rsp_prod, __ATOMIC_ACQUIRE);
    if (seen_ - consumed_ > pushed_ - consumed_) return std::nullopt;
    return seen_ - consumed_;
  }
  /// The place of the n-th response that waits.
  [[nodiscard]] std::uint32_t place(std::uint32_t n) const { return (consumed_ + n) % kSize; }
  /// A copy of it, read at once.
  [[nodiscard]] Response response(std::uint32_t n) const {
    using Plain = std::conditional_t<sizeof(Response) == 8, std::uint64_t, std::uint32_t>;
    using Word [[gnu::may_alias]] = Plain;
    static_assert(sizeof(Response) == sizeof(Plain));
    const auto* word = reinterpret_cast<const Word*>(&entries()[place(n)].rsp);
    return std::bit_cast<Response>(Plain{__atomic_load_n(word, __ATOMIC_RELAXED)});
  }
  void consume(std::uint32_t count) { consumed_ += count; }

  /// An event is to come with the next response after those of the last waiting(). True: there are
  /// some already, for which none may come (RING_FINAL_CHECK_FOR_RESPONSES).
  [[nodiscard]] bool ask_for_event() {
    __atomic_store_n(&shared_->rsp_event, seen_ + 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return __atomic_load_n(&shared_->rsp_prod, __ATOMIC_ACQUIRE) != seen_;
  }
  /// No event before half of all index values have passed.
  void ask_for_no_event() {
    __atomic_store_n(&shared_->rsp_event, consumed_ + 0x8000'0000U, __ATOMIC_RELAXED);
  }

 private:
  using Entry = std::remove_reference_t<decltype(Shared::ring[0])>;
  [[nodiscard]] Entry* entries() { return shared_->ring; }
  [[nodiscard]] const Entry* entries() const { return shared_->ring; }

  Shared* shared_;
  std::uint32_t requested_ = 0, pushed_ = 0, consumed_ = 0;
  std::uint32_t seen_ = 0;  // the backend's index, as last read
};

using TransmitRing = FrontRing<netif_tx_sring, netif_tx_request, netif_tx_response>;
using ReceiveRing = FrontRing<netif_rx_sring, netif_rx_request, netif_rx_response>;

}  // namespace xenrt::netfront
