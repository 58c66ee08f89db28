#include "support/client.hpp"

#include "transport/negotiate.hpp"

namespace ssh::test {
namespace {

std::string first_common(std::string_view mine, std::string_view theirs) {
  while (!mine.empty()) {
    const auto comma = mine.find(',');
    const auto name = mine.substr(0, comma);
    if (transport::list_has(theirs, name)) return std::string(name);
    mine = comma == mine.npos ? std::string_view{} : mine.substr(comma + 1);
  }
  return {};
}

/// Whether public values are numbers (RFC 4253 section 8, RFC 4419) or strings.
bool numbers(wire::KexFamily family) {
  return family == wire::KexFamily::dh || family == wire::KexFamily::group_exchange;
}

}  // namespace

Client::Client(const CryptoProvider& crypto, ClientOptions options)
    : crypto_(crypto), options_(std::move(options)), output_(crypto.random(), nullptr) {}

void Client::say_version(std::string_view version) {
  version_ = version;
  output_.raw(version_ + "\r\n");
}

void Client::send_kexinit() {
  wire::KexInit m;
  crypto_.random().fill(m.cookie);
  m.kex = options_.kex;
  m.host_key = options_.host_key;
  m.cipher_in = m.cipher_out = options_.ciphers;
  m.mac_in = m.mac_out = options_.macs;
  m.compression_in = m.compression_out = options_.compression;
  m.first_kex_packet_follows = options_.first_kex_packet_follows;
  our_kexinit_.clear();
  wire::Writer w(our_kexinit_);
  encode(w, m);
  kexinit_sent_ = true;
  if (!server_kexinit_.empty()) choose();
  send_raw(our_kexinit_);
}

void Client::send_kex_init() {
  const auto family = wire::kex_family(method_);
  if (family == wire::KexFamily::group_exchange) {
    send(gex_);
    return;
  }
  agreement_ = crypto_.key_agreement(method_);
  send(wire::KexInitiation{agreement_->public_value()}, family);
}

void Client::send_newkeys() {
  send(wire::NewKeys{});
  output_.protect(protection(true));
  if (strict_) output_.reset_sequence();
  if (compressing_) output_.compress(crypto_.compressor());
}

void Client::send_raw(ByteView payload) {
  append(output_.begin(), payload);
  output_.end();
}

Bytes Client::take_output() {
  Bytes bytes = to_bytes(output_.data());
  output_.consume(bytes.size());
  return bytes;
}

void Client::receive(ByteView bytes) {
  Bytes copy = to_bytes(bytes);
  input_.feed(copy);
  using State = wire::PacketInput::State;
  if (server_version_.empty()) {
    if (input_.next_line(255, server_version_) != State::packet) return;
  }
  ByteView payload;
  for (;;) {
    const State state = input_.next(payload);
    if (state == State::incomplete) break;
    if (state == State::broken) {
      broken_ = true;
      break;
    }
    on(payload);
  }
}

void Client::on(ByteView payload) {
  ++packets_heard_;
  const std::uint8_t number = payload[0];
  if (number == wire::KexInit::kNumber) {
    on_kexinit(payload);
    if (!automatic) heard.push_back(to_bytes(payload));
    return;
  }
  if (number == 31 || number == 33) {
    on_reply(payload);
    if (!automatic) heard.push_back(to_bytes(payload));
    return;
  }
  if (number == wire::NewKeys::kNumber) {
    input_.protect(protection(false));
    if (strict_) input_.reset_sequence();
    if (compressing_) input_.decompress(crypto_.decompressor());
    newkeys_heard_ = true;
    ++exchanges_;
    if (automatic) {
      send_newkeys();
      kexinit_sent_ = false;
    } else {
      heard.push_back(to_bytes(payload));
    }
    return;
  }
  heard.push_back(to_bytes(payload));
  if (number == wire::UserauthSuccess::kNumber) start_compression();
}

void Client::on_kexinit(ByteView payload) {
  server_kexinit_ = to_bytes(payload);
  choose();
  if (!automatic) return;
  if (!kexinit_sent_) send_kexinit();
  send_kex_init();
}

void Client::choose() {
  wire::Reader r(server_kexinit_);
  r.bytes(17);
  const auto kex = r.text();
  r.text();
  const auto cipher = r.text();
  r.text();
  const auto mac = r.text();
  r.text();
  const auto compression = r.text();
  method_ = first_common(options_.kex, kex);
  cipher_ = first_common(options_.ciphers, cipher);
  mac_ = crypto_.is_aead(cipher_) ? std::string() : first_common(options_.macs, mac);
  compression_ = first_common(options_.compression, compression) == "zlib@openssh.com";
  if (session_id_.empty()) {
    strict_ = transport::list_has(options_.kex, "kex-strict-c-v00@openssh.com") &&
              transport::list_has(kex, "kex-strict-s-v00@openssh.com");
  }
}

void Client::send_gex_init() {
  if (group_.prime.empty()) {  // too early: there is nothing to compute with
    send(wire::GexInit{as_bytes("early")});
    return;
  }
  agreement_ = crypto_.key_agreement(group_);
  send(wire::GexInit{agreement_->public_value()});
}

void Client::on_reply(ByteView payload) {
  const auto family = wire::kex_family(method_);
  wire::Reader r(payload);
  const std::uint8_t number = r.u8();
  if (family == wire::KexFamily::group_exchange && number == 31) {
    group_.prime = to_bytes(r.mpint());
    group_.generator = to_bytes(r.mpint());
    if (automatic) send_gex_init();
    return;
  }
  const ByteView host_key = r.string();
  const ByteView server_public = numbers(family) ? r.mpint() : r.string();
  const ByteView signature = r.string();
  if (!r.done() || !agreement_) {  // an answer to a public value that was not ours
    broken_ = true;
    return;
  }
  compute_hash(host_key, server_public, signature);
}

void Client::compute_hash(ByteView host_key, ByteView server_public, ByteView signature) {
  const auto family = wire::kex_family(method_);
  const auto shared = agreement_->shared_secret(server_public);
  if (!shared) {
    broken_ = true;
    return;
  }
  secret_.clear();
  wire::Writer(secret_).mpint(*shared);
  Bytes text;
  wire::Writer w(text);
  w.string(version_)
      .string(server_version_)
      .string(our_kexinit_)
      .string(server_kexinit_)
      .string(host_key);
  if (family == wire::KexFamily::group_exchange) {
    w.u32(gex_.min).u32(gex_.n).u32(gex_.max).mpint(group_.prime).mpint(group_.generator);
  }
  for (const ByteView value : {agreement_->public_value(), server_public}) {
    numbers(family) ? w.mpint(value) : w.string(value);
  }
  hash_ = crypto_.digest(*crypto_.exchange_digest(method_), {text, secret_});
  if (session_id_.empty()) session_id_ = hash_;
  wire::Reader blob(signature);
  const auto verified = crypto_.verify(blob.text(), host_key, hash_, signature);
  if (!verified || !verified->valid) broken_ = true;
}

Bytes Client::derive(char letter, std::size_t size) const {
  const auto digest = *crypto_.exchange_digest(method_);
  const auto which = static_cast<std::uint8_t>(letter);
  Bytes key = crypto_.digest(digest, {secret_, hash_, ByteView(&which, 1), session_id_});
  while (key.size() < size) append(key, crypto_.digest(digest, {secret_, hash_, key}));
  key.resize(size);
  return key;
}

std::unique_ptr<PacketProtection> Client::protection(bool outgoing) const {
  const auto sizes = *crypto_.protection_sizes(cipher_, mac_);
  return crypto_.protect(cipher_, mac_, derive(outgoing ? 'C' : 'D', sizes.key),
                         derive(outgoing ? 'A' : 'B', sizes.iv),
                         derive(outgoing ? 'E' : 'F', sizes.mac_key), outgoing);
}

void Client::start_compression() {
  if (!compression_) return;
  compressing_ = true;
  output_.compress(crypto_.compressor());
  input_.decompress(crypto_.decompressor());
}

}  // namespace ssh::test
