// What a certificate allows: its critical options and extensions as KeyOptions, and whether it
// holds for somebody here and now. See certificate.hpp; PROTOCOL.certkeys, "Critical options" and
// "Extensions".
//
// Invariant: a certificate begins with nothing allowed; extensions add, critical options take away,
// a critical option that is not understood takes everything.
#include <algorithm>

#include "ssh/certificate.hpp"
#include "ssh/patterns.hpp"
#include "wire/reader.hpp"

namespace ssh {
namespace {

/// The data of an option that has a value is a string within the string.
Result<std::string> value_of(const Certificate::Entry& entry) {
  wire::Reader reader(entry.second);
  const std::string_view value = reader.text();
  if (!reader.done() || value.find('\0') != std::string_view::npos) {
    return failure("malformed option " + entry.first + " of a certificate");
  }
  return std::string(value);
}

Result<void> take_critical(const Certificate::Entry& entry, KeyOptions& options) {
  if (entry.first == "verify-required") {
    if (!entry.second.empty()) return failure("malformed verify-required of a certificate");
    options.require_user_verification = true;
    return {};
  }
  if (entry.first != "force-command" && entry.first != "source-address") {
    return failure("the certificate has a critical option that is not known here");
  }
  auto value = value_of(entry);
  if (!value) return tl::unexpected<Error>(value.error());
  if (entry.first == "force-command") {
    options.command = std::move(*value);
  } else {
    options.source_addresses.push_back(std::move(*value));
  }
  return {};
}

/// Extensions that are not known are left alone, as the document says.
Result<void> take_extension(const Certificate::Entry& entry, KeyOptions& options) {
  struct Extension {
    std::string_view name;
    bool KeyOptions::*member;
    bool value;
  };
  static constexpr Extension kExtensions[] = {
      {"no-touch-required", &KeyOptions::require_user_presence, false},
      {"permit-X11-forwarding", &KeyOptions::x11_forwarding, true},
      {"permit-agent-forwarding", &KeyOptions::agent_forwarding, true},
      {"permit-port-forwarding", &KeyOptions::port_forwarding, true},
      {"permit-pty", &KeyOptions::pty, true},
      {"permit-user-rc", &KeyOptions::user_rc, true},
  };
  for (const Extension& extension : kExtensions) {
    if (extension.name != entry.first) continue;
    if (!entry.second.empty()) return failure("malformed extension of a certificate");
    options.*(extension.member) = extension.value;
  }
  return {};
}

Result<KeyOptions> options_of(const Certificate& certificate) {
  KeyOptions options;
  options.pty = options.port_forwarding = options.agent_forwarding = false;
  options.x11_forwarding = options.user_rc = false;
  for (const auto& entry : certificate.critical_options) {
    if (auto taken = take_critical(entry, options); !taken) {
      return tl::unexpected<Error>(taken.error());
    }
  }
  for (const auto& entry : certificate.extensions) {
    if (auto taken = take_extension(entry, options); !taken) {
      return tl::unexpected<Error>(taken.error());
    }
  }
  return options;
}

Result<void> check_time(const Certificate& certificate, std::int64_t now) {
  if (now < 0) return failure("the time is before 1970");
  const auto time = static_cast<std::uint64_t>(now);
  if (time < certificate.valid_after) return failure("the certificate is not valid yet");
  if (time >= certificate.valid_before) return failure("the certificate has expired");
  return {};
}

Result<void> check_principals(const Certificate& certificate, const CertificateUse& use) {
  if (certificate.principals.empty()) return failure("the certificate names no principals");
  const std::span<const std::string> allowed =
      use.line != nullptr && use.line->principals ? *use.line->principals : use.principals;
  for (const std::string& name : certificate.principals) {
    if (std::find(allowed.begin(), allowed.end(), name) != allowed.end()) return {};
  }
  return failure("the certificate is for other principals");
}

}  // namespace

Result<KeyOptions> check(const VerifiedCertificate& certificate, const CertificateUse& use) {
  if (certificate->kind != Certificate::Kind::user) {
    return failure("the certificate is a host's, not a user's");
  }
  auto options = options_of(*certificate);
  if (!options) return options;
  const auto holds = check_time(*certificate, use.now).and_then([&] {
    return check_principals(*certificate, use);
  });
  if (!holds) return tl::unexpected<Error>(holds.error());
  if (use.line != nullptr) {
    options = merge(*options, *use.line);
    if (!options) return options;
  }
  const auto place = check_place_and_time(*options, use.host, use.address, use.now);
  if (!place) return tl::unexpected<Error>(place.error());
  return options;
}

}  // namespace ssh
