// Frames to the backend: copied into pages that it may read, whose grants are used again and again.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "netfront/page_pool.hpp"
#include "netfront/ring.hpp"
#include "xenrt/netfront.hpp"

namespace xenrt::netfront {

/// What the backend takes.
struct TransmitFeatures {
  bool several_pages = false;  // a frame may be in more than one page (feature-sg)
  bool checksum_v4 = false, checksum_v6 = false;  // it completes blank ones
};

class Transmitter {
 public:
  /// Null: no page could be lent. Pool and counters must outlive this.
  static std::unique_ptr<Transmitter> create(PagePool& pool, DomainId backend,
                                             const TransmitFeatures& features,
                                             NetfrontCounters& counters);
  ~Transmitter();
  Transmitter(const Transmitter&) = delete;
  Transmitter& operator=(const Transmitter&) = delete;

  [[nodiscard]] GrantRef ring() const { return ring_page_.grant; }

  /// Copies a frame of `size` bytes in all; the backend sees it after push(). Never `gone`.
  SendResult send(std::span<const ByteView> pieces);
  /// True: the backend wants an event.
  [[nodiscard]] bool push() { return ring_.push(); }
  /// Takes pages back from frames that have gone. What the backend has done wrong, or null.
  [[nodiscard]] const char* reap();
  /// That of a reap() which send() had to make.
  [[nodiscard]] const char* fault() const { return fault_; }

 private:
  static constexpr std::size_t kMostSlots = 3;  // of a frame: 9014 bytes
  using Id = std::uint16_t;
  using Ids = std::span<const Id>;

  Transmitter(PagePool& pool, DomainId backend, const TransmitFeatures& features,
              NetfrontCounters& counters, LentPage ring_page);
  bool take_ids(std::size_t count, std::span<Id> ids);
  bool try_ids(std::size_t count, std::span<Id> ids);
  void copy(std::span<const ByteView> pieces, Ids ids);
  std::uint16_t fill_in_checksum(Ids ids, std::size_t size);
  [[nodiscard]] ByteView bytes_of(Id id, std::size_t from, std::size_t to) const;

  PagePool& pool_;
  DomainId backend_;
  TransmitFeatures features_;
  NetfrontCounters& counters_;
  LentPage ring_page_;
  TransmitRing ring_;
  std::array<LentPage, TransmitRing::kSize> pages_{};  // by id; lent when first needed
  std::array<bool, TransmitRing::kSize> in_use_{};
  std::vector<Id> free_;  // the last one is used next, so that few pages do
  const char* fault_ = nullptr;
};

}  // namespace xenrt::netfront
