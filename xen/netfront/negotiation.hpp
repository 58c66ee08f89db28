// What frontend and backend tell each other through xenstore (docs/misc/xenstore-paths.pandoc of
// Xen; xen/io/netif.h, xen/io/xenbus.h). Nothing of memory or rings.
#pragma once

#include <xen/io/xenbus.h>

#include <cstdint>
#include <string>

#include "netfront/transmit.hpp"
#include "xenrt/xenstore.hpp"

namespace xenrt::netfront {

/// The device, as the toolstack has set it up.
struct Vif {
  std::string own;      // our directory: "device/vif/0"
  std::string backend;  // the other side's
  DomainId domain = 0;  // the other side
  MacAddress mac;
  std::uint16_t mtu = 1500;  // 576 to 9000
};
/// EPROTO if what is there makes no sense.
[[nodiscard]] XenstoreResult<Vif> read_vif(Xenstore& store, unsigned index);

struct BackendFeatures {
  bool copies = false;  // "feature-rx-copy": it needs no pages of ours for good
  TransmitFeatures transmit;
};
/// What is not there is not offered.
[[nodiscard]] BackendFeatures read_features(Xenstore& store, const Vif& vif);

/// Unknown if it is not there, or none that has a name.
[[nodiscard]] xenbus_state backend_state(Xenstore& store, const Vif& vif);
/// Whether the backend has a carrier; it has if it does not say.
[[nodiscard]] bool has_carrier(Xenstore& store, const Vif& vif);
/// Whether the toolstack wants the device to go on (entry "online").
[[nodiscard]] bool is_online(Xenstore& store, const Vif& vif);

struct Offer {
  GrantRef transmit_ring, receive_ring;
  Port port;
};
/// Rings, port and features, all at once; then the state Connected.
[[nodiscard]] XenstoreResult<Done> publish(Xenstore& store, const Vif& vif, const Offer& offer);
/// The device may be gone already; then nothing happens.
void set_state(Xenstore& store, const Vif& vif, xenbus_state state);

}  // namespace xenrt::netfront
