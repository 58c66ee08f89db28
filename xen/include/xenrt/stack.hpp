// TCP over an Ethernet interface, sans-IO: time, randomness and frames come from outside, and what
// happened is asked for. One event loop drives it:
//
//   stack.poll(now);                               frames in, timers
//   while (auto event = stack.next_event()) ...    read, write, close
//   stack.flush();                                 frames out
//   wait for a frame, or until stack.next_timeout()
//
// Every segment that a connection receives or sends is announced to the policy xen/policy/tcp.spl
// first, unless the library is built without it. What the policy refuses does not happen: a segment
// received is dropped and counted; one to be sent stays here, and its connection is aborted.
//
// lwIP keeps its state in global variables. So there is one Stack at a time, used by one thread; a
// second one is a bug, and panics.
//
// Ids name connections, listeners and timers. An id that is not valid any more is not a bug: calls
// with it do nothing and say so. No id is used twice within 2^20 of its kind.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "xenrt/ip_address.hpp"
#include "xenrt/net_device.hpp"

namespace xenrt {

/// Since any moment that does not change; must never go back.
using Instant = std::chrono::nanoseconds;

enum class ConnectionId : std::uint32_t {};
enum class ListenerId : std::uint32_t {};
enum class TimerId : std::uint64_t {};
enum class QueryId : std::uint32_t {};

struct NetConfig {
  std::optional<IpNetwork> ipv4;     // a static address; with dhcp: none
  std::optional<IpAddress> gateway;  // of version 4
  bool dhcp = false;
  std::optional<IpNetwork> ipv6;  // a static address
  std::optional<IpAddress> gateway6;
  bool slaac = true;  // take addresses from router advertisements (RFC 4862)
  /// Servers of DNS; at most two. Empty: those that DHCP and routers name.
  std::vector<IpAddress> dns;
  std::string hostname = "statecall";
  /// Bytes for packets and for text that waits to be sent or read, of all connections together.
  /// Without memory, frames are dropped and writes take nothing.
  std::size_t memory = std::size_t{16} << 20U;
};

enum class LogLevel : std::uint8_t { error, warning, info };
[[nodiscard]] const char* to_string(LogLevel level);

/// What the stack asks of its host. Randomness and hash can be had from xenrt/secrets.hpp.
struct NetHost {
  /// Fills the span with bytes that nobody can guess. Never fails.
  std::function<void(std::span<std::uint8_t>)> entropy;
  /// A pseudo-random function of the bytes, under a key that nobody can guess and that stays the
  /// same as long as the stack lives: RFC 6528's F, which sequence numbers begin with. Never fails.
  std::function<std::uint64_t(ByteView)> keyed_hash;
  /// A message without a newline at its end; it may have several lines.
  std::function<void(LogLevel, std::string_view)> log;
};

/// Why a connection is over.
enum class CloseReason : std::uint8_t {
  reset,          // by the peer; a connect() was refused
  timed_out,      // nobody answers
  refused,        // by the policy: it was about to send what is not allowed; the log says what
  out_of_memory,  // given up for others
};
[[nodiscard]] const char* to_string(CloseReason reason);

/// Why a call has not done what it was asked for.
enum class NetError : std::uint8_t {
  unknown_id,  // no such connection (any more)
  address_in_use,
  no_route,       // or no address of our own yet
  out_of_memory,  // or of control blocks
  bad_name,       // longer than 255 bytes, or empty
};
[[nodiscard]] const char* to_string(NetError error);

/// A value, or why there is none.
template <typename T>
struct NetResult {
  std::optional<T> value;
  NetError error = NetError::unknown_id;  // if there is no value
  explicit operator bool() const { return value.has_value(); }
  const T& operator*() const { return *value; }
};

struct Event {
  enum class Kind : std::uint8_t {
    accepted,     // a new connection of `listener`
    connected,    // a connect() has succeeded
    readable,     // there is something to read; comes again only after read() has returned 0
    peer_closed,  // nothing more will be readable than is now
    writable,     // there is room again, after write() has taken less than it was given
    closed,       // the connection is over without its user's doing; the id is not valid any more
    timer,
    resolved,  // a name's address is known, or that it has none
  };
  Kind kind = Kind::timer;
  ConnectionId connection{};
  ListenerId listener{};
  CloseReason reason = CloseReason::reset;  // of `closed`
  TimerId timer{};
  QueryId query{};                   // of `resolved`
  std::optional<IpAddress> address;  // of `resolved`; none: no such name, or nobody to ask
};

/// A line of a policy where one of its automata waits now. The views are into constants.
struct PolicyPlace {
  std::string_view automaton, file, text;
  std::uint32_t line = 0;
};

/// For status pages and tests.
struct ConnectionInfo {
  ConnectionId id{};
  Endpoint local, remote;
  /// Where the monitor is, as RFC 9293 calls it: "ESTABLISHED", ...
  const char* state = "";
  std::uint64_t bytes_in = 0, bytes_out = 0;  // read and written by the user
  std::uint32_t refused_in = 0;               // segments
  bool released = false;                      // its user has closed it
};

struct NetStats {
  std::uint64_t frames_in = 0, frames_out = 0, frames_dropped = 0;
  std::uint64_t segments_in = 0, segments_out = 0;  // of TCP
  std::uint64_t refused_in = 0, refused_out = 0;    // segments, by the policies
  std::uint64_t resets_out = 0;                     // in answer to segments for no connection
  std::uint64_t half_open_dropped = 0;  // connections given up for newer ones before they opened
  std::uint64_t accepted = 0, connected = 0;
  std::size_t memory = 0, memory_peak = 0, memory_limit = 0;  // bytes
  std::uint32_t connections = 0;  // control blocks in use, TIME-WAIT included
  /// Where lwIP's own state was not the monitor's. Anything but 0 is a bug.
  std::uint64_t disagreements = 0;
  bool policed = true;
};

class Stack {
 public:
  /// The device must outlive the stack. Addresses may take time to be there (DHCP): see address().
  Stack(NetDevice& device, const NetConfig& config, NetHost host, Instant now);
  /// Aborts what is open.
  ~Stack();
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  // ---- the loop ----

  /// Takes frames that wait (a bounded number), runs timers that are due. Returns whether there may
  /// be more frames: then poll again before waiting.
  bool poll(Instant now);
  /// Each event once. Handle all before the next poll().
  std::optional<Event> next_event();
  /// Sends what was written. Call it before waiting.
  void flush();
  /// When poll() must be called again at the latest.
  [[nodiscard]] Instant next_timeout() const;

  // ---- TCP ----

  /// Listens on a port, on all addresses of both families. `backlog`, 1 to 1024: connections that
  /// are not open yet; past it the one that has waited longest is given up for a new one.
  NetResult<ListenerId> listen(std::uint16_t port, std::uint16_t backlog = 1024);
  /// No new connections; those there are stay, but for those not accepted yet, which are reset.
  void close(ListenerId listener);
  /// Begins to connect: `connected` or `closed` follows. local_port 0: any.
  NetResult<ConnectionId> connect(const Endpoint& to, std::uint16_t local_port = 0);

  /// Takes up to into.size() bytes that have arrived; 0: none now, or no such connection. What is
  /// not read closes the window to the peer: that is the back-pressure.
  std::size_t read(ConnectionId id, std::span<std::uint8_t> into);
  /// Copies as much as there is room for and returns how much; 0 also if it is closed. If less than
  /// all, `writable` tells when to go on.
  std::size_t write(ConnectionId id, ByteView bytes);
  /// How much write() would take now, about.
  [[nodiscard]] std::size_t room(ConnectionId id) const;
  /// Closes our direction (FIN), once all that was written has gone. Reading goes on.
  void shutdown(ConnectionId id);
  /// Closes both. The id is not valid any more; what was written is still sent. If something is
  /// left unread, or comes later, the peer gets a reset (RFC 9293 section 3.6.1 (RFC
  /// 1122, 4.2.2.13)).
  void close(ConnectionId id);
  /// Resets the connection; what was written and not sent is lost. The id is not valid any more.
  void abort(ConnectionId id);
  /// nullopt: no such connection.
  [[nodiscard]] std::optional<ConnectionInfo> info(ConnectionId id) const;

  // ---- names, datagrams ----

  /// Asks for a name's address, of version 4 if it has one, else of version 6 (RFC 1035):
  /// `resolved` follows, within half a minute. An address as text needs no server. At most 32 at a
  /// time: out_of_memory.
  NetResult<QueryId> resolve(std::string_view name);
  /// Sends a datagram, from one port for all. Whether it arrives is not known; false: it has not
  /// even left. UDP is not policed.
  bool send_datagram(const Endpoint& to, ByteView bytes);

  // ---- timers ----

  /// An event `timer` at or soon after `at`.
  TimerId set_timer(Instant at);
  /// It does not come any more.
  void cancel(TimerId timer);

  // ---- what is going on ----

  /// The address in use, if there is one already; of version 6 one that routers forward.
  [[nodiscard]] std::optional<IpAddress> address(bool v6 = false) const;
  [[nodiscard]] NetStats stats() const;
  /// The statecalls of tcp.spl that the connection's monitor would accept now, by name; any id of
  /// connections() will do. Empty: it is over, or there is none, or the library is unpoliced.
  [[nodiscard]] std::vector<std::string_view> allowed(ConnectionId id) const;
  /// Where the connection's monitor is; empty in the same cases.
  [[nodiscard]] std::vector<PolicyPlace> policy_places(ConnectionId id) const;
  /// Every connection there is, also those of nobody any more, in the order of their ids.
  [[nodiscard]] std::vector<ConnectionInfo> connections() const;

  class Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace xenrt
