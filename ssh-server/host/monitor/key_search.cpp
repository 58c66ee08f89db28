// See key_search.hpp.
//
// Invariant: whatever cannot be read or understood lets nobody in. A revoked key is refused before
// anything else is looked at.
#include "monitor/key_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "monitor/files.hpp"
#include "monitor/key_files.hpp"
#include "ssh/libcrypto_provider.hpp"
#include "ssh/public_key.hpp"
#include "wire/reader.hpp"

namespace ssh::host::monitor {
namespace {

constexpr std::size_t kLargestFile = 4U << 20;

/// As OpenSSH names kinds of keys in its log.
std::string kind_of(std::string_view type) {
  const bool certificate = type.find("-cert-v01@openssh.com") != std::string_view::npos;
  std::string kind = type.find("ed25519") != std::string_view::npos ? "ED25519"
                     : type.find("ecdsa") != std::string_view::npos ? "ECDSA"
                                                                    : "RSA";
  if (type.starts_with("sk-")) {
    kind += "-SK";
  }
  return certificate ? kind + "-CERT" : kind;
}

std::string plain_description(ByteView blob) {
  return fmt::format("{} {}", kind_of(wire::Reader(blob).text()), fingerprint(blob));
}

std::string absolute(const std::string& path, const std::string& home) {
  return path.starts_with('/') ? path : home + "/" + path;
}

}  // namespace

std::string describe_key(ByteView blob) {
  const std::string_view type = wire::Reader(blob).text();
  if (type.find("-cert-") == std::string_view::npos) {
    return plain_description(blob);
  }
  const auto certificate = parse_certificate(blob);
  if (!certificate) {
    return "a malformed certificate";
  }
  return fmt::format("{} {} ID {} (serial {}) CA {}", kind_of(type),
                     fingerprint(certificate->public_key), certificate->key_id, certificate->serial,
                     plain_description(certificate->signature_key));
}

std::unique_ptr<KeySearch> KeySearch::start(Context& context, Question question, Done done) {
  std::unique_ptr<KeySearch> search(new KeySearch(context, std::move(question), std::move(done)));
  search->run();
  return search;
}

/// Sets the key that has to sign; verifies a certificate's own signature.
bool KeySearch::take_key() {
  const auto& accepted = question_.options.pubkey_accepted_algorithms;
  if (std::find(accepted.begin(), accepted.end(), question_.algorithm) == accepted.end()) {
    context_.log.info("userauth_pubkey: signature algorithm {} not in PubkeyAcceptedAlgorithms",
                      question_.algorithm);
    return false;
  }
  const auto plain = algorithm_of_certificate(question_.algorithm);
  if (!plain) {
    if (!check_public_key(question_.key)) {
      context_.log.info("userauth_pubkey: malformed public key");
      return false;
    }
    signing_key_ = question_.key;
    signing_algorithm_ = question_.algorithm;
    return true;
  }
  auto parsed = parse_certificate(question_.key);
  if (!parsed || !algorithm_fits_certificate(question_.algorithm, parsed->type)) {
    context_.log.info("userauth_pubkey: {}",
                      parsed ? "the certificate is of another type" : parsed.error().text);
    return false;
  }
  auto verified = VerifiedCertificate::verify(std::move(*parsed), context_.crypto,
                                              question_.options.ca_signature_algorithms);
  if (!verified) {
    context_.log.info("userauth_pubkey: {}", verified.error().text);
    return false;
  }
  certificate_.emplace(std::move(*verified));
  signing_key_ = (*certificate_)->public_key;
  signing_algorithm_ = *plain;
  return true;
}

bool KeySearch::revoked() const {
  const std::string& path = question_.options.revoked_keys;
  if (path.empty()) {
    return false;
  }
  const auto text = read_file(path, kLargestFile);
  const auto blobs = text ? parse_revoked_keys(*text) : tl::unexpected<Error>(text.error());
  if (!blobs) {
    context_.log.error("Error checking authentication key {} in revoked keys file {}: {}",
                       describe_key(question_.key), path, blobs.error().text);
    return true;
  }
  const auto among = [&](const Bytes& key) {
    return std::find(blobs->begin(), blobs->end(), key) != blobs->end();
  };
  if (among(question_.key) || among(signing_key_) ||
      (certificate_ && among((*certificate_)->signature_key))) {
    context_.log.error("Authentication key {} revoked by file {}", describe_key(question_.key),
                       path);
    return true;
  }
  return false;
}

bool KeySearch::trusted_ca() const {
  const std::string& path = question_.options.trusted_user_ca_keys;
  if (!certificate_ || path.empty()) {
    return false;
  }
  const auto text = read_file(path, kLargestFile);
  if (!text) {
    context_.log.error("{}", text.error().text);
    return false;
  }
  const auto keys = parse_public_keys(*text);
  return std::any_of(keys.begin(), keys.end(), [&](const auto& line) {
    return line.entry && line.entry->blob == (*certificate_)->signature_key;
  });
}

void KeySearch::run() {
  if (!take_key() || revoked()) {
    done_(std::nullopt);
    return;
  }
  trusted_ca_ = trusted_ca();
  const Account& account = question_.account;
  KeyFilesQuestion look;
  look.account = account;
  look.strict_modes = question_.options.strict_modes;
  look.key = certificate_ ? (*certificate_)->signature_key : signing_key_;
  look.authority = certificate_.has_value();
  look.zone = time_zone();
  const config::UserFacts facts{account.name, account.home, account.uid};
  const auto expand = [&](const std::string& path) {
    auto expanded = config::expand_tokens(path, facts);
    return expanded ? absolute(*expanded, account.home) : std::string();
  };
  for (const std::string& path : question_.options.authorized_keys_files) {
    if (std::string expanded = expand(path); path != "none" && !expanded.empty()) {
      look.key_files.push_back(std::move(expanded));
    }
  }
  if (trusted_ca_ && !question_.options.authorized_principals_file.empty()) {
    look.principals_file = expand(question_.options.authorized_principals_file);
  }
  Task::Job job;
  job.as = account;
  job.limit = std::chrono::seconds(20);
  job.work = [look = std::move(look)] { return TaskAnswer{encode(look_in_key_files(look)), {}}; };
  task_ = Task::start(context_.loop, context_.children, std::move(job),
                      [this](Result<TaskAnswer> answer) { read(std::move(answer)); });
}

/// A plain key's line.
std::optional<FoundKey> KeySearch::by_line(const std::string& line) const {
  const auto parsed = parse_authorized_key(line, time_zone());
  if (!parsed ||
      parsed->key.blob != (certificate_ ? (*certificate_)->signature_key : signing_key_)) {
    return std::nullopt;  // the process that found it does not decide
  }
  if (certificate_) {
    if (!parsed->options.cert_authority) {
      return std::nullopt;
    }
    const std::vector<std::string> name{question_.account.name};
    return by_authority(&parsed->options, name);
  }
  if (parsed->options.cert_authority) {
    return std::nullopt;
  }
  const auto allowed =
      check_place_and_time(parsed->options, "", question_.peer.address, std::time(nullptr));
  if (!allowed) {
    context_.log.info("Authentication tried for {} with correct key but {} (host={})",
                      question_.account.name, allowed.error().text, question_.peer.address);
    return std::nullopt;
  }
  return FoundKey{parsed->options, signing_key_, signing_algorithm_};
}

std::optional<FoundKey> KeySearch::by_authority(const KeyOptions* line,
                                                std::span<const std::string> principals) const {
  CertificateUse use;
  use.principals = principals;
  use.line = line;
  use.address = question_.peer.address;
  use.now = std::time(nullptr);
  auto options = check(*certificate_, use);
  if (!options) {
    context_.log.info("Certificate {} refused for {}: {}", (*certificate_)->key_id,
                      question_.account.name, options.error().text);
    return std::nullopt;
  }
  return FoundKey{std::move(*options), signing_key_, signing_algorithm_};
}

std::optional<FoundKey> KeySearch::by_principal_line(const std::string& line) const {
  const auto parsed = parse_authorized_principal(line, time_zone());
  if (!parsed) {
    return std::nullopt;
  }
  const std::vector<std::string> name{parsed->name};
  const auto& wanted = (*certificate_)->principals;
  if (std::find(wanted.begin(), wanted.end(), parsed->name) == wanted.end()) {
    return std::nullopt;
  }
  return by_authority(&parsed->options, name);
}

void KeySearch::read(Result<TaskAnswer> answer) {
  const auto files =
      answer ? decode_key_files_answer(answer->bytes) : tl::unexpected<Error>(answer.error());
  const Done done = std::move(done_);
  if (!files) {
    context_.log.error("Reading the keys of {}: {}", question_.account.name, files.error().text);
    done(std::nullopt);
    return;
  }
  for (const std::string& remark : files->remarks) {
    context_.log.info("{}", remark);
  }
  std::optional<FoundKey> found;
  if (trusted_ca_ && question_.options.authorized_principals_file.empty()) {
    const std::vector<std::string> name{question_.account.name};
    found = by_authority(nullptr, name);
  }
  for (const auto& line : files->principals) {
    found = found || !trusted_ca_ ? std::move(found) : by_principal_line(line.text);
  }
  for (const auto& line : files->keys) {
    if (!found && (found = by_line(line.text))) {
      context_.log.debug("{}: matching key found: {}", line.where, describe_key(question_.key));
    }
  }
  done(std::move(found));
}

}  // namespace ssh::host::monitor
