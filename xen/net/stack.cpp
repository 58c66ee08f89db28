// Stack: the loop, connections and their events. See impl.hpp for who owns what.
#include "xenrt/stack.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "net/impl.hpp"
#include "xenrt/panic.hpp"

extern "C" {
#include "lwip/dhcp.h"
#include "lwip/init.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/stats.h"
#include "lwip/timeouts.h"
}

namespace xenrt {
namespace {

Stack::Impl* the_stack = nullptr;

constexpr std::size_t kFramesAtOnce = 64;
// An id is a slot and how often it was used before.
constexpr std::uint32_t kSlotBits = 12;
constexpr std::uint32_t kSlots = 1U << kSlotBits;
constexpr std::size_t kWriteAtOnce = std::size_t{8} * TCP_MSS;

std::uint32_t slot_of(std::uint32_t id) {
  return id & (kSlots - 1);
}

}  // namespace

const char* to_string(CloseReason reason) {
  switch (reason) {
    case CloseReason::reset:
      return "reset by the peer";
    case CloseReason::timed_out:
      return "timed out";
    case CloseReason::refused:
      return "refused by the policy";
    case CloseReason::out_of_memory:
      break;
  }
  return "out of memory";
}

const char* to_string(NetError error) {
  switch (error) {
    case NetError::unknown_id:
      return "no such connection";
    case NetError::address_in_use:
      return "the address is in use";
    case NetError::no_route:
      return "no route, or no address yet";
    case NetError::bad_name:
      return "that is no name";
    case NetError::out_of_memory:
      break;
  }
  return "out of memory";
}

Stack::Impl& Stack::Impl::current() {
  if (the_stack == nullptr) panic("there is no network stack");
  return *the_stack;
}
Stack::Impl* Stack::Impl::current_or_null() {
  return the_stack;
}

Stack::Impl::Impl(NetDevice& device, const NetConfig& config, NetHost host, Instant now)
    : device_(device),
      host_(std::move(host)),
      capabilities_(device.capabilities()),
      police_(host_.log),
      now_(now) {
  if (the_stack != nullptr) panic("a second network stack");
  the_stack = this;
  set_clock(now);
  set_memory_limit(config.memory);
  static const std::uint8_t ext_arg = [] {
    lwip_init();
    return tcp_ext_arg_alloc_id();
  }();
  ext_arg_ = ext_arg;
  tcp_init();  // the first port: unpredictable, also where a stack follows another
  start_tcp_in_ = lwip_stats.tcp.recv;
  add_addresses(config);
}

Stack::Impl::~Impl() {
  for (auto& slot : slots_) {
    if (!slot) continue;
    drop_unread(*slot);
    if (slot->pcb == nullptr) continue;
    release(*slot);
    auto* pcb = slot->pcb;
    slot->owned = true;  // so that nothing goes while we count
    tcp_abandon(pcb, pcb->state == TIME_WAIT ? 0 : 1);
  }
  while (!listeners_.empty()) close(ListenerId{listeners_.begin()->first});
  netif_set_status_callback(&netif_, nullptr);
  if (datagrams_ != nullptr) udp_remove(datagrams_);
  dhcp_release_and_stop(&netif_);
  dhcp_cleanup(&netif_);
  netif_remove(&netif_);
  the_stack = nullptr;
}

bool Stack::Impl::poll(Instant now) {
  now_ = now;
  set_clock(now);
  police_.tick(now);
  if (device_.link_up() != (netif_is_link_up(&netif_) != 0)) {
    device_.link_up() ? netif_set_link_up(&netif_) : netif_set_link_down(&netif_);
  }
  const auto frames = device_.receive(*this, kFramesAtOnce);
  sys_check_timeouts();
  settle();
  sweep();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    const auto id = timers_.begin()->first.second;
    timers_.erase(timers_.begin());
    timer_times_.erase(id);
    due_.push_back(TimerId{id});
  }
  return frames == kFramesAtOnce;
}

/// What hooks have marked, done where lwIP may be called.
void Stack::Impl::settle() {
  while (!attention_.empty()) {
    const auto marked = std::exchange(attention_, {});
    for (const auto id : marked) {
      auto* c = find(ConnectionId{id});
      if (c == nullptr || c->pcb == nullptr) continue;
      if (c->record.doomed || c->makes_way) {
        abort_pcb(*c);
        continue;
      }
      if (c->ends_writing) {
        c->ends_writing = false;
        shutdown(ConnectionId{id});
      }
      if (std::exchange(c->wants_ack, false) && c->pcb != nullptr) {
        tcp_ack_now(c->pcb);
        tcp_output(c->pcb);
      }
    }
  }
}

/// Bounds that lwIP does not have. Its retransmission time-out may grow to hours; RFC 6298
/// section 2.5 lets us stop at a minute. And a connection that nobody has any more, whose peer has
/// acknowledged nothing for two minutes, is given up: else a peer could keep control blocks by
/// doing nothing.
void Stack::Impl::sweep() {
  constexpr auto kEvery = std::chrono::seconds(1);
  constexpr auto kPatience = std::chrono::seconds(120);
  constexpr s16_t kLongest = 60'000 / (2 * TCP_TMR_INTERVAL);
  if (now_ - swept_ < kEvery) return;
  swept_ = now_;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    auto* c = slots_[i].get();
    if (c == nullptr || c->pcb == nullptr) continue;
    c->pcb->rto = std::min(c->pcb->rto, kLongest);
    if (c->owned || c->half_open || c->pcb->state == TIME_WAIT || c->acked != c->pcb->lastack) {
      c->acked = c->pcb->lastack;
      c->moved = now_;
    } else if (now_ - c->moved > kPatience) {
      abort_pcb(*c);
    }
  }
}

void Stack::Impl::abort_pcb(Connection& c) {
  tcp_abandon(c.pcb, 1);
}

void Stack::Impl::not_half_open(Connection& c) {
  if (!std::exchange(c.half_open, false)) return;
  if (auto* listener = find(ListenerId{c.listener})) --listener->pending;
}

/// When too many connections are half open, the oldest makes room for the next.
void Stack::Impl::make_room(Listener& listener) {
  while (listener.pending >= listener.backlog && !listener.half_open.empty()) {
    auto* c = find(ConnectionId{listener.half_open.front()});
    listener.half_open.pop_front();
    if (c == nullptr || c->pcb == nullptr || !c->half_open) continue;
    ++stats_.half_open_dropped;
    tcp_abandon(c->pcb, 0);
  }
  // Those that have opened, or are gone.
  while (!listener.half_open.empty()) {
    const auto* c = find(ConnectionId{listener.half_open.front()});
    if (c != nullptr && c->half_open) break;
    listener.half_open.pop_front();
  }
}

std::optional<Event> Stack::Impl::next_event() {
  if (!due_.empty()) {
    Event event;
    event.timer = due_.front();
    due_.pop_front();
    return event;
  }
  if (!answers_.empty()) {
    const auto event = answers_.front();
    answers_.pop_front();
    return event;
  }
  while (!ready_.empty()) {
    auto* c = find(ConnectionId{ready_.front()});
    if (c == nullptr || c->pending == 0 || !c->owned) {
      if (c != nullptr) c->queued = false;
      ready_.pop_front();
      continue;
    }
    static constexpr std::array<std::pair<std::uint8_t, Event::Kind>, 6> kOrder{
        {{Connection::kAccepted, Event::Kind::accepted},
         {Connection::kConnected, Event::Kind::connected},
         {Connection::kReadable, Event::Kind::readable},
         {Connection::kPeerClosed, Event::Kind::peer_closed},
         {Connection::kWritable, Event::Kind::writable},
         {Connection::kClosed, Event::Kind::closed}}};
    for (const auto& [bit, kind] : kOrder) {
      if ((c->pending & bit) == 0) continue;
      c->pending = static_cast<std::uint8_t>(c->pending & ~bit);
      Event event;
      event.kind = kind;
      event.connection = ConnectionId{c->id};
      event.listener = ListenerId{c->listener};
      event.reason = c->reason;
      if (kind == Event::Kind::closed) {
        c->owned = false;
        let_go(*c);
      }
      return event;
    }
  }
  return std::nullopt;
}

void Stack::Impl::flush() {
  for (const auto id : std::exchange(dirty_, {})) {
    auto* c = find(ConnectionId{id});
    if (c == nullptr) continue;
    c->dirty = false;
    if (c->pcb != nullptr) tcp_output(c->pcb);
  }
  settle();
  device_.flush();
}

Instant Stack::Impl::next_timeout() const {
  const auto sleep = sys_timeouts_sleeptime();
  auto at = sleep == SYS_TIMEOUTS_SLEEPTIME_INFINITE ? Instant::max()
                                                     : now_ + std::chrono::milliseconds(sleep);
  if (!timers_.empty()) at = std::min(at, timers_.begin()->first.first);
  return at;
}

Connection* Stack::Impl::find(ConnectionId id) const {
  const auto number = static_cast<std::uint32_t>(id);
  const auto slot = slot_of(number);
  if (slot >= slots_.size() || !slots_[slot] || slots_[slot]->id != number) return nullptr;
  return slots_[slot].get();
}

Listener* Stack::Impl::find(ListenerId id) const {
  const auto found = listeners_.find(static_cast<std::uint32_t>(id));
  return found == listeners_.end() ? nullptr : found->second.get();
}

Connection* Stack::Impl::make_connection() {
  std::uint32_t slot = 0;
  if (!free_slots_.empty()) {
    slot = free_slots_.back();
    free_slots_.pop_back();
  } else {
    if (slots_.size() == kSlots) return nullptr;
    slot = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
    generations_.push_back(0);
  }
  slots_[slot] = std::make_unique<Connection>();
  slots_[slot]->id = ++generations_[slot] << kSlotBits | slot;
  return slots_[slot].get();
}

void Stack::Impl::drop_unread(Connection& c) {
  for (auto* p : c.unread) pbuf_free(p);
  c.unread.clear();
  c.unread_offset = 0;
}

/// Ends the connection's memory, if neither lwIP nor its user have it any more.
void Stack::Impl::let_go(Connection& c) {
  if (c.pcb != nullptr || c.owned) return;
  drop_unread(c);
  const auto slot = slot_of(c.id);
  free_slots_.push_back(slot);
  slots_[slot].reset();
}

void Stack::Impl::raise(Connection& c, std::uint8_t event) {
  c.pending = static_cast<std::uint8_t>(c.pending | event);
  if (c.queued) return;
  c.queued = true;
  ready_.push_back(c.id);
}

void Stack::Impl::touch(Connection& c) {
  if (c.dirty) return;
  c.dirty = true;
  dirty_.push_back(c.id);
}

NetResult<ListenerId> Stack::Impl::listen(std::uint16_t port, std::uint16_t backlog) {
  auto* pcb = tcp_new_ip_type(IPADDR_TYPE_ANY);
  if (pcb == nullptr) return {std::nullopt, NetError::out_of_memory};
  if (tcp_bind(pcb, IP_ANY_TYPE, port) != ERR_OK) {
    tcp_abort(pcb);
    return {std::nullopt, NetError::address_in_use};
  }
  // It frees the old control block, with what is attached to it: so nothing is, yet.
  auto* listening = tcp_listen_with_backlog(pcb, 255);
  if (listening == nullptr) {
    tcp_abort(pcb);
    return {std::nullopt, NetError::out_of_memory};
  }
  auto listener = std::make_unique<Listener>();
  listener->id = ++last_listener_;
  listener->backlog = std::clamp<std::size_t>(backlog, 1, 1024);
  listener->record.local.port = port;
  attach(*listener, listening);
  police_.listens(listener->record);
  const auto id = listener->id;
  listeners_.emplace(id, std::move(listener));
  return {ListenerId{id}, {}};
}

void Stack::Impl::close(ListenerId id) {
  auto* listener = find(id);
  if (listener == nullptr) return;
  for (const auto child : listener->half_open) {
    auto* c = find(ConnectionId{child});
    if (c != nullptr && c->pcb != nullptr && c->half_open) tcp_abandon(c->pcb, 1);
  }
  police_.closes(listener->record);
  tcp_close(listener->pcb);
  listeners_.erase(static_cast<std::uint32_t>(id));
}

NetResult<ConnectionId> Stack::Impl::connect(const Endpoint& to, std::uint16_t local_port) {
  const auto address = to_lwip(to.address);
  auto* pcb = tcp_new_ip_type(to.address.is_v6 ? IPADDR_TYPE_V6 : IPADDR_TYPE_V4);
  auto* c = pcb == nullptr ? nullptr : make_connection();
  if (c == nullptr) {
    if (pcb != nullptr) tcp_abort(pcb);
    return {std::nullopt, NetError::out_of_memory};
  }
  const auto* any = to.address.is_v6 ? IP6_ADDR_ANY : IP4_ADDR_ANY;
  const bool bound = local_port == 0 || tcp_bind(pcb, any, local_port) == ERR_OK;
  c->record.remote = to;
  c->owned = true;
  attach(*c, pcb);
  police_.connects(c->record);
  set_callbacks(*c);
  tcp_err(pcb, nullptr);  // what goes wrong here is returned
  const auto error = bound ? tcp_connect(pcb, &address, to.port, pcb->connected) : err_t{ERR_USE};
  if (error != ERR_OK) {
    c->owned = false;
    tcp_abort(pcb);
    return {std::nullopt, error == ERR_USE   ? NetError::address_in_use
                          : error == ERR_RTE ? NetError::no_route
                                             : NetError::out_of_memory};
  }
  if (c->pcb != nullptr) {
    tcp_err(pcb, [](void* argument, err_t why) {
      current().failed(*static_cast<Connection*>(argument), why);
    });
    c->record.local = {from_lwip(pcb->local_ip), pcb->local_port};
  }
  return {ConnectionId{c->id}, {}};
}

std::size_t Stack::Impl::read(ConnectionId id, std::span<std::uint8_t> into) {
  auto* c = find(id);
  if (c == nullptr || !c->owned) return 0;
  std::size_t got = 0;
  while (got < into.size() && !c->unread.empty()) {
    auto* p = c->unread.front();
    const auto left = p->tot_len - c->unread_offset;
    const auto n = std::min(left, into.size() - got);
    pbuf_copy_partial(p, into.data() + got, static_cast<u16_t>(n),
                      static_cast<u16_t>(c->unread_offset));
    got += n;
    c->unread_offset += n;
    if (n < left) break;
    c->unread.pop_front();
    c->unread_offset = 0;
    pbuf_free(p);
  }
  if (c->unread.empty()) c->said_readable = false;
  c->bytes_in += got;
  for (auto rest = got; rest != 0 && c->pcb != nullptr;) {
    const auto n = std::min<std::size_t>(rest, 0xffff);
    tcp_recved(c->pcb, static_cast<u16_t>(n));
    rest -= n;
  }
  return got;
}

std::size_t Stack::Impl::room(ConnectionId id) {
  const auto* c = find(id);
  if (c == nullptr || !c->owned || c->pcb == nullptr || c->closed_writing) return 0;
  return tcp_sndbuf(c->pcb);
}

std::size_t Stack::Impl::write(ConnectionId id, ByteView bytes) {
  auto* c = find(id);
  if (c == nullptr || !c->owned || c->pcb == nullptr || c->closed_writing || c->ends_writing) {
    return 0;
  }
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    const auto n = std::min({bytes.size() - taken, std::size_t{tcp_sndbuf(c->pcb)}, kWriteAtOnce});
    if (n == 0) break;
    const auto error =
        tcp_write(c->pcb, bytes.data() + taken, static_cast<u16_t>(n), TCP_WRITE_FLAG_COPY);
    if (error != ERR_OK) break;
    taken += n;
  }
  c->bytes_out += taken;
  c->wants_room = taken < bytes.size();
  touch(*c);
  return taken;
}

void Stack::Impl::shutdown(ConnectionId id) {
  auto* c = find(id);
  if (c == nullptr || !c->owned || c->pcb == nullptr || c->closed_writing) return;
  if (c->pcb->state == SYN_SENT) {
    c->ends_writing = true;  // when it is connected
    return;
  }
  c->closed_writing = true;
  police_.closes(c->record);
  tcp_shutdown(c->pcb, 0, 1);
}

void Stack::Impl::close(ConnectionId id) {
  auto* c = find(id);
  if (c == nullptr || !c->owned) return;
  drop_unread(*c);
  c->pending = 0;
  if (c->pcb != nullptr) {
    release(*c);
    if (!c->closed_writing) police_.closes(c->record);
    c->closed_writing = true;
    c->owned = false;
    tcp_close(c->pcb);  // may end in destroyed(), and *c with it
    return;
  }
  c->owned = false;
  let_go(*c);
}

void Stack::Impl::abort(ConnectionId id) {
  auto* c = find(id);
  if (c == nullptr || !c->owned) return;
  c->pending = 0;
  c->owned = false;
  if (c->pcb == nullptr) {
    let_go(*c);
    return;
  }
  release(*c);
  tcp_abandon(c->pcb, 1);
}

TimerId Stack::Impl::set_timer(Instant at) {
  const auto id = ++last_timer_;
  timers_.emplace(std::pair(at, id), true);
  timer_times_.emplace(id, at);
  return TimerId{id};
}

void Stack::Impl::cancel(TimerId timer) {
  const auto id = static_cast<std::uint64_t>(timer);
  if (const auto found = timer_times_.find(id); found != timer_times_.end()) {
    timers_.erase({found->second, id});
    timer_times_.erase(found);
  }
  std::erase(due_, timer);
}

}  // namespace xenrt
