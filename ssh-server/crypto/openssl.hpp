// libcrypto's objects as owners, and what every file of this room needs of them.
#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <memory>
#include <new>

#include "ssh/crypto.hpp"

namespace ssh::crypto {

template <auto function>
struct Release {
  template <typename T>
  void operator()(T* object) const {
    function(object);
  }
};

using Pkey = std::unique_ptr<EVP_PKEY, Release<&EVP_PKEY_free>>;
using PkeyCtx = std::unique_ptr<EVP_PKEY_CTX, Release<&EVP_PKEY_CTX_free>>;
using Cipher = std::unique_ptr<EVP_CIPHER, Release<&EVP_CIPHER_free>>;
using CipherCtx = std::unique_ptr<EVP_CIPHER_CTX, Release<&EVP_CIPHER_CTX_free>>;
using Mac = std::unique_ptr<EVP_MAC, Release<&EVP_MAC_free>>;
using MacCtx = std::unique_ptr<EVP_MAC_CTX, Release<&EVP_MAC_CTX_free>>;
using Md = std::unique_ptr<EVP_MD, Release<&EVP_MD_free>>;
using MdCtx = std::unique_ptr<EVP_MD_CTX, Release<&EVP_MD_CTX_free>>;
/// A number that is wiped when it goes; all are, public or not.
using Number = std::unique_ptr<BIGNUM, Release<&BN_clear_free>>;

/// What libcrypto makes, it fails to make for want of memory only.
template <typename T>
T* made(T* object) {
  if (object == nullptr) {
    throw std::bad_alloc();
  }
  return object;
}

/// A bug of ours, or a libcrypto that cannot do what 3.0 can: says so and ends the program.
[[noreturn]] void panic(const char* what);

/// For calls that cannot fail on any input of a peer.
inline void must(int result, const char* what) {
  if (result != 1) [[unlikely]] {
    panic(what);
  }
}

/// libcrypto keeps a queue of errors per thread. A function that may fail because of a peer leaves
/// none of them behind.
class ForgetErrors {
 public:
  ForgetErrors() = default;
  ForgetErrors(const ForgetErrors&) = delete;
  ForgetErrors& operator=(const ForgetErrors&) = delete;
  ~ForgetErrors();
};

/// Bytes that are wiped when they go. Sized once: what grows leaves copies behind.
struct Secret {
  explicit Secret(std::size_t size) : bytes(size) {}
  Secret(Secret&&) = default;
  Secret& operator=(Secret&&) = delete;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(bytes); }

  Bytes bytes;
};

inline int int_size(ByteView bytes) {
  return static_cast<int>(bytes.size());
}

/// From and to big-endian magnitudes.
Number number(ByteView magnitude);
Bytes magnitude(const BIGNUM* number);

/// The octets of a public key: of a point of one of NIST's curves, and on Edwards's.
Bytes encoded_public_key(const EVP_PKEY* key);
Bytes raw_public_key(const EVP_PKEY* key);

/// libcrypto only reads the text.
inline OSSL_PARAM text_param(const char* name, const char* text) {
  return OSSL_PARAM_construct_utf8_string(name, const_cast<char*>(text), 0);
}

/// What a key is made of. Texts and octets stay their owners'; numbers are copied, and wiped.
class KeyParams {
 public:
  KeyParams& text(const char* name, const char* value);
  KeyParams& octets(const char* name, ByteView value);
  KeyParams& number(const char* name, const BIGNUM* value);
  /// A key of that type and with that selection of parts; null if libcrypto will not have it.
  Pkey key(const char* type, int selection);

 private:
  std::vector<OSSL_PARAM> params_;
  std::vector<Secret> numbers_;
};

/// A parameter of a key that is a number, and that it has.
Number number_of(const EVP_PKEY* key, const char* name);

}  // namespace ssh::crypto
