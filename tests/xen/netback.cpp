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

bool Netback::insist(bool holds) const {
  if (!holds && strict) std::abort();
  return holds;
}

std::vector<Netback::Taken> Netback::take() {
  std::vector<Taken> all;
  for (int more = 1; more != 0;) {
    while (RING_HAS_UNCONSUMED_REQUESTS(&tx)) {
      if (!take_one(all)) return all;
    }
    RING_FINAL_CHECK_FOR_REQUESTS(&tx, more);
  }
  return all;
}

bool Netback::take_one(std::vector<Taken>& all) {
  std::vector<netif_tx_request> requests;
  do {
    if (!insist(requests.size() < XEN_NETIF_NR_SLOTS_MIN)) return false;
    RING_COPY_REQUEST(&tx, tx.req_cons++, &requests.emplace_back());
  } while ((requests.back().flags & NETTXF_more_data) != 0);
  Taken taken;
  taken.flags = requests[0].flags;
  taken.slots = static_cast<unsigned>(requests.size());
  // All but the first say what is theirs; the first has what they leave.
  for (std::size_t i = 1; i < requests.size(); ++i) {
    if (!insist(requests[i].size <= requests[0].size)) return false;
    requests[0].size = static_cast<std::uint16_t>(requests[0].size - requests[i].size);
  }
  for (const auto& request : requests) {
    const auto* page = domain_.reach(request.gref, false);
    if (!insist(page != nullptr && request.offset + request.size <= 4096)) return false;
    taken.bytes.insert(taken.bytes.end(), page + request.offset,
                       page + request.offset + request.size);
    taken.ids.push_back(request.id);
  }
  all.push_back(std::move(taken));
  return true;
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
    if (!insist(page != nullptr)) return false;
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
