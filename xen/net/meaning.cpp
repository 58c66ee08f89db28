// RFC 9293, section 3.10.7, as far as a segment's meaning depends on its numbers; RFC 5961 for
// segments that were guessed. A segment means what the stack is about to do because of it: where
// lwIP would do what the RFC does not have, it does not get the segment (the fates that drop).
#include "net/meaning.hpp"

namespace xenrt {
namespace {

using S = Statecall;

Meaning unacceptable(Fate fate) {
  Meaning meaning;
  meaning.add(S::Receive_Tcp_Unacceptable);
  meaning.fate = fate;
  return meaning;
}

Meaning one(Statecall statecall) {
  Meaning meaning;
  meaning.add(statecall);
  return meaning;
}

/// Section 3.10.7.3.
Meaning in_syn_sent(const Progress& p, const Numbers& n, const Segment& s) {
  const bool acks_syn = s.has_ack && s.ack == n.snd_nxt && s.ack == p.own_syn + 1;
  if (s.rst) return acks_syn ? one(S::Receive_Tcp_Rst) : unacceptable(Fate::drop);
  if (s.has_ack && !acks_syn) return unacceptable(Fate::pass);  // lwIP answers with a reset
  if (s.syn && s.has_ack) return one(S::Receive_Tcp_SynAck);
  // A SYN alone would open simultaneously. lwIP does not answer it, and waits for the SYN-ACK that
  // the other side sends because of our own SYN: to us it is as if it had been lost.
  return unacceptable(Fate::drop);
}

/// The first check of section 3.10.7.4. More is let through in two ways: an ACK at the right edge
/// of the window (a peer has sent all of it, and part was lost), and what comes next while the
/// window is closed (a probe, whose acknowledgement counts).
bool is_in_window(const Numbers& n, const Segment& s) {
  if (s.seq == n.rcv_nxt) return true;
  const auto begin = after(s.seq, n.rcv_nxt);
  const auto window = static_cast<std::int32_t>(n.rcv_wnd);
  if (s.length() == 0) return begin > 0 && begin <= window;
  const auto last = begin + static_cast<std::int32_t>(s.length()) - 1;
  return (begin >= 0 && begin < window) || (begin < 0 && last >= 0 && window > 0);
}

Meaning of_reset(const Progress& p, const Numbers& n, const Segment& s) {
  // RFC 1337: TIME-WAIT is not ended by a reset, which may be old.
  const bool time_wait = p.fin_in && p.fin_acked;
  if (s.seq == n.rcv_nxt && !time_wait) return one(S::Receive_Tcp_Rst);
  // RFC 5961 section 3: in the window, it is to be sent again with the right number.
  const auto ahead = after(s.seq, n.rcv_nxt);
  const bool in_window = ahead > 0 && ahead <= static_cast<std::int32_t>(n.rcv_wnd);
  return unacceptable(in_window && !time_wait ? Fate::drop_answered : Fate::drop);
}

Meaning of_syn(const Progress& p, const Numbers& n, const Segment& s) {
  if (!p.syn_acked && !s.has_ack && s.seq == p.peer_syn) return one(S::Receive_Tcp_Syn);
  const bool time_wait = p.fin_in && p.fin_acked;
  if (time_wait && !s.has_ack && after(s.seq, n.rcv_nxt) > 0) {
    return unacceptable(Fate::drop_reopened);
  }
  return unacceptable(Fate::drop_answered);
}

/// The number of a FIN is not one of text.
bool after_our_fin(const Progress& p, const Segment& s) {
  return p.fin_out && after(s.seq + s.text, p.own_end - 1) > 0;
}

}  // namespace

Meaning meaning_in(const Progress& p, const Numbers& n, const Segment& s) {
  if (!p.syn_in) return in_syn_sent(p, n, s);
  if (s.rst) return of_reset(p, n, s);
  if (s.syn) return of_syn(p, n, s);
  if (!s.has_ack) return unacceptable(Fate::drop);
  if (!is_in_window(n, s)) return unacceptable(Fate::drop_answered);
  const bool acks_new = after(s.ack, n.snd_una) > 0 && after(s.ack, n.snd_nxt) <= 0;
  if (!p.syn_acked && !acks_new) return unacceptable(Fate::pass);  // lwIP answers with a reset
  if (after(s.ack, n.snd_nxt) > 0) return unacceptable(Fate::drop_answered);
  // RFC 5961 section 5: no acknowledgement is that old.
  const auto oldest = static_cast<std::int32_t>(n.snd_wnd_max);
  if (after(n.snd_una, s.ack) > oldest) return unacceptable(Fate::drop_answered);

  Meaning meaning;
  if (!p.syn_acked) meaning.add(S::Receive_Tcp_AckOfSyn);
  const auto text_end = s.seq + s.text;
  const bool room = n.rcv_wnd != 0;
  if (s.text != 0 && room && after(text_end, n.rcv_nxt) > 0) meaning.add(S::Receive_Tcp_Data);
  if (p.fin_out && !p.fin_acked && after(s.ack, p.own_end) >= 0) {
    meaning.add(S::Receive_Tcp_AckOfFin);
  }
  // In order, and all of it in the window. One that is out of order counts when it is taken.
  const auto needed = after(text_end + 1, n.rcv_nxt);
  if (s.fin && after(s.seq, n.rcv_nxt) <= 0 && needed > 0 &&
      needed <= static_cast<std::int32_t>(n.rcv_wnd)) {
    meaning.add(S::Receive_Tcp_Fin);
  }
  if (meaning.count != 0) return meaning;
  return one(s.text != 0 && !room ? S::Receive_Tcp_Unacceptable : S::Receive_Tcp_Ack);
}

Meaning meaning_out(const Progress& p, const Segment& s) {
  if (s.rst) return one(S::Transmit_Tcp_Rst);
  if (s.syn) return one(s.has_ack ? S::Transmit_Tcp_SynAck : S::Transmit_Tcp_Syn);
  Meaning meaning;
  // Text and FIN acknowledge as well, and may be what completes the handshake.
  if (s.has_ack) meaning.add(S::Transmit_Tcp_Ack);
  if (s.text != 0) {
    const bool fresh = after(s.seq + s.text, p.own_next) > 0 || after_our_fin(p, s);
    meaning.add(fresh ? S::Transmit_Tcp_Data : S::Transmit_Tcp_Retransmission);
  }
  if (s.fin) meaning.add(S::Transmit_Tcp_Fin);
  return meaning;
}

void advance_in(Progress& p, const Meaning& meaning, const Segment& s) {
  for (std::uint8_t i = 0; i < meaning.count; ++i) {
    switch (meaning.statecalls[i]) {
      case S::Receive_Tcp_Syn:
      case S::Receive_Tcp_SynAck:
        p.syn_in = true;
        p.peer_syn = s.seq;
        if (meaning.statecalls[i] == S::Receive_Tcp_SynAck) p.syn_acked = true;
        break;
      case S::Receive_Tcp_AckOfSyn:
        p.syn_acked = true;
        break;
      case S::Receive_Tcp_AckOfFin:
        p.fin_acked = true;
        break;
      case S::Receive_Tcp_Fin:
        p.fin_in = true;
        p.closed_last = !p.closed;
        break;
      case S::Receive_Tcp_Rst:
        p.over = true;
        break;
      default:
        break;
    }
  }
  const bool taken = meaning.statecalls[0] != S::Receive_Tcp_Unacceptable;
  if (s.fin && taken && p.syn_acked && !p.fin_seen) {
    p.fin_seen = true;
    p.peer_fin = s.seq + s.text;
  }
}

void advance_out(Progress& p, const Segment& s) {
  if (s.rst) p.over = true;
  const auto end = s.seq + s.length();
  if (s.syn) {
    p.syn_out = true;
    p.own_syn = s.seq;
    p.own_next = end;
  } else if (!s.rst && after(end, p.own_next) > 0) {
    p.own_next = end;
  }
  if (s.fin) {
    p.fin_out = true;
    p.own_end = s.seq + s.text + 1;
  }
}

const char* state_name(const Progress& p) {
  if (p.over) return "CLOSED";
  if (p.listening && !p.syn_in) return "LISTEN";
  if (!p.syn_out && !p.syn_in) return "CLOSED";
  if (!p.syn_in) return "SYN-SENT";
  if (!p.syn_acked) return "SYN-RECEIVED";
  if (p.fin_in && p.closed_last) {
    if (p.fin_acked) return "CLOSED";
    return p.closed ? "LAST-ACK" : "CLOSE-WAIT";
  }
  // Section 3.10.4: the close counts, not the FIN, which may have to wait.
  if (!p.closed) return "ESTABLISHED";
  if (p.fin_in) return p.fin_acked ? "TIME-WAIT" : "CLOSING";
  return p.fin_acked ? "FIN-WAIT-2" : "FIN-WAIT-1";
}

}  // namespace xenrt
