// A guest with a network interface, and the other side of it.
#pragma once

#include "netback.hpp"
#include "xenrt/netfront.hpp"

namespace xenrt::test {

/// Keeps what it is given.
class Collector final : public FrameSink {
 public:
  void frame(ByteView bytes, bool good) override {
    frames.emplace_back(bytes.begin(), bytes.end());
    checksums_good.push_back(good);
  }
  std::vector<Bytes> frames;
  std::vector<bool> checksums_good;
};

struct World {
  explicit World(const std::function<void(Netback&)>& prepare = {}) {
    if (prepare) prepare(back);
    store = std::move(*Xenstore::connect());
    open();
  }
  ~World() { end(); }

  void open() {
    auto opened = Netfront::open(
        *store, 0, [this](std::string_view line) { log += std::string(line) + "\n"; });
    error = opened ? std::errc{} : opened.error();
    if (opened) front = std::move(*opened);
    follow();
  }
  /// The backend lets go, so that all can be given back.
  void end() {
    back.disconnect();
    front.reset();
  }

  /// What happens between two polls: events of xenstore, and the backend's side of them.
  void follow() {
    if (front == nullptr) return;
    for (int i = 0; i < 10; ++i) {
      store_process.run();
      bool any = false;
      while (const auto event = store->next_event()) any = front->handle(*event) || any;
      if (back.front("state") == "4" && !back.connected && connects) {
        back.connect();
      } else if (!any) {
        return;
      }
    }
  }
  /// Two seconds pass.
  void settle() {
    store_process.clock += 2'000'000'000;
    (void)receive();
    follow();
  }
  SendResult send(ByteView frame) { return front->send({&frame, 1}); }
  /// All that waits.
  Collector receive() {
    Collector collector;
    while (front->receive(collector, 64) == 64) {
    }
    return collector;
  }
  /// Sent, seen by the other side, answered.
  std::vector<Netback::Taken> exchange() {
    front->flush();
    auto taken = back.take();
    for (const auto& frame : taken) back.answer(frame);
    back.push_answers();
    return taken;
  }

  Xenstored store_process;
  Domain domain;
  Netback back{domain, store_process};
  std::string log;
  std::unique_ptr<Xenstore> store;
  std::unique_ptr<Netfront> front;
  std::errc error{};
  bool connects = true;  // the backend, when the guest is ready
};

/// Bytes that depend on a number; no protocol's.
inline Bytes frame_of_size(std::size_t size, unsigned salt = 0) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::uint8_t>((i * 2654435761U >> 11U) + i / 256 + salt * 31U);
  }
  if (size >= 14) bytes[12] = 0x88, bytes[13] = 0xb5;  // for experiments (IEEE 802)
  return bytes;
}

}  // namespace xenrt::test
