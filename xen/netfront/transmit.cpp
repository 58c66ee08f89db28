#include "netfront/transmit.hpp"

#include <algorithm>

#include "netfront/checksum.hpp"

namespace xenrt::netfront {

std::unique_ptr<Transmitter> Transmitter::create(PagePool& pool, DomainId backend,
                                                 const TransmitFeatures& features,
                                                 NetfrontCounters& counters) {
  const auto page = pool.lend(backend, Lend::read_write);
  if (!page) return nullptr;
  return std::unique_ptr<Transmitter>(new Transmitter(pool, backend, features, counters, *page));
}

Transmitter::Transmitter(PagePool& pool, DomainId backend, const TransmitFeatures& features,
                         NetfrontCounters& counters, LentPage ring_page)
    : pool_(pool),
      backend_(backend),
      features_(features),
      counters_(counters),
      ring_page_(ring_page),
      ring_(ring_page.bytes) {
  free_.reserve(TransmitRing::kSize);
  for (std::uint32_t id = TransmitRing::kSize; id-- > 0;) free_.push_back(static_cast<Id>(id));
  ring_.ask_for_no_event();
}

Transmitter::~Transmitter() {
  pool_.take_back(ring_page_);
  for (const auto& page : pages_) {
    if (page.bytes != nullptr) pool_.take_back(page);
  }
}

const char* Transmitter::reap() {
  const auto count = ring_.waiting();
  if (!count) return "it has answered more frames than were sent";
  for (std::uint32_t i = 0; i < *count; ++i) {
    const auto answer = ring_.response(i);
    if (answer.id >= TransmitRing::kSize || !in_use_[answer.id]) {
      return "it has answered a frame that was not sent";
    }
    if (answer.status == NETIF_RSP_NULL) return "it has answered a frame by nothing";
    if (answer.status != NETIF_RSP_OKAY) ++counters_.dropped_out;
    in_use_[answer.id] = false;
    free_.push_back(answer.id);
  }
  ring_.consume(*count);
  if (*count != 0) ring_.ask_for_no_event();
  return nullptr;
}

SendResult Transmitter::send(std::span<const ByteView> pieces) {
  std::size_t size = 0;
  for (const auto& piece : pieces) size += piece.size();
  const std::size_t slots = (size + kPageSize - 1) / kPageSize;
  std::array<Id, kMostSlots> storage;
  if (size < 14 || slots > (features_.several_pages ? kMostSlots : 1) ||
      !take_ids(slots, storage)) {
    ++counters_.dropped_out;
    return SendResult::busy;
  }
  const Ids ids(storage.data(), slots);
  copy(pieces, ids);
  auto flags = fill_in_checksum(ids, size);
  for (std::size_t i = 0; i < slots; ++i) {
    netif_tx_request request{};
    request.gref = static_cast<grant_ref_t>(pages_[ids[i]].grant);
    request.id = ids[i];
    // The first one has the size of them all.
    const auto rest = size - i * kPageSize;
    request.size = static_cast<std::uint16_t>(i == 0 ? size : std::min(rest, kPageSize));
    request.flags = static_cast<std::uint16_t>(flags | (i + 1 < slots ? NETTXF_more_data : 0));
    ring_.put(request);
    flags = 0;
  }
  ++counters_.frames_out;
  return SendResult::sent;
}

bool Transmitter::take_ids(std::size_t count, std::span<Id> ids) {
  if (try_ids(count, ids)) return true;
  if (fault_ == nullptr) fault_ = reap();
  return try_ids(count, ids);
}

/// Each with a page. There are as many ids as places in the ring, so a place is there as well.
bool Transmitter::try_ids(std::size_t count, std::span<Id> ids) {
  if (free_.size() < count || ring_.room() < count) return false;
  for (std::size_t i = 0; i < count; ++i) {
    const Id id = free_[free_.size() - 1 - i];
    if (pages_[id].bytes == nullptr) {
      const auto page = pool_.lend(backend_, Lend::read_only);
      if (!page) return false;
      pages_[id] = *page;
    }
    ids[i] = id;
  }
  for (std::size_t i = 0; i < count; ++i) in_use_[ids[i]] = true;
  free_.resize(free_.size() - count);
  return true;
}

void Transmitter::copy(std::span<const ByteView> pieces, Ids ids) {
  std::size_t at = 0;
  for (auto piece : pieces) {
    while (!piece.empty()) {
      const auto offset = at % kPageSize;
      const auto part = std::min(piece.size(), kPageSize - offset);
      std::memcpy(pages_[ids[at / kPageSize]].bytes + offset, piece.data(), part);
      piece = piece.subspan(part);
      at += part;
    }
  }
}

ByteView Transmitter::bytes_of(Id id, std::size_t from, std::size_t to) const {
  return {pages_[id].bytes + from, to - from};
}

/// The flags of a frame whose checksum the backend completes; 0 if it needs nothing.
std::uint16_t Transmitter::fill_in_checksum(Ids ids, std::size_t size) {
  const auto head = bytes_of(ids[0], 0, std::min(size, kPageSize));
  const auto tcp = find_tcp(head, size);
  if (!tcp) return 0;
  auto sum = pseudo_header(head, *tcp);
  const auto put = [&](std::uint16_t value) {
    std::uint8_t* field = pages_[ids[0]].bytes + tcp->checksum();
    field[0] = static_cast<std::uint8_t>(value >> 8U);
    field[1] = static_cast<std::uint8_t>(value);
  };
  if (tcp->v6 ? features_.checksum_v6 : features_.checksum_v4) {
    put(sum.folded());
    return NETTXF_csum_blank | NETTXF_data_validated;
  }
  put(0);
  const auto end = tcp->begin + tcp->size;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto from = std::max(tcp->begin, i * kPageSize);
    const auto to = std::min(end, (i + 1) * kPageSize);
    if (from < to) sum.add(bytes_of(ids[i], from - i * kPageSize, to - i * kPageSize));
  }
  put(static_cast<std::uint16_t>(~sum.folded()));
  return 0;
}

}  // namespace xenrt::netfront
