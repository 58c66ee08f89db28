// One run of a key exchange method, the server's side: RFC 4253 sections 7.2 and 8, RFC 4419, RFC
// 5656, RFC 8731. From the client's message to the hash that the host signs, and from there to the
// keys.
#pragma once

#include <memory>

#include "ssh/crypto.hpp"
#include "transport/negotiate.hpp"

namespace ssh::transport {

/// What went before and is part of the hash.
struct Greetings {
  std::string client_version, server_version;  // without CR LF
  Bytes client_kexinit, server_kexinit;        // payloads
};

class KeyExchange {
 public:
  KeyExchange(const CryptoProvider& crypto, Negotiated negotiated, Greetings greetings,
              Bytes host_key_blob);
  ~KeyExchange();
  KeyExchange(const KeyExchange&) = delete;
  KeyExchange& operator=(const KeyExchange&) = delete;

  const Negotiated& negotiated() const { return negotiated_; }
  wire::KexFamily family() const { return family_; }

  /// Group exchange: the group for what the client asks; to be sent as GexGroup.
  Result<const DhGroup*> choose_group(const wire::GexRequest& request);
  /// The client's public value: afterwards hash() is there to be signed.
  Result<void> agree(ByteView client_public);
  ByteView hash() const { return hash_; }

  wire::KexReply reply(ByteView signature) const;

  /// The keys of one direction (RFC 4253 section 7.2), put to use.
  std::unique_ptr<PacketProtection> protection(bool inbound, ByteView session_id) const;

 private:
  void compute_hash(ByteView client_public);
  Bytes derive(char letter, std::size_t size, ByteView session_id) const;

  const CryptoProvider& crypto_;
  Negotiated negotiated_;
  wire::KexFamily family_;
  Digest digest_ = Digest::sha256;
  Greetings greetings_;
  Bytes host_key_blob_;
  wire::GexRequest group_request_;
  DhGroup group_;
  std::unique_ptr<KeyAgreement> agreement_;
  Bytes secret_;  // K as the hash has it: with its length
  Bytes hash_;
};

}  // namespace ssh::transport
