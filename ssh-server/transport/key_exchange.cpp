// See key_exchange.hpp. Invariant: secrets are wiped when they go.
#include "transport/key_exchange.hpp"

namespace ssh::transport {
namespace {

/// RFC 8270: nothing smaller than 2048 bits, whatever the client would take.
constexpr std::uint32_t kLeastGroup = 2048;
constexpr std::uint32_t kLargestGroup = 8192;

}  // namespace

KeyExchange::KeyExchange(const CryptoProvider& crypto, Negotiated negotiated, Greetings greetings,
                         Bytes host_key_blob)
    : crypto_(crypto),
      negotiated_(std::move(negotiated)),
      family_(wire::kex_family(negotiated_.key_exchange)),
      digest_(crypto.exchange_digest(negotiated_.key_exchange).value_or(Digest::sha256)),
      greetings_(std::move(greetings)),
      host_key_blob_(std::move(host_key_blob)) {}

KeyExchange::~KeyExchange() {
  wipe(secret_);
}

Result<const DhGroup*> KeyExchange::choose_group(const wire::GexRequest& request) {
  if (request.min > request.n || request.n > request.max || request.max < kLeastGroup ||
      request.min > kLargestGroup) {
    return failure("the client asks for a group of " + std::to_string(request.min) + " to " +
                   std::to_string(request.max) + " bits, best " + std::to_string(request.n));
  }
  auto group =
      crypto_.choose_group(std::max(request.min, kLeastGroup), std::max(request.n, kLeastGroup),
                           std::min(request.max, kLargestGroup));
  if (!group) return failure("there is no group of the size that the client asks for");
  group_request_ = request;
  group_ = std::move(*group);
  return &group_;
}

Result<void> KeyExchange::agree(ByteView client_public) {
  agreement_ = family_ == wire::KexFamily::group_exchange
                   ? crypto_.key_agreement(group_)
                   : crypto_.key_agreement(negotiated_.key_exchange);
  if (!agreement_) return failure("the key exchange method is not there");
  auto shared = agreement_->shared_secret(client_public);
  if (!shared) return tl::unexpected(shared.error());
  wire::Writer(secret_).mpint(*shared);
  wipe(*shared);
  compute_hash(client_public);
  return {};
}

void KeyExchange::compute_hash(ByteView client_public) {
  Bytes text;
  wire::Writer w(text);
  w.string(greetings_.client_version).string(greetings_.server_version);
  w.string(greetings_.client_kexinit).string(greetings_.server_kexinit);
  w.string(host_key_blob_);
  if (family_ == wire::KexFamily::group_exchange) {
    w.u32(group_request_.min).u32(group_request_.n).u32(group_request_.max);
    w.mpint(group_.prime).mpint(group_.generator);
  }
  const bool numbers = family_ == wire::KexFamily::dh || family_ == wire::KexFamily::group_exchange;
  for (const ByteView value : {client_public, agreement_->public_value()}) {
    numbers ? w.mpint(value) : w.string(value);
  }
  hash_ = crypto_.digest(digest_, {text, secret_});
  greetings_ = {};
}

wire::KexReply KeyExchange::reply(ByteView signature) const {
  return {host_key_blob_, agreement_->public_value(), signature};
}

Bytes KeyExchange::derive(char letter, std::size_t size, ByteView session_id) const {
  const auto which = static_cast<std::uint8_t>(letter);
  Bytes key = crypto_.digest(digest_, {secret_, hash_, ByteView(&which, 1), session_id});
  while (key.size() < size) {
    Bytes more = crypto_.digest(digest_, {secret_, hash_, key});
    append(key, more);
    wipe(more);
  }
  wipe(MutableBytes(key).subspan(size));
  key.resize(size);
  return key;
}

std::unique_ptr<PacketProtection> KeyExchange::protection(bool inbound, ByteView session_id) const {
  const auto& cipher = inbound ? negotiated_.cipher_in : negotiated_.cipher_out;
  const auto& mac = inbound ? negotiated_.mac_in : negotiated_.mac_out;
  const auto sizes = crypto_.protection_sizes(cipher, mac);
  if (!sizes) return nullptr;
  // RFC 4253 section 7.2: A and B are IVs, C and D keys, E and F MAC keys; the first of each for
  // the client's packets.
  Bytes iv = derive(inbound ? 'A' : 'B', sizes->iv, session_id);
  Bytes key = derive(inbound ? 'C' : 'D', sizes->key, session_id);
  Bytes mac_key = derive(inbound ? 'E' : 'F', sizes->mac_key, session_id);
  auto made = crypto_.protect(cipher, mac, key, iv, mac_key, !inbound);
  wipe(iv);
  wipe(key);
  wipe(mac_key);
  return made;
}

}  // namespace ssh::transport
