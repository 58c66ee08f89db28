// Frames from the backend. Each place of the ring has a page of its own that the backend may write
// to, as long as the connection lasts. A frame is copied out before anybody looks at it, so that
// it cannot change any more.
#pragma once

#include <array>
#include <memory>

#include "netfront/page_pool.hpp"
#include "netfront/ring.hpp"
#include "xenrt/netfront.hpp"

namespace xenrt::netfront {

class Receiver {
 public:
  /// Null: not enough pages could be lent. Pool and counters must outlive this.
  static std::unique_ptr<Receiver> create(PagePool& pool, DomainId backend,
                                          NetfrontCounters& counters);
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  [[nodiscard]] GrantRef ring() const { return ring_page_.grant; }

  struct Received {
    std::size_t frames = 0;  // or more: fewer than `most` means that none waits
    bool wants_event = false;
    const char* fault = nullptr;  // what the backend has done wrong
  };
  /// As NetDevice::receive(). If it returns fewer than `most`, the next frame makes an event.
  Received receive(FrameSink& sink, std::size_t most);

 private:
  static constexpr std::uint32_t kMostSlots = XEN_NETIF_NR_SLOTS_MIN;  // of a frame's bytes
  static constexpr std::size_t kMostBytes = 65535 + 14;

  struct Slot {
    std::uint32_t place;
    std::uint16_t offset, size;
  };
  /// A frame as the ring describes it; all of it checked.
  struct Packet {
    std::array<Slot, kMostSlots> slots;
    std::uint32_t count = 0;  // of slots
    std::uint32_t used = 0;   // places of the ring, with those of extra information
    bool failed = false, good_checksum = false, large = false;
  };
  enum class Found : std::uint8_t { packet, nothing, fault };

  Receiver(PagePool& pool, NetfrontCounters& counters, LentPage ring_page);
  Found next_packet(Packet& packet, const char*& fault);
  const char* look_at(std::uint32_t waiting, Packet& packet);
  const char* look_at_extra(netif_rx_response response, Packet& packet, bool& more) const;
  const char* add_slot(const netif_rx_response& response, Packet& packet) const;
  void hand_over(const Packet& packet, FrameSink& sink);
  void request(std::uint32_t place);

  PagePool& pool_;
  NetfrontCounters& counters_;
  LentPage ring_page_;
  ReceiveRing ring_;
  std::array<LentPage, ReceiveRing::kSize> pages_{};  // by place in the ring
  std::array<std::uint8_t, kMostSlots * kPageSize> frame_{};
};

}  // namespace xenrt::netfront
