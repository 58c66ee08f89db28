#include "support/speaker.hpp"

#include <algorithm>

namespace ssh::test {
namespace {

using S = Statecall;

std::string_view name(S s) {
  return to_string(s);
}

/// Numbers whose contents do not matter.
std::optional<std::uint8_t> bare(S s) {
  switch (s) {
    case S::Receive_Transport_ServiceAccept:
      return 6;
    case S::Receive_Transport_NewKeys:
      return 21;
    case S::Receive_Kex_Unexpected:
      return 35;
    case S::Receive_Auth_Failure:
      return 51;
    case S::Receive_Auth_Success:
      return 52;
    case S::Receive_Auth_Banner:
      return 53;
    case S::Receive_Auth_ServerMethod:
      return 60;
    case S::Receive_Transport_Unknown:
      return 199;
    case S::Receive_Connection_RequestSuccess:
      return 81;
    case S::Receive_Connection_RequestFailure:
      return 82;
    default:
      return std::nullopt;
  }
}

}  // namespace

Speaker::Speaker(const CryptoProvider& crypto, Phrases phrases)
    : phrases_(std::move(phrases)), client_(crypto, client_options(0)) {
  client_.automatic = false;
}

ClientOptions Speaker::client_options(std::uint8_t option) const {
  ClientOptions options;
  options.ciphers = phrases_.ciphers;
  options.macs = phrases_.macs;
  // A guess is wrong if it is not the server's first, which "nonsense" is not.
  options.kex = phrases_.methods[option & kMethod];
  if ((option & kGuess) != 0) options.kex = "nonsense," + options.kex;
  options.first_kex_packet_follows = (option & kGuess) != 0;
  if ((option & kStrict) != 0) options.kex += ",kex-strict-c-v00@openssh.com";
  if ((option & kExtInfo) != 0) options.kex += ",ext-info-c";
  return options;
}

void Speaker::hear(ByteView bytes) {
  const bool greeted = !client_.server_version().empty();
  client_.receive(bytes);
  if (!greeted && !client_.server_version().empty()) {
    conversation.hear(S::Transmit_Transport_Version);
  }
  for (; !client_.heard.empty(); client_.heard.pop_front()) {
    if (overhears) {
      overhears(client_.heard.front());
    } else {
      on(client_.heard.front());
    }
  }
  if (client_.broken()) conversation.set_fault("the client does not understand the server");
}

S Speaker::reply_name() const {
  switch (wire::kex_family(client_.method())) {
    case wire::KexFamily::ecdh:
      return S::Transmit_Kex_EcdhReply;
    case wire::KexFamily::dh:
      return S::Transmit_Kex_DhReply;
    case wire::KexFamily::group_exchange:
      return S::Transmit_Kex_GexGroup;
    default:
      return S::Transmit_Kex_HybridReply;
  }
}

S Speaker::name_of(ByteView payload) const {
  wire::Reader r(payload);
  const int number = r.u8();
  switch (number) {
    case 1:
      return S::Transmit_Transport_Disconnect;
    case 2:
      return S::Transmit_Transport_Ignore;
    case 3:
      return S::Transmit_Transport_Unimplemented;
    case 4:
      return S::Transmit_Transport_Debug;
    case 6:
      return S::Transmit_Transport_ServiceAccept;
    case 7:
      return S::Transmit_Transport_ExtInfo;
    case 20:
      return S::Transmit_Transport_KexInit;
    case 21:
      return S::Transmit_Transport_NewKeys;
    case 31:
      return reply_name();
    case 33:
      return S::Transmit_Kex_GexReply;
    case 51:
      r.string();
      return r.boolean() ? S::Transmit_Auth_PartialSuccess : S::Transmit_Auth_Failure;
    case 52:
      return S::Transmit_Auth_Success;
    case 53:
      return S::Transmit_Auth_Banner;
    case 60:
      return sixty_;
    case 80:
      r.string();
      return r.boolean() ? S::Transmit_Connection_GlobalRequest
                         : S::Transmit_Connection_GlobalRequest_NoReply;
    case 81:
      return S::Transmit_Connection_RequestSuccess;
    case 82:
      return S::Transmit_Connection_RequestFailure;
    case 90:
      return S::Transmit_Connection_Open;
    case 91:
      return S::Transmit_Connection_OpenConfirmation;
    case 92:
      return S::Transmit_Connection_OpenFailure;
    case 93:
      return S::Transmit_Channel_WindowAdjust;
    case 94:
      return S::Transmit_Channel_Data;
    case 95:
      return S::Transmit_Channel_ExtendedData;
    case 96:
      return S::Transmit_Channel_Eof;
    case 97:
      return S::Transmit_Channel_Close;
    case 98: {
      r.u32();
      const auto type = r.text();
      if (type == "exit-status") return S::Transmit_Channel_Request_ExitStatus;
      if (type == "exit-signal") return S::Transmit_Channel_Request_ExitSignal;
      return r.boolean() ? S::Transmit_Channel_Request_Other
                         : S::Transmit_Channel_Request_Other_NoReply;
    }
    case 99:
      return S::Transmit_Channel_Success;
    case 100:
      return S::Transmit_Channel_Failure;
    case 193:
      return S::Transmit_Transport_Pong;
    default:
      return S::Transmit_Transport_Unexpected;
  }
}

void Speaker::on(ByteView payload) {
  const int number = payload[0];
  std::optional<ChannelId> channel;
  if (number >= 91 && number <= 100) {
    // The client's numbers are the server's.
    wire::Reader r(payload);
    r.u8();
    channel = r.u32();
  } else if (number == 90) {
    channel = conversation.next_id();
  } else if (number == 81 && payload.size() == 5) {
    wire::Reader r(payload.subspan(1));
    forwarded_port = static_cast<std::uint16_t>(r.u32());
  }
  conversation.hear(name_of(payload), channel);
}

void Speaker::say_kexinit(std::uint8_t option, bool meant) {
  client_.set_options(client_options(option));
  client_.send_kexinit();
  if (meant) {
    conversation.say(S::Receive_Transport_KexInit, option,
                     wire::kex_family(phrases_.methods[option & kMethod]));
  }
}

void Speaker::say(S s, std::uint8_t option, bool meant) {
  if (s == S::Receive_Transport_KexInit) return say_kexinit(option, meant);
  const ChannelId channel =
      is_opening(s) ? conversation.next_id() : conversation.channel_for(s).value_or(0);
  if (s == S::Receive_Transport_Version) {
    client_.say_version();
  } else if (s == S::Receive_Transport_NewKeys && meant) {
    client_.send_newkeys();
  } else {
    send(s, channel, option);
  }
  if (meant) conversation.say(s);
}

void Speaker::send(S s, ChannelId channel, std::uint8_t option) {
  if (const auto number = bare(s)) {
    client_.send_raw(ByteView(&*number, 1));
    return;
  }
  if (send_channel_request(s, channel, option) || send_connection(s, channel)) return;
  switch (s) {
    case S::Receive_Transport_Disconnect:
      return client_.send(wire::Disconnect{11, "bye", {}});
    case S::Receive_Transport_Ignore:
      return client_.send(wire::Ignore{as_bytes("x")});
    case S::Receive_Transport_Unimplemented:
      return client_.send(wire::Unimplemented{0});
    case S::Receive_Transport_Debug:
      return client_.send(wire::Debug{false, "x", {}});
    case S::Receive_Transport_ServiceRequest_Userauth:
      return client_.send(wire::ServiceRequest{"ssh-userauth"});
    case S::Receive_Transport_ServiceRequest_Other:
      return client_.send(wire::ServiceRequest{"ssh-connection"});
    case S::Receive_Transport_ExtInfo:
      return client_.send(wire::ExtInfo{});
    case S::Receive_Transport_Ping:
      return client_.send(wire::Ping{as_bytes("x")});
    case S::Receive_Kex_EcdhInit:
    case S::Receive_Kex_DhInit:
    case S::Receive_Kex_HybridInit:
    case S::Receive_Kex_GexRequest:
      return client_.send_kex_init();
    case S::Receive_Kex_GexInit:
      return client_.send_gex_init();
    case S::Receive_Kex_WrongGuess:
      return client_.send(wire::KexInitiation{as_bytes("guess")}, wire::KexFamily::ecdh);
    case S::Receive_Auth_InfoResponse:
      return client_.send(wire::UserauthInfoResponse{phrases_.responses});
    default:
      return send_auth(s);
  }
}

/// Messages 80 to 97, 99 and 100.
bool Speaker::send_connection(S s, ChannelId channel) {
  Bytes data;
  wire::Writer w(data);
  switch (s) {
    case S::Receive_Connection_GlobalRequest:
      client_.send(wire::GlobalRequest{"what@example.com", true, {}});
      break;
    case S::Receive_Connection_GlobalRequest_NoReply:
      client_.send(wire::GlobalRequest{"what@example.com", false, {}});
      break;
    case S::Receive_Connection_GlobalRequest_Forward:
    case S::Receive_Connection_GlobalRequest_Forward_NoReply:
      w.string("").u32(0);
      client_.send(wire::GlobalRequest{"tcpip-forward",
                                       s == S::Receive_Connection_GlobalRequest_Forward, data});
      break;
    case S::Receive_Connection_Open_Session:
      client_.send(wire::ChannelOpen{"session", channel, 1U << 20, 32768, {}});
      break;
    case S::Receive_Connection_Open_Direct:
      send_direct(channel);
      break;
    case S::Receive_Connection_Open_Other:
      client_.send(wire::ChannelOpen{"what@example.com", channel, 1U << 20, 32768, {}});
      break;
    case S::Receive_Connection_OpenConfirmation:
      client_.send(wire::ChannelOpenConfirmation{channel, channel, 1U << 20, 32768});
      break;
    case S::Receive_Connection_OpenFailure:
      client_.send(wire::ChannelOpenFailure{channel, 2, "no", {}});
      break;
    case S::Receive_Channel_WindowAdjust:
      client_.send(wire::ChannelWindowAdjust{channel, 1});
      break;
    case S::Receive_Channel_Data:
      client_.send(wire::ChannelData{channel, as_bytes("x")});
      break;
    case S::Receive_Channel_ExtendedData:
      client_.send(wire::ChannelExtendedData{channel, 1, as_bytes("x")});
      break;
    case S::Receive_Channel_Eof:
      client_.send(wire::ChannelEof{channel});
      break;
    case S::Receive_Channel_Close:
      client_.send(wire::ChannelClose{channel});
      break;
    case S::Receive_Channel_Success:
      client_.send(wire::ChannelSuccess{channel});
      break;
    case S::Receive_Channel_Failure:
      client_.send(wire::ChannelFailure{channel});
      break;
    default:
      return false;
  }
  return true;
}

void Speaker::send_direct(ChannelId channel) {
  Bytes data;
  wire::Writer w(data);
  const bool path = !phrases_.direct_path.empty();
  if (path) {
    w.string(phrases_.direct_path).string("").u32(0);
  } else {
    w.string("host").u32(22).string("127.0.0.1").u32(1);
  }
  client_.send(wire::ChannelOpen{path ? "direct-streamlocal@openssh.com" : "direct-tcpip", channel,
                                 1U << 20, 32768, data});
}

/// RFC 4252 section 7.
Bytes Speaker::sign_request() const {
  if (!phrases_.sign) return to_bytes(std::string_view("signature"));
  Bytes data;
  wire::Writer(data)
      .string(client_.session_id())
      .u8(wire::UserauthRequest::kNumber)
      .string(phrases_.user)
      .string("ssh-connection")
      .string("publickey")
      .boolean(true)
      .string("ssh-ed25519")
      .string(phrases_.key);
  return phrases_.sign(data);
}

void Speaker::send_auth(S s) {
  wire::UserauthRequest m{phrases_.user, "ssh-connection", wire::NoneMethod{}};
  const wire::PublicKeyMethod key{"ssh-ed25519", phrases_.key, {}};
  const Bytes signature = sign_request();
  switch (s) {
    case S::Receive_Auth_Request_None:
      break;
    case S::Receive_Auth_Request_PublicKeyQuery:
      m.method = key;
      sixty_ = S::Transmit_Auth_PkOk;
      break;
    case S::Receive_Auth_Request_PublicKey:
      m.method = wire::PublicKeyMethod{key.algorithm, key.key, signature};
      break;
    case S::Receive_Auth_Request_Password:
      m.method = wire::PasswordMethod{phrases_.password, {}};
      sixty_ = S::Transmit_Auth_PasswordChangeRequest;
      break;
    case S::Receive_Auth_Request_PasswordChange:
      m.method = wire::PasswordMethod{phrases_.password, "new"};
      sixty_ = S::Transmit_Auth_PasswordChangeRequest;
      break;
    case S::Receive_Auth_Request_KeyboardInteractive:
      m.method = wire::KeyboardInteractiveMethod{};
      sixty_ = S::Transmit_Auth_InfoRequest;
      break;
    case S::Receive_Auth_Request_Other:
      m.method = wire::OtherMethod{"hostbased"};
      sixty_ = S::Transmit_Auth_InfoRequest;
      break;
    default:
      conversation.set_fault("the test cannot say " + std::string(name(s)));
      return;
  }
  client_.send(m);
}

bool Speaker::send_channel_request(S s, ChannelId channel, std::uint8_t option) {
  constexpr std::string_view kPrefix = "Receive_Channel_Request_", kNoReply = "_NoReply";
  auto what = name(s);
  if (!what.starts_with(kPrefix)) return false;
  what.remove_prefix(kPrefix.size());
  bool wants_reply = what != "WindowChange" && what != "Signal";
  if (what.ends_with(kNoReply)) {
    what.remove_suffix(kNoReply.size());
    wants_reply = false;
  }
  Bytes data;
  wire::Writer w(data);
  const auto send = [&](std::string_view type) {
    client_.send(wire::ChannelRequest{channel, type, wants_reply, data});
    return true;
  };
  if (what == "Pty") {
    w.string("xterm").u32(80).u32(24).u32(0).u32(0).string("");
    return send("pty-req");
  }
  if (what == "Env") {
    w.string("LANG").string("C");
    return send("env");
  }
  if (what == "Exec" || what == "Subsystem") {
    w.string(phrases_.commands[std::min<std::size_t>(option, phrases_.commands.size() - 1)]);
    return send(what == "Exec" ? "exec" : "subsystem");
  }
  if (what == "WindowChange") {
    w.u32(80).u32(24).u32(0).u32(0);
    return send("window-change");
  }
  if (what == "Signal") {
    w.string(phrases_.signal);
    return send("signal");
  }
  if (what == "Shell") return send("shell");
  if (what == "Forward") return send("auth-agent-req@openssh.com");
  return send("what@example.com");
}

}  // namespace ssh::test
