// The private half of a key as PROTOCOL.key and the agent's protocol have it
// (draft-miller-ssh-agent section 3.2).
//
// Invariant: what is read becomes a key only if it signs what its own public half verifies.
#include "crypto/key_file.hpp"

namespace ssh::crypto {
namespace {

using BnCtx = std::unique_ptr<BN_CTX, Release<&BN_CTX_free>>;

Result<Pkey> read_ed25519(wire::Reader& fields) {
  const ByteView point = fields.string();
  const ByteView both = fields.string();
  // The seed, and the public key once more.
  if (!fields.ok() || point.size() != 32 || both.size() != 64 ||
      !equal_in_constant_time(both.subspan(32), point)) {
    return failure("ed25519 key: its halves do not fit each other");
  }
  Pkey key(made(EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, both.data(), 32)));
  if (!equal_in_constant_time(raw_public_key(key.get()), point)) {
    return failure("ed25519 key: its halves do not fit each other");
  }
  return key;
}

Result<Pkey> read_ecdsa(const KeyType& type, wire::Reader& fields) {
  const std::string_view curve = fields.text();
  const ByteView point = fields.string();
  const ByteView secret = fields.mpint();
  if (!fields.ok() || curve != type.curve || point.size() != 1 + 2 * type.field || point[0] != 4 ||
      secret.size() > type.field) {
    return failure("ecdsa key: not of the curve that its type names");
  }
  Pkey key = KeyParams()
                 .text(OSSL_PKEY_PARAM_GROUP_NAME, type.group)
                 .octets(OSSL_PKEY_PARAM_PUB_KEY, point)
                 .number(OSSL_PKEY_PARAM_PRIV_KEY, number(secret).get())
                 .key("EC", EVP_PKEY_KEYPAIR);
  if (key == nullptr) {
    return failure("ecdsa key: libcrypto refuses it");
  }
  return key;
}

struct Rsa {
  Number n, e, d, p, q, iqmp;
};

// The exponents of the Chinese remainder theorem, which the format leaves out; null if p and q are
// not the factors of n.
Pkey rsa_key(const Rsa& rsa) {
  const BnCtx context(made(BN_CTX_secure_new()));
  Number scratch(made(BN_new()));
  if (BN_mul(scratch.get(), rsa.p.get(), rsa.q.get(), context.get()) != 1 ||
      BN_cmp(scratch.get(), rsa.n.get()) != 0 || BN_is_one(rsa.p.get()) == 1 ||
      BN_is_one(rsa.q.get()) == 1 ||
      BN_mod_mul(scratch.get(), rsa.iqmp.get(), rsa.q.get(), rsa.p.get(), context.get()) != 1 ||
      BN_is_one(scratch.get()) != 1) {
    return nullptr;
  }
  const Number dmp1(made(BN_new()));
  const Number dmq1(made(BN_new()));
  BN_set_flags(rsa.d.get(), BN_FLG_CONSTTIME);
  BN_set_flags(scratch.get(), BN_FLG_CONSTTIME);
  for (const auto& [factor, remainder] :
       {std::pair{rsa.p.get(), dmp1.get()}, std::pair{rsa.q.get(), dmq1.get()}}) {
    if (BN_sub(scratch.get(), factor, BN_value_one()) != 1 ||
        BN_mod(remainder, rsa.d.get(), scratch.get(), context.get()) != 1) {
      return nullptr;
    }
  }
  return KeyParams()
      .number(OSSL_PKEY_PARAM_RSA_N, rsa.n.get())
      .number(OSSL_PKEY_PARAM_RSA_E, rsa.e.get())
      .number(OSSL_PKEY_PARAM_RSA_D, rsa.d.get())
      .number(OSSL_PKEY_PARAM_RSA_FACTOR1, rsa.p.get())
      .number(OSSL_PKEY_PARAM_RSA_FACTOR2, rsa.q.get())
      .number(OSSL_PKEY_PARAM_RSA_EXPONENT1, dmp1.get())
      .number(OSSL_PKEY_PARAM_RSA_EXPONENT2, dmq1.get())
      .number(OSSL_PKEY_PARAM_RSA_COEFFICIENT1, rsa.iqmp.get())
      .key("RSA", EVP_PKEY_KEYPAIR);
}

Result<Pkey> read_rsa(wire::Reader& fields) {
  std::array<ByteView, 6> parts;
  for (ByteView& part : parts) {
    part = fields.mpint();
  }
  if (!fields.ok()) {
    return failure("rsa key: cut short");
  }
  Rsa rsa{number(parts[0]), number(parts[1]), number(parts[2]),
          number(parts[4]), number(parts[5]), number(parts[3])};
  if (auto fits = check_rsa(rsa.n.get(), rsa.e.get()); !fits) {
    return tl::unexpected(std::move(fits.error()));
  }
  // A private exponent beyond the modulus only costs time.
  if (BN_cmp(rsa.d.get(), rsa.n.get()) >= 0 || BN_cmp(rsa.iqmp.get(), rsa.n.get()) >= 0) {
    return failure("rsa key: its halves do not fit each other");
  }
  Pkey key = rsa_key(rsa);
  if (key == nullptr) {
    return failure("rsa key: its halves do not fit each other");
  }
  return key;
}

}  // namespace

Result<Pkey> read_private_fields(const KeyType& type, wire::Reader& fields) {
  switch (type.kind) {
    case KeyKind::ed25519:
      return read_ed25519(fields);
    case KeyKind::ecdsa:
      return read_ecdsa(type, fields);
    case KeyKind::rsa:
      break;
  }
  return read_rsa(fields);
}

Bytes private_fields(const LibcryptoKey& key) {
  const KeyType& type = key.key_type();
  Bytes fields;
  // Large enough for all, so that nothing is left behind where it grew.
  fields.reserve(64 + 12 * key.public_blob().size());
  wire::Writer writer(fields);
  const auto put = [&](const char* name) {
    Secret digits(0);
    digits.bytes = magnitude(number_of(key.key(), name).get());
    writer.mpint(digits.bytes);
  };
  writer.string(type.name);
  switch (type.kind) {
    case KeyKind::ed25519: {
      Secret both(64);
      std::size_t size = 32;
      must(EVP_PKEY_get_raw_private_key(key.key(), both.bytes.data(), &size), "a private key");
      const Bytes point = raw_public_key(key.key());
      std::copy(point.begin(), point.end(), both.bytes.begin() + 32);
      writer.string(point).string(both.bytes);
      break;
    }
    case KeyKind::ecdsa:
      writer.string(type.curve).string(encoded_public_key(key.key()));
      put(OSSL_PKEY_PARAM_PRIV_KEY);
      break;
    case KeyKind::rsa:
      for (const char* name : {OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_D,
                               OSSL_PKEY_PARAM_RSA_COEFFICIENT1, OSSL_PKEY_PARAM_RSA_FACTOR1,
                               OSSL_PKEY_PARAM_RSA_FACTOR2}) {
        put(name);
      }
      break;
  }
  return fields;
}

}  // namespace ssh::crypto
