// Private keys that sign.
#pragma once

#include <string>

#include "crypto/key_type.hpp"

namespace ssh::crypto {

class LibcryptoKey final : public SigningKey {
 public:
  /// A key and its parts, which belong together.
  LibcryptoKey(const KeyType& type, Pkey key, std::string comment);

  std::string_view type() const override { return type_.name; }
  ByteView public_blob() const override { return blob_; }
  std::vector<std::string_view> algorithms() const override { return algorithms_of(type_.name); }
  Result<Bytes> sign(std::string_view algorithm, ByteView data) const override;
  std::string_view comment() const override { return comment_; }

  const KeyType& key_type() const { return type_; }
  const EVP_PKEY* key() const { return key_.get(); }

 private:
  const KeyType& type_;
  Pkey key_;
  Bytes blob_;
  std::string comment_;
};

}  // namespace ssh::crypto
