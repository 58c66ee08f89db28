#include "netfront/checksum.hpp"

namespace xenrt::netfront {

namespace {

constexpr std::uint8_t kTcp = 6;
constexpr std::size_t kEthernet = 14;

std::uint16_t get16(ByteView b, std::size_t at) {
  return static_cast<std::uint16_t>(b[at] << 8U | b[at + 1]);
}

}  // namespace

void ChecksumSum::add(ByteView bytes) {
  std::size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) sum_ += get16(bytes, i);
  if (i < bytes.size()) sum_ += static_cast<std::uint64_t>(bytes[i]) << 8U;
}

std::uint16_t ChecksumSum::folded() const {
  std::uint64_t sum = sum_;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16U);
  return static_cast<std::uint16_t>(sum);
}

std::optional<TcpPlace> find_tcp(ByteView head, std::size_t size) {
  if (head.size() < kEthernet + 40) return std::nullopt;
  const auto type = get16(head, 12);
  const auto packet = head.subspan(kEthernet);
  TcpPlace place;
  std::size_t end = 0;
  if (type == 0x0800) {
    const bool fragment = (get16(packet, 6) & 0x3fffU) != 0;
    if (packet[9] != kTcp || fragment) return std::nullopt;
    place.begin = kEthernet + (packet[0] & 15U) * 4U;
    end = kEthernet + get16(packet, 2);
  } else if (type == 0x86dd) {
    if (packet[6] != kTcp) return std::nullopt;
    place.v6 = true;
    place.begin = kEthernet + 40;
    end = place.begin + get16(packet, 4);
  } else {
    return std::nullopt;
  }
  if (end > size || place.begin + 20 > end || place.begin + 20 > head.size()) return std::nullopt;
  place.size = end - place.begin;
  return place;
}

ChecksumSum pseudo_header(ByteView head, const TcpPlace& tcp) {
  ChecksumSum sum;
  sum.add(tcp.v6 ? head.subspan(kEthernet + 8, 32) : head.subspan(kEthernet + 12, 8));
  sum.add(static_cast<std::uint16_t>(tcp.size));
  sum.add(std::uint16_t{kTcp});
  return sum;
}

}  // namespace xenrt::netfront
