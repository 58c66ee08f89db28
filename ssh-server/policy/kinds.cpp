// Which kind a message is. A message without a kind does not compile: the visitor has no default.
#include "policy/kinds.hpp"

namespace ssh {
namespace {

struct Finder {
  wire::KexFamily family;

  Kind operator()(const wire::Disconnect&) const { return Kind::transport_disconnect; }
  Kind operator()(const wire::Ignore&) const { return Kind::transport_ignore; }
  Kind operator()(const wire::Unimplemented&) const { return Kind::transport_unimplemented; }
  Kind operator()(const wire::Debug&) const { return Kind::transport_debug; }
  Kind operator()(const wire::ServiceRequest& m) const {
    return m.service == "ssh-userauth" ? Kind::transport_service_request_userauth
                                       : Kind::transport_service_request_other;
  }
  Kind operator()(const wire::ServiceAccept&) const { return Kind::transport_service_accept; }
  Kind operator()(const wire::ExtInfo&) const { return Kind::transport_ext_info; }
  Kind operator()(const wire::KexInit&) const { return Kind::transport_kexinit; }
  Kind operator()(const wire::NewKeys&) const { return Kind::transport_newkeys; }
  Kind operator()(const wire::Ping&) const { return Kind::transport_ping; }
  Kind operator()(const wire::Unknown&) const { return Kind::transport_unknown; }

  Kind operator()(const wire::KexInitiation&) const {
    switch (family) {
      case wire::KexFamily::dh:
        return Kind::kex_dh_init;
      case wire::KexFamily::ecdh:
        return Kind::kex_ecdh_init;
      case wire::KexFamily::hybrid:
        return Kind::kex_hybrid_init;
      case wire::KexFamily::none:
      case wire::KexFamily::group_exchange:
        break;
    }
    return Kind::kex_unexpected;
  }
  Kind operator()(const wire::GexRequest&) const { return Kind::kex_gex_request; }
  Kind operator()(const wire::GexInit&) const { return Kind::kex_gex_init; }
  Kind operator()(const wire::KexUnexpected&) const { return Kind::kex_unexpected; }
  Kind operator()(const wire::KexWrongGuess&) const { return Kind::kex_wrong_guess; }

  Kind operator()(const wire::UserauthRequest& m) const { return std::visit(*this, m.method); }
  Kind operator()(const wire::NoneMethod&) const { return Kind::auth_request_none; }
  Kind operator()(const wire::PublicKeyMethod& m) const {
    return m.signature ? Kind::auth_request_publickey : Kind::auth_request_publickey_query;
  }
  Kind operator()(const wire::PasswordMethod& m) const {
    return m.new_password ? Kind::auth_request_password_change : Kind::auth_request_password;
  }
  Kind operator()(const wire::KeyboardInteractiveMethod&) const {
    return Kind::auth_request_keyboard_interactive;
  }
  Kind operator()(const wire::OtherMethod&) const { return Kind::auth_request_other; }
  Kind operator()(const wire::UserauthFailure&) const { return Kind::auth_failure; }
  Kind operator()(const wire::UserauthSuccess&) const { return Kind::auth_success; }
  Kind operator()(const wire::UserauthBanner&) const { return Kind::auth_banner; }
  Kind operator()(const wire::UserauthServerMethod&) const { return Kind::auth_server_method; }
  Kind operator()(const wire::UserauthInfoResponse&) const { return Kind::auth_info_response; }

  Kind operator()(const wire::GlobalRequest& m) const {
    const bool forward = m.name == "tcpip-forward" || m.name == "streamlocal-forward@openssh.com";
    if (forward) {
      return m.want_reply ? Kind::global_request_forward : Kind::global_request_forward_no_reply;
    }
    return m.want_reply ? Kind::global_request : Kind::global_request_no_reply;
  }
  Kind operator()(const wire::RequestSuccess&) const { return Kind::request_success; }
  Kind operator()(const wire::RequestFailure&) const { return Kind::request_failure; }
  Kind operator()(const wire::ChannelOpen& m) const {
    if (m.type == "session") {
      return Kind::open_session;
    }
    const bool direct = m.type == "direct-tcpip" || m.type == "direct-streamlocal@openssh.com";
    return direct ? Kind::open_direct : Kind::open_other;
  }
  Kind operator()(const wire::ChannelOpenConfirmation&) const { return Kind::open_confirmation; }
  Kind operator()(const wire::ChannelOpenFailure&) const { return Kind::open_failure; }
  Kind operator()(const wire::ChannelWindowAdjust&) const { return Kind::channel_window_adjust; }
  Kind operator()(const wire::ChannelData&) const { return Kind::channel_data; }
  Kind operator()(const wire::ChannelExtendedData&) const { return Kind::channel_extended_data; }
  Kind operator()(const wire::ChannelEof&) const { return Kind::channel_eof; }
  Kind operator()(const wire::ChannelClose&) const { return Kind::channel_close; }
  Kind operator()(const wire::ChannelRequest& m) const {
    return channel_request_kind(m.type, m.want_reply);
  }
  Kind operator()(const wire::ChannelSuccess&) const { return Kind::channel_success; }
  Kind operator()(const wire::ChannelFailure&) const { return Kind::channel_failure; }
};

}  // namespace

Kind kind_of(const wire::ClientMessage& message, wire::KexFamily family) {
  return std::visit(Finder{family}, message);
}

Kind reply_kind(wire::KexFamily family) {
  switch (family) {
    case wire::KexFamily::dh:
      return Kind::kex_dh_reply;
    case wire::KexFamily::ecdh:
      return Kind::kex_ecdh_reply;
    case wire::KexFamily::group_exchange:
      return Kind::kex_gex_reply;
    case wire::KexFamily::hybrid:
    case wire::KexFamily::none:
      break;
  }
  return Kind::kex_hybrid_reply;
}

Kind channel_request_kind(std::string_view type, bool want_reply) {
  struct Name {
    std::string_view type;
    Kind wants_reply, wants_none;
  };
  // window-change and signal want no reply (RFC 4254 sections 6.7 and 6.9); one that does is like
  // any other request.
  static constexpr Name kNames[] = {
      {"pty-req", Kind::channel_request_pty, Kind::channel_request_pty_no_reply},
      {"env", Kind::channel_request_env, Kind::channel_request_env_no_reply},
      {"shell", Kind::channel_request_shell, Kind::channel_request_shell_no_reply},
      {"exec", Kind::channel_request_exec, Kind::channel_request_exec_no_reply},
      {"subsystem", Kind::channel_request_subsystem, Kind::channel_request_subsystem_no_reply},
      {"x11-req", Kind::channel_request_forward, Kind::channel_request_forward_no_reply},
      {"auth-agent-req@openssh.com", Kind::channel_request_forward,
       Kind::channel_request_forward_no_reply},
      {"window-change", Kind::channel_request_other, Kind::channel_request_window_change},
      {"signal", Kind::channel_request_other, Kind::channel_request_signal},
  };
  for (const auto& name : kNames) {
    if (name.type == type) {
      return want_reply ? name.wants_reply : name.wants_none;
    }
  }
  return want_reply ? Kind::channel_request_other : Kind::channel_request_other_no_reply;
}

}  // namespace ssh
