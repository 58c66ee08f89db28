// The form of a packet: xen/io/netif.h, "Guest receive".
#include "netfront/receive.hpp"

namespace xenrt::netfront {

namespace {

constexpr unsigned kFirstFlags =
    NETRXF_data_validated | NETRXF_csum_blank | NETRXF_more_data | NETRXF_extra_info;

/// Not an error: the rest of the packet is not there yet.
constexpr char kIncomplete[] = "";

}  // namespace

std::unique_ptr<Receiver> Receiver::create(PagePool& pool, DomainId backend,
                                           NetfrontCounters& counters) {
  const auto page = pool.lend(backend, Lend::read_write);
  if (!page) return nullptr;
  std::unique_ptr<Receiver> receiver(new Receiver(pool, counters, *page));
  for (auto& own : receiver->pages_) {
    const auto lent = pool.lend(backend, Lend::read_write);
    if (!lent) return nullptr;
    own = *lent;
    receiver->request(receiver->ring_.next_place());
  }
  (void)receiver->ring_.push();  // nobody listens yet
  return receiver;
}

Receiver::Receiver(PagePool& pool, NetfrontCounters& counters, LentPage ring_page)
    : pool_(pool), counters_(counters), ring_page_(ring_page), ring_(ring_page.bytes) {}

Receiver::~Receiver() {
  pool_.take_back(ring_page_);
  for (const auto& page : pages_) {
    if (page.bytes != nullptr) pool_.take_back(page);
  }
}

void Receiver::request(std::uint32_t place) {
  netif_rx_request request{};
  request.id = static_cast<std::uint16_t>(place);
  request.gref = static_cast<grant_ref_t>(pages_[place].grant);
  ring_.put(request);
}

Receiver::Received Receiver::receive(FrameSink& sink, std::size_t most) {
  Received result;
  while (result.frames < most) {
    Packet packet;
    const auto found = next_packet(packet, result.fault);
    if (found == Found::fault) return result;
    if (found == Found::nothing) {
      if (!ring_.ask_for_event()) break;
      ++result.frames;  // so that a backend which changes its mind all the time does not keep us
      continue;
    }
    hand_over(packet, sink);
    ring_.consume(packet.used);
    // A place is free again when its answer was taken, and has its page still.
    for (std::uint32_t i = 0; i < packet.used; ++i) request(ring_.next_place());
    ++result.frames;
  }
  result.wants_event = ring_.push();
  return result;
}

Receiver::Found Receiver::next_packet(Packet& packet, const char*& fault) {
  const auto waiting = ring_.waiting();
  if (!waiting) {
    fault = "it has delivered more than there was room for";
    return Found::fault;
  }
  if (*waiting == 0) return Found::nothing;
  const char* wrong = look_at(*waiting, packet);
  if (wrong == kIncomplete) return Found::nothing;
  fault = wrong;
  return wrong == nullptr ? Found::packet : Found::fault;
}

const char* Receiver::look_at(std::uint32_t waiting, Packet& packet) {
  auto response = ring_.response(0);
  if ((response.flags & ~kFirstFlags) != 0) return "a frame with flags that mean nothing here";
  packet.good_checksum = (response.flags & (NETRXF_data_validated | NETRXF_csum_blank)) != 0;
  if (const char* wrong = add_slot(response, packet)) return wrong;
  bool extra = (response.flags & NETRXF_extra_info) != 0;
  while (extra) {
    if (packet.used == waiting) return kIncomplete;
    if (const char* wrong = look_at_extra(ring_.response(packet.used), packet, extra)) return wrong;
    ++packet.used;
  }
  while ((response.flags & NETRXF_more_data) != 0) {
    if (packet.used == waiting) return kIncomplete;
    response = ring_.response(packet.used);
    if ((response.flags & ~unsigned{NETRXF_more_data}) != 0) {
      return "a part of a frame with flags of a whole one";
    }
    if (const char* wrong = add_slot(response, packet)) return wrong;
  }
  return nullptr;
}

/// Only what was asked for may come, and that once: the size of a large segment's parts.
const char* Receiver::look_at_extra(netif_rx_response response, Packet& packet, bool& more) const {
  const auto extra = std::bit_cast<netif_extra_info>(response);
  if (extra.type != XEN_NETIF_EXTRA_TYPE_GSO || packet.large) {
    return "extra information that was not asked for";
  }
  if ((extra.flags & ~XEN_NETIF_EXTRA_FLAG_MORE) != 0)
    return "extra information with unknown flags";
  const auto type = extra.u.gso.type;
  if (type != XEN_NETIF_GSO_TYPE_TCPV4 && type != XEN_NETIF_GSO_TYPE_TCPV6) {
    return "a large segment of an unknown kind";
  }
  if (extra.u.gso.size == 0) return "a large segment in parts of no size";
  packet.large = true;
  more = (extra.flags & XEN_NETIF_EXTRA_FLAG_MORE) != 0;
  return nullptr;
}

const char* Receiver::add_slot(const netif_rx_response& response, Packet& packet) const {
  if (packet.count == kMostSlots) return "a frame in more parts than a frame may have";
  const auto place = ring_.place(packet.used++);
  if (response.id != place) return "an answer out of its place";
  if (response.status < 0) {
    packet.failed = true;
    packet.slots[packet.count++] = {place, 0, 0};
    return nullptr;
  }
  const auto size = static_cast<std::uint16_t>(response.status);
  if (std::size_t{response.offset} + size > kPageSize) return "a frame beyond the end of its page";
  packet.slots[packet.count++] = {place, response.offset, size};
  return nullptr;
}

void Receiver::hand_over(const Packet& packet, FrameSink& sink) {
  std::size_t size = 0;
  for (std::uint32_t i = 0; i < packet.count && !packet.failed; ++i) {
    const auto& slot = packet.slots[i];
    std::memcpy(frame_.data() + size, pages_[slot.place].bytes + slot.offset, slot.size);
    size += slot.size;
  }
  if (size < 14 || size > kMostBytes) {
    ++counters_.dropped_in;
    return;
  }
  ++counters_.frames_in;
  if (packet.large) ++counters_.large_frames_in;
  sink.frame(ByteView(frame_).first(size), packet.good_checksum);
}

}  // namespace xenrt::netfront
