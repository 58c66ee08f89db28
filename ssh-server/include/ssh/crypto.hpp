// What the SSH server needs of cryptography, and of nothing else: the core calls these interfaces
// and never a library; ssh-server/crypto implements them with OpenSSL's libcrypto and zlib, tests
// and fuzzers with stubs.
//
// Algorithms are named as on the wire (RFC 4250 section 4.11 and the documents that add to it).
// Whoever asks for a name that the provider does not list gets a null pointer or an Error. No call
// throws, but for memory. Nothing here has a lock: an object belongs to one thread at a time, a
// provider may be used by all.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ssh/bytes.hpp"
#include "ssh/result.hpp"

namespace ssh {

/// Bytes nobody can foretell.
class Random {
 public:
  virtual ~Random() = default;
  /// Fills all of it; a system that has no randomness to give ends the program.
  virtual void fill(MutableBytes bytes) = 0;
};

/// Protects (seal) and checks (open) the packets of one direction with one set of keys: cipher and
/// MAC, or an AEAD. RFC 4253 section 6; RFC 5647 as amended by OpenSSH's PROTOCOL
/// (aes-gcm@openssh.com); PROTOCOL.chacha20poly1305; PROTOCOL section 1.5 (-etm).
///
/// A packet here is packet_length, padding_length, payload and padding in one piece of memory,
/// without its tag (the MAC).
class PacketProtection {
 public:
  virtual ~PacketProtection() = default;

  /// What the encrypted part is padded to a multiple of; at least 8.
  std::size_t block_size = 8;
  /// Bytes behind the packet.
  std::size_t tag_size = 0;
  /// The length field is not part of what is padded (AEADs and -etm).
  bool length_apart = false;

  /// How many bytes open_length() must see: 4, or one block.
  std::size_t length_bytes() const { return length_apart ? 4 : block_size; }

  /// Encrypts the packet where it lies and writes tag_size bytes of tag.
  virtual void seal(std::uint32_t sequence, MutableBytes packet, MutableBytes tag) = 0;

  /// The packet_length of the packet whose first length_bytes() are given; not yet authentic, so
  /// the caller checks its range before it believes it. May decrypt those bytes where they lie;
  /// called once per packet, before open().
  virtual std::uint32_t open_length(std::uint32_t sequence, MutableBytes first) = 0;

  /// Checks the tag in constant time and decrypts the packet where it lies. false: the packet is
  /// not authentic, and what it holds must not be looked at.
  virtual bool open(std::uint32_t sequence, MutableBytes packet, ByteView tag) = 0;
};

/// How many bytes of key a cipher and the MAC beside it take. Beside an AEAD the MAC's name does
/// not matter.
struct ProtectionSizes {
  std::size_t key = 0;
  std::size_t iv = 0;
  std::size_t mac_key = 0;
};

/// Our half of one Diffie-Hellman exchange, of whatever kind. Made anew for each exchange.
class KeyAgreement {
 public:
  virtual ~KeyAgreement() = default;
  /// What the peer gets: the octets of a point (RFC 5656, RFC 8731), or a big-endian magnitude (RFC
  /// 4253 section 8).
  virtual ByteView public_value() const = 0;
  /// The shared secret K as a big-endian magnitude. Refuses what the documents say to refuse:
  /// points off the curve, a result of all zeros, values outside 1 .. p-1.
  virtual Result<Bytes> shared_secret(ByteView peer) = 0;
};

/// A group of RFC 4419: a safe prime and its generator, big-endian magnitudes.
struct DhGroup {
  Bytes prime;
  Bytes generator;
};

enum class Digest { sha1, sha256, sha384, sha512 };

/// A private key that signs: a host's, or, in tests, a user's.
class SigningKey {
 public:
  virtual ~SigningKey() = default;
  /// "ssh-ed25519", "ecdsa-sha2-nistp256" (384, 521) or "ssh-rsa".
  virtual std::string_view type() const = 0;
  /// RFC 4253 section 6.6: the public key as the wire has it.
  virtual ByteView public_blob() const = 0;
  /// The signature algorithms it can serve, best first: for "ssh-rsa" these are rsa-sha2-512 and
  /// rsa-sha2-256.
  virtual std::vector<std::string_view> algorithms() const = 0;
  /// The signature blob (algorithm name and signature) over the data.
  virtual Result<Bytes> sign(std::string_view algorithm, ByteView data) const = 0;
  virtual std::string_view comment() const = 0;
};

/// A stream of zlib data (RFC 1950), flushed after each packet (RFC 4253 section 6.2). The
/// receiver's side is bounded: what would unpack to more than `limit` bytes is an error.
class Compressor {
 public:
  virtual ~Compressor() = default;
  virtual void compress(ByteView payload, Bytes& to) = 0;
};
class Decompressor {
 public:
  virtual ~Decompressor() = default;
  virtual Result<Bytes> decompress(ByteView payload, std::size_t limit) = 0;
};

class CryptoProvider {
 public:
  virtual ~CryptoProvider() = default;

  /// What this provider has, in the order in which a server prefers it.
  virtual std::vector<std::string_view> key_exchange_methods() const = 0;
  virtual std::vector<std::string_view> ciphers() const = 0;
  virtual std::vector<std::string_view> macs() const = 0;
  /// Signature algorithms that verify() knows, without certificates.
  virtual std::vector<std::string_view> signature_algorithms() const = 0;

  virtual Random& random() const = 0;

  /// A cipher that needs no MAC beside it.
  virtual bool is_aead(std::string_view cipher) const = 0;
  virtual std::optional<ProtectionSizes> protection_sizes(std::string_view cipher,
                                                          std::string_view mac) const = 0;
  /// Keys of exactly those sizes. `sealing`: for the direction that sends.
  virtual std::unique_ptr<PacketProtection> protect(std::string_view cipher, std::string_view mac,
                                                    ByteView key, ByteView iv, ByteView mac_key,
                                                    bool sealing) const = 0;

  /// The digest of a method's exchange hash and key derivation.
  virtual std::optional<Digest> exchange_digest(std::string_view method) const = 0;
  /// For all methods but group exchange.
  virtual std::unique_ptr<KeyAgreement> key_agreement(std::string_view method) const = 0;
  /// RFC 4419 section 3: a group between min and max bits, as near to n as there is.
  virtual std::optional<DhGroup> choose_group(std::uint32_t min, std::uint32_t n,
                                              std::uint32_t max) const = 0;
  /// Within such a group. A peer's group (in a client) is checked for its size alone.
  virtual std::unique_ptr<KeyAgreement> key_agreement(const DhGroup& group) const = 0;

  /// Over the parts as if they were one piece.
  virtual Bytes digest(Digest which, std::initializer_list<ByteView> parts) const = 0;

  /// Whether the signature blob is one of that algorithm, by that public key (its blob), over the
  /// data. For sk-* keys (PROTOCOL.u2f) flags and counter are part of the signature; `user_present`
  /// and `user_verified` are what its flags say. An Error says what is malformed.
  struct Signed {
    bool valid = false;
    bool user_present = true;
    bool user_verified = false;
  };
  virtual Result<Signed> verify(std::string_view algorithm, ByteView public_blob, ByteView data,
                                ByteView signature) const = 0;

  virtual std::unique_ptr<Compressor> compressor() const = 0;
  virtual std::unique_ptr<Decompressor> decompressor() const = 0;
};

/// Whether two secrets are equal, in a time that depends on their lengths alone.
bool equal_in_constant_time(ByteView a, ByteView b);

/// Overwrites a secret that is not needed any more, so that no compiler leaves it out.
void wipe(MutableBytes secret);

}  // namespace ssh
