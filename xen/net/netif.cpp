// lwIP's network interface: frames to and from the device, addresses. What leaves goes through
// output() and output6(), the only ways out for an IP packet; a TCP segment gets through only if
// hooks.cpp has just announced it.
#include "net/impl.hpp"

extern "C" {
#include "lwip/dhcp.h"
#include "lwip/dns.h"
#include "lwip/etharp.h"
#include "lwip/ethip6.h"
#include "lwip/init.h"
#include "lwip/nd6.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/stats.h"
#include "lwip/timeouts.h"
#include "netif/ethernet.h"
}

namespace xenrt {
namespace {

constexpr std::uint8_t kTcp = 6;

std::uint8_t byte_at(const pbuf* p, std::size_t at) {
  return at < p->len ? static_cast<const std::uint8_t*>(p->payload)[at] : std::uint8_t{0};
}

}  // namespace

void Stack::Impl::setup_netif(netif& netif) {
  netif.name[0] = 'e';
  netif.name[1] = '0';
  netif.mtu = capabilities_.mtu;
  netif.hwaddr_len = 6;
  const auto mac = device_.mac();
  std::copy(mac.bytes.begin(), mac.bytes.end(), netif.hwaddr);
  netif.flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_MLD6;
  netif.output = [](struct netif*, pbuf* p, const ip4_addr_t* to) {
    return current().output(p, to);
  };
  netif.output_ip6 = [](struct netif*, pbuf* p, const ip6_addr_t* to) {
    return current().output6(p, to);
  };
  netif.linkoutput = [](struct netif*, pbuf* p) { return current().link_output(p); };
  netif_set_status_callback(&netif, [](struct netif*) {
    current().say_addresses();
    current().set_name_servers();
  });
}

void Stack::Impl::add_addresses(const NetConfig& config) {
  for (const auto& server : config.dns) {
    if (name_servers_.size() < DNS_MAX_SERVERS) name_servers_.push_back(to_lwip(server));
  }
  for (std::uint8_t i = 0; i < DNS_MAX_SERVERS; ++i) dns_setserver(i, nullptr);
  ip4_addr_t ip{}, mask{}, gateway{};
  if (config.ipv4) {
    const auto given = to_lwip(config.ipv4->address);
    ip = *ip_2_ip4(&given);
    mask.addr = config.ipv4->prefix == 0 ? 0 : lwip_htonl(~0U << (32U - config.ipv4->prefix));
  }
  if (config.gateway) {
    const auto given = to_lwip(*config.gateway);
    gateway = *ip_2_ip4(&given);
  }
  netif_add(
      &netif_, &ip, &mask, &gateway, nullptr,
      [](netif* n) {
        current().setup_netif(*n);
        return err_t{ERR_OK};
      },
      ethernet_input);
  hostname_ = config.hostname;
  netif_set_hostname(&netif_, hostname_.c_str());
  if (capabilities_.fills_in_checksums) {
    NETIF_SET_CHECKSUM_CTRL(&netif_, NETIF_CHECKSUM_ENABLE_ALL & ~(NETIF_CHECKSUM_GEN_TCP));
  }
  netif_set_default(&netif_);
  if (device_.link_up()) netif_set_link_up(&netif_);
  netif_set_up(&netif_);
  netif_create_ip6_linklocal_address(&netif_, 1);
  netif_.ip6_autoconfig_enabled = config.slaac ? 1 : 0;
  if (config.ipv6) {
    const auto six = to_lwip(config.ipv6->address);
    s8_t index = 0;
    netif_add_ip6_address(&netif_, ip_2_ip6(&six), &index);
  }
  if (config.gateway6) {
    const auto six = to_lwip(*config.gateway6);
    gateway6_ = *ip_2_ip6(&six);
    ip6_addr_assign_zone(&*gateway6_, IP6_UNICAST, &netif_);
  }
  if (config.dhcp) dhcp_start(&netif_);
}

/// Whoever watches the console wants to know where DHCP and routers have put us.
void Stack::Impl::say_addresses() {
  std::string addresses;
  for (const bool v6 : {false, true}) {
    if (const auto found = address(v6)) addresses += " " + to_string(*found);
  }
  if (addresses == said_addresses_) return;
  said_addresses_ = addresses;
  host_.log(LogLevel::info, addresses.empty() ? "no address" : "address" + addresses);
}

void Stack::Impl::frame(ByteView bytes, bool checksum_is_good) {
  ++stats_.frames_in;
  auto* p = bytes.size() < 14 || bytes.size() > 0xfff0U
                ? nullptr
                : pbuf_alloc(PBUF_RAW, static_cast<u16_t>(bytes.size() + ETH_PAD_SIZE), PBUF_RAM);
  if (p == nullptr) {
    ++stats_.frames_dropped;
    relieve_memory();
    return;
  }
  std::copy(bytes.begin(), bytes.end(), static_cast<std::uint8_t*>(p->payload) + ETH_PAD_SIZE);
  frame_ = bytes;
  touched_ = nullptr;
  claimed_ = frame_fits_not_ = false;
  syn_.reset();
  const auto segments = lwip_stats.tcp.recv;
  const auto broken = lwip_stats.tcp.chkerr + lwip_stats.tcp.lenerr;
  constexpr u16_t kChecked = NETIF_CHECKSUM_CHECK_TCP | NETIF_CHECKSUM_CHECK_UDP;
  NETIF_SET_CHECKSUM_CTRL(&netif_, (checksum_is_good ? netif_.chksum_flags & ~kChecked
                                                     : netif_.chksum_flags | kChecked));
  if (netif_.input(p, &netif_) != ERR_OK) pbuf_free(p);
  const bool whole = broken == lwip_stats.tcp.chkerr + lwip_stats.tcp.lenerr;
  if (segments != lwip_stats.tcp.recv && !claimed_ && whole) {
    // For nobody, and not answered; if it was, this says nothing new.
    if (const auto found = segment_of(frame_)) police_.stray({found->segment, false});
  }
  police_.done();
  if (touched_ != nullptr && touched_->pcb != nullptr) {
    if (touched_->pcb->state >= CLOSE_WAIT) police_.fin_was_taken(touched_->record);
    cross_check(*touched_);
  }
  touched_ = nullptr;
  frame_ = {};
  if (!attention_.empty()) settle();
  // At once: the next SYN may be in this very batch of frames.
  if (auto* listener = std::exchange(listened_, nullptr)) make_room(*listener);
}

err_t Stack::Impl::output(pbuf* packet, const ip4_addr_t* to) {
  const bool fragment = ((byte_at(packet, 6) & 0x3fU) | byte_at(packet, 7)) != 0;
  if (!may_leave(packet, byte_at(packet, 9) == kTcp, fragment)) return ERR_OK;
  return etharp_output(&netif_, packet, to);
}

err_t Stack::Impl::output6(pbuf* packet, const ip6_addr_t* to) {
  const auto next = byte_at(packet, 6);
  constexpr std::uint8_t kFragment = 44;
  const bool tcp_fragment = next == kFragment && byte_at(packet, 40) == kTcp;
  if (!may_leave(packet, next == kTcp || tcp_fragment, tcp_fragment)) return ERR_OK;
  return ethip6_output(&netif_, packet, to);
}

err_t Stack::Impl::link_output(pbuf* frame) {
  std::array<ByteView, 32> pieces;
  std::size_t count = 0;
  std::size_t skip = ETH_PAD_SIZE;
  for (const auto* p = frame; p != nullptr; p = p->next) {
    const ByteView bytes(static_cast<const std::uint8_t*>(p->payload), p->len);
    const auto piece = bytes.subspan(std::min<std::size_t>(skip, bytes.size()));
    skip -= bytes.size() - piece.size();
    if (piece.empty()) continue;
    if (count == pieces.size()) return ERR_BUF;
    pieces[count++] = piece;
  }
  if (device_.send(std::span(pieces).first(count)) == SendResult::sent) {
    ++stats_.frames_out;
  } else {
    ++stats_.frames_dropped;  // as on any link; TCP sends it again
  }
  return ERR_OK;
}

/// What has come out of order is sent again by its peer, so it may go.
void Stack::Impl::relieve_memory() {
  for (auto* pcb = tcp_active_pcbs; pcb != nullptr; pcb = pcb->next) tcp_free_ooseq(pcb);
}

std::optional<IpAddress> Stack::Impl::address(bool v6) const {
  if (!v6) {
    const auto* ip = netif_ip_addr4(&netif_);
    if (ip_addr_isany(ip)) return std::nullopt;
    return from_lwip(*ip);
  }
  for (int i = 0; i < LWIP_IPV6_NUM_ADDRESSES; ++i) {
    const auto* ip = netif_ip6_addr(&netif_, i);
    if (!ip6_addr_isvalid(netif_ip6_addr_state(&netif_, i)) || ip6_addr_islinklocal(ip)) continue;
    return from_lwip(*netif_ip_addr6(&netif_, i));
  }
  return std::nullopt;
}

}  // namespace xenrt
