#include "netfront/negotiation.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace xenrt::netfront {

namespace {

constexpr std::uint64_t kLastDomain = 0x7fef;  // DOMID_FIRST_RESERVED - 1
constexpr std::uint64_t kLeastMtu = 576, kMostMtu = 9000, kUsualMtu = 1500;
constexpr int kTries = 10;

/// "00:16:3e:01:02:03", of one station.
bool parse_mac(std::string_view text, MacAddress& mac) {
  if (text.size() != 17) return false;
  for (std::size_t i = 0; i < 6; ++i) {
    const auto* begin = text.data() + i * 3;
    if (i != 0 && begin[-1] != ':') return false;
    const auto [end, error] = std::from_chars(begin, begin + 2, mac.bytes[i], 16);
    if (error != std::errc() || end != begin + 2) return false;
  }
  return (mac.bytes[0] & 1U) == 0;
}

bool is_set(Xenstore& store, const std::string& path) {
  const auto value = store.read_number(path);
  return value && *value != 0;
}

}  // namespace

XenstoreResult<Vif> read_vif(Xenstore& store, unsigned index) {
  Vif vif;
  vif.own = "device/vif/" + std::to_string(index);
  auto backend = store.read(vif.own + "/backend");
  if (!backend) return backend.error();
  const auto domain = store.read_number(vif.own + "/backend-id", kLastDomain);
  if (!domain) return domain.error();
  const auto mac = store.read(vif.own + "/mac");
  if (!mac) return mac.error();
  if (backend->empty() || !parse_mac(*mac, vif.mac)) return std::errc::protocol_error;
  vif.backend = std::move(*backend);
  vif.domain = static_cast<DomainId>(*domain);
  if (const auto mtu = store.read_number(vif.own + "/mtu", UINT16_MAX)) {
    vif.mtu = static_cast<std::uint16_t>(std::clamp(*mtu, kLeastMtu, kMostMtu));
  }
  if (vif.mtu > kUsualMtu && !is_set(store, vif.backend + "/feature-sg")) vif.mtu = kUsualMtu;
  return vif;
}

BackendFeatures read_features(Xenstore& store, const Vif& vif) {
  BackendFeatures features;
  features.copies = is_set(store, vif.backend + "/feature-rx-copy");
  features.transmit.several_pages = is_set(store, vif.backend + "/feature-sg");
  features.transmit.checksum_v4 = !is_set(store, vif.backend + "/feature-no-csum-offload");
  features.transmit.checksum_v6 = is_set(store, vif.backend + "/feature-ipv6-csum-offload");
  return features;
}

xenbus_state backend_state(Xenstore& store, const Vif& vif) {
  const auto state = store.read_number(vif.backend + "/state", XenbusStateReconfigured);
  return state ? static_cast<xenbus_state>(*state) : XenbusStateUnknown;
}

bool has_carrier(Xenstore& store, const Vif& vif) {
  const auto carrier = store.read(vif.backend + "/carrier");
  return !carrier || *carrier != "0";
}

bool is_online(Xenstore& store, const Vif& vif) {
  return is_set(store, vif.backend + "/online");
}

XenstoreResult<Done> publish(Xenstore& store, const Vif& vif, const Offer& offer) {
  const auto number = [](auto value) { return std::to_string(static_cast<std::uint32_t>(value)); };
  const std::array<std::pair<const char*, std::string>, 9> entries{{
      {"tx-ring-ref", number(offer.transmit_ring)},
      {"rx-ring-ref", number(offer.receive_ring)},
      {"event-channel", number(offer.port)},
      {"request-rx-copy", "1"},
      {"feature-rx-notify", "1"},
      {"feature-sg", "1"},
      {"feature-gso-tcpv4", "1"},
      {"feature-gso-tcpv6", "1"},
      {"feature-ipv6-csum-offload", "1"},
  }};
  for (int i = 0; i < kTries; ++i) {
    const auto transaction = store.begin();
    if (!transaction) return transaction.error();
    for (const auto& [name, value] : entries) {
      const auto written = store.write(vif.own + "/" + name, value, *transaction);
      if (written) continue;
      store.abandon(*transaction);
      return written.error();
    }
    const auto done = store.commit(*transaction);
    if (done) return store.write(vif.own + "/state", number(XenbusStateConnected));
    if (done.error() != std::errc::resource_unavailable_try_again) return done.error();
  }
  return std::errc::resource_unavailable_try_again;
}

void set_state(Xenstore& store, const Vif& vif, xenbus_state state) {
  // Written into a directory that is gone, it would make a new one.
  if (store.read(vif.own + "/state")) {
    (void)store.write(vif.own + "/state", std::to_string(static_cast<int>(state)));
  }
}

}  // namespace xenrt::netfront
