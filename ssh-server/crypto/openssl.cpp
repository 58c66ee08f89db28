// See openssl.hpp.
#include "crypto/openssl.hpp"

#include <openssl/err.h>

#include <cstdio>
#include <cstdlib>

namespace ssh::crypto {

void panic(const char* what) {
  std::fprintf(stderr, "libcrypto failed: %s\n", what);
  ERR_print_errors_fp(stderr);
  std::abort();
}

ForgetErrors::~ForgetErrors() {
  ERR_clear_error();
}

Number number(ByteView magnitude) {
  return Number(made(BN_bin2bn(magnitude.data(), int_size(magnitude), nullptr)));
}

Bytes magnitude(const BIGNUM* number) {
  Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number)));
  BN_bn2bin(number, bytes.data());
  return bytes;
}

Bytes encoded_public_key(const EVP_PKEY* key) {
  // libcrypto does not change the key: it asks it for a parameter.
  std::uint8_t* octets = nullptr;
  const std::size_t size = EVP_PKEY_get1_encoded_public_key(const_cast<EVP_PKEY*>(key), &octets);
  must(size != 0, "a public key's octets");
  const std::unique_ptr<std::uint8_t, void (*)(std::uint8_t*)> owner(
      octets, [](std::uint8_t* p) { OPENSSL_free(p); });
  return {octets, octets + size};
}

Bytes raw_public_key(const EVP_PKEY* key) {
  std::size_t size = 0;
  must(EVP_PKEY_get_raw_public_key(key, nullptr, &size), "a public key's octets");
  Bytes octets(size);
  must(EVP_PKEY_get_raw_public_key(key, octets.data(), &size), "a public key's octets");
  return octets;
}

KeyParams& KeyParams::text(const char* name, const char* value) {
  params_.push_back(text_param(name, value));
  return *this;
}

KeyParams& KeyParams::octets(const char* name, ByteView value) {
  params_.push_back(OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(value.data()),
                                                      value.size()));
  return *this;
}

KeyParams& KeyParams::number(const char* name, const BIGNUM* value) {
  // libcrypto wants numbers in the machine's order; zero has a byte too.
  Bytes& native = numbers_.emplace_back(static_cast<std::size_t>(BN_num_bytes(value)) + 1).bytes;
  must(BN_bn2nativepad(value, native.data(), int_size(native)) > 0, name);
  params_.push_back(OSSL_PARAM_construct_BN(name, native.data(), native.size()));
  return *this;
}

Pkey KeyParams::key(const char* type, int selection) {
  params_.push_back(OSSL_PARAM_construct_end());
  const PkeyCtx context(made(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)));
  must(EVP_PKEY_fromdata_init(context.get()), "fromdata");
  EVP_PKEY* key = nullptr;
  const int result = EVP_PKEY_fromdata(context.get(), &key, selection, params_.data());
  params_.pop_back();
  Pkey owner(key);
  return result == 1 ? std::move(owner) : nullptr;
}

Number number_of(const EVP_PKEY* key, const char* name) {
  BIGNUM* value = nullptr;
  must(EVP_PKEY_get_bn_param(key, name, &value), name);
  return Number(value);
}

}  // namespace ssh::crypto
