#include "bastion/login.hpp"

#include <algorithm>

#include "ssh/certificate.hpp"
#include "ssh/libcrypto_provider.hpp"

namespace bastion {

struct Login::Found {
  ssh::KeyOptions options;
  /// The plain key that has to have signed, and by which algorithm.
  ssh::Bytes key;
  std::string algorithm;
  std::string description;
};

namespace {

constexpr std::string_view kMethod = "publickey";

ssh::AuthFailure failed(bool counts) {
  return {{std::string(kMethod)}, false, counts};
}

bool same(ssh::ByteView a, ssh::ByteView b) {
  return std::ranges::equal(a, b);
}

std::vector<std::string> signature_algorithms(const ssh::CryptoProvider& crypto) {
  const auto names = crypto.signature_algorithms();
  return {names.begin(), names.end()};
}

}  // namespace

bool Login::revoked(ssh::ByteView key) const {
  return std::ranges::any_of(config_.revoked, [&](const auto& r) { return same(r, key); });
}

void Login::refuse(std::string_view user, const std::string& why) {
  log_.write(LogLevel::info, "login of " + harmless(user) + " from " + peer_ + " refused: " + why);
}

std::optional<Login::Found> Login::with_certificate(const User* user,
                                                    const ssh::PublicKeyRequest& request,
                                                    std::int64_t now) const {
  auto parsed = ssh::parse_certificate(request.key);
  if (!parsed || !ssh::algorithm_fits_certificate(request.algorithm, parsed->type)) return {};
  const auto algorithms = signature_algorithms(crypto_);
  const auto certificate =
      ssh::VerifiedCertificate::verify(std::move(*parsed), crypto_, algorithms);
  if (!certificate || user == nullptr) return {};
  const auto& authority = (*certificate)->signature_key;
  if (revoked((*certificate)->public_key) || revoked(authority)) return {};

  ssh::CertificateUse use;
  use.address = peer_;
  use.now = now;
  use.principals = user->principals;
  const bool trusted =
      std::ranges::any_of(config_.user_cas, [&](const auto& ca) { return same(ca, authority); });
  std::vector<std::string> name{user->name};
  for (const auto& line : user->keys) {
    if (trusted) break;
    if (!line.options.cert_authority || !same(line.key.blob, authority)) continue;
    use.line = &line.options;
    use.principals = name;
  }
  if (!trusted && use.line == nullptr) return {};
  auto options = ssh::check(*certificate, use);
  if (!options) {
    log_.write(LogLevel::info, "certificate " + harmless((*certificate)->key_id) + " for " +
                                   user->name + ": " + options.error().text);
    return {};
  }
  return Found{std::move(*options), (*certificate)->public_key,
               std::string(*ssh::algorithm_of_certificate(request.algorithm)),
               "certificate " + harmless((*certificate)->key_id) + " (serial " +
                   std::to_string((*certificate)->serial) + "), key " +
                   ssh::fingerprint((*certificate)->public_key) + ", CA " +
                   ssh::fingerprint(authority)};
}

std::optional<Login::Found> Login::find(const User* user, const ssh::PublicKeyRequest& request,
                                        std::int64_t now) const {
  if (revoked(request.key)) return {};
  if (ssh::algorithm_of_certificate(request.algorithm)) {
    return with_certificate(user, request, now);
  }
  if (user == nullptr || !ssh::check_public_key(request.key)) return {};
  for (const auto& line : user->keys) {
    if (line.options.cert_authority || !same(line.key.blob, request.key)) continue;
    if (const auto may = ssh::check_place_and_time(line.options, "", peer_, now); !may) {
      log_.write(LogLevel::info, "right key of " + user->name + ", but " + may.error().text);
      continue;
    }
    return Found{line.options, line.key.blob, std::string(request.algorithm),
                 "key " + ssh::fingerprint(line.key.blob)};
  }
  return {};
}

/// Also where it is of no use, so that time tells nothing about who is a user.
ssh::Result<ssh::CryptoProvider::Signed> Login::verify(const ssh::PublicKeyRequest& request,
                                                       const Found* found) const {
  if (found != nullptr) {
    return crypto_.verify(found->algorithm, found->key, request.signed_data, *request.signature);
  }
  const auto plain = ssh::algorithm_of_certificate(request.algorithm);
  const auto certificate = plain ? ssh::parse_certificate(request.key)
                                 : ssh::Result<ssh::Certificate>(ssh::failure("none"));
  return crypto_.verify(plain ? *plain : request.algorithm,
                        certificate ? ssh::ByteView(certificate->public_key) : request.key,
                        request.signed_data, *request.signature);
}

ssh::AuthAnswer Login::answer(const ssh::event::Authenticate& wanted, std::int64_t now) {
  // RFC 4252 section 5: what was achieved must not count for another user.
  const bool same_user = !met_ || name_ == wanted.user;
  if (!met_) name_ = wanted.user.substr(0, 256);
  met_ = true;
  const auto* request = std::get_if<ssh::PublicKeyRequest>(&wanted.request);
  if (request == nullptr) {
    // Every client asks for "none" first, to learn the methods.
    const bool none = std::holds_alternative<ssh::NoneRequest>(wanted.request);
    const bool asks = none && !std::exchange(asked_, true);
    tried_ = tried_ || !none;
    return failed(!asks);
  }
  tried_ = true;
  const auto known = std::ranges::find_if(
      config_.users, [&](const User& user) { return same_user && user.name == wanted.user; });
  const User* user = known == config_.users.end() ? nullptr : &*known;
  const auto found = find(user, *request, now);
  if (!request->signature) {
    if (found) return ssh::AuthPublicKeyOk{};
    refuse(wanted.user, user == nullptr ? "no such user" : "not a key of theirs");
    return failed(true);
  }
  const auto verified = verify(*request, found ? &*found : nullptr);
  if (!found || !verified || !verified->valid) {
    refuse(wanted.user, user == nullptr ? "no such user"
                        : !found        ? "not a key of theirs"
                                        : "the signature is wrong");
    return failed(true);
  }
  const bool security_key = found->algorithm.starts_with("sk-");
  if (security_key && ((found->options.require_user_presence && !verified->user_present) ||
                       (found->options.require_user_verification && !verified->user_verified))) {
    refuse(wanted.user, "nobody touched the authenticator, or it did not make sure of who");
    return failed(true);
  }
  identity_ = Identity{user, found->options, found->description};
  log_.write(LogLevel::info, user->name + " logged in from " + peer_ + " with " + identity_->key);
  return ssh::AuthSuccess{};
}

}  // namespace bastion
