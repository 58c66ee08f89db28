// Reads a capture through libpcap and does nothing with it: the least that any reader costs.
#include <cstdint>
#include <cstdio>
#include <variant>

#include "capture/pcap_file.hpp"

int main(int argc, char** argv) {
  using namespace spl::capture;
  if (argc != 2) return 2;
  auto opened = PcapFile::open(argv[1]);
  auto* file = std::get_if<PcapFile>(&opened);
  if (file == nullptr) return 2;
  Packet packet;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  while (file->next(packet) == PcapFile::Next::packet) {
    ++packets;
    bytes += packet.captured.size();
  }
  std::printf("%llu packets, %llu bytes\n", static_cast<unsigned long long>(packets),
              static_cast<unsigned long long>(bytes));
  return 0;
}
