// Connecting and parting: follows the backend's state in xenstore (xen/io/xenbus.h). We go from
// Initialising to Connected when the backend is in InitWait; to Closed when it closes; and begin
// anew (Initialising) when it is Closed and the toolstack wants the device to go on, or when it was
// started again.
#include "xenrt/netfront.hpp"

#include <utility>

#include "netfront/negotiation.hpp"
#include "netfront/receive.hpp"
#include "netfront/transmit.hpp"

namespace xenrt {

namespace {

using namespace netfront;

/// Of two connections: one in use, and one that a backend does not give back.
constexpr std::uint32_t kMostPages = 2 * (TransmitRing::kSize + ReceiveRing::kSize + 2);
constexpr std::uint64_t kRetryEvery = 1'000'000'000;  // ns
constexpr std::uint64_t kSettle = 1'000'000'000;      // ns

/// What is shared with the backend.
struct Connection {
  Port port = Port::none;
  std::unique_ptr<Transmitter> transmitter;
  std::unique_ptr<Receiver> receiver;

  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    if (port != Port::none) close_port(port);
  }
};

}  // namespace

class Netfront::Impl {
 public:
  Impl(Xenstore& store, unsigned index, Vif vif, Log log)
      : store_(store),
        index_(index),
        token_("vif/" + std::to_string(index) + "/"),
        vif_(std::move(vif)),
        mac_(vif_.mac),
        mtu_(vif_.mtu),
        log_(std::move(log)) {}
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  XenstoreResult<Done> watch();
  void follow();
  bool handle(const Xenstore::WatchEvent& event);
  void resumed();
  SendResult send(std::span<const ByteView> pieces);
  void flush();
  std::size_t receive(FrameSink& sink, std::size_t most);

  [[nodiscard]] MacAddress mac() const { return mac_; }
  [[nodiscard]] std::uint16_t mtu() const { return mtu_; }
  [[nodiscard]] bool link_up() const { return connected_ && carrier_ && !fault_; }
  [[nodiscard]] Port port() const { return connection_ ? connection_->port : Port::none; }
  [[nodiscard]] NetfrontCounters counters() const;

 private:
  void say(const std::string& what) { log_("vif " + std::to_string(index_) + ": " + what); }
  void say_once(const std::string& what) {
    if (!std::exchange(said_why_, true)) say(what);
  }
  void look_again();
  void replace(XenstoreResult<Vif> now);
  void join();
  std::unique_ptr<Connection> make_connection(const BackendFeatures& features);
  void part();
  void start_over();
  void begin_anew();
  void move_to(xenbus_state state);
  void settle_fault();
  void retry();
  void notify();

  Xenstore& store_;
  unsigned index_;
  std::string token_;
  Vif vif_;
  MacAddress mac_;
  std::uint16_t mtu_;
  Log log_;

  NetfrontCounters counters_;
  PagePool pool_{kMostPages};
  std::unique_ptr<Connection> connection_;
  xenbus_state own_ = XenbusStateInitialising;  // as the toolstack has left it
  bool gone_ = false;                           // there is no such device any more
  bool connected_ = false;                      // the backend says so, too
  bool carrier_ = true;
  bool given_up_ = false;
  bool wants_retry_ = false;  // to join()
  bool said_why_ = false, said_held_ = false;
  std::uint64_t retry_at_ = 0, settled_at_ = 0;
  const char* fault_ = nullptr;  // found where it could not be dealt with
};

XenstoreResult<Done> Netfront::Impl::watch() {
  auto done = store_.watch(vif_.own + "/backend", token_ + "backend");
  if (done) done = store_.watch(vif_.backend + "/state", token_ + "state");
  if (done) (void)store_.watch(vif_.backend + "/carrier", token_ + "state");
  return done;
}

bool Netfront::Impl::handle(const Xenstore::WatchEvent& event) {
  if (!event.token.starts_with(token_)) return false;
  if (event.token == token_ + "backend") look_again();
  if (!gone_) follow();
  return true;
}

/// The device may be gone, there again, or somebody else's.
void Netfront::Impl::look_again() {
  auto now = read_vif(store_, index_);
  const bool same = now && !gone_ && now->backend == vif_.backend && now->domain == vif_.domain;
  if (same) return;
  if (!now && gone_) return;
  replace(std::move(now));
}

void Netfront::Impl::resumed() {
  if (connection_) connection_->port = Port::none;  // the number may be that of another one now
  replace(read_vif(store_, index_));
  if (!gone_) follow();
}

void Netfront::Impl::replace(XenstoreResult<Vif> now) {
  part();
  if (!gone_) {
    (void)store_.unwatch(vif_.backend + "/state", token_ + "state");
    (void)store_.unwatch(vif_.backend + "/carrier", token_ + "state");
  }
  gone_ = !now;
  if (gone_) return say("the device is gone");
  say("there is a new device");
  if (now->mac != mac_) say("its MAC address is another one; the old one stays in use");
  vif_ = std::move(*now);
  own_ = XenbusStateInitialising;
  settled_at_ = 0;  // it was about another backend
  given_up_ = counters_.faults >= kMostFaults;
  (void)store_.watch(vif_.backend + "/state", token_ + "state");
  (void)store_.watch(vif_.backend + "/carrier", token_ + "state");
}

void Netfront::Impl::follow() {
  (void)pool_.retry();
  const auto state = backend_state(store_, vif_);
  carrier_ = has_carrier(store_, vif_);
  switch (state) {
    case XenbusStateInitWait:
      if (connected_) {
        start_over();
      } else if (!connection_ && !given_up_ && monotonic_ns() >= settled_at_) {
        join();
      }
      break;
    case XenbusStateConnected:
      if (connection_ && !connected_) {
        connected_ = true;
        ++counters_.connections;
        say("connected to domain " + std::to_string(vif_.domain));
      }
      break;
    case XenbusStateClosing:
      part();
      settled_at_ = 0;
      move_to(XenbusStateClosed);
      break;
    case XenbusStateClosed:
      part();
      settled_at_ = 0;
      move_to(XenbusStateClosed);
      begin_anew();
      break;
    case XenbusStateUnknown:
      part();
      break;
    default:
      break;
  }
}

/// The backend was started again, without closing. Linux' then looks at once whether we are
/// Connected, and takes the rings of before. Initialising makes it leave them; what it does not
/// say is whether it has seen that, so we wait a moment, or for it to close.
void Netfront::Impl::start_over() {
  part();
  move_to(XenbusStateInitialising);
  settled_at_ = retry_at_ = monotonic_ns() + kSettle;
  wants_retry_ = true;
}

void Netfront::Impl::begin_anew() {
  if (given_up_ || !is_online(store_, vif_)) return;
  move_to(XenbusStateInitialising);
}

void Netfront::Impl::move_to(xenbus_state state) {
  // Closed again after Initialising would undo it: the backend has not seen it yet.
  if (own_ == state || (state == XenbusStateClosed && own_ == XenbusStateInitialising)) return;
  own_ = state;
  set_state(store_, vif_, state);
}

void Netfront::Impl::join() {
  wants_retry_ = true;
  const auto features = read_features(store_, vif_);
  if (!features.copies) {
    given_up_ = true;
    wants_retry_ = false;
    return say("its backend cannot copy frames (feature-rx-copy); it stays without a link");
  }
  auto connection = make_connection(features);
  if (!connection) return say_once("no memory or grants for its rings; it is tried again");
  const auto published =
      publish(store_, vif_,
              {connection->transmitter->ring(), connection->receiver->ring(), connection->port});
  if (!published) {
    return say_once("xenstore does not take its settings: " +
                    std::make_error_code(published.error()).message());
  }
  wants_retry_ = false;
  connection_ = std::move(connection);
  own_ = XenbusStateConnected;
}

std::unique_ptr<Connection> Netfront::Impl::make_connection(const BackendFeatures& features) {
  auto connection = std::make_unique<Connection>();
  connection->transmitter = Transmitter::create(pool_, vif_.domain, features.transmit, counters_);
  connection->receiver = Receiver::create(pool_, vif_.domain, counters_);
  const auto port = allocate_unbound_port(vif_.domain);
  if (port) connection->port = *port;
  const bool whole = connection->transmitter && connection->receiver && port;
  return whole ? std::move(connection) : nullptr;
}

void Netfront::Impl::part() {
  wants_retry_ = false;
  fault_ = nullptr;
  if (!connection_) return;
  if (connected_) say("disconnected");
  connected_ = false;
  connection_.reset();
  said_why_ = said_held_ = false;
  retry_at_ = monotonic_ns() + kRetryEvery;
}

/// At a moment when nobody is in the rings.
void Netfront::Impl::settle_fault() {
  if (fault_ == nullptr) return;
  ++counters_.faults;
  say(std::string("the backend breaks the protocol: ") + fault_);
  part();
  if (counters_.faults >= kMostFaults) {
    given_up_ = true;
    say("it has done so too often; it stays without a link");
  }
  own_ = XenbusStateClosing;
  set_state(store_, vif_, XenbusStateClosing);
}

void Netfront::Impl::retry() {
  if (!wants_retry_ && pool_.held() == 0) return;
  const auto now = monotonic_ns();
  if (now < retry_at_) return;
  retry_at_ = now + kRetryEvery;
  if (pool_.retry() != 0 && !std::exchange(said_held_, true)) {
    say("the backend keeps " + std::to_string(pool_.held()) + " pages; they stay unused");
  }
  if (wants_retry_) follow();
}

SendResult Netfront::Impl::send(std::span<const ByteView> pieces) {
  if (!link_up()) return SendResult::gone;
  const auto result = connection_->transmitter->send(pieces);
  if (fault_ == nullptr) fault_ = connection_->transmitter->fault();
  return fault_ == nullptr ? result : SendResult::gone;
}

void Netfront::Impl::notify() {
  ++counters_.events_out;
  send_event(connection_->port);
}

void Netfront::Impl::flush() {
  if (connection_ && connected_ && connection_->transmitter->push()) notify();
  settle_fault();
}

std::size_t Netfront::Impl::receive(FrameSink& sink, std::size_t most) {
  retry();
  std::size_t frames = 0;
  if (connection_ && connected_) {
    if (take_event(connection_->port)) ++counters_.events_in;  // before the ring is looked at
    if (fault_ == nullptr) fault_ = connection_->transmitter->reap();
    if (fault_ == nullptr) {
      const auto received = connection_->receiver->receive(sink, most);
      frames = received.frames;
      if (fault_ == nullptr) fault_ = received.fault;
      if (received.wants_event) notify();
    }
  }
  settle_fault();
  return frames;
}

NetfrontCounters Netfront::Impl::counters() const {
  auto counters = counters_;
  counters.pages_lent = pool_.lent();
  return counters;
}

Netfront::Impl::~Impl() {
  part();
  if (!gone_) move_to(XenbusStateClosed);
  (void)store_.unwatch(vif_.own + "/backend", token_ + "backend");
  (void)store_.unwatch(vif_.backend + "/state", token_ + "state");
  (void)store_.unwatch(vif_.backend + "/carrier", token_ + "state");
}

// ---- the door ----

Netfront::Netfront(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Netfront::~Netfront() = default;

XenstoreResult<std::unique_ptr<Netfront>> Netfront::open(Xenstore& store, unsigned index, Log log) {
  auto vif = read_vif(store, index);
  if (!vif) return vif.error();
  auto impl = std::make_unique<Impl>(store, index, std::move(*vif), std::move(log));
  const auto watched = impl->watch();
  if (!watched) return watched.error();
  impl->follow();
  return std::unique_ptr<Netfront>(new Netfront(std::move(impl)));
}

MacAddress Netfront::mac() const {
  return impl_->mac();
}
NetCapabilities Netfront::capabilities() const {
  return {impl_->mtu(), true};
}
bool Netfront::link_up() const {
  return impl_->link_up();
}
SendResult Netfront::send(std::span<const ByteView> pieces) {
  return impl_->send(pieces);
}
void Netfront::flush() {
  impl_->flush();
}
std::size_t Netfront::receive(FrameSink& sink, std::size_t most) {
  return impl_->receive(sink, most);
}
Port Netfront::port() const {
  return impl_->port();
}
bool Netfront::handle(const Xenstore::WatchEvent& event) {
  return impl_->handle(event);
}
void Netfront::resumed() {
  impl_->resumed();
}
NetfrontCounters Netfront::counters() const {
  return impl_->counters();
}

}  // namespace xenrt
