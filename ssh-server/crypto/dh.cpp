// Diffie-Hellman in finite fields: RFC 4253 section 8, RFC 8268, and group exchange, RFC 4419.
//
// Invariant: only values in 2 .. p-2 are worked with. RFC 4253 asks for 1 .. p-1; 1 and p-1 lead to
// a K that anybody can tell. In the groups known here p is a safe prime, so every other value
// generates a large subgroup.
#include <algorithm>
#include <array>

#include "crypto/key_exchange.hpp"
#include "crypto/openssl.hpp"

namespace ssh::crypto {
namespace {

struct KnownGroup {
  std::uint32_t bits;
  const char* name;
};
// RFC 3526. RFC 8270 section 3: no fewer than 2048 bits.
constexpr std::array<KnownGroup, 5> kGroups{{{2048, "modp_2048"},
                                             {3072, "modp_3072"},
                                             {4096, "modp_4096"},
                                             {6144, "modp_6144"},
                                             {8192, "modp_8192"}}};
constexpr int kMinBits = 2048;
constexpr int kMaxBits = 8192;

class Dh final : public KeyAgreement {
 public:
  explicit Dh(Pkey key)
      : key_(std::move(key)),
        limit_(number_of(key_.get(), OSSL_PKEY_PARAM_FFC_P)),
        public_(magnitude(number_of(key_.get(), OSSL_PKEY_PARAM_PUB_KEY).get())) {
    must(BN_sub_word(limit_.get(), 1), "p - 1");
  }

  ByteView public_value() const override { return public_; }

  Result<Bytes> shared_secret(ByteView peer) override {
    const ForgetErrors forget;
    const auto first = std::find_if(peer.begin(), peer.end(), [](auto b) { return b != 0; });
    peer = peer.subspan(static_cast<std::size_t>(first - peer.begin()));
    const std::size_t size = static_cast<std::size_t>(BN_num_bytes(limit_.get()));
    if (peer.size() > size) {
      return failure(kOutside);
    }
    const Number value = number(peer);
    if (BN_cmp(value.get(), BN_value_one()) <= 0 || BN_cmp(value.get(), limit_.get()) >= 0) {
      return failure(kOutside);
    }
    // libcrypto wants it as long as the prime.
    Bytes padded(size - peer.size());
    append(padded, peer);
    const Pkey theirs(made(EVP_PKEY_new()));
    must(EVP_PKEY_copy_parameters(theirs.get(), key_.get()), "a group");
    if (EVP_PKEY_set1_encoded_public_key(theirs.get(), padded.data(), padded.size()) != 1) {
      return failure(kOutside);
    }
    return derive(theirs.get(), size);
  }

 private:
  static constexpr const char* kOutside =
      "key exchange: the peer's public value is not between 1 and p-1";

  Result<Bytes> derive(EVP_PKEY* theirs, std::size_t size) {
    const PkeyCtx context(made(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr)));
    must(EVP_PKEY_derive_init(context.get()), "derive");
    // Padded, so that what libcrypto does with K takes the same time whatever K is.
    unsigned pad = 1;
    const std::array<OSSL_PARAM, 2> params{OSSL_PARAM_construct_uint(OSSL_EXCHANGE_PARAM_PAD, &pad),
                                           OSSL_PARAM_construct_end()};
    must(EVP_PKEY_CTX_set_params(context.get(), params.data()), "padding");
    Secret secret(size);
    // 0: checked above; libcrypto's own check of a public value is an exponentiation.
    if (EVP_PKEY_derive_set_peer_ex(context.get(), theirs, 0) != 1 ||
        EVP_PKEY_derive(context.get(), secret.bytes.data(), &size) != 1 ||
        size != secret.bytes.size()) {
      return failure("key exchange: the peer's public value leads to no secret");
    }
    return std::move(secret.bytes);
  }

  Pkey key_;
  Number limit_;  // p - 1
  Bytes public_;
};

Pkey named_parameters(const char* name) {
  Pkey group =
      KeyParams().text(OSSL_PKEY_PARAM_GROUP_NAME, name).key("DH", EVP_PKEY_KEY_PARAMETERS);
  must(group != nullptr, name);
  return group;
}

// Whether a group of a peer can be worked with at all. Whether its prime is one is not looked at.
bool usable(const BIGNUM* p, const BIGNUM* g) {
  const int bits = BN_num_bits(p);
  return bits >= kMinBits && bits <= kMaxBits && BN_is_odd(p) == 1 &&
         BN_cmp(g, BN_value_one()) > 0 && BN_cmp(g, p) < 0;
}

std::unique_ptr<KeyAgreement> generate(const Pkey& parameters) {
  const PkeyCtx context(made(EVP_PKEY_CTX_new_from_pkey(nullptr, parameters.get(), nullptr)));
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_keygen_init(context.get()) != 1 || EVP_PKEY_generate(context.get(), &key) != 1) {
    return nullptr;
  }
  return std::make_unique<Dh>(Pkey(key));
}

}  // namespace

std::unique_ptr<KeyAgreement> make_dh(const char* group) {
  auto made_key = generate(named_parameters(group));
  must(made_key != nullptr, group);
  return made_key;
}

std::unique_ptr<KeyAgreement> make_dh(const DhGroup& group) {
  const ForgetErrors forget;
  if (group.prime.size() > kMaxBits || group.generator.size() > kMaxBits) {
    return nullptr;
  }
  const Number p = number(group.prime);
  const Number g = number(group.generator);
  if (!usable(p.get(), g.get())) {
    return nullptr;
  }
  // libcrypto knows its own groups again when it sees their numbers.
  const Pkey parameters = KeyParams()
                              .number(OSSL_PKEY_PARAM_FFC_P, p.get())
                              .number(OSSL_PKEY_PARAM_FFC_G, g.get())
                              .key("DH", EVP_PKEY_KEY_PARAMETERS);
  return parameters != nullptr ? generate(parameters) : nullptr;
}

// RFC 4419 section 3: the smallest one of at least n bits, or else the largest.
std::optional<DhGroup> choose_group(std::uint32_t min, std::uint32_t n, std::uint32_t max) {
  const KnownGroup* chosen = nullptr;
  if (min > n || n > max) {
    return std::nullopt;
  }
  for (const KnownGroup& group : kGroups) {
    if (group.bits < min || group.bits > max) {
      continue;
    }
    chosen = &group;
    if (group.bits >= n) {
      break;
    }
  }
  if (chosen == nullptr) {
    return std::nullopt;
  }
  const Pkey group = named_parameters(chosen->name);
  return DhGroup{magnitude(number_of(group.get(), OSSL_PKEY_PARAM_FFC_P).get()),
                 magnitude(number_of(group.get(), OSSL_PKEY_PARAM_FFC_G).get())};
}

}  // namespace ssh::crypto
