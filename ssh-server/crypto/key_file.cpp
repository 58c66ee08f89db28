// Key files: OpenSSH's PROTOCOL.key, public key lines, fingerprints, new keys.
//
// Invariant: a file is a key only if all of it is as the format says: one key, no passphrase, equal
// check numbers, padding 1, 2, 3 .., the same public key outside and inside, and halves that fit
// each other.
#include "crypto/key_file.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <optional>

#include "crypto/digest.hpp"
#include "crypto/verify.hpp"
#include "ssh/libcrypto_provider.hpp"
#include "wire/base64.hpp"

namespace ssh {
namespace {

using namespace crypto;

constexpr std::string_view kBegin = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
constexpr std::string_view kEnd = "-----END OPENSSH PRIVATE KEY-----";
constexpr std::string_view kMagic{"openssh-key-v1\0", 15};
// As ssh-keygen: lines of 70 digits, blocks of 8 bytes where there is no cipher.
constexpr std::size_t kLine = 70;
constexpr std::size_t kBlock = 8;
constexpr std::size_t kMaxFile = 64 * 1024;
constexpr unsigned kRsaBits = 3072;

/// The base64 between the first and the last line.
Result<std::string_view> armoured(std::string_view file) {
  if (file.size() > kMaxFile) {
    return failure("not a private key: more than 64 KiB");
  }
  std::string_view begin = kBegin;
  begin.remove_suffix(1);
  if (!file.starts_with(begin)) {
    if (file.starts_with("-----BEGIN ")) {
      return failure("not a private key in OpenSSH's format; ssh-keygen -p rewrites it");
    }
    return failure("not a private key");
  }
  file.remove_prefix(begin.size());
  const std::size_t end = file.find(kEnd);
  if (end == std::string_view::npos) {
    return failure("private key: its last line is missing");
  }
  if (file.find_first_not_of("\r\n", end + kEnd.size()) != std::string_view::npos) {
    return failure("private key: something follows its last line");
  }
  return file.substr(0, end);
}

/// What the lines of base64 stand for.
std::optional<Secret> decoded(std::string_view lines) {
  Secret digits(lines.size());
  const auto end = std::copy_if(lines.begin(), lines.end(), digits.bytes.begin(),
                                [](char c) { return c != '\r' && c != '\n'; });
  const ByteView all(digits.bytes.begin(), end);
  auto bytes = wire::from_base64(as_text(all));
  if (!bytes) {
    return std::nullopt;
  }
  Secret secret(0);
  secret.bytes = std::move(*bytes);
  return secret;
}

struct Container {
  ByteView public_blob;
  ByteView section;
};

Result<Container> open_container(ByteView bytes) {
  wire::Reader reader(bytes);
  if (as_text(reader.bytes(kMagic.size())) != kMagic) {
    return failure("private key: not version 1 of OpenSSH's format");
  }
  const std::string_view cipher = reader.text();
  const std::string_view kdf = reader.text();
  const ByteView options = reader.string();
  const std::uint32_t keys = reader.u32();
  if (reader.ok() && (cipher != "none" || kdf != "none")) {
    return failure("private key: it has a passphrase; ssh-keygen -p removes it");
  }
  if (!reader.ok() || !options.empty() || keys != 1) {
    return failure("private key: not one key without a passphrase");
  }
  const Container container{reader.string(), reader.string()};
  if (!reader.done() || container.section.size() % kBlock != 0) {
    return failure("private key: cut short or too long");
  }
  return container;
}

// 1, 2, 3 and so on.
bool is_padding(ByteView bytes) {
  std::uint8_t expected = 0;
  return bytes.size() < 256 &&
         std::all_of(bytes.begin(), bytes.end(), [&](auto byte) { return byte == ++expected; });
}

/// The two halves fit: what one signs the other verifies.
bool signs(const SigningKey& key) {
  const ByteView data = as_bytes("a key's own test");
  const std::string_view algorithm = key.algorithms().front();
  const auto signature = key.sign(algorithm, data);
  if (!signature) {
    return false;
  }
  const auto result = crypto::verify(algorithm, key.public_blob(), data, *signature);
  return result && result->valid;
}

Result<std::unique_ptr<SigningKey>> read_section(const Container& container) {
  wire::Reader reader(container.section);
  const std::uint32_t check = reader.u32();
  if (reader.u32() != check) {
    return failure("private key: its check numbers differ");
  }
  const std::string_view name = reader.text();
  const KeyType* type = find_key_type(name);
  if (type == nullptr || type->security_key) {
    return failure("private key: of a type that is not known here");
  }
  Result<Pkey> key = read_private_fields(*type, reader);
  if (!key) {
    return failure("private " + key.error().text);
  }
  std::string comment(reader.text());
  if (!reader.ok() || !is_padding(reader.rest())) {
    return failure("private key: cut short, or its padding is wrong");
  }
  auto signing = std::make_unique<LibcryptoKey>(*type, std::move(*key), std::move(comment));
  if (!std::ranges::equal(signing->public_blob(), container.public_blob) || !signs(*signing)) {
    return failure("private key: its halves do not fit each other");
  }
  return signing;
}

Bytes check_numbers() {
  Bytes number(4);
  must(RAND_bytes(number.data(), int_size(number)), "randomness");
  append(number, Bytes(number));
  return number;
}

}  // namespace

Result<std::unique_ptr<SigningKey>> read_private_key(std::string_view file) {
  const ForgetErrors forget;
  const auto text = armoured(file);
  if (!text) {
    return tl::unexpected(text.error());
  }
  const auto bytes = decoded(*text);
  if (!bytes) {
    return failure("private key: not base64");
  }
  const auto container = open_container(bytes->bytes);
  if (!container) {
    return tl::unexpected(container.error());
  }
  return read_section(*container);
}

std::string write_private_key(const SigningKey& key) {
  const auto* ours = dynamic_cast<const LibcryptoKey*>(&key);
  if (ours == nullptr) {
    return {};
  }
  Secret fields(0);
  fields.bytes = private_fields(*ours);
  Secret section(0);
  section.bytes.reserve(fields.bytes.size() + key.comment().size() + 32);
  wire::Writer writer(section.bytes);
  writer.raw(check_numbers()).raw(fields.bytes).string(key.comment());
  for (std::uint8_t pad = 1; section.bytes.size() % kBlock != 0; ++pad) {
    writer.u8(pad);
  }
  Secret file(0);
  file.bytes.reserve(section.bytes.size() + key.public_blob().size() + 64);
  wire::Writer(file.bytes)
      .raw(as_bytes(kMagic))
      .string("none")
      .string("none")
      .string("")
      .u32(1)
      .string(key.public_blob())
      .string(section.bytes);
  std::string digits = wire::to_base64(file.bytes);
  std::string text;
  text.reserve(digits.size() + digits.size() / kLine + 128);
  text += kBegin;
  for (std::size_t at = 0; at < digits.size(); at += kLine) {
    text += std::string_view(digits).substr(at, kLine);
    text += '\n';
  }
  wipe({reinterpret_cast<std::uint8_t*>(digits.data()), digits.size()});
  text += kEnd;
  text += '\n';
  return text;
}

std::string write_public_key(const SigningKey& key) {
  std::string line = std::string(key.type()) + ' ' + wire::to_base64(key.public_blob());
  if (!key.comment().empty()) {
    line += ' ';
    // Whatever the comment is, the line is one line.
    for (const char c : key.comment()) {
      line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    }
  }
  return line + '\n';
}

Result<std::unique_ptr<SigningKey>> generate_private_key(std::string_view name,
                                                         std::string comment) {
  const ForgetErrors forget;
  const KeyType* type = find_key_type(name);
  if (type == nullptr || type->security_key) {
    return failure("no keys of type " + std::string(name) + " are made here");
  }
  Pkey key;
  switch (type->kind) {
    case KeyKind::ed25519:
      key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
      break;
    case KeyKind::ecdsa:
      key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", type->group));
      break;
    case KeyKind::rsa:
      key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{kRsaBits}));
      break;
  }
  if (key == nullptr) {
    return failure("libcrypto makes no key");
  }
  return std::make_unique<LibcryptoKey>(*type, std::move(key), std::move(comment));
}

std::string fingerprint(ByteView public_blob) {
  std::string text = "SHA256:" + wire::to_base64(crypto::digest(Digest::sha256, {public_blob}));
  text.resize(text.find('='));
  return text;
}

}  // namespace ssh
