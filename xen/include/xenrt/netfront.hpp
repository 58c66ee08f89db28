// Xen's network interface, the guest's half (xen/io/netif.h): a NetDevice that a backend in another
// domain carries frames for.
//
// The backend is not trusted. It can delay, change, drop and make up frames, as any network can;
// nothing that it writes into shared memory reaches memory that was not lent to it. One that breaks
// the protocol is disconnected, with the reason in the log, and may come back a few times.
// xen/README.md says what is negotiated.
//
//   while (auto event = store.next_event()) netfront.handle(*event) || ...
//   stack.poll(now); ... stack.flush();
//   wait for store.port() and netfront.port()
//
// Nothing here waits, but for answers of xenstored. Not for threads.
#pragma once

#include <functional>
#include <memory>

#include "xenrt/net_device.hpp"
#include "xenrt/xenstore.hpp"

namespace xenrt {

/// Since open(), over all connections to a backend.
struct NetfrontCounters {
  std::uint64_t frames_in = 0, frames_out = 0;
  std::uint64_t large_frames_in = 0;  // of frames_in: TCP segments that were put together (GSO)
  std::uint64_t dropped_in = 0;       // too short, too long, or the backend says that it failed
  std::uint64_t dropped_out = 0;      // no room, or the backend says that it failed
  std::uint64_t events_in = 0, events_out = 0;  // the latter cost a hypercall each
  std::uint32_t connections = 0;                // how often a backend was connected to
  std::uint32_t faults = 0;                     // how often because of a fault it was left
  std::uint32_t pages_lent = 0;  // now, in use or not given back by a backend that is gone
};

class Netfront final : public NetDevice {
 public:
  /// A line without a newline at its end.
  using Log = std::function<void(std::string_view)>;

  /// How often a backend may break the protocol before it is left for good.
  static constexpr std::uint32_t kMostFaults = 8;

  /// The device device/vif/INDEX of this domain. The link need not be up yet, nor the backend be
  /// there; handle() goes on with it. ENOENT: the domain has no such device; EPROTO: its entries in
  /// xenstore make no sense. The store must outlive the device; its watches have tokens that begin
  /// with "vif/INDEX/".
  static XenstoreResult<std::unique_ptr<Netfront>> open(Xenstore& store, unsigned index, Log log);

  /// Disconnects. Pages that the backend does not give back stay lent, and are lost.
  ~Netfront() override;

  /// As xenstore had it when the device was opened.
  [[nodiscard]] MacAddress mac() const override;
  /// Checksums are always filled in: by the backend if it offers that, else here. The MTU is that
  /// of open(): the entry "mtu" if the backend takes frames of several pages, else at most 1500.
  [[nodiscard]] NetCapabilities capabilities() const override;
  [[nodiscard]] bool link_up() const override;
  SendResult send(std::span<const ByteView> pieces) override;
  void flush() override;
  std::size_t receive(FrameSink& sink, std::size_t most) override;

  /// The event channel that says that frames wait; Port::none without a backend. May change in
  /// handle(), receive() and flush(): ask before each wait. Need not be taken by the caller.
  [[nodiscard]] Port port() const;

  /// To be called with every event of the store: the backend comes, goes, or changes. False: the
  /// event is for somebody else.
  bool handle(const Xenstore::WatchEvent& event);

  /// In a new domain after a suspend (ShutdownControl::suspend()), before anything else here: lets
  /// go of the connection, whose backend and port were the old domain's, and begins with the new
  /// one. In the same domain nothing has changed and nothing is to be done.
  void resumed();

  [[nodiscard]] NetfrontCounters counters() const;

  class Impl;

 private:
  explicit Netfront(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace xenrt
