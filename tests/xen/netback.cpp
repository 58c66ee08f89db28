#include "netback.hpp"

#include <algorithm>
#include <cstdlib>

namespace xenrt::test {

Netback::Netback(Domain& domain, Xenstored& store) : domain_(domain), store_(store) {
  store.commit_error.clear();
  make_device();
}

Netback::~Netback() {
  disconnect();
}

void Netback::make_device() {
  const std::string own = kOwn, front = kFront;
  for (const auto& [name, value] :
       std::map<std::string, std::string>{{own + "/feature-rx-copy", "1"},
                                          {own + "/feature-sg", "1"},
                                          {own + "/feature-ipv6-csum-offload", "1"},
                                          {own + "/online", "1"},
                                          {own + "/state", "2"},
                                          {front + "/backend-id", "0"},
                                          {front + "/mac", "00:16:3e:0a:0b:0c"},
                                          {front + "/state", "1"},
                                          {front + "/backend", own}}) {
    store_.values[name] = value;
    store_.fire(name);
  }
}

void Netback::remove_device() {
  const auto values = store_.values;
  for (const auto& [name, value] : values) {
    if (!name.starts_with(kOwn) && !name.starts_with(kFront)) continue;
    store_.values.erase(name);
    store_.fire(name);
  }
}

void Netback::set(const std::string& name, const std::string& value) {
  const auto path = std::string(kOwn) + "/" + name;
  store_.values[path] = value;
  store_.fire(path);
}

std::string Netback::front(const std::string& name) const {
  const auto found = store_.values.find(std::string(kFront) + "/" + name);
  return found == store_.values.end() ? "" : found->second;
}

bool Netback::connect() {
  disconnect();
  const auto number = [this](const char* name) {
    return static_cast<std::uint32_t>(std::strtoul(front(name).c_str(), nullptr, 10));
  };
  tx_ref_ = number("tx-ring-ref");
  rx_ref_ = number("rx-ring-ref");
  port_ = number("event-channel");
  if (front("state") != "4" || front("request-rx-copy") != "1" || !domain_.ports.contains(port_)) {
    return false;
  }
  auto* tx_page = domain_.map(tx_ref_);
  auto* rx_page = domain_.map(rx_ref_);
  if (tx_page == nullptr || rx_page == nullptr) return false;
  BACK_RING_INIT(&tx, reinterpret_cast<netif_tx_sring_t*>(tx_page), 4096);
  BACK_RING_INIT(&rx, reinterpret_cast<netif_rx_sring_t*>(rx_page), 4096);
  connected = true;
  set("state", "4");
  return true;
}

void Netback::disconnect() {
  if (!connected) return;
  domain_.unmap(tx_ref_);
  domain_.unmap(rx_ref_);
  connected = false;
}

void Netback::notify() {
  ++events;
  domain_.raise(port_);
}

std::vector<Netback::Taken> Netback::take() {
  std::vector<Taken> all;
  for (int more = 1; more != 0;) {
    while (RING_HAS_UNCONSUMED_REQUESTS(&tx)) {
      netif_tx_request first, request;
      RING_COPY_REQUEST(&tx, tx.req_cons, &first);
      request = first;
      Taken taken;
      taken.flags = first.flags;
      Bytes rest;
      for (;;) {
        ++tx.req_cons;
        ++taken.slots;
        taken.ids.push_back(request.id);
        const auto* page = domain_.reach(request.gref, false);
        if (page == nullptr) std::abort();
        const bool last = (request.flags & NETTXF_more_data) == 0;
        // All but the first say what is theirs; the first has what they leave.
        const auto size = taken.slots == 1 ? 0U : std::uint32_t{request.size};
        if (request.offset + std::max(size, 1U) > 4096) std::abort();
        if (taken.slots != 1)
          rest.insert(rest.end(), page + request.offset, page + request.offset + size);
        if (last) break;
        RING_COPY_REQUEST(&tx, tx.req_cons, &request);
      }
      const auto size = first.size - rest.size();
      if (first.offset + size > 4096) std::abort();
      const auto* page = domain_.reach(first.gref, false) + first.offset;
      taken.bytes.assign(page, page + size);
      taken.bytes.insert(taken.bytes.end(), rest.begin(), rest.end());
      all.push_back(std::move(taken));
    }
    RING_FINAL_CHECK_FOR_REQUESTS(&tx, more);
  }
  return all;
}

void Netback::answer(std::uint16_t id, int status) {
  *RING_GET_RESPONSE(&tx, tx.rsp_prod_pvt) = {id, static_cast<std::int16_t>(status)};
  ++tx.rsp_prod_pvt;
}

void Netback::answer(const Taken& taken) {
  for (const auto id : taken.ids) answer(id);
}

void Netback::push_answers() {
  int wanted = 0;
  RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(&tx, wanted);
  if (wanted != 0) notify();
}

bool Netback::has_room(std::uint32_t slots) {
  for (;;) {
    const auto prod = __atomic_load_n(&rx.sring->req_prod, __ATOMIC_ACQUIRE);
    if (prod - rx.req_cons >= slots) return true;
    rx.sring->req_event = prod + 1;
    xen_mb();
    if (rx.sring->req_prod == prod) return false;
  }
}

bool Netback::deliver(ByteView frame, unsigned flags, unsigned gso, std::uint32_t per_slot,
                      std::uint32_t offset) {
  const auto slots = static_cast<std::uint32_t>((frame.size() + per_slot - 1) / per_slot);
  if (!has_room(slots + (gso != 0 ? 1 : 0))) return false;
  for (std::uint32_t i = 0; i < slots; ++i) {
    const auto part =
        frame.subspan(i * per_slot, std::min<std::size_t>(per_slot, frame.size() - i * per_slot));
    netif_rx_request request;
    RING_COPY_REQUEST(&rx, rx.req_cons, &request);
    auto* page = domain_.reach(request.gref, true);
    if (page == nullptr) std::abort();
    std::memcpy(page + offset, part.data(), part.size());
    const bool first = i == 0;
    const auto all = (first ? flags : 0U) | (i + 1 < slots ? NETRXF_more_data : 0U) |
                     (first && gso != 0 ? NETRXF_extra_info : 0U);
    respond({request.id, static_cast<std::uint16_t>(offset), static_cast<std::uint16_t>(all),
             static_cast<std::int16_t>(part.size())});
    if (first && gso != 0) {
      netif_extra_info extra{};
      extra.type = XEN_NETIF_EXTRA_TYPE_GSO;
      extra.u.gso.size = 1448;
      extra.u.gso.type = static_cast<std::uint8_t>(gso);
      netif_rx_response response;
      std::memcpy(&response, &extra, sizeof response);
      respond(response);
    }
  }
  return true;
}

void Netback::respond(const netif_rx_response& response) {
  *RING_GET_RESPONSE(&rx, rx.rsp_prod_pvt) = response;
  ++rx.req_cons;
  ++rx.rsp_prod_pvt;
}

void Netback::push_frames() {
  int wanted = 0;
  RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(&rx, wanted);
  if (wanted != 0) notify();
}

}  // namespace xenrt::test
