// See transport.hpp.
#include "transport/transport.hpp"

#include <algorithm>

namespace ssh::transport {
namespace {

/// RFC 4344 section 3.1: keys are changed before 2^32 packets; half of that leaves room for what is
/// under way.
constexpr std::uint64_t kMostPackets = std::uint64_t{1} << 31;

/// RFC 4344 section 3.2: 2^(L/4) blocks of L bits, and for the narrow ones a gigabyte.
std::uint64_t bytes_for(std::size_t block_size) {
  return block_size >= 16 ? std::uint64_t{1} << 36 : std::uint64_t{1} << 30;
}

/// RFC 4253 section 4.2: printable US-ASCII, and the version that we speak.
bool is_acceptable(std::string_view line) {
  const bool printable = std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; });
  return printable && (line.starts_with("SSH-2.0-") || line.starts_with("SSH-1.99-"));
}

}  // namespace

Transport::Transport(Context& context) : context_(context) {}

void Transport::start() {
  context_.link.when_success_is_sent([this] { on_login(); });
  const auto& options = *context_.options;
  server_version_ = "SSH-2.0-" + options.software;
  if (!options.version_comment.empty()) server_version_ += ' ' + options.version_comment;
  if (!context_.gate.admit(Kind::transport_version, Direction::transmit)) return;
  context_.link.output().raw(server_version_ + "\r\n");
  send_kexinit();
}

void Transport::on_version(const std::string& line) {
  if (!is_acceptable(line)) {
    // There are no packets yet, so this is said in words, as OpenSSH says it.
    context_.link.output().raw("Invalid SSH identification string.\r\n");
    context_.end_silently("bad protocol version identification", false);
    return;
  }
  client_version_ = line;
  client_known_ = true;
}

void Transport::send_kexinit() {
  proposal_ = propose(*context_.options);
  auto message = as_message(*proposal_);
  context_.options->crypto->random().fill(message.cookie);
  wire::Writer w(our_kexinit_);
  encode(w, message);
  context_.link.send(Kind::transport_kexinit, message);
  context_.link.hold();
}

wire::DecodeContext Transport::decode_context() const {
  return {exchange_ ? exchange_->family() : wire::KexFamily::none, wrong_guess_};
}

void Transport::on(const wire::KexInit& message, ByteView payload) {
  if (our_kexinit_.empty()) send_kexinit();
  auto negotiated = negotiate(message, *proposal_, *context_.options);
  if (!negotiated) {
    context_.end(DisconnectReason::key_exchange_failed, negotiated.error().text);
    return;
  }
  if (first_) {
    strict_ = negotiated->strict;
    using S = policy::Statecall;
    if (!context_.gate.notify(strict_ ? S::Notify_Kex_Strict : S::Notify_Kex_Plain)) return;
  }
  wrong_guess_ = negotiated->wrong_guess;
  proposal_.reset();
  Bytes host_key = context_.options->host_keys[negotiated->host_key].public_blob;
  Greetings greetings{client_version_, server_version_, to_bytes(payload), our_kexinit_};
  exchange_ = std::make_unique<KeyExchange>(*context_.options->crypto, std::move(*negotiated),
                                            std::move(greetings), std::move(host_key));
}

void Transport::on(const wire::GexRequest& message) {
  const auto group = exchange_->choose_group(message);
  if (!group) {
    context_.end(DisconnectReason::key_exchange_failed, group.error().text);
    return;
  }
  context_.link.send(Kind::kex_gex_group, wire::GexGroup{(*group)->prime, (*group)->generator});
}

void Transport::agree(ByteView client_public) {
  if (const auto agreed = exchange_->agree(client_public); !agreed) {
    context_.end(DisconnectReason::key_exchange_failed, agreed.error().text);
    return;
  }
  const auto& negotiated = exchange_->negotiated();
  context_.awaiting = Awaiting::signature;
  context_.emit(event::SignExchangeHash{negotiated.host_key, negotiated.host_key_algorithm,
                                        exchange_->hash()});
}

void Transport::exchange_signed(const Result<Bytes>& signature) {
  if (!signature) {
    context_.end(DisconnectReason::key_exchange_failed, "no signature: " + signature.error().text);
    return;
  }
  auto& link = context_.link;
  const auto reply = exchange_->reply(*signature);
  const auto family = exchange_->family();
  if (family == wire::KexFamily::group_exchange) {
    link.send(Kind::kex_gex_reply,
              wire::GexReply{reply.host_key, reply.public_value, reply.signature});
  } else {
    link.send(reply_kind(family), reply, family);
  }
  if (session_id_.empty()) session_id_ = to_bytes(exchange_->hash());
  link.send(Kind::transport_newkeys, wire::NewKeys{});
  if (context_.gate.refused()) return;
  auto protection = exchange_->protection(false, session_id_);
  limit_out_ = context_.options->rekey_bytes != 0 ? context_.options->rekey_bytes
                                                  : bytes_for(protection->block_size);
  link.output().protect(std::move(protection));
  if (strict_) link.output().reset_sequence();
  compression_out_ = exchange_->negotiated().compression_out;
  start_compression(false);
  if (first_ && exchange_->negotiated().ext_info) send_ext_info();
  our_kexinit_ = {};
  link.release();
}

void Transport::send_ext_info() {
  std::string algorithms;
  for (const auto& name : context_.options->public_key_algorithms) {
    if (!algorithms.empty()) algorithms += ',';
    algorithms += name;
  }
  // RFC 8308 section 3.1; ping@openssh.com is OpenSSH's PROTOCOL section 1.9.
  wire::ExtInfo message;
  message.extensions = {{"server-sig-algs", as_bytes(algorithms)},
                        {"ping@openssh.com", as_bytes("0")}};
  context_.link.send(Kind::transport_ext_info, message);
}

void Transport::on(const wire::NewKeys&) {
  auto protection = exchange_->protection(true, session_id_);
  limit_in_ = context_.options->rekey_bytes != 0 ? context_.options->rekey_bytes
                                                 : bytes_for(protection->block_size);
  input_.protect(std::move(protection));
  if (strict_) input_.reset_sequence();
  const auto& n = exchange_->negotiated();
  compression_in_ = n.compression_in;
  start_compression(true);
  ++context_.counters.key_exchanges;
  context_.host_key_algorithm = n.host_key_algorithm;
  context_.emit(event::KeysAgreed{client_version_, n.key_exchange, n.host_key_algorithm,
                                  n.cipher_in, n.cipher_out, n.mac_in, n.mac_out,
                                  n.compression_in || n.compression_out, strict_, first_});
  keys_since_ = context_.now;
  first_ = false;
  exchange_.reset();
}

void Transport::on_login() {
  logged_in_ = true;
  start_compression(false);
  // Held back until our NEWKEYS: the client hears of it after its own, where compression begins.
  if (!exchange_) start_compression(true);
}

/// zlib@openssh.com: with authentication, and anew with every change of keys.
void Transport::start_compression(bool inbound) {
  if (!logged_in_) return;
  const auto& crypto = *context_.options->crypto;
  if (inbound) {
    input_.decompress(compression_in_ ? crypto.decompressor() : nullptr);
  } else {
    context_.link.output().compress(compression_out_ ? crypto.compressor() : nullptr);
  }
}

void Transport::on(const wire::Ping& message) {
  context_.link.send(Kind::transport_pong, wire::Pong{message.data});
}

void Transport::on(const wire::Unknown&) {
  context_.link.send(Kind::transport_unimplemented, wire::Unimplemented{input_.sequence()});
}

void Transport::rekey_if_due() {
  if (first_ || exchange_ || !our_kexinit_.empty() || context_.over()) return;
  const wire::KeyUse& in = input_.use();
  const wire::KeyUse& out = context_.link.output().use();
  const auto time = rekey_time();
  if (in.bytes >= limit_in_ || out.bytes >= limit_out_ || in.packets >= kMostPackets ||
      out.packets >= kMostPackets || (time && context_.now >= *time)) {
    send_kexinit();
  }
}

std::optional<Time> Transport::rekey_time() const {
  const Time after = context_.options->rekey_time;
  if (after == Time{} || first_ || exchange_ || !our_kexinit_.empty()) return std::nullopt;
  return keys_since_ + after;
}

}  // namespace ssh::transport
