// libpcap behind a small door: nothing else includes its headers.
#include "capture/pcap_file.hpp"

#include <fmt/format.h>
#include <pcap/pcap.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>

namespace spl::capture {
namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

int keep_open(std::FILE*) {
  return 0;
}

/// A hint for what is often taken for a capture. The bytes are put back.
std::string what_it_is(std::FILE* file) {
  const int first = std::getc(file);
  if (first == EOF) return "the file is empty";
  std::ungetc(first, file);
  switch (first) {
    case 0x1f:
      return "it seems to be compressed: zcat FILE | splc replay --format=pcap POLICY -";
    case 0x28:
      return "it seems to be compressed: zstdcat FILE | splc replay --format=pcap POLICY -";
    case 0xfd:
      return "it seems to be compressed: xzcat FILE | splc replay --format=pcap POLICY -";
    default:
      return "expected is a file that tcpdump -w, dumpcap or Wireshark has written";
  }
}

std::optional<Link> link_of(int type) {
  switch (type) {
    case DLT_EN10MB:
      return Link::ethernet;
    case DLT_RAW:
    case DLT_IPV4:
    case DLT_IPV6:
      return Link::raw;
    case DLT_NULL:
    case DLT_LOOP:
      return Link::null;
    case DLT_LINUX_SLL:
      return Link::linux_sll;
    case DLT_LINUX_SLL2:
      return Link::linux_sll2;
    default:
      return std::nullopt;
  }
}

}  // namespace

struct PcapFile::Handle {
  explicit Handle(pcap_t* p) : pcap(p) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { ::pcap_close(pcap); }
  pcap_t* pcap;
};

PcapFile::PcapFile(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
PcapFile::PcapFile(PcapFile&&) noexcept = default;
PcapFile& PcapFile::operator=(PcapFile&&) noexcept = default;
PcapFile::~PcapFile() = default;

std::variant<PcapFile, CaptureError> PcapFile::open(const std::string& path) {
  File file(path == "-" ? stdin : std::fopen(path.c_str(), "rbe"),
            path == "-" ? keep_open : std::fclose);
  if (!file) return CaptureError{fmt::format("cannot read it: {}", std::strerror(errno)), ""};
  // A directory opens, but cannot be read.
  errno = 0;
  const auto hint = what_it_is(file.get());
  if (std::ferror(file.get()) != 0) {
    return CaptureError{fmt::format("cannot read it: {}", std::strerror(errno)), ""};
  }
  std::array<char, PCAP_ERRBUF_SIZE> why{};
  auto* pcap = ::pcap_fopen_offline_with_tstamp_precision(file.get(), PCAP_TSTAMP_PRECISION_NANO,
                                                          why.data());
  if (pcap == nullptr) return CaptureError{fmt::format("not a capture: {}", why.data()), hint};
  (void)file.release();  // libpcap closes it, unless it is standard input
  PcapFile result(std::make_unique<Handle>(pcap));
  const int type = ::pcap_datalink(pcap);
  const auto link = link_of(type);
  if (!link) {
    const char* name = ::pcap_datalink_val_to_name(type);
    return CaptureError{fmt::format("its frames are of a kind that is not read: {} (link type {})",
                                    name == nullptr ? "unknown" : name, type),
                        "Ethernet, raw IP, loopback and Linux's cooked captures (-i any) are"};
  }
  result.link_ = *link;
  return result;
}

PcapFile::Next PcapFile::next(Packet& packet) {
  pcap_pkthdr* header = nullptr;
  const u_char* bytes = nullptr;
  const int got = ::pcap_next_ex(handle_->pcap, &header, &bytes);
  if (got == PCAP_ERROR_BREAK) return Next::end;
  if (got != 1) return Next::failed;
  packet.captured = {bytes, header->caplen};
  packet.length = header->len;
  // With this precision the microseconds are nanoseconds. Nonsense wraps, and harms nothing.
  packet.nanoseconds = static_cast<std::uint64_t>(header->ts.tv_sec) * 1'000'000'000U +
                       static_cast<std::uint64_t>(header->ts.tv_usec);
  return Next::packet;
}

CaptureError PcapFile::error() const {
  std::string message = ::pcap_geterr(handle_->pcap);
  const bool cut_off = message.find("truncated") != std::string::npos;
  return {std::move(message),
          cut_off ? "the end of the file is missing; what was before it was read" : ""};
}

}  // namespace spl::capture
