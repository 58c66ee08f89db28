// What the network stack needs that nobody can guess: randomness, and a keyed hash. From libcrypto,
// whose generator is seeded by the system: by getrandom(), which the unikernel answers with RDRAND.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

namespace xenrt {

/// One for the life of the program. Not for use by several threads at once. A failure of libcrypto
/// (no entropy, no memory) panics: a server whose numbers can be guessed must not run.
class Secrets {
 public:
  /// With a key of its own making.
  Secrets();
  /// With a given key, for tests.
  explicit Secrets(const std::array<std::uint8_t, 16>& key);
  ~Secrets();
  Secrets(const Secrets&) = delete;
  Secrets& operator=(const Secrets&) = delete;

  /// Seeds libcrypto's generators, all of this thread, anew from the system: after a suspend, when
  /// another guest may go on from the same image with the same state. The key of the hash stays:
  /// what was made with it is still in use.
  static void reseed();
  /// Fills the span with random bytes.
  void random(std::span<std::uint8_t> into);
  /// SipHash-2-4 (Aumasson, Bernstein 2012) of the bytes under this object's key.
  [[nodiscard]] std::uint64_t keyed_hash(std::span<const std::uint8_t> bytes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace xenrt
