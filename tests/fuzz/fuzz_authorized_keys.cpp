// Any bytes as an authorized_keys file, as a file of principals, as revoked keys and as the blob of
// a certificate. What is accepted has to be well-formed, and two options together no laxer than
// one.
#include "fuzz.hpp"
#include "ssh/authorized_keys.hpp"
#include "ssh/certificate.hpp"
#include "ssh/patterns.hpp"

namespace {

using spl::test::require;

/// A certificate is read to its last byte, and everything in it is where the signature covers it.
void certificate(ssh::ByteView blob) {
  const auto read = ssh::parse_certificate(blob);
  if (!read) return;
  require(ssh::check_public_key(read->public_key).has_value(), "a certificate of no key");
  require(ssh::check_public_key(read->signature_key).has_value(), "a certificate by no key");
  require(read->signed_part.size() + 4 + read->signature.size() == blob.size(),
          "bytes that no signature covers");
  require(!ssh::parse_certificate(blob.first(blob.size() - 1)), "a certificate cut short");
}

void stricter(const ssh::KeyOptions& a, const ssh::KeyOptions& b) {
  const auto both = ssh::merge(a, b);
  if (!both) return;
  require(both->pty <= a.pty && both->port_forwarding <= a.port_forwarding &&
              both->agent_forwarding <= b.agent_forwarding && both->user_rc <= b.user_rc,
          "merging has allowed something");
  require(both->command.has_value() == (a.command || b.command), "merging has lost a command");
  require(both->require_user_presence >= a.require_user_presence, "merging has lost the touch");
  for (const auto& [host, port] : {std::pair{"db", 5432}, {"localhost", 80}, {"::1", 1}}) {
    const auto number = static_cast<std::uint16_t>(port);
    require(!ssh::permits_open(both->permit_open, host, number) ||
                (ssh::permits_open(a.permit_open, host, number) &&
                 ssh::permits_open(b.permit_open, host, number)),
            "merging has opened a port");
  }
  for (const auto* address : {"10.0.0.1", "::1", "192.0.2.1"}) {
    require(!ssh::check_place_and_time(*both, "", address, 1'700'000'000) ||
                (ssh::check_place_and_time(a, "", address, 1'700'000'000) &&
                 ssh::check_place_and_time(b, "", address, 1'700'000'000)),
            "merging lets in from elsewhere");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = spl::test::text_of(data, size);
  const ssh::ByteView bytes(data, size);
  certificate(bytes);
  const ssh::KeyOptions* last = nullptr;
  const auto lines = ssh::parse_authorized_keys(text, ssh::TimeZone{3600});
  for (const auto& line : lines) {
    require(line.number > 0, "a line from nowhere");
    if (!line.entry) {
      require(!line.entry.error().text.empty(), "an error without a message");
      continue;
    }
    const auto type = ssh::check_public_key(line.entry->key.blob);
    require(type && *type == line.entry->key.type, "a key of another type");
    if (last != nullptr) stricter(*last, line.entry->options);
    last = &line.entry->options;
  }
  for (const auto& line : ssh::parse_authorized_principals(text, {})) {
    require(!line.entry || !line.entry->name.empty(), "a principal without a name");
  }
  if (const auto revoked = ssh::parse_revoked_keys(text)) {
    for (const auto& blob : *revoked) require(ssh::check_public_key(blob).has_value(), "no key");
  }
  // Addresses: what is printed is what was read.
  if (const auto address = ssh::parse_address(text)) {
    require(ssh::parse_address(ssh::to_string(*address)) == address, "another address", text);
    require(ssh::match_address_list(text, ssh::to_string(*address)) == ssh::ListMatch::positive,
            "an address that is not itself", text);
  }
  return 0;
}
