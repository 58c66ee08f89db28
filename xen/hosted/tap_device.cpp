// See tap_device.hpp. One read or write of the descriptor is one frame.
#include "xenrt/tap_device.hpp"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace xenrt {

std::unique_ptr<TapDevice> TapDevice::open(const std::string& name, const MacAddress& mac,
                                           std::string& error) {
  ifreq request{};
  if (name.empty() || name.size() >= sizeof request.ifr_name) {
    error = "'" + name + "' is no name for a network device";
    return nullptr;
  }
  const int descriptor = ::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) {
    error = std::string("/dev/net/tun: ") + std::strerror(errno);
    return nullptr;
  }
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  std::memcpy(request.ifr_name, name.data(), name.size());
  if (::ioctl(descriptor, TUNSETIFF, &request) != 0) {
    error = "TAP device '" + name + "': " + std::strerror(errno);
    ::close(descriptor);
    return nullptr;
  }
  return std::unique_ptr<TapDevice>(new TapDevice(descriptor, mac));
}

TapDevice::~TapDevice() {
  ::close(descriptor_);
}

SendResult TapDevice::send(std::span<const ByteView> pieces) {
  std::array<iovec, 32> vectors{};
  if (pieces.size() > vectors.size()) return SendResult::busy;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    // writev() reads only.
    vectors[i] = {const_cast<std::uint8_t*>(pieces[i].data()), pieces[i].size()};
  }
  if (::writev(descriptor_, vectors.data(), static_cast<int>(pieces.size())) >= 0) {
    return SendResult::sent;
  }
  // EIO: the device is down.
  return errno == EAGAIN || errno == ENOBUFS ? SendResult::busy : SendResult::gone;
}

std::size_t TapDevice::receive(FrameSink& sink, std::size_t most) {
  std::array<std::uint8_t, 65536> buffer;
  std::size_t count = 0;
  while (count < most) {
    const auto n = ::read(descriptor_, buffer.data(), buffer.size());
    if (n <= 0) {
      if (n < 0 && errno == EBADFD) gone_ = true;  // the device was deleted
      break;
    }
    ++count;
    sink.frame(ByteView(buffer).first(static_cast<std::size_t>(n)), false);
  }
  return count;
}

}  // namespace xenrt
