// See link.hpp.
#include "link/link.hpp"

namespace ssh {

bool Link::waits_for_keys(Kind kind) {
  switch (kind) {
    case Kind::transport_version:
    case Kind::transport_disconnect:
    case Kind::transport_ignore:
    case Kind::transport_unimplemented:
    case Kind::transport_debug:
    case Kind::transport_kexinit:
    case Kind::transport_newkeys:
    case Kind::transport_ext_info:  // sent where it belongs, directly behind NEWKEYS
    case Kind::kex_dh_reply:
    case Kind::kex_ecdh_reply:
    case Kind::kex_hybrid_reply:
    case Kind::kex_gex_group:
    case Kind::kex_gex_reply:
      return false;
    default:
      return true;
  }
}

bool Link::admitted(Kind kind, std::optional<ChannelId> channel) {
  ChannelGate* gate = channel && channels_ != nullptr ? channels_->find_gate(*channel) : nullptr;
  return gate_.admit(kind, Direction::transmit, gate);
}

void Link::release() {
  holding_ = false;
  held_bytes_ = 0;
  for (const auto& held : std::exchange(held_, {})) {
    if (silent_ || !admitted(held.kind, held.channel)) return;
    append(output_.begin(), held.payload);
    finish(held.kind);
  }
}

void Link::finish(Kind kind) {
  output_.end();
  if (kind == Kind::auth_success && success_sent_) success_sent_();
}

void Link::goodbye(const wire::Disconnect& message) {
  if (silent_) return;
  if (!gate_.refused()) gate_.admit(Kind::transport_disconnect, Direction::transmit);
  wire::Writer w(output_.begin());
  encode(w, message);
  output_.end();
  silent_ = true;
}

}  // namespace ssh
