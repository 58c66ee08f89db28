// lwIP's hooks, where segments are announced (lwip_hooks.h says which). Nothing of lwIP's is called
// from them that could free a control block: what must be aborted is marked, and settle() does it.
//
// Sequence numbers begin where RFC 6528 has them: a keyed hash of both ends, and a clock.
#include <algorithm>
#include <array>

#include "lwip_hooks.h"
#include "net/impl.hpp"
#include "xenrt/panic.hpp"

namespace xenrt {
namespace {

Numbers numbers_of(const tcp_pcb& pcb) {
  return {pcb.rcv_nxt, pcb.rcv_wnd, pcb.lastack, pcb.snd_nxt, pcb.snd_wnd_max};
}

}  // namespace

std::uint32_t Stack::Impl::random() {
  if (entropy_left_ < 4) {
    host_.entropy(entropy_);
    entropy_left_ = entropy_.size();
  }
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    auto& byte = entropy_[--entropy_left_];
    value = value << 8U | byte;
    byte = 0;
  }
  return value;
}

std::uint32_t Stack::Impl::initial_number(const Endpoint& local, const Endpoint& remote) {
  std::array<std::uint8_t, 36> ends{};
  auto* to = ends.data();
  for (const auto* end : {&local, &remote}) {
    to = std::copy(end->address.bytes.begin(), end->address.bytes.end(), to);
    *to++ = static_cast<std::uint8_t>(end->port >> 8U);
    *to++ = static_cast<std::uint8_t>(end->port);
  }
  const auto clock = static_cast<std::uint64_t>(now_.count()) / 4000U;
  return static_cast<std::uint32_t>(host_.keyed_hash(ends) + clock);
}

err_t Stack::Impl::hook_in(tcp_pcb* pcb, const tcp_hdr& header, std::uint32_t text) {
  auto* owner = static_cast<Owner*>(tcp_ext_arg_get(pcb, ext_arg_));
  if (owner == nullptr) panic("a control block that nobody polices");
  claimed_ = true;
  inbound_ = make_segment(header.seqno, header.ackno, text, TCPH_FLAGS(&header));
  if (pcb->state == LISTEN) {
    const bool opens = inbound_.syn && !inbound_.has_ack && !inbound_.rst;
    if (opens) {
      syn_ = inbound_;
      listened_ = static_cast<Listener*>(owner);
    }
    police_.stray({inbound_, opens});
    return ERR_OK;
  }
  touched_ = owner;
  auto& connection = static_cast<Connection&>(*owner);
  const auto fate = police_.receive(owner->record, numbers_of(*pcb), inbound_);
  if (fate == Fate::pass) {
    frame_fits_not_ = !owner->record.progress.syn_acked;
    return ERR_OK;
  }
  if (fate == Fate::drop_answered) connection.wants_ack = true;
  if (fate == Fate::drop_reopened) connection.makes_way = true;
  if (fate != Fate::drop) attention_.push_back(connection.id);
  return ERR_VAL;
}

/// A reset that ends no connection: in the form that RFC 9293 section 3.10.7.1 gives it. lwIP's own
/// always acknowledges, and takes its number from a header that need not have one.
void Stack::Impl::answer_stray(const pbuf* segment, tcp_hdr& header) {
  std::optional<Segment> to;
  if (claimed_) {
    to = inbound_;
  } else if (const auto found = segment_of(frame_)) {
    to = found->segment;
    police_.stray({*to, false});
  }
  leaving_ = segment;
  leaving_allowed_ = false;
  if (!to) return;  // not to be seen what it answers, so it stays here
  if (claimed_ && frame_fits_not_) police_.stray({*to, false});
  if (to->has_ack) {
    header.seqno = lwip_htonl(to->ack);
    header.ackno = 0;
    TCPH_UNSET_FLAG(&header, TCP_ACK);
  } else {
    header.seqno = 0;
    header.ackno = lwip_htonl(to->seq + to->length());
  }
  leaving_allowed_ = police_.stray_reset(!to->has_ack);
}

void Stack::Impl::hook_out(const pbuf* segment, tcp_hdr& header, const tcp_pcb* pcb) {
  auto* owner = pcb == nullptr ? nullptr : static_cast<Owner*>(tcp_ext_arg_get(pcb, ext_arg_));
  const auto flags = TCPH_FLAGS(&header);
  const auto seq = lwip_ntohl(header.seqno);
  const bool reset = (flags & TCP_RST) != 0;
  // RFC 9293 sections 3.10.7.3 and 3.10.7.4: an acknowledgement of what was not sent is answered by
  // a reset with its number; the connection stays.
  const bool answers = owner != nullptr && owner == touched_ && frame_fits_not_ && reset &&
                       inbound_.has_ack && seq == inbound_.ack;
  const bool listening = owner != nullptr && owner->pcb != nullptr && owner->pcb->state == LISTEN;
  if (owner == nullptr || listening || answers) {
    if (!reset) {
      leaving_ = segment;
      leaving_allowed_ = false;
      return;
    }
    answer_stray(segment, header);
    return;
  }
  // CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT: the peer's FIN was taken.
  if (pcb->state >= CLOSE_WAIT) police_.fin_was_taken(owner->record);
  const auto text = static_cast<std::uint32_t>(segment->tot_len - TCPH_HDRLEN_BYTES(&header));
  leaving_ = segment;
  leaving_allowed_ =
      police_.transmit(owner->record, make_segment(seq, lwip_ntohl(header.ackno), text, flags));
  if (owner->record.doomed) attention_.push_back(owner->id);
}

/// Of what lwIP has made of a segment. A hook must have seen it just before, and allowed it.
bool Stack::Impl::may_leave(const pbuf* packet, bool is_tcp, bool is_fragment) {
  if (!is_tcp) return true;
  const bool announced = leaving_ == packet && !is_fragment;
  const bool allowed = announced && leaving_allowed_;
  leaving_ = nullptr;
  leaving_allowed_ = false;
  if (allowed) ++stats_.segments_out;
  return allowed;
}

}  // namespace xenrt

extern "C" {

err_t xen_net_hook_in(tcp_pcb* pcb, tcp_hdr* header, pbuf* text) {
  return xenrt::Stack::Impl::current().hook_in(pcb, *header, text->tot_len);
}

u32_t* xen_net_hook_out(pbuf* segment, tcp_hdr* header, const tcp_pcb* pcb, u32_t* options) {
  xenrt::Stack::Impl::current().hook_out(segment, *header, pcb);
  return options;
}

u32_t xen_net_hook_isn(const ip_addr_t* local, u16_t local_port, const ip_addr_t* remote,
                       u16_t remote_port) {
  using xenrt::from_lwip;
  return xenrt::Stack::Impl::current().initial_number({from_lwip(*local), local_port},
                                                      {from_lwip(*remote), remote_port});
}

const ip6_addr_t* xen_net_hook_gateway6(netif*, const ip6_addr_t*) {
  return xenrt::Stack::Impl::current().gateway6();
}
}
