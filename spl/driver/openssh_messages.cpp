// The one table from SSH message numbers to statecalls: RFC 4250 section 4.1, RFC 4419, RFC 5656,
// RFC 8308, and OpenSSH's ping. A number that a side never sends has a name, too, so that it
// is refused rather than passed over.
#include "openssh_messages.hpp"

#include <algorithm>
#include <array>

namespace spl::driver {
namespace {

struct Plain {
  unsigned type;
  std::string_view from_client;  // empty: none of its own
  std::string_view to_client;
};

constexpr std::array kPlain{
    Plain{1, "Receive_Transport_Disconnect", "Transmit_Transport_Disconnect"},
    Plain{2, "Receive_Transport_Ignore", "Transmit_Transport_Ignore"},
    Plain{3, "Receive_Transport_Unimplemented", "Transmit_Transport_Unimplemented"},
    Plain{4, "Receive_Transport_Debug", "Transmit_Transport_Debug"},
    Plain{5, "Receive_Transport_ServiceRequest_Userauth", {}},
    Plain{6, "Receive_Transport_ServiceAccept", "Transmit_Transport_ServiceAccept"},
    Plain{7, "Receive_Transport_ExtInfo", "Transmit_Transport_ExtInfo"},
    Plain{20, "Receive_Transport_KexInit", "Transmit_Transport_KexInit"},
    Plain{21, "Receive_Transport_NewKeys", "Transmit_Transport_NewKeys"},
    Plain{51, "Receive_Auth_Failure", "Transmit_Auth_Failure"},
    Plain{52, "Receive_Auth_Success", "Transmit_Auth_Success"},
    Plain{53, "Receive_Auth_Banner", "Transmit_Auth_Banner"},
    Plain{81, "Receive_Connection_RequestSuccess", "Transmit_Connection_RequestSuccess"},
    Plain{82, "Receive_Connection_RequestFailure", "Transmit_Connection_RequestFailure"},
    Plain{91, "Receive_Connection_OpenConfirmation", "Transmit_Connection_OpenConfirmation"},
    Plain{92, "Receive_Connection_OpenFailure", "Transmit_Connection_OpenFailure"},
    Plain{93, "Receive_Channel_WindowAdjust", "Transmit_Channel_WindowAdjust"},
    Plain{94, "Receive_Channel_Data", "Transmit_Channel_Data"},
    Plain{95, "Receive_Channel_ExtendedData", "Transmit_Channel_ExtendedData"},
    Plain{96, "Receive_Channel_Eof", "Transmit_Channel_Eof"},
    Plain{97, "Receive_Channel_Close", "Transmit_Channel_Close"},
    Plain{99, "Receive_Channel_Success", "Transmit_Channel_Success"},
    Plain{100, "Receive_Channel_Failure", "Transmit_Channel_Failure"},
    Plain{192, "Receive_Transport_Ping", {}},
    Plain{193, {}, "Transmit_Transport_Pong"},
};

constexpr std::string_view kUnknownIn = "Receive_Transport_Unknown";
constexpr std::string_view kUnexpectedOut = "Transmit_Transport_Unexpected";

struct Request {
  std::string_view name;
  std::string_view reply;
  std::string_view no_reply;
};

constexpr Request kOtherRequest{
    {}, "Receive_Channel_Request_Other", "Receive_Channel_Request_Other_NoReply"};
// RFC 4254 section 6; window-change and signal never want a reply, and one that does is no such.
constexpr std::array kRequests{
    Request{"pty-req", "Receive_Channel_Request_Pty", "Receive_Channel_Request_Pty_NoReply"},
    Request{"env", "Receive_Channel_Request_Env", "Receive_Channel_Request_Env_NoReply"},
    Request{"shell", "Receive_Channel_Request_Shell", "Receive_Channel_Request_Shell_NoReply"},
    Request{"exec", "Receive_Channel_Request_Exec", "Receive_Channel_Request_Exec_NoReply"},
    Request{"subsystem", "Receive_Channel_Request_Subsystem",
            "Receive_Channel_Request_Subsystem_NoReply"},
    Request{"x11-req", "Receive_Channel_Request_Forward",
            "Receive_Channel_Request_Forward_NoReply"},
    Request{"auth-agent-req@openssh.com", "Receive_Channel_Request_Forward",
            "Receive_Channel_Request_Forward_NoReply"},
    Request{"window-change", "Receive_Channel_Request_Other",
            "Receive_Channel_Request_WindowChange"},
    Request{"signal", "Receive_Channel_Request_Other", "Receive_Channel_Request_Signal"},
};

}  // namespace

AuthMethod auth_method(std::string_view name) {
  if (name == "none") return AuthMethod::none;
  if (name == "password") return AuthMethod::password;
  if (name == "publickey" || name == "publickey-hostbound-v00@openssh.com") {
    return AuthMethod::public_key;
  }
  if (name == "keyboard-interactive") return AuthMethod::keyboard_interactive;
  return AuthMethod::other;
}

KexFamily kex_family(std::string_view algorithm) {
  if (algorithm.starts_with("curve25519") || algorithm.starts_with("curve448") ||
      algorithm.starts_with("ecdh-")) {
    return KexFamily::ecdh;
  }
  if (algorithm.starts_with("sntrup") || algorithm.starts_with("mlkem")) return KexFamily::hybrid;
  if (algorithm.starts_with("diffie-hellman-group-exchange")) return KexFamily::gex;
  if (algorithm.starts_with("diffie-hellman-group")) return KexFamily::dh;
  return KexFamily::unknown;
}

std::string_view kex_statecall(unsigned type, bool from_client, KexFamily family) {
  struct Step {
    KexFamily family;
    unsigned type;
    bool from_client;
    std::string_view name;
  };
  static constexpr std::array kSteps{
      Step{KexFamily::ecdh, 30, true, "Receive_Kex_EcdhInit"},
      Step{KexFamily::ecdh, 31, false, "Transmit_Kex_EcdhReply"},
      Step{KexFamily::dh, 30, true, "Receive_Kex_DhInit"},
      Step{KexFamily::dh, 31, false, "Transmit_Kex_DhReply"},
      Step{KexFamily::hybrid, 30, true, "Receive_Kex_HybridInit"},
      Step{KexFamily::hybrid, 31, false, "Transmit_Kex_HybridReply"},
      // 30 is the older form of 34.
      Step{KexFamily::gex, 30, true, "Receive_Kex_GexRequest"},
      Step{KexFamily::gex, 34, true, "Receive_Kex_GexRequest"},
      Step{KexFamily::gex, 31, false, "Transmit_Kex_GexGroup"},
      Step{KexFamily::gex, 32, true, "Receive_Kex_GexInit"},
      Step{KexFamily::gex, 33, false, "Transmit_Kex_GexReply"},
  };
  for (const auto& step : kSteps) {
    if (step.family == family && step.type == type && step.from_client == from_client) {
      return step.name;
    }
  }
  return from_client ? "Receive_Kex_Unexpected" : kUnexpectedOut;
}

std::string_view auth_request_statecall(AuthMethod method, bool variant) {
  switch (method) {
    case AuthMethod::none:
      return "Receive_Auth_Request_None";
    case AuthMethod::password:
      return variant ? "Receive_Auth_Request_PasswordChange" : "Receive_Auth_Request_Password";
    case AuthMethod::public_key:
      return variant ? "Receive_Auth_Request_PublicKeyQuery" : "Receive_Auth_Request_PublicKey";
    case AuthMethod::keyboard_interactive:
      return "Receive_Auth_Request_KeyboardInteractive";
    case AuthMethod::other:
      break;
  }
  return "Receive_Auth_Request_Other";
}

std::string_view auth_method_statecall(unsigned type, bool from_client, AuthMethod method) {
  if (from_client) {
    const bool answers = method == AuthMethod::keyboard_interactive || method == AuthMethod::other;
    return type > 60 && answers ? "Receive_Auth_InfoResponse" : "Receive_Auth_ServerMethod";
  }
  if (method == AuthMethod::other) return "Transmit_Auth_InfoRequest";
  if (type != 60) return kUnexpectedOut;
  switch (method) {
    case AuthMethod::password:
      return "Transmit_Auth_PasswordChangeRequest";
    case AuthMethod::public_key:
      return "Transmit_Auth_PkOk";
    case AuthMethod::keyboard_interactive:
      return "Transmit_Auth_InfoRequest";
    case AuthMethod::none:
    case AuthMethod::other:
      break;
  }
  return kUnexpectedOut;
}

std::string_view global_request_statecall(bool from_client, std::string_view name, bool reply) {
  if (!from_client) {
    return reply ? "Transmit_Connection_GlobalRequest"
                 : "Transmit_Connection_GlobalRequest_NoReply";
  }
  if (name == "tcpip-forward" || name == "streamlocal-forward@openssh.com") {
    return reply ? "Receive_Connection_GlobalRequest_Forward"
                 : "Receive_Connection_GlobalRequest_Forward_NoReply";
  }
  return reply ? "Receive_Connection_GlobalRequest" : "Receive_Connection_GlobalRequest_NoReply";
}

std::string_view open_statecall(bool from_client, std::string_view channel_type) {
  if (!from_client) return "Transmit_Connection_Open";
  if (channel_type == "session") return "Receive_Connection_Open_Session";
  if (channel_type == "direct-tcpip" || channel_type == "direct-streamlocal@openssh.com" ||
      channel_type == "tun@openssh.com") {
    return "Receive_Connection_Open_Direct";
  }
  return "Receive_Connection_Open_Other";
}

std::string_view channel_request_statecall(bool from_client, std::string_view name, bool reply) {
  if (from_client) {
    const auto found = std::ranges::find(kRequests, name, &Request::name);
    const auto& request = found == kRequests.end() ? kOtherRequest : *found;
    return reply ? request.reply : request.no_reply;
  }
  if (name == "exit-status" && !reply) return "Transmit_Channel_Request_ExitStatus";
  if (name == "exit-signal" && !reply) return "Transmit_Channel_Request_ExitSignal";
  return reply ? "Transmit_Channel_Request_Other" : "Transmit_Channel_Request_Other_NoReply";
}

std::string_view plain_statecall(unsigned type, bool from_client) {
  const auto found = std::ranges::find(kPlain, type, &Plain::type);
  if (found != kPlain.end()) {
    const auto name = from_client ? found->from_client : found->to_client;
    if (!name.empty()) return name;
  }
  return from_client ? kUnknownIn : kUnexpectedOut;
}

}  // namespace spl::driver
