// What is done with secrets without a cryptographic library: compare and forget. Declared in
// ssh/crypto.hpp; here because the core calls it and links no such library.
//
// Invariant: no branch and no address depends on a secret, and no compiler knows enough to leave a
// step out: what it must not see through goes through an empty assembly statement.
#include <cstring>

#include "ssh/crypto.hpp"

namespace ssh {

bool equal_in_constant_time(ByteView a, ByteView b) {
  if (a.size() != b.size()) {
    return false;
  }
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned>(a[i] ^ b[i]);
    // Else a compiler may stop as soon as a bit is set.
    __asm__ volatile("" : "+r"(difference));
  }
  return difference == 0;
}

void wipe(MutableBytes secret) {
  if (secret.empty()) {
    return;
  }
  std::memset(secret.data(), 0, secret.size());
  // Somebody may read that memory, as far as a compiler knows.
  __asm__ volatile("" : : "r"(secret.data()) : "memory");
}

}  // namespace ssh
