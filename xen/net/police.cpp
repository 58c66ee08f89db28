// See police.hpp. Invariants: a segment with several meanings moves the monitor by all of them or
// by none; Progress moves only when the monitor has.
#include "net/police.hpp"

#include <utility>

#include "stray_source_map.hpp"
#include "tcp_source_map.hpp"
#include "xenrt/panic.hpp"

namespace xenrt {
namespace {

constexpr std::uint32_t kMessagesPerSecond = 20;

#ifndef XENRT_UNPOLICED
std::string name_of(const Record& r) {
  if (r.progress.listening && !r.progress.syn_in) return "listener " + to_string(r.local);
  return "TCP " + to_string(r.local) + " <-> " + to_string(r.remote);
}

/// Ticks all or none. The first that is refused, or nullptr.
const Statecall* tick_all(Record::Monitor& monitor, const Meaning& meaning) {
  if (meaning.count == 1) {
    return is_refusal(monitor.tick(meaning.statecalls[0])) ? &meaning.statecalls[0] : nullptr;
  }
  auto trial = monitor;
  for (std::uint8_t i = 0; i < meaning.count; ++i) {
    if (is_refusal(trial.tick(meaning.statecalls[i]))) {
      return &meaning.statecalls[i];
    }
  }
  monitor = trial;
  return nullptr;
}
#endif

}  // namespace

#ifdef XENRT_UNPOLICED

void Police::listens(Record& r) {
  r.progress.listening = true;
}
void Police::connects(Record&) {}
void Police::closes(Record& r) {
  r.progress.closed = true;
}
bool Police::opens(Record& child, const Record&, const Segment& syn) {
  child.progress.listening = child.progress.syn_in = true;
  child.progress.peer_syn = syn.seq;
  return true;
}
void Police::ends(Record&) {}
Fate Police::receive(Record&, const Numbers&, const Segment&) {
  return Fate::pass;
}
void Police::fin_was_taken(Record&) {}
bool Police::transmit(Record&, const Segment&) {
  return true;
}
void Police::stray(const Stray&) {}
bool Police::stray_reset(bool) {
  ++counts_.resets_out;
  return true;
}
void Police::done() {}
void Police::tick(Instant) {}

#else

void Police::listens(Record& r) {
  r.progress.listening = true;
  if (!notify(r, Statecall::Notify_Tcp_Listen, "listening")) panic("tcp.spl refuses to listen");
}

void Police::connects(Record& r) {
  if (!notify(r, Statecall::Notify_Tcp_Connect, "connecting")) panic("tcp.spl refuses to connect");
}

void Police::closes(Record& r) {
  // A second close, or one of what is over already, would be a mistake of the stack's.
  if (r.progress.closed || r.progress.over) panic("a connection is closed twice");
  r.progress.closed = true;
  if (!notify(r, Statecall::Notify_Tcp_Close, "closing")) r.doomed = true;
}

bool Police::opens(Record& child, const Record& listener, const Segment& syn) {
  child.monitor = listener.monitor;
  child.progress = listener.progress;
  if (!stray_tick(stray_policy::Statecall::Notify_Listen_Opened)) return false;
  if (!notify(child, Statecall::Receive_Tcp_Syn, "opening")) return false;
  child.progress.syn_in = true;
  child.progress.peer_syn = syn.seq;
  return true;
}

// Timers and evictions have no hook of their own: what is not over yet is now.
void Police::ends(Record& r) {
  if (r.monitor.finished()) return;
  if (r.monitor.would_accept(Statecall::Notify_Tcp_TimeWaitOver)) {
    r.monitor.tick(Statecall::Notify_Tcp_TimeWaitOver);
  } else if (r.progress.listening && !r.progress.syn_in) {
    if (!r.progress.closed) notify(r, Statecall::Notify_Tcp_Close, "the end of a listener");
  } else {
    notify(r, Statecall::Notify_Tcp_TimedOut, "giving up");
  }
  r.progress.over = true;
}

Fate Police::receive(Record& r, const Numbers& numbers, const Segment& segment) {
  if (r.doomed) return Fate::drop;
  const auto meaning = meaning_in(r.progress, numbers, segment);
  if (const auto* refused = tick_all(r.monitor, meaning)) {
    ++counts_.refused_in;
    ++r.refused_in;
    explain(r, r.monitor, *refused, "dropped a segment");
    return Fate::drop;
  }
  advance_in(r.progress, meaning, segment);
  return meaning.fate;
}

void Police::fin_was_taken(Record& r) {
  if (r.progress.fin_in || !r.progress.fin_seen || r.doomed) return;
  if (!notify(r, Statecall::Receive_Tcp_Fin, "a FIN whose turn it is")) {
    // The stack has it already, so they are not at the same place any more.
    r.doomed = true;
    return;
  }
  r.progress.fin_in = true;
  r.progress.closed_last = !r.progress.closed;
}

bool Police::transmit(Record& r, const Segment& segment) {
  if (r.doomed && !segment.rst) return false;
  const auto meaning = meaning_out(r.progress, segment);
  if (meaning.count == 0) {
    // Nothing without an ACK leaves but a SYN and a RST.
    r.doomed = true;
    ++counts_.refused_out;
    say(LogLevel::error, name_of(r) + ": a segment without an ACK stays here");
    return false;
  }
  if (const auto* refused = tick_all(r.monitor, meaning)) {
    ++counts_.refused_out;
    // What is over resets nobody any more; that is no reason to give it up again.
    if (!segment.rst) {
      r.doomed = true;
      explain(r, r.monitor, *refused, "a segment stays here, and the connection is aborted");
    }
    return false;
  }
  advance_out(r.progress, segment);
  return true;
}

bool Police::stray_tick(stray_policy::Statecall statecall) {
  if (!is_refusal(stray_.tick(statecall))) return true;
  say(LogLevel::error, "the answer to a segment for no connection stays here\n" +
                           stray_policy::explain(stray_, statecall).to_string());
  return false;
}

void Police::stray(const Stray& stray) {
  using S = stray_policy::Statecall;
  if (stray_open_) return;
  stray_open_ = true;
  const auto& s = stray.segment;
  const auto what = s.rst                    ? S::Receive_Stray_Rst
                    : s.has_ack              ? S::Receive_Stray_Ack
                    : stray.syn_for_listener ? S::Receive_Listen_Syn
                                             : S::Receive_Stray_Other;
  if (!stray_tick(what)) panic("stray.spl refuses a segment for no connection");
}

bool Police::stray_reset(bool with_ack) {
  using S = stray_policy::Statecall;
  const bool fine =
      stray_open_ && stray_tick(with_ack ? S::Transmit_Stray_RstAck : S::Transmit_Stray_Rst);
  ++(fine ? counts_.resets_out : counts_.refused_out);
  return fine;
}

void Police::done() {
  if (!stray_open_) return;
  stray_open_ = false;
  if (!stray_tick(stray_policy::Statecall::Notify_Stray_Done)) panic("stray.spl does not end");
}

bool Police::notify(Record& r, Statecall statecall, const char* what) {
  if (!is_refusal(r.monitor.tick(statecall))) return true;
  explain(r, r.monitor, statecall, what);
  return false;
}

void Police::explain(const Record& r, const Record::Monitor& monitor, Statecall statecall,
                     const char* what) {
  if (said_ >= kMessagesPerSecond) {
    ++unsaid_;
    return;
  }
  say(LogLevel::warning, name_of(r) + " in " + state_name(r.progress) + ": " + what + "\n" +
                             tcp_policy::explain(monitor, statecall).to_string());
}

void Police::say(LogLevel level, const std::string& text) {
  if (said_ >= kMessagesPerSecond) {
    ++unsaid_;
    return;
  }
  ++said_;
  if (log_) log_(level, text);
}

void Police::tick(Instant now) {
  if (now - second_ < std::chrono::seconds(1)) return;
  second_ = now;
  said_ = 0;
  if (unsaid_ == 0) return;
  const auto count = std::exchange(unsaid_, 0U);
  say(LogLevel::warning, std::to_string(count) + " more refusals were not logged");
}

#endif

}  // namespace xenrt
