// A CryptoProvider without cryptography, for tests and fuzzers that want to get past it: ciphers
// leave everything as it is and add a tag of 0 or 4 bytes, key agreement agrees on whatever it is
// told, every signature holds, and randomness counts. The tag is a checksum over the keys, the
// sequence number and the packet, so ends that differ about any of them are found out.
#pragma once

#include "ssh/crypto.hpp"
#include "ssh/session.hpp"

namespace ssh::test {

/// Methods, one of each family: "ecdh-sha2-stub", "diffie-hellman-stub", "stub-hybrid" and
/// "diffie-hellman-group-exchange-stub". Ciphers: "stub-tag" and "stub-clear", the latter without a
/// tag.
const CryptoProvider& stub_provider();

/// All that the stub has, one host key "ssh-ed25519", no limit of time.
std::shared_ptr<SessionOptions> stub_options();
Bytes stub_signature();

}  // namespace ssh::test
