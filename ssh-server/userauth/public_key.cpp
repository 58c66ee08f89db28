// See public_key.hpp. RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4, OpenSSH's
// PROTOCOL.u2f.
//
// Invariant: a blob that passes check_public_key() is read by every reader of these documents in
// the same way, to its last byte.
#include "ssh/public_key.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "userauth/text_lines.hpp"
#include "wire/base64.hpp"
#include "wire/reader.hpp"

namespace ssh {
namespace {

constexpr std::array<std::string_view, 7> kTypes = {
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "ssh-rsa",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
};

/// RFC 5656 section 3.1: the name of the curve, and a point that is not compressed.
bool read_point(wire::Reader& reader, std::string_view curve) {
  const std::size_t size = curve == "nistp256" ? 32 : curve == "nistp384" ? 48 : 66;
  if (reader.text() != curve) return false;
  const ByteView point = reader.string();
  return point.size() == 1 + 2 * size && point[0] == 4;
}

bool read_rsa(wire::Reader& reader) {
  const ByteView exponent = reader.mpint();
  const ByteView modulus = reader.mpint();
  if (exponent.empty() || exponent.size() > 8 || modulus.empty()) return false;
  const std::size_t bits = 8 * (modulus.size() - 1) + std::bit_width(unsigned{modulus[0]});
  return bits >= 1024 && bits <= 16384;
}

bool read_fields(std::string_view type, wire::Reader& reader) {
  if (type == "ssh-rsa") return read_rsa(reader);
  if (type == "ssh-ed25519") return reader.string().size() == 32;
  if (type.starts_with("ecdsa-sha2-")) return read_point(reader, type.substr(11));
  // PROTOCOL.u2f: the key, and the application it was made for.
  const bool key = type == "sk-ssh-ed25519@openssh.com" ? reader.string().size() == 32
                                                        : read_point(reader, "nistp256");
  return key && !reader.string().empty();
}

/// Takes the next word off the text.
std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  const std::string_view word = text.substr(0, end);
  text = trimmed(text.substr(end));
  return word;
}

}  // namespace

std::span<const std::string_view> public_key_types() {
  return kTypes;
}

bool is_public_key_type(std::string_view type) {
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

Result<std::string_view> check_public_key(ByteView blob) {
  wire::Reader reader(blob);
  const std::string_view type = reader.text();
  if (!is_public_key_type(type)) return failure("no public key of a known type");
  if (!read_fields(type, reader) || !reader.done()) {
    return failure("malformed public key of type " + std::string(type));
  }
  return type;
}

Result<PublicKey> parse_public_key(std::string_view line) {
  std::string_view rest = trimmed(line);
  if (has_control_characters(rest)) return failure("control characters in the line");
  const std::string_view type = take_word(rest);
  if (type == "ssh-dss") return failure("keys of type ssh-dss are not accepted: they are weak");
  if (type.ends_with("-cert-v01@openssh.com")) {
    return failure("a certificate, where only a key can stand; list the key of its CA");
  }
  if (!is_public_key_type(type)) {
    return failure("\"" + std::string(type.substr(0, 100)) + "\" is no type of key");
  }
  const auto blob = wire::from_base64(take_word(rest));
  if (!blob) return failure("the key is not in base64");
  const auto checked = check_public_key(*blob);
  if (!checked) return tl::unexpected<Error>(checked.error());
  if (*checked != type) return failure("the key is not of the type the line says");
  return PublicKey{std::string(type), *blob, std::string(rest)};
}

std::vector<KeyFileLine<PublicKey>> parse_public_keys(std::string_view file) {
  std::vector<KeyFileLine<PublicKey>> lines;
  for_each_line(file, [&](std::size_t number, std::string_view line) {
    lines.push_back({number, parse_public_key(line)});
  });
  return lines;
}

Result<std::vector<Bytes>> parse_revoked_keys(std::string_view file) {
  // The magic of PROTOCOL.krl.
  if (file.starts_with("SSHKRL\n")) {
    return failure(
        "key revocation lists (KRL) are not supported: list the public keys, one a line");
  }
  std::vector<Bytes> blobs;
  for (auto& line : parse_public_keys(file)) {
    if (!line.entry)
      return failure("line " + std::to_string(line.number) + ": " + line.entry.error().text);
    blobs.push_back(std::move(line.entry->blob));
  }
  return blobs;
}

}  // namespace ssh
