// See statecalls.hpp.
#include "policy/statecalls.hpp"

#include <array>
#include <optional>

namespace ssh {
namespace {

using S = policy::Statecall;

/// That message does not go in that direction.
constexpr std::nullopt_t kNever = std::nullopt;

struct Row {
  Kind kind;
  std::optional<S> receive, transmit;
};

// clang-format off
constexpr Row kTable[] = {
    {Kind::transport_version, S::Receive_Transport_Version, S::Transmit_Transport_Version},
    {Kind::transport_disconnect, S::Receive_Transport_Disconnect, S::Transmit_Transport_Disconnect},
    {Kind::transport_ignore, S::Receive_Transport_Ignore, S::Transmit_Transport_Ignore},
    {Kind::transport_unimplemented, S::Receive_Transport_Unimplemented, S::Transmit_Transport_Unimplemented},
    {Kind::transport_debug, S::Receive_Transport_Debug, S::Transmit_Transport_Debug},
    {Kind::transport_service_request_userauth, S::Receive_Transport_ServiceRequest_Userauth, kNever},
    {Kind::transport_service_request_other, S::Receive_Transport_ServiceRequest_Other, kNever},
    {Kind::transport_service_accept, S::Receive_Transport_ServiceAccept, S::Transmit_Transport_ServiceAccept},
    {Kind::transport_ext_info, S::Receive_Transport_ExtInfo, S::Transmit_Transport_ExtInfo},
    {Kind::transport_kexinit, S::Receive_Transport_KexInit, S::Transmit_Transport_KexInit},
    {Kind::transport_newkeys, S::Receive_Transport_NewKeys, S::Transmit_Transport_NewKeys},
    {Kind::transport_ping, S::Receive_Transport_Ping, kNever},
    {Kind::transport_pong, kNever, S::Transmit_Transport_Pong},
    {Kind::transport_unknown, S::Receive_Transport_Unknown, kNever},
    {Kind::kex_dh_init, S::Receive_Kex_DhInit, kNever},
    {Kind::kex_dh_reply, kNever, S::Transmit_Kex_DhReply},
    {Kind::kex_ecdh_init, S::Receive_Kex_EcdhInit, kNever},
    {Kind::kex_ecdh_reply, kNever, S::Transmit_Kex_EcdhReply},
    {Kind::kex_hybrid_init, S::Receive_Kex_HybridInit, kNever},
    {Kind::kex_hybrid_reply, kNever, S::Transmit_Kex_HybridReply},
    {Kind::kex_gex_request, S::Receive_Kex_GexRequest, kNever},
    {Kind::kex_gex_group, kNever, S::Transmit_Kex_GexGroup},
    {Kind::kex_gex_init, S::Receive_Kex_GexInit, kNever},
    {Kind::kex_gex_reply, kNever, S::Transmit_Kex_GexReply},
    {Kind::kex_unexpected, S::Receive_Kex_Unexpected, kNever},
    {Kind::kex_wrong_guess, S::Receive_Kex_WrongGuess, kNever},
    {Kind::auth_request_none, S::Receive_Auth_Request_None, kNever},
    {Kind::auth_request_publickey_query, S::Receive_Auth_Request_PublicKeyQuery, kNever},
    {Kind::auth_request_publickey, S::Receive_Auth_Request_PublicKey, kNever},
    {Kind::auth_request_password, S::Receive_Auth_Request_Password, kNever},
    {Kind::auth_request_password_change, S::Receive_Auth_Request_PasswordChange, kNever},
    {Kind::auth_request_keyboard_interactive, S::Receive_Auth_Request_KeyboardInteractive, kNever},
    {Kind::auth_request_other, S::Receive_Auth_Request_Other, kNever},
    {Kind::auth_failure, S::Receive_Auth_Failure, S::Transmit_Auth_Failure},
    {Kind::auth_partial_success, kNever, S::Transmit_Auth_PartialSuccess},
    {Kind::auth_success, S::Receive_Auth_Success, S::Transmit_Auth_Success},
    {Kind::auth_banner, S::Receive_Auth_Banner, S::Transmit_Auth_Banner},
    {Kind::auth_pk_ok, kNever, S::Transmit_Auth_PkOk},
    {Kind::auth_password_change_request, kNever, S::Transmit_Auth_PasswordChangeRequest},
    {Kind::auth_info_request, kNever, S::Transmit_Auth_InfoRequest},
    {Kind::auth_info_response, S::Receive_Auth_InfoResponse, kNever},
    {Kind::auth_server_method, S::Receive_Auth_ServerMethod, kNever},
    {Kind::global_request, S::Receive_Connection_GlobalRequest, S::Transmit_Connection_GlobalRequest},
    {Kind::global_request_no_reply, S::Receive_Connection_GlobalRequest_NoReply, S::Transmit_Connection_GlobalRequest_NoReply},
    {Kind::global_request_forward, S::Receive_Connection_GlobalRequest_Forward, kNever},
    {Kind::global_request_forward_no_reply, S::Receive_Connection_GlobalRequest_Forward_NoReply, kNever},
    {Kind::request_success, S::Receive_Connection_RequestSuccess, S::Transmit_Connection_RequestSuccess},
    {Kind::request_failure, S::Receive_Connection_RequestFailure, S::Transmit_Connection_RequestFailure},
    {Kind::open_session, S::Receive_Connection_Open_Session, kNever},
    {Kind::open_direct, S::Receive_Connection_Open_Direct, kNever},
    {Kind::open_other, S::Receive_Connection_Open_Other, kNever},
    {Kind::open_by_server, kNever, S::Transmit_Connection_Open},
    {Kind::open_confirmation, S::Receive_Connection_OpenConfirmation, S::Transmit_Connection_OpenConfirmation},
    {Kind::open_failure, S::Receive_Connection_OpenFailure, S::Transmit_Connection_OpenFailure},
    {Kind::channel_window_adjust, S::Receive_Channel_WindowAdjust, S::Transmit_Channel_WindowAdjust},
    {Kind::channel_data, S::Receive_Channel_Data, S::Transmit_Channel_Data},
    {Kind::channel_extended_data, S::Receive_Channel_ExtendedData, S::Transmit_Channel_ExtendedData},
    {Kind::channel_eof, S::Receive_Channel_Eof, S::Transmit_Channel_Eof},
    {Kind::channel_close, S::Receive_Channel_Close, S::Transmit_Channel_Close},
    {Kind::channel_success, S::Receive_Channel_Success, S::Transmit_Channel_Success},
    {Kind::channel_failure, S::Receive_Channel_Failure, S::Transmit_Channel_Failure},
    {Kind::channel_request_pty, S::Receive_Channel_Request_Pty, kNever},
    {Kind::channel_request_pty_no_reply, S::Receive_Channel_Request_Pty_NoReply, kNever},
    {Kind::channel_request_env, S::Receive_Channel_Request_Env, kNever},
    {Kind::channel_request_env_no_reply, S::Receive_Channel_Request_Env_NoReply, kNever},
    {Kind::channel_request_shell, S::Receive_Channel_Request_Shell, kNever},
    {Kind::channel_request_shell_no_reply, S::Receive_Channel_Request_Shell_NoReply, kNever},
    {Kind::channel_request_exec, S::Receive_Channel_Request_Exec, kNever},
    {Kind::channel_request_exec_no_reply, S::Receive_Channel_Request_Exec_NoReply, kNever},
    {Kind::channel_request_subsystem, S::Receive_Channel_Request_Subsystem, kNever},
    {Kind::channel_request_subsystem_no_reply, S::Receive_Channel_Request_Subsystem_NoReply, kNever},
    {Kind::channel_request_forward, S::Receive_Channel_Request_Forward, kNever},
    {Kind::channel_request_forward_no_reply, S::Receive_Channel_Request_Forward_NoReply, kNever},
    {Kind::channel_request_window_change, S::Receive_Channel_Request_WindowChange, kNever},
    {Kind::channel_request_signal, S::Receive_Channel_Request_Signal, kNever},
    {Kind::channel_request_exit_status, kNever, S::Transmit_Channel_Request_ExitStatus},
    {Kind::channel_request_exit_signal, kNever, S::Transmit_Channel_Request_ExitSignal},
    {Kind::channel_request_other, S::Receive_Channel_Request_Other, S::Transmit_Channel_Request_Other},
    {Kind::channel_request_other_no_reply, S::Receive_Channel_Request_Other_NoReply, S::Transmit_Channel_Request_Other_NoReply},};
// clang-format on

/// What is announced without a message of its own.
constexpr S kNotifications[] = {S::Notify_Kex_Strict, S::Notify_Kex_Plain,
                                S::Transmit_Transport_Unexpected};

consteval bool rows_are_in_order() {
  std::size_t i = 0;
  for (const auto& row : kTable) {
    if (static_cast<std::size_t>(row.kind) != i++) return false;
    if (!row.receive && !row.transmit) return false;
  }
  return i == static_cast<std::size_t>(Kind::count);
}
static_assert(rows_are_in_order(),
              "every kind of message has one row, in the order of Kind, with a statecall");

consteval bool every_statecall_is_announced_once() {
  std::array<int, policy::Policy::statecall_count> times{};
  const auto announced = [&](std::optional<S> s) {
    if (s) ++times[static_cast<std::size_t>(*s)];
  };
  for (const auto& row : kTable) {
    announced(row.receive);
    announced(row.transmit);
  }
  for (const auto s : kNotifications) announced(s);
  for (const int n : times) {
    if (n != 1) return false;
  }
  return true;
}
static_assert(
    every_statecall_is_announced_once(),
    "every statecall of the policy belongs to one message in one direction, or is a notification");

}  // namespace

policy::Statecall statecall_of(Kind kind, Direction direction) {
  const Row& row = kTable[static_cast<std::size_t>(kind)];
  const auto statecall = direction == Direction::receive ? row.receive : row.transmit;
  return statecall.value_or(S::Transmit_Transport_Unexpected);
}

}  // namespace ssh
