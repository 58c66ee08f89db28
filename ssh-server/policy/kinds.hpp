// What the policies tell apart: each kind of message is one statecall a direction. kind_of() finds
// the kind of a message; statecalls.cpp has the one table from kind and direction to statecall.
#pragma once

#include <cstdint>

#include "wire/messages.hpp"

namespace ssh {

enum class Kind : std::uint8_t {
  transport_version,
  transport_disconnect,
  transport_ignore,
  transport_unimplemented,
  transport_debug,
  transport_service_request_userauth,
  transport_service_request_other,
  transport_service_accept,
  transport_ext_info,
  transport_kexinit,
  transport_newkeys,
  transport_ping,
  transport_pong,
  transport_unknown,
  kex_dh_init,
  kex_dh_reply,
  kex_ecdh_init,
  kex_ecdh_reply,
  kex_hybrid_init,
  kex_hybrid_reply,
  kex_gex_request,
  kex_gex_group,
  kex_gex_init,
  kex_gex_reply,
  kex_unexpected,
  kex_wrong_guess,
  auth_request_none,
  auth_request_publickey_query,
  auth_request_publickey,
  auth_request_password,
  auth_request_password_change,
  auth_request_keyboard_interactive,
  auth_request_other,
  auth_failure,
  auth_partial_success,
  auth_success,
  auth_banner,
  auth_pk_ok,
  auth_password_change_request,
  auth_info_request,
  auth_info_response,
  auth_server_method,
  global_request,
  global_request_no_reply,
  global_request_forward,
  global_request_forward_no_reply,
  request_success,
  request_failure,
  open_session,
  open_direct,
  open_other,
  open_by_server,
  open_confirmation,
  open_failure,
  channel_window_adjust,
  channel_data,
  channel_extended_data,
  channel_eof,
  channel_close,
  channel_success,
  channel_failure,
  channel_request_pty,
  channel_request_pty_no_reply,
  channel_request_env,
  channel_request_env_no_reply,
  channel_request_shell,
  channel_request_shell_no_reply,
  channel_request_exec,
  channel_request_exec_no_reply,
  channel_request_subsystem,
  channel_request_subsystem_no_reply,
  channel_request_forward,
  channel_request_forward_no_reply,
  channel_request_window_change,
  channel_request_signal,
  channel_request_exit_status,
  channel_request_exit_signal,
  channel_request_other,
  channel_request_other_no_reply,
  count
};

/// Of a message from the client. Key exchange messages are told apart by the negotiated method.
Kind kind_of(const wire::ClientMessage& message, wire::KexFamily family);

// Of messages that the server sends, where the message alone does not say it all.
Kind reply_kind(wire::KexFamily family);
Kind channel_request_kind(std::string_view type, bool want_reply);

}  // namespace ssh
