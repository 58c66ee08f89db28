// What both KEXINITs agree on: RFC 4253 section 7.1.
#pragma once

#include <string>

#include "ssh/session.hpp"
#include "wire/messages.hpp"

namespace ssh::transport {

struct Negotiated {
  std::string key_exchange;
  std::string host_key_algorithm;
  std::size_t host_key = 0;  // in SessionOptions::host_keys
  std::string cipher_in, cipher_out, mac_in, mac_out;
  bool compression_in = false, compression_out = false;
  /// The client's next packet of a method is a guess, and wrong.
  bool wrong_guess = false;
  /// What the client says of itself, besides: it takes EXT_INFO (RFC 8308), and keeps to strict key
  /// exchange (OpenSSH's PROTOCOL, section 1.10).
  bool ext_info = false, strict = false;
};

/// Our KEXINIT, but for the cookie. The texts live as long as `lists`.
struct Proposal {
  std::string kex, host_key, ciphers, macs, compression;
};
Proposal propose(const SessionOptions& options);
wire::KexInit as_message(const Proposal& proposal);

/// The error is for the client and the log, worded as OpenSSH words it, for the tools that read
/// logs.
Result<Negotiated> negotiate(const wire::KexInit& client, const Proposal& server,
                             const SessionOptions& options);

/// Whether a comma-separated list has that name.
bool list_has(std::string_view list, std::string_view name);

}  // namespace ssh::transport
