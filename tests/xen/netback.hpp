// The other half of a network interface: a backend in memory, on Xen's own macros for rings. It
// behaves well by itself; tests reach into its rings to make it behave otherwise.
#pragma once

#include <cstring>
#include <vector>

#include "domain.hpp"
#include "xenrt/net_device.hpp"

// clang-format off
#define xen_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define xen_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#include <xen/io/netif.h>
// clang-format on

namespace xenrt::test {

using Bytes = std::vector<std::uint8_t>;

class Netback {
 public:
  Netback(Domain& domain, Xenstored& store);
  ~Netback();
  Netback(const Netback&) = delete;
  Netback& operator=(const Netback&) = delete;

  static constexpr const char* kOwn = "/local/domain/0/backend/vif/1/0";
  static constexpr const char* kFront = "device/vif/0";

  // ---- xenstore ----
  void set(const std::string& name, const std::string& value);  // in our directory; fires
  [[nodiscard]] std::string front(const std::string& name) const;
  /// The toolstack removes both directories, or makes them again.
  void remove_device();
  void make_device();

  // ---- rings ----
  /// As Linux does when the frontend says Connected. False: what it offers cannot be used.
  bool connect();
  void disconnect();

  struct Taken {
    Bytes bytes;
    unsigned flags = 0, slots = 0;
    std::vector<std::uint16_t> ids;
  };
  /// Frames that the guest has sent; not answered yet. Asks for an event for the next.
  std::vector<Taken> take();
  void answer(std::uint16_t id, int status = NETIF_RSP_OKAY);
  void answer(const Taken& taken);
  /// Shows the answers to the guest, with an event if it wants one.
  void push_answers();

  /// Room for so many slots; asks for an event if there is less.
  bool has_room(std::uint32_t slots);
  /// Writes a frame, in slots of at most `per_slot` bytes beginning at `offset`. False: no room.
  bool deliver(ByteView frame, unsigned flags = 0, unsigned gso = 0, std::uint32_t per_slot = 4096,
               std::uint32_t offset = 0);
  void push_frames();
  /// One response as it is: whatever may be in it.
  void respond(const netif_rx_response& response);

  netif_tx_back_ring_t tx{};
  netif_rx_back_ring_t rx{};
  bool connected = false;
  /// What a guest would never offer ends the test; else it is passed over.
  bool strict = true;
  std::uint64_t events = 0;  // that we have sent

 private:
  void notify();
  bool take_one(std::vector<Taken>& all);
  bool insist(bool holds) const;

  Domain& domain_;
  Xenstored& store_;
  std::uint32_t tx_ref_ = 0, rx_ref_ = 0, port_ = 0;
};

}  // namespace xenrt::test
