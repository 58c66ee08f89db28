// What is behind Stack. One object, for lwIP's state is global: Impl::current() is how its
// callbacks find it.
//
// Ownership: a control block of lwIP belongs to lwIP until it calls `destroyed`. A Connection
// belongs to Impl; it lives until its control block is gone and its user has let go of it.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "net/police.hpp"
#include "xenrt/stack.hpp"

extern "C" {
#include "lwip/netif.h"
#include "lwip/prot/tcp.h"
#include "lwip/tcp.h"
#include "lwip/udp.h"
}

namespace xenrt {

/// What lwIP's extra argument of a control block points to: a Connection or a Listener.
struct Owner {
  Record record;
  tcp_pcb* pcb = nullptr;  // null: it is gone
  std::uint32_t id = 0;
};

struct Listener : Owner {
  std::deque<std::uint32_t> half_open;   // connections, the oldest first; some may be no more
  std::size_t backlog = 0, pending = 0;  // the most of them, and how many there are
};

struct Connection : Owner {
  static constexpr std::uint8_t kAccepted = 1, kConnected = 2, kReadable = 4, kPeerClosed = 8,
                                kWritable = 16, kClosed = 32;

  std::deque<pbuf*> unread;
  std::size_t unread_offset = 0;  // into the first
  std::uint64_t bytes_in = 0, bytes_out = 0;
  std::uint32_t listener = 0;
  std::uint8_t pending = 0;  // events
  CloseReason reason = CloseReason::reset;
  bool owned = false;          // by a user, who knows its id
  bool queued = false;         // in `ready_`
  bool dirty = false;          // in `dirty_`
  bool said_readable = false;  // and it is not read to the end yet
  bool wants_room = false;     // write() has taken less than all
  bool ends_writing = false;   // shutdown() before it was connected
  bool closed_writing = false;
  bool wants_ack = false;  // what was dropped is to be answered
  bool makes_way = false;  // TIME-WAIT is over for the sake of a new connection
  bool half_open = false;
  Instant moved{};  // when the peer last acknowledged something, as sweep() has seen it
  std::uint32_t acked = 0;
};

class Stack::Impl final : public FrameSink {
 public:
  Impl(NetDevice& device, const NetConfig& config, NetHost host, Instant now);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// The one there is; a bug if there is none.
  static Impl& current();
  static Impl* current_or_null();

  bool poll(Instant now);
  std::optional<Event> next_event();
  void flush();
  [[nodiscard]] Instant next_timeout() const;

  NetResult<ListenerId> listen(std::uint16_t port, std::uint16_t backlog);
  void close(ListenerId id);
  NetResult<ConnectionId> connect(const Endpoint& to, std::uint16_t local_port);
  std::size_t read(ConnectionId id, std::span<std::uint8_t> into);
  std::size_t write(ConnectionId id, ByteView bytes);
  [[nodiscard]] std::size_t room(ConnectionId id);
  void shutdown(ConnectionId id);
  void close(ConnectionId id);
  void abort(ConnectionId id);
  TimerId set_timer(Instant at);
  void cancel(TimerId timer);
  NetResult<QueryId> resolve(std::string_view name);
  bool send_datagram(const Endpoint& to, ByteView bytes);
  [[nodiscard]] std::optional<ConnectionInfo> info(ConnectionId id);
  [[nodiscard]] std::optional<IpAddress> address(bool v6) const;
  [[nodiscard]] NetStats stats() const;
  [[nodiscard]] std::vector<ConnectionInfo> connections() const;
  [[nodiscard]] std::vector<std::string_view> allowed(ConnectionId id) const;
  [[nodiscard]] std::vector<PolicyPlace> policy_places(ConnectionId id) const;

  // ---- hooks.cpp ----
  err_t hook_in(tcp_pcb* pcb, const tcp_hdr& header, std::uint32_t text);
  void hook_out(const pbuf* segment, tcp_hdr& header, const tcp_pcb* pcb);
  std::uint32_t initial_number(const Endpoint& local, const Endpoint& remote);
  const ip6_addr_t* gateway6() const { return gateway6_ ? &*gateway6_ : nullptr; }
  std::uint32_t random();

  // ---- netif.cpp ----
  void frame(ByteView bytes, bool checksum_is_good) override;
  err_t output(pbuf* packet, const ip4_addr_t* to);
  err_t output6(pbuf* packet, const ip6_addr_t* to);
  err_t link_output(pbuf* frame);
  void setup_netif(netif& netif);

  // ---- callbacks.cpp ----
  err_t passive_open(tcp_pcb_listen* listener, tcp_pcb* child);
  void destroyed(Owner* owner);
  err_t accepted(Connection& connection);
  err_t connected(Connection& connection);
  err_t received(Connection& connection, pbuf* text);
  err_t room_again(Connection& connection);
  void failed(Connection& connection, err_t why);

  // ---- names.cpp ----
  void resolved(QueryId query, const ip_addr_t* address);

 private:
  [[nodiscard]] Connection* find(ConnectionId id) const;
  [[nodiscard]] Listener* find(ListenerId id) const;
  Connection* make_connection();
  void free_connection(Connection& connection);
  void raise(Connection& connection, std::uint8_t event);
  void touch(Connection& connection);
  void attach(Owner& owner, tcp_pcb* pcb);
  void set_callbacks(Connection& connection);
  void release(Connection& connection);
  void drop_unread(Connection& connection);
  void let_go(Connection& connection);
  void settle();
  void sweep();
  void abort_pcb(Connection& connection);
  void make_room(Listener& listener);
  void not_half_open(Connection& connection);
  void cross_check(const Owner& owner);
  void add_addresses(const NetConfig& config);
  void say_addresses();
  void set_name_servers();
  void relieve_memory();
  void answer_stray(const pbuf* segment, tcp_hdr& header);
  [[nodiscard]] bool may_leave(const pbuf* packet, bool is_tcp, bool is_fragment);
  [[nodiscard]] ConnectionInfo info_of(const Connection& connection) const;

  NetDevice& device_;
  NetHost host_;
  NetCapabilities capabilities_;
  Police police_;
  Instant now_{}, swept_{};
  netif netif_{};
  std::string hostname_, said_addresses_;
  std::optional<ip6_addr_t> gateway6_;
  std::uint8_t ext_arg_ = 0;
  std::array<std::uint8_t, 256> entropy_{};
  std::size_t entropy_left_ = 0;

  std::vector<std::unique_ptr<Connection>> slots_;
  std::vector<std::uint32_t> generations_;
  std::vector<std::uint32_t> free_slots_;
  std::map<std::uint32_t, std::unique_ptr<Listener>> listeners_;
  std::uint32_t last_listener_ = 0;
  std::deque<std::uint32_t> ready_;
  std::vector<std::uint32_t> dirty_;
  std::vector<std::uint32_t> attention_;  // doomed, or with an ACK to send
  std::map<std::pair<Instant, std::uint64_t>, bool> timers_;
  std::map<std::uint64_t, Instant> timer_times_;
  std::uint64_t last_timer_ = 0;
  std::deque<TimerId> due_;

  std::vector<ip_addr_t> name_servers_;  // that the configuration names
  std::set<QueryId> queries_;            // without an answer yet
  std::deque<Event> answers_;
  udp_pcb* datagrams_ = nullptr;

  // The frame that is being taken, and what is known of it.
  ByteView frame_;
  Owner* touched_ = nullptr;
  Listener* listened_ = nullptr;
  bool claimed_ = false;
  bool frame_fits_not_ = false;  // its connection does not mean it
  Segment inbound_;
  std::optional<Segment> syn_;  // for a listener, until a child takes it
  // The segment whose turn it is to leave.
  const pbuf* leaving_ = nullptr;
  bool leaving_allowed_ = false;

  NetStats stats_;
  std::uint64_t start_tcp_in_ = 0;
};

// port.cpp
void set_clock(Instant now);
std::uint32_t lwip_now();
void set_memory_limit(std::size_t limit);
void memory_use(NetStats& stats);
[[nodiscard]] IpAddress from_lwip(const ip_addr_t& address);
[[nodiscard]] ip_addr_t to_lwip(const IpAddress& address);

}  // namespace xenrt
