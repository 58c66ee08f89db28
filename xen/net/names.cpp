// Names (RFC 1035, by lwIP's client) and datagrams.
#include "net/impl.hpp"

extern "C" {
#include "lwip/dns.h"
#include "lwip/udp.h"
}

namespace xenrt {
namespace {

// lwIP's table of names outlives a stack: what it still answers belongs to none that comes later.
std::uint32_t last_query = 0;

}  // namespace

/// A DHCP server's word counts only where the configuration says nothing.
void Stack::Impl::set_name_servers() {
  for (std::size_t i = 0; i < name_servers_.size(); ++i) {
    dns_setserver(static_cast<u8_t>(i), &name_servers_[i]);
  }
}

NetResult<QueryId> Stack::Impl::resolve(std::string_view name) {
  const std::string copy(name);
  ip_addr_t address{};
  const QueryId query{++last_query};
  const auto error = dns_gethostbyname_addrtype(
      copy.c_str(), &address,
      [](const char*, const ip_addr_t* found, void* id) {
        const auto of = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(id));
        if (auto* stack = current_or_null()) stack->resolved(QueryId{of}, found);
      },
      reinterpret_cast<void*>(std::uintptr_t{last_query}), LWIP_DNS_ADDRTYPE_IPV4_IPV6);
  switch (error) {
    case ERR_OK:
      queries_.insert(query);
      resolved(query, &address);
      return {query, {}};
    case ERR_INPROGRESS:
      queries_.insert(query);
      return {query, {}};
    case ERR_ARG:
      return {std::nullopt, NetError::bad_name};
    default:
      return {std::nullopt, NetError::out_of_memory};
  }
}

void Stack::Impl::resolved(QueryId query, const ip_addr_t* address) {
  if (queries_.erase(query) == 0) return;
  Event event;
  event.kind = Event::Kind::resolved;
  event.query = query;
  if (address != nullptr) event.address = from_lwip(*address);
  answers_.push_back(event);
}

bool Stack::Impl::send_datagram(const Endpoint& to, ByteView bytes) {
  if (bytes.size() > 65'000) return false;
  if (datagrams_ == nullptr) datagrams_ = udp_new_ip_type(IPADDR_TYPE_ANY);
  auto* packet = pbuf_alloc(PBUF_TRANSPORT, static_cast<u16_t>(bytes.size()), PBUF_RAM);
  bool sent = false;
  if (datagrams_ != nullptr && packet != nullptr) {
    pbuf_take(packet, bytes.data(), static_cast<u16_t>(bytes.size()));
    const auto address = to_lwip(to.address);
    sent = udp_sendto(datagrams_, packet, &address, to.port) == ERR_OK;
  }
  if (packet != nullptr) pbuf_free(packet);
  return sent;
}

}  // namespace xenrt
