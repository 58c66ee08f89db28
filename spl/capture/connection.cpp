// The mapping from segments to statecalls.
//
// A segment is an event at two ends. Its sender has sent it: that must have been allowed, unless it
// shows nothing new (it may be a retransmission, or late). Its receiver may get it now, later, or
// never: what would change its state is offered to it, and taken when it likes, or when its own
// acknowledgements say that it has been.
#include "capture/connection.hpp"

#include <algorithm>
#include <utility>

namespace spl::capture {
namespace {

enum Statecall : std::uint8_t {
  send_syn,
  send_syn_ack,
  send_data,
  send_again,
  send_ack,
  send_fin,
  send_rst,
  get_data,
  get_ack,
  get_unacceptable,
};
constexpr std::array<const char*, 10> kStatecalls{
    "Transmit_Tcp_Syn",  "Transmit_Tcp_SynAck",
    "Transmit_Tcp_Data", "Transmit_Tcp_Retransmission",
    "Transmit_Tcp_Ack",  "Transmit_Tcp_Fin",
    "Transmit_Tcp_Rst",  "Receive_Tcp_Data",
    "Receive_Tcp_Ack",   "Receive_Tcp_Unacceptable"};

constexpr Offers kSyn = 1, kSynAck = 2, kAckOfSyn = 4, kFin = 8, kAckOfFin = 16, kRst = 32;
constexpr std::array<const char*, 6> kOffers{"Receive_Tcp_Syn",      "Receive_Tcp_SynAck",
                                             "Receive_Tcp_AckOfSyn", "Receive_Tcp_Fin",
                                             "Receive_Tcp_AckOfFin", "Receive_Tcp_Rst"};
/// Calls of the program. The timers are not needed: an end that gave up is silent, or resets.
constexpr std::array<const char*, 3> kSilent{"Notify_Tcp_Connect", "Notify_Tcp_Listen",
                                             "Notify_Tcp_Close"};

template <std::size_t N>
PossibleStates::Names find(const Program& program, const std::array<const char*, N>& names) {
  PossibleStates::Names found;
  for (const auto* name : names) found.push_back(program.vocabulary.find(name));
  return found;
}

template <std::size_t N>
std::size_t count_known(const Program& program, const std::array<const char*, N>& names) {
  const auto found = find(program, names);
  return static_cast<std::size_t>(
      std::ranges::count_if(found, [](const auto& s) { return s.has_value(); }));
}

/// How far `a` is after `b`, modulo 2^32.
constexpr std::int32_t after(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::int32_t>(a - b);
}

constexpr std::int32_t kFar = 1 << 30;  // the largest window (RFC 7323)
/// How long one segment may be overtaken by another, where it matters to tell.
constexpr std::uint64_t kOvertaken = 1'000'000'000U;
constexpr std::int32_t kFirstFar = 1 << 20;  // of the first acknowledgement
/// Twice the maximum segment lifetime (RFC 9293, section 3.4.2): time enough to forget.
constexpr std::uint64_t kQuiet = 240'000'000'000U;

/// Whether a segment of this end shows anything that was not seen before.
enum class News : std::uint8_t {
  fresh,
  old,      // it may be a retransmission, or have been overtaken
  outside,  // of the window: it is not for this connection, or made up
};

}  // namespace

// A SYN-ACK may begin one, too: its SYN is not in the capture, or was an old one that came again.
bool Connection::replaced_by(const Segment& syn, std::size_t from,
                             std::uint64_t nanoseconds) const {
  const auto& own = flows[from];
  const auto& peer = flows[1 - from];
  const bool again = own.syn && own.first == syn.seq;
  if (again && syn.has_ack) return false;
  // After the end even the same SYN is a new attempt: it has come too late, but is answered.
  if (closed()) return true;
  if (again) return false;
  if (earlier_syns[from] == syn.seq) return false;
  if (nanoseconds > last.nanoseconds && nanoseconds - last.nanoseconds > kQuiet) return true;
  if (syn.has_ack || !own.known) return false;  // both open at once
  // An attempt that has led to nothing.
  return own.syn && (!peer.known || (!own.acked && !peer.fin_seen && own.next == own.first + 1));
}

/// One segment on its way through both ends.
class ConnectionJudge::Step {
 public:
  Step(ConnectionJudge& judge, Connection& c, std::size_t from, const Segment& s,
       const Place& place)
      : judge_(judge),
        c_(c),
        from_(from),
        to_(1 - from),
        s_(s),
        place_(place),
        own_(c.flows[from]),
        peer_(c.flows[1 - from]) {}

  void run() {
    if (stray()) {
      tell(to_, Kind::maybe, get_unacceptable);
    } else if (s_.rst) {
      reset();
    } else if (s_.syn) {
      handshake();
    } else {
      ordinary();
    }
  }

 private:
  using Kind = Event::Kind;

  // ---- what can be said of an end ----

  void tell(std::size_t end, Event event, const char* statecall, bool likely = false) {
    tell_at(place_, end, event, statecall, likely);
  }
  /// `likely`: see Said.
  void tell_at(const Place& where, std::size_t end, Event event, const char* statecall,
               bool likely = false) {
    if (c_.violation) return;
    const auto side = c_.side_of(end);
    if (side == Side::client ? !judge_.sides_.client : !judge_.sides_.server) return;
    const auto next = judge_.states_.after(c_.sets[end], event);
    if (next) {
      c_.sets[end] = *next;
      if (c_.records) judge_.note(c_, end, {event, likely}, where);
      return;
    }
    Violation violation;
    violation.side = side;
    violation.statecall = statecall;
    violation.place = where;
    violation.deduced = event.kind == Kind::taken;
    if (const auto id = judge_.program_.vocabulary.find(statecall)) {
      violation.refusals = judge_.states_.why(c_.sets[end], *id);
    }
    violation.expected = judge_.states_.expected(c_.sets[end]);
    c_.violation = std::make_unique<Violation>(std::move(violation));
  }
  void tell(std::size_t end, Kind kind, Statecall statecall, Offers offers = 0,
            bool likely = false) {
    tell(end, Event{kind, offers, statecall}, kStatecalls[statecall], likely);
  }
  /// Unless it is `likely`, nothing shows that what is offered was ever sent.
  void offer(std::size_t end, Offers offers, bool likely = true) {
    tell(end, Event{Kind::offer, offers, 0}, "", likely);
  }
  /// The acknowledgement shows that one of these was taken.
  void taken(std::size_t end, Offers offers, const char* statecall) {
    tell(end, Event{Kind::taken, offers, 0}, statecall);
  }
  /// ... that the peer's SYN was, with an acknowledgement of our own SYN or without.
  void syn_taken() {
    taken(from_, kSyn | kSynAck, from_ == c_.client ? "Receive_Tcp_SynAck" : "Receive_Tcp_Syn");
  }
  void sent(Statecall statecall, bool fresh, bool likely = true) {
    tell(from_, fresh ? Kind::announced : Kind::maybe, statecall, 0, likely);
  }

  /// A late segment of an earlier connection of the same ports, or an answer to one; or made up.
  /// Its numbers are from before the SYNs of this one, so that neither end takes it for its own.
  [[nodiscard]] bool stray() const {
    // In SYN-SENT, a reset that acknowledges nothing is dropped (section 3.10.7.3).
    if (s_.rst && !s_.has_ack && !own_.known && peer_.syn) return true;
    if (s_.syn && !s_.has_ack && c_.earlier_syns[from_] == s_.seq) return true;
    return (!s_.syn && own_.syn && after(s_.seq, own_.first) < 0) ||
           (s_.has_ack && peer_.syn && after(s_.ack, peer_.first) <= 0);
  }

  // ---- segments with RST or SYN ----

  void reset() {
    // A reset for no connection is the host's own.
    tell(from_, Kind::unless_over, send_rst);
    offer(to_, kRst);
    own_.reset = true;
    if (!s_.has_ack && !own_.answered_by_reset) own_.answered_by_reset = place_.nanoseconds;
    // What it has overtaken is not new.
    const auto ahead = after(s_.seq, own_.next);
    if (own_.known && ahead > 0 && ahead < kFar) own_.next = s_.seq;
  }

  void handshake() {
    const bool again = own_.syn && own_.first == s_.seq;
    (s_.has_ack ? own_.answered : own_.opened) = true;
    if (s_.has_ack) {
      syn_ack(again || late_syn());
    } else if (!again && own_.known && (c_.open_at_start || (own_.syn && own_.acked))) {
      if (!c_.second_syns[from_]) c_.second_syns[from_] = place_;
      tell(to_, Kind::maybe, get_unacceptable);
      return;
    } else {
      sent(send_syn, !again && !late_syn());
      offer(to_, kSyn);
    }
    if (s_.fin) {
      sent(send_fin, true);
      offer(to_, kFin);
    }
    // The text of a SYN counts as sent when the handshake is complete (section 3.5).
    c_.syn_data = c_.syn_data || s_.length != 0;
    if (own_.syn && !again) {
      // Of two SYNs the other end's acknowledgement says which one counts.
      own_.other = s_.seq;
      own_.rival = true;
      return;
    }
    const bool known = own_.known;
    own_.syn = own_.known = true;
    own_.first = s_.seq;
    const auto next = s_.seq + 1 + s_.length + (s_.fin ? 1 : 0);
    if (!known || after(next, own_.next) > 0) own_.next = next;
    own_.scaled = s_.scaled;
    own_.scale = s_.scale;
    if (s_.has_ack) see_window(s_.window);
  }

  /// It was assumed when a later segment came, and fits that.
  [[nodiscard]] bool late_syn() const {
    const auto ahead = after(own_.next, s_.seq);
    return own_.assumed && !own_.syn && ahead > 0 && ahead < kFirstFar;
  }

  /// A SYN amid a connection is that of the next one, which has overtaken the end of this one or
  /// makes the other end give it up (section 3.5.1), unless this one goes on.
  void second_syn_counts() {
    const auto& second = c_.second_syns[from_];
    if (!second || place_.nanoseconds < second->nanoseconds + kOvertaken) return;
    tell_at(*second, from_, Event{Kind::announced, 0, send_syn}, kStatecalls[send_syn]);
  }

  /// Its SYN was not captured, but it has sent one.
  void assume_syn() {
    // Where both have opened, the SYN-ACK may be the later one to be captured.
    if (own_.opened && peer_.opened && !own_.answered) tell(from_, Kind::maybe, send_syn_ack);
    if (c_.open_at_start || own_.syn) return;
    own_.assumed = true;
    tell(from_, Kind::maybe, send_syn);
    tell(from_, Kind::maybe, send_syn_ack);
  }

  void syn_ack(bool again) {
    if (!peer_.known) {
      // The SYN that this answers was not captured.
      tell(to_, Kind::announced, send_syn);
      offer(from_, kSyn);
      peer_.syn = peer_.known = true;
      peer_.first = s_.ack - 1;
      peer_.next = s_.ack;
    }
    const bool right =
        peer_.syn && after(s_.ack, peer_.first) > 0 && after(s_.ack, peer_.next) <= 0;
    // One that comes late was sent when the other end's SYN was the last that had come.
    if (right && !again) taken(from_, kSyn, "Receive_Tcp_Syn");
    sent(send_syn_ack, !again);
    if (right) {
      offer(to_, kSynAck);
    } else {
      tell(to_, Kind::maybe, get_unacceptable);
    }
  }

  // ---- all others ----

  void ordinary() {
    end_ = s_.seq + s_.length + (s_.fin ? 1 : 0);
    const auto news = news_of();
    if (news == News::fresh && s_.length != 0) second_syn_counts();
    if (s_.has_ack && news != News::outside) acknowledge();
    assume_syn();
    transmit(news);
    if (news == News::outside || !s_.has_ack) {
      tell(to_, Kind::maybe, get_unacceptable);
      return;
    }
    receive(news);
    update();
  }

  [[nodiscard]] News news_of() const {
    if (!own_.known) return News::fresh;
    const auto ahead = after(end_, own_.next);
    if (ahead > kFar || ahead < -kFar) return News::outside;
    if (peer_.edged && after(s_.seq, peer_.edge) > 0) return News::outside;
    if (ahead > 0) return overtaken_by_reset() ? News::old : News::fresh;
    if (ahead < 0 || s_.length != 0 || s_.fin || own_.reset) return News::old;
    const bool overtaken = own_.acked && s_.has_ack && after(s_.ack, own_.ack) < 0;
    return overtaken ? News::old : News::fresh;
  }

  /// A reset without an ACK takes its number from what it answers (section 3.10.7.1), so what it
  /// has overtaken may have higher ones. One with an ACK has the number that comes next.
  [[nodiscard]] bool overtaken_by_reset() const {
    return own_.answered_by_reset && place_.nanoseconds < *own_.answered_by_reset + kOvertaken;
  }

  /// What the sender must have taken.
  void acknowledge() {
    if (peer_.segments == 0) {
      // Nothing of the other end is captured: all it may have sent may have come.
      offer(from_, kSyn | kSynAck | kAckOfSyn | kFin | kAckOfFin, false);
      return;
    }
    if (!c_.open_at_start && !peer_.syn) offer(from_, kSyn | kSynAck, false);
    if (peer_.rival && s_.ack == peer_.other + 1 && !own_.acked) {
      peer_.first = peer_.other;
      peer_.next = s_.ack;
    }
    const auto ahead = after(s_.ack, peer_.next);
    if (ahead > (own_.acked ? kFar : kFirstFar)) return;
    if (ahead > 0) unseen();
    if (peer_.syn) syn_taken();
    if (peer_.fin_seen && after(s_.ack, peer_.fin) >= 0) taken(from_, kFin, "Receive_Tcp_Fin");
    plausible_ = true;
  }

  /// The acknowledgement is of something that was not captured: text, a FIN, or both.
  void unseen() {
    peer_.missing = true;
    peer_.next = s_.ack;
    tell(to_, Kind::maybe, send_ack);
    tell(to_, Kind::maybe, send_data);
    tell(to_, Kind::maybe, send_fin);
    if (!peer_.fin_seen) {
      offer(from_, kFin, false);
      offer(to_, kAckOfFin, false);
    }
    // What was not captured has acknowledged, too.
    if (own_.syn) offer(from_, kAckOfSyn, false);
    if (own_.fin_seen) offer(from_, kAckOfFin, false);
  }

  void transmit(News news) {
    const bool fresh = news == News::fresh;
    if (s_.length == 0 && !s_.fin) {
      sent(send_ack, fresh);
      return;
    }
    // It acknowledges, too: it may be what completes the handshake.
    if (s_.has_ack) sent(send_ack, false, false);
    if (s_.length != 0) {
      const bool fresh_text = !own_.known || text_is_fresh();
      if (!fresh_text) sent(send_again, false);
      sent(send_data, fresh && fresh_text, false);
    }
    if (s_.fin) sent(send_fin, fresh);
  }

  [[nodiscard]] bool text_is_fresh() const { return after(s_.seq + s_.length, own_.next) > 0; }

  /// What the receiver may take.
  void receive(News news) {
    acknowledged();
    if (s_.length == 0 && !s_.fin) tell(to_, Kind::maybe, get_ack, 0, !means_more());
    if (s_.length != 0) {
      const bool judged =
          news == News::fresh && plausible_ && (own_.syn || c_.open_at_start) && text_is_fresh();
      if (!judged) {
        tell(to_, Kind::maybe, get_data);
        tell(to_, Kind::maybe, get_unacceptable);
      } else if (own_.fin_seen && after(s_.seq + s_.length, own_.fin - 1) > 0) {
        tell(to_, Kind::arrives_after, get_data, kFin);
      } else {
        tell(to_, Kind::arrives, get_data);
      }
    }
    if (s_.fin) offer(to_, kFin);
  }

  /// Its acknowledgement is that of a SYN or a FIN.
  [[nodiscard]] bool means_more() const {
    const bool of_syn = peer_.syn && s_.ack == peer_.first + 1 && !own_.acked;
    return of_syn || (peer_.fin_seen && after(s_.ack, peer_.fin) >= 0);
  }

  void acknowledged() {
    if (!peer_.syn && !c_.open_at_start) {
      // Its SYN was not captured, but is acknowledged.
      tell(to_, Kind::maybe, send_syn_ack);
      offer(to_, kAckOfSyn);
    } else if (peer_.syn && after(s_.ack, peer_.first) > 0 && after(s_.ack, peer_.next) <= 0) {
      offer(to_, kAckOfSyn);
    }
    if (peer_.fin_seen && after(s_.ack, peer_.fin) >= 0) offer(to_, kAckOfFin);
  }

  void update() {
    if (s_.fin && (!own_.fin_seen || after(end_, own_.fin) < 0)) own_.fin = end_;
    own_.fin_seen = own_.fin_seen || s_.fin;
    if (!own_.known || after(end_, own_.next) > 0) own_.next = end_;
    own_.known = true;
    if (!plausible_) return;
    if (!own_.acked || after(s_.ack, own_.ack) > 0) own_.ack = s_.ack;
    own_.acked = true;
    // Without both SYNs, nothing is known of the scale.
    if (own_.syn && peer_.syn) {
      const bool scaled = own_.scaled && peer_.scaled;
      see_window(static_cast<std::uint32_t>(s_.window) << (scaled ? own_.scale : 0U));
    }
  }

  void see_window(std::uint32_t window) {
    const auto edge = s_.ack + window;
    if (!own_.edged || after(edge, own_.edge) > 0) own_.edge = edge;
    own_.edged = true;
  }

  ConnectionJudge& judge_;
  Connection& c_;
  std::size_t from_;
  std::size_t to_;
  const Segment& s_;
  const Place& place_;
  Flow& own_;
  Flow& peer_;
  std::uint32_t end_ = 0;   // the number after the segment
  bool plausible_ = false;  // its acknowledgement can be one of this connection
};

ConnectionJudge::ConnectionJudge(const Program& program, std::span<const Dfa> dfas, Sides sides)
    : program_(program),
      sides_(sides),
      known_(count_known(program, kStatecalls) + count_known(program, kOffers)),
      states_(program, dfas, find(program, kStatecalls), find(program, kSilent),
              find(program, kOffers)),
      start_(states_.start()),
      anywhere_(states_.anywhere()) {}

void ConnectionJudge::begin(Connection& c, const Segment& s, const Place& place) {
  c.ends = {s.from, s.to};
  c.begins = c.last = place;
  c.open_at_start = !s.syn;
  const bool from_server = s.syn ? s.has_ack : s.from.port < s.to.port;
  c.client = from_server ? 1 : 0;
  c.sets.fill(c.open_at_start ? anywhere_ : start_);
  if (recording_ && (recording_->only == 0 || recording_->only == c.number)) {
    c.records = std::make_unique<std::array<Record, 2>>();
    for (auto& record : *c.records) record.begins = c.sets[0];
  }
  segment(c, 0, s, place);
}

void ConnectionJudge::segment(Connection& c, std::size_t from, const Segment& s,
                              const Place& place) {
  if (!c.violation) {
    c.glances[c.segments() % Connection::kGlances] = {
        place.frame, s.length, from == c.client, s.syn, s.fin, s.rst, s.has_ack};
  }
  Step(*this, c, from, s, place).run();
  ++c.flows[from].segments;
  c.last = place;
}

void ConnectionJudge::note(Connection& c, std::size_t end, const Said& said, const Place& place) {
  if (recorded_too_much()) return;
  auto& record = (*c.records)[end];
  record.said.push_back(said);
  record.places.push_back(place);
  ++held_;
}

void ConnectionJudge::forget(const Connection& c) {
  if (!c.records) return;
  for (const auto& record : *c.records) held_ -= record.said.size();
}

LikelyTrace ConnectionJudge::likely_trace(const Connection& c, Side side) {
  const std::size_t end = side == Side::client ? c.client : 1U - c.client;
  const auto& record = (*c.records)[end];
  std::optional<StatecallId> refused;
  if (c.violation && c.violation->side == side) {
    refused = program_.vocabulary.find(c.violation->statecall);
  }
  const auto course =
      states_.course(record.begins, record.said, refused, refused && c.violation->deduced);
  LikelyTrace trace;
  for (const auto& step : course.steps) {
    const auto& place = record.places.empty() ? c.begins : record.places[step.said];
    trace.steps.push_back({step.statecall, place});
  }
  trace.refused = refused && course.refuses;
  if (trace.refused) trace.steps.push_back({*refused, c.violation->place});
  return trace;
}

}  // namespace spl::capture
