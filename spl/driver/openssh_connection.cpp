// What the lines around `send packet: type N` and `receive packet: type N` tell about the message.
//
// Formats: OpenSSH 7.4 to 9.9 (packet.c, sshconnect2.c, auth2.c, channels.c, serverloop.c,
// clientloop.c). A line that another version words otherwise is not recognised; then the
// message is taken for the usual one of its number.
#include "openssh_connection.hpp"

#include <charconv>
#include <optional>

namespace spl::driver {
namespace {

/// What follows `prefix`, if the text begins with it.
std::optional<std::string_view> after(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

std::string_view first_word(std::string_view text) {
  return text.substr(0, text.find(' '));
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// "... NAME<separator>1": the name and whether the number is not 0. The last separator counts, for
/// the name comes from the peer.
struct Flagged {
  std::string_view name;
  bool flag = false;
};
std::optional<Flagged> flagged(std::string_view text, std::string_view separator) {
  const auto at = text.rfind(separator);
  if (at == std::string_view::npos) return std::nullopt;
  return Flagged{text.substr(0, at), !text.substr(at + separator.size()).starts_with('0')};
}

/// "channel 12: request" -> "request"; the number is dropped.
std::optional<std::string_view> after_channel(std::string_view text, std::string_view separator) {
  auto rest = after(text, "channel ");
  if (!rest) return std::nullopt;
  const auto digits = rest->find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
  return after(rest->substr(digits), separator);
}

}  // namespace

OpensshConnection::OpensshConnection(OpensshRole role, std::uint32_t line, std::string_view process)
    : role_(role) {
  trace_.line = line;
  trace_.process = process;
}

void OpensshConnection::emit(std::string_view name, std::uint32_t line) {
  if (trace_.statecalls.empty()) trace_.line = line;
  trace_.statecalls.push_back({name, line});
}

void OpensshConnection::read(std::string_view message, std::uint32_t line) {
  const auto sent = after(message, "send packet: type ");
  const auto number = sent ? sent : after(message, "receive packet: type ");
  if (number) {
    unsigned type = 0;
    const auto parsed = std::from_chars(number->data(), number->data() + number->size(), type);
    if (parsed.ec == std::errc() && type < 256) packet(type, sent.has_value(), line);
    return;
  }
  negotiation(message, line);
  channel_line(message);
  received_request(message);
  role_ == OpensshRole::client ? client_line(message) : server_line(message);
}

void OpensshConnection::packet(unsigned type, bool sent, std::uint32_t line) {
  const bool from_client = sent == (role_ == OpensshRole::client);
  // Without a word on strictness before the exchange begins, it is not strict.
  if (type >= 30 && type <= 49 && !strictness_told_) {
    strictness_told_ = true;
    emit("Notify_Kex_Plain", line);
  }
  packets_ = true;
  last_type_ = type;
  last_sent_ = sent;
  emit(statecall(type, from_client), line);
  if (type == 51) partial_ = false;
  if (type == 80 && sent) global_request_ = {};
  if (type == 98 && sent) channel_request_ = {};
}

std::string_view OpensshConnection::statecall(unsigned type, bool from_client) {
  if (type >= 30 && type <= 49) return kex_statecall(type, from_client, kex_);
  if (type == 50 && from_client) return auth_request();
  if (type == 51 && !from_client && partial_) return "Transmit_Auth_PartialSuccess";
  if (type >= 60 && type <= 79) {
    // A server that asks for another password expects it in the next request.
    if (type == 60 && !from_client && method_ == AuthMethod::password) variant_ = true;
    return auth_method_statecall(type, from_client, method_);
  }
  switch (type) {
    case 80:
      return global_request_statecall(from_client, global_request_.name, global_request_.reply);
    case 90:
      return open_statecall(from_client, opening_);
    case 98:
      return channel_request_statecall(from_client, channel_request_.name, channel_request_.reply);
    default:
      return plain_statecall(type, from_client);
  }
}

std::string_view OpensshConnection::auth_request() {
  // A server names the method afterwards.
  if (role_ == OpensshRole::server) method_ = AuthMethod::other;
  const auto name = auth_request_statecall(method_, variant_);
  variant_ = false;
  return name;
}

void OpensshConnection::rename_received(unsigned type, std::string_view name) {
  if (last_type_ == type && !last_sent_ && packets_) trace_.statecalls.back().name = name;
}

void OpensshConnection::negotiation(std::string_view message, std::uint32_t line) {
  const bool client = role_ == OpensshRole::client;
  if (message.starts_with("Local version string ")) {
    emit(client ? "Receive_Transport_Version" : "Transmit_Transport_Version", line);
  } else if (message.starts_with("Remote protocol version ")) {
    emit(client ? "Transmit_Transport_Version" : "Receive_Transport_Version", line);
  } else if (message.ends_with("will use strict KEX ordering")) {
    if (!strictness_told_) emit("Notify_Kex_Strict", line);
    strictness_told_ = true;
  } else if (const auto algorithm = after(message, "kex: algorithm: ")) {
    kex_ = kex_family(*algorithm);
    if (!strictness_told_) emit("Notify_Kex_Plain", line);
    strictness_told_ = true;
  }
}

void OpensshConnection::channel_line(std::string_view message) {
  if (const auto request = after_channel(message, ": request ")) {
    if (const auto f = flagged(*request, " confirm ")) {
      channel_request_ = {std::string(f->name), f->flag};
    }
  } else if (const auto opened = after_channel(message, ": new ")) {
    // "new session [client-session]"; before 9.2 "new [client-session]".
    const auto type = first_word(*opened);
    if (type == "session" || type == "[client-session]") opening_ = "session";
    if (type == "[direct-tcpip]" || type == "[direct-streamlocal@openssh.com]") {
      opening_ = type.substr(1, type.size() - 2);
    }
    if (type.starts_with("direct-")) opening_ = type;
  }
}

void OpensshConnection::received_request(std::string_view message) {
  const bool from_client = role_ == OpensshRole::server;
  const std::string_view side = from_client ? "server_input_" : "client_input_";
  const auto rest = after(message, side);
  if (!rest) return;
  if (const auto global = after(*rest, "global_request: rtype ")) {
    if (const auto f = flagged(*global, " want_reply ")) {
      rename_received(80, global_request_statecall(from_client, f->name, f->flag));
    }
  } else if (const auto open = after(*rest, "channel_open: ctype ")) {
    rename_received(90, open_statecall(from_client, first_word(*open)));
  } else if (const auto request = after(*rest, "channel_req: channel ")) {
    // "0 request exec reply 1", and "0 rtype exit-status reply 0" from a client.
    const auto word = request->find(from_client ? " request " : " rtype ");
    if (word == std::string_view::npos) return;
    const auto name = request->substr(word + (from_client ? 9 : 7));
    if (const auto f = flagged(name, " reply ")) {
      rename_received(98, channel_request_statecall(from_client, f->name, f->flag));
    }
  }
}

void OpensshConnection::client_line(std::string_view message) {
  if (const auto method = after(message, "Next authentication method: ")) {
    method_ = auth_method(*method);
    variant_ = false;
  } else if (message.starts_with("Offering public key")) {
    variant_ = true;
  } else if (message.starts_with("sign_and_send_pubkey")) {
    variant_ = false;
  } else if (message.ends_with("with partial success.")) {
    rename_received(51, "Transmit_Auth_PartialSuccess");
  } else if (message.starts_with("Requesting no-more-sessions@openssh.com")) {
    global_request_ = {"no-more-sessions@openssh.com", false};
  } else if (message.starts_with("Remote connections from ")) {
    global_request_ = {"tcpip-forward", true};
  }
}

void OpensshConnection::server_line(std::string_view message) {
  if (message.starts_with("userauth-request for user ")) {
    const auto at = message.rfind(" method ");
    if (at == std::string_view::npos) return;
    method_ = auth_method(message.substr(at + 8));
    rename_received(50, auth_request_statecall(method_, false));
  } else if (message.starts_with("userauth_pubkey: ") &&
             contains(message, " querying public key ")) {
    rename_received(50, auth_request_statecall(AuthMethod::public_key, true));
  } else if (message.starts_with("password change not supported")) {
    rename_received(50, auth_request_statecall(AuthMethod::password, true));
  } else if (const auto partial = after(message, "userauth_finish: failure partial=")) {
    partial_ = partial->starts_with('1');
  } else if (message.starts_with("notify_hostkeys: sent ")) {
    global_request_ = {"hostkeys-00@openssh.com", false};
  }
}

}  // namespace spl::driver
