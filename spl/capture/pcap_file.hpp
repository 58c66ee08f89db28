// The packets of a capture file, one at a time, through libpcap.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>

#include "capture/packet.hpp"

namespace spl::capture {

struct CaptureError {
  std::string message;
  std::string hint;
};

struct Packet {
  std::span<const std::uint8_t> captured;  // until the next call
  std::uint32_t length = 0;                // on the wire
  std::uint64_t nanoseconds = 0;           // since 1970
};

class PcapFile {
 public:
  /// pcap or pcapng; "-" is standard input.
  [[nodiscard]] static std::variant<PcapFile, CaptureError> open(const std::string& path);
  PcapFile(PcapFile&&) noexcept;
  PcapFile& operator=(PcapFile&&) noexcept;
  ~PcapFile();

  [[nodiscard]] Link link() const { return link_; }
  enum class Next : std::uint8_t { packet, end, failed };
  /// After `failed`, error() says why.
  [[nodiscard]] Next next(Packet& packet);
  [[nodiscard]] CaptureError error() const;

 private:
  struct Handle;
  explicit PcapFile(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
  Link link_ = Link::ethernet;
};

}  // namespace spl::capture
