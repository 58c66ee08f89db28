// Signatures as the wire has them: RFC 8709 section 6 (Ed25519), RFC 5656 section 3.1.2 (ECDSA),
// RFC 8332 section 3 (RSA).
#include "crypto/signing_key.hpp"

#include <openssl/ec.h>

#include "crypto/digest.hpp"
#include "wire/writer.hpp"

namespace ssh::crypto {
namespace {

using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Release<&ECDSA_SIG_free>>;

// libcrypto gives ASN.1; RFC 5656 wants two mpints.
Bytes ecdsa_numbers(ByteView der) {
  const std::uint8_t* at = der.data();
  const EcdsaSignature both(made(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()))));
  Bytes numbers;
  wire::Writer(numbers)
      .mpint(magnitude(ECDSA_SIG_get0_r(both.get())))
      .mpint(magnitude(ECDSA_SIG_get0_s(both.get())));
  return numbers;
}

}  // namespace

LibcryptoKey::LibcryptoKey(const KeyType& type, Pkey key, std::string comment)
    : type_(type),
      key_(std::move(key)),
      blob_(crypto::public_blob(type, key_.get())),
      comment_(std::move(comment)) {}

Result<Bytes> LibcryptoKey::sign(std::string_view algorithm, ByteView data) const {
  const ForgetErrors forget;
  const SignatureAlgorithm* known = find_signature_algorithm(algorithm);
  if (known == nullptr || known->key_type != type_.name) {
    return failure("a key of type " + std::string(type_.name) + " makes no signature " +
                   std::string(algorithm));
  }
  const char* digest = type_.kind == KeyKind::ed25519 ? nullptr : digest_name(known->digest);
  const MdCtx context(made(EVP_MD_CTX_new()));
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key_.get()));
  Bytes raw(size);
  if (EVP_DigestSignInit_ex(context.get(), nullptr, digest, nullptr, nullptr, key_.get(),
                            nullptr) != 1 ||
      EVP_DigestSign(context.get(), raw.data(), &size, data.data(), data.size()) != 1) {
    return failure("libcrypto does not sign with this key");
  }
  raw.resize(size);
  if (type_.kind == KeyKind::ecdsa) {
    raw = ecdsa_numbers(raw);
  }
  Bytes blob;
  wire::Writer(blob).string(algorithm).string(raw);
  return blob;
}

}  // namespace ssh::crypto
