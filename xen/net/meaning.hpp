// What a segment means to the connection that it belongs to, in the statecalls of
// xen/policy/tcp.spl. docs/captures.md has the same for an end that is watched from outside.
#pragma once

#include <array>
#include <cstdint>

#include "net/segment.hpp"
#include "tcp.hpp"  // generated from tcp.spl

namespace xenrt {

using Statecall = tcp_policy::Statecall;

/// What was announced so far, as far as it decides what comes next. Moves with the monitor alone.
struct Progress {
  std::uint32_t own_syn = 0;   // our initial sequence number
  std::uint32_t peer_syn = 0;  // the peer's
  std::uint32_t own_next = 0;  // the number after the last one that we have sent
  std::uint32_t own_end = 0;   // the number after our FIN
  std::uint32_t peer_fin = 0;  // the number of the peer's FIN, once it was seen
  bool listening = false;
  bool syn_out = false, syn_in = false, syn_acked = false;
  bool closed = false;  // by our user
  bool fin_out = false, fin_acked = false;
  bool fin_seen = false;     // perhaps out of order
  bool fin_in = false;       // taken, in order
  bool closed_last = false;  // the peer's FIN was taken before our user closed
  bool over = false;         // a reset, or a time-out
};

/// As RFC 9293 section 3.3.2 names it.
[[nodiscard]] const char* state_name(const Progress& progress);

/// What the stack has of the connection's numbers (RFC 9293 section 3.3.1).
struct Numbers {
  std::uint32_t rcv_nxt = 0, rcv_wnd = 0;
  std::uint32_t snd_una = 0, snd_nxt = 0, snd_wnd_max = 0;
};

/// What is to become of a segment that means what it does. lwIP 2.1.3 takes some segments that RFC
/// 9293 and 5961 have dropped; it does not get to see those.
enum class Fate : std::uint8_t {
  pass,           // to the stack
  drop,           // it says nothing
  drop_answered,  // dropped, but answered with an ACK
  drop_reopened,  // a new SYN in TIME-WAIT: the old connection makes way (RFC 9293
                  // section 3.10.7.4)
};

struct Meaning {
  std::array<Statecall, 4> statecalls{};
  std::uint8_t count = 0;
  Fate fate = Fate::pass;

  void add(Statecall statecall) { statecalls[count++] = statecall; }
};

/// Of a segment from the peer, for a connection that is not listening.
[[nodiscard]] Meaning meaning_in(const Progress& progress, const Numbers& numbers,
                                 const Segment& segment);
/// Of a segment to the peer.
[[nodiscard]] Meaning meaning_out(const Progress& progress, const Segment& segment);

/// The segment was announced and accepted.
void advance_in(Progress& progress, const Meaning& meaning, const Segment& segment);
void advance_out(Progress& progress, const Segment& segment);

}  // namespace xenrt
