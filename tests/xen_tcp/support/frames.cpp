// See frames.hpp. RFC 1071 (checksum), 791, 8200, 826, 4861, 9293; the format of pcap files.
#include "support/frames.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace xenrt::test {
namespace {

void put16(Bytes& b, std::uint32_t v) {
  b.push_back(static_cast<std::uint8_t>(v >> 8U));
  b.push_back(static_cast<std::uint8_t>(v));
}
void put32(Bytes& b, std::uint32_t v) {
  put16(b, v >> 16U);
  put16(b, v & 0xffffU);
}
template <typename Range>
void append(Bytes& b, const Range& more) {
  b.insert(b.end(), more.begin(), more.end());
}

std::uint32_t sum16(ByteView bytes, std::uint32_t sum = 0) {
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    sum += static_cast<std::uint32_t>(bytes[i] << 8U) +
           (i + 1 < bytes.size() ? bytes[i + 1] : std::uint8_t{0});
  }
  while (sum > 0xffff) sum = (sum & 0xffffU) + (sum >> 16U);
  return sum;
}

ByteView address_bytes(const IpAddress& a) {
  return ByteView(a.bytes).first(a.is_v6 ? 16 : 4);
}

std::uint32_t pseudo_sum(ByteView from, ByteView to, std::size_t length, std::uint32_t protocol) {
  return sum16(to, sum16(from)) + static_cast<std::uint32_t>(length) + protocol;
}

void ethernet(Bytes& f, const MacAddress& to, const MacAddress& from, std::uint32_t type) {
  append(f, to.bytes);
  append(f, from.bytes);
  put16(f, type);
}

struct Layout {
  bool v6 = false;
  std::size_t addresses = 0, size = 0, tcp = 0;
};
std::optional<Layout> layout_of(const Bytes& f) {
  if (!segment_of(f)) return std::nullopt;
  if (f[12] == 8) return Layout{false, 26, 4, 14U + (f[14] & 15U) * 4U};
  return Layout{true, 22, 16, 54};
}

}  // namespace

Bytes make_frame(const Endpoint& from, const Endpoint& to, const Raw& raw) {
  Bytes tcp;
  put16(tcp, from.port);
  put16(tcp, to.port);
  put32(tcp, raw.seq);
  put32(tcp, raw.ack);
  put16(tcp, static_cast<std::uint32_t>((5 + raw.options.size() / 4) << 12U) | raw.flags);
  put16(tcp, raw.window);
  put32(tcp, 0);
  append(tcp, raw.options);
  append(tcp, raw.text);
  const auto a = address_bytes(from.address);
  const auto b = address_bytes(to.address);
  const auto check = ~sum16(tcp, pseudo_sum(a, b, tcp.size(), 6)) & 0xffffU;
  tcp[16] = static_cast<std::uint8_t>(check >> 8U);
  tcp[17] = static_cast<std::uint8_t>(check);
  Bytes f;
  ethernet(f, kOurMac, kPeerMac, from.address.is_v6 ? 0x86dd : 0x0800);
  if (from.address.is_v6) {
    put32(f, 0x60000000U);
    put16(f, static_cast<std::uint32_t>(tcp.size()));
    put16(f, 6U << 8U | 64U);
    append(f, a);
    append(f, b);
  } else {
    Bytes ip;
    put16(ip, 0x4500);
    put16(ip, static_cast<std::uint32_t>(20 + tcp.size()));
    put32(ip, 0);
    put16(ip, 64U << 8U | 6U);
    put16(ip, 0);
    append(ip, a);
    append(ip, b);
    const auto sum = ~sum16(ip) & 0xffffU;
    ip[10] = static_cast<std::uint8_t>(sum >> 8U);
    ip[11] = static_cast<std::uint8_t>(sum);
    append(f, ip);
  }
  append(f, tcp);
  return f;
}

// The checksums are sums over both addresses, so they stay right.
Bytes reflect(const Bytes& frame) {
  const auto layout = layout_of(frame);
  if (!layout) return {};
  Bytes f = frame;
  std::swap_ranges(f.begin(), f.begin() + 6, f.begin() + 6);
  const auto at = f.begin() + static_cast<std::ptrdiff_t>(layout->addresses);
  const auto size = static_cast<std::ptrdiff_t>(layout->size);
  std::swap_ranges(at, at + size, at + size);
  return f;
}

Bytes neighbour_answer(const Bytes& f) {
  Bytes answer;
  if (f.size() >= 42 && f[12] == 8 && f[13] == 6 && f[21] == 1) {
    const ByteView asks(f.data() + 28, 4), for_whom(f.data() + 38, 4);
    if (std::ranges::equal(asks, for_whom)) return {};  // it announces itself
    ethernet(answer, kOurMac, kPeerMac, 0x0806);
    put32(answer, 0x00010800);
    put32(answer, 0x06040002);
    append(answer, kPeerMac.bytes);
    append(answer, for_whom);
    append(answer, kOurMac.bytes);
    append(answer, asks);
    return answer;
  }
  constexpr std::uint8_t kSolicitation = 135;
  if (f.size() < 78 || f[12] != 0x86 || f[20] != 58 || f[54] != kSolicitation) return {};
  const ByteView asks(f.data() + 22, 16), for_whom(f.data() + 62, 16);
  if (std::ranges::all_of(asks, [](auto b) { return b == 0; })) return {};  // duplicate detection
  Bytes icmp;
  put32(icmp, 136U << 24U);
  put32(icmp, 0x60000000U);
  append(icmp, for_whom);
  put16(icmp, 0x0201);
  append(icmp, kPeerMac.bytes);
  const auto check = ~sum16(icmp, pseudo_sum(for_whom, asks, icmp.size(), 58)) & 0xffffU;
  icmp[2] = static_cast<std::uint8_t>(check >> 8U);
  icmp[3] = static_cast<std::uint8_t>(check);
  ethernet(answer, kOurMac, kPeerMac, 0x86dd);
  put32(answer, 0x60000000U);
  put16(answer, static_cast<std::uint32_t>(icmp.size()));
  put16(answer, 58U << 8U | 255U);
  append(answer, for_whom);
  append(answer, asks);
  append(answer, icmp);
  return answer;
}

Bytes text_of(const Bytes& frame) {
  const auto found = segment_of(frame);
  const auto layout = layout_of(frame);
  if (!found || !layout) return {};
  const auto at = layout->tcp + (frame[layout->tcp + 12] >> 4U) * 4U;
  const auto begin = frame.begin() + static_cast<std::ptrdiff_t>(at);
  return {begin, begin + found->segment.text};
}

std::uint16_t window_of(const Bytes& frame) {
  const auto at = layout_of(frame)->tcp + 14;
  return static_cast<std::uint16_t>(frame[at] << 8U | frame[at + 1]);
}

bool checksum_is_good(const Bytes& frame) {
  const auto layout = layout_of(frame);
  const auto tcp = ByteView(frame).subspan(layout->tcp);
  const ByteView from(frame.data() + layout->addresses, layout->size);
  const ByteView to(frame.data() + layout->addresses + layout->size, layout->size);
  return sum16(tcp, pseudo_sum(from, to, tcp.size(), 6)) == 0xffff;
}

void Capture::add(const Bytes& frame, std::int64_t nanoseconds) {
  const std::array<std::uint32_t, 4> head{static_cast<std::uint32_t>(nanoseconds / 1'000'000'000),
                                          static_cast<std::uint32_t>(nanoseconds % 1'000'000'000),
                                          static_cast<std::uint32_t>(frame.size()),
                                          static_cast<std::uint32_t>(frame.size())};
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(head.data());
  bytes_.insert(bytes_.end(), bytes, bytes + sizeof head);
  append(bytes_, frame);
  ++frames_;
}

void Capture::write(const std::string& path) const {
  const std::array<std::uint32_t, 6> head{0xa1b23c4dU, 2U | 4U << 16U, 0, 0, 65535, 1};
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(head.data()), sizeof head);
  out.write(reinterpret_cast<const char*>(bytes_.data()),
            static_cast<std::streamsize>(bytes_.size()));
}

std::string replay(const Capture& capture, const std::string& name) {
  // Kept if something is wrong with it.
  const auto file = "xen_tcp." + std::to_string(::getpid()) + "." + name + ".pcap";
  const auto path = (std::filesystem::temp_directory_path() / file).string();
  capture.write(path);
  const auto command =
      std::string(XEN_TCP_SPLC) + " replay --format=pcap " + XEN_TCP_POLICY + " " + path + " 2>&1";
  auto* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return "cannot run splc";
  std::string output;
  std::array<char, 4096> buffer;
  for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    output.append(buffer.data(), n);
  }
  const bool fine =
      ::pclose(pipe) == 0 && output.find("open when the capture") == std::string::npos;
  if (!fine) return command + "\n" + output;
  std::filesystem::remove(path);
  return "";
}

}  // namespace xenrt::test
