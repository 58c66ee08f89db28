// See digest.hpp. The algorithms are fetched once: it costs more than a short digest.
#include "crypto/digest.hpp"

#include <array>

namespace ssh::crypto {
namespace {

constexpr std::array<const char*, 4> kNames{"SHA1", "SHA2-256", "SHA2-384", "SHA2-512"};

const EVP_MD* fetched(Digest which) {
  static const std::array<Md, 4> all = [] {
    std::array<Md, 4> fetched;
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      fetched[i].reset(made(EVP_MD_fetch(nullptr, kNames[i], nullptr)));
    }
    return fetched;
  }();
  return all[static_cast<std::size_t>(which)].get();
}

}  // namespace

const char* digest_name(Digest which) {
  return kNames[static_cast<std::size_t>(which)];
}

Bytes digest(Digest which, std::initializer_list<ByteView> parts) {
  const MdCtx context(made(EVP_MD_CTX_new()));
  must(EVP_DigestInit_ex2(context.get(), fetched(which), nullptr), "digest");
  for (const ByteView part : parts) {
    must(EVP_DigestUpdate(context.get(), part.data(), part.size()), "digest");
  }
  Bytes result(static_cast<std::size_t>(EVP_MD_CTX_get_size(context.get())));
  must(EVP_DigestFinal_ex(context.get(), result.data(), nullptr), "digest");
  return result;
}

}  // namespace ssh::crypto
