// Hashing keys that others choose: SipHash (Aumasson and Bernstein, "SipHash: a fast short-input
// PRF", 2012), with a seed of its own for each map. Hosted.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>
#include <type_traits>

namespace spl::rt {

struct HashSeed {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  /// From the system. Throws what std::random_device throws.
  [[nodiscard]] static HashSeed random() {
    std::random_device device;
    const auto word = [&] {
      return static_cast<std::uint64_t>(device()) << 32U | static_cast<std::uint64_t>(device());
    };
    const auto low = word();
    return {low, word()};
  }
};

/// SipHash-c-d of some bytes. 1 and 3 rounds, as hash tables commonly use it; 2 and 4 are those of
/// the paper's test vectors.
template <int c = 1, int d = 3>
[[nodiscard]] constexpr std::uint64_t sip_hash(HashSeed seed, const unsigned char* bytes,
                                               std::size_t size) noexcept {
  std::uint64_t v[] = {seed.low ^ 0x736f6d6570736575U, seed.high ^ 0x646f72616e646f6dU,
                       seed.low ^ 0x6c7967656e657261U, seed.high ^ 0x7465646279746573U};
  const auto rounds = [&v](int n) {
    for (; n != 0; --n) {
      v[0] += v[1];
      v[1] = std::rotl(v[1], 13) ^ v[0];
      v[0] = std::rotl(v[0], 32);
      v[2] += v[3];
      v[3] = std::rotl(v[3], 16) ^ v[2];
      v[0] += v[3];
      v[3] = std::rotl(v[3], 21) ^ v[0];
      v[2] += v[1];
      v[1] = std::rotl(v[1], 17) ^ v[2];
      v[2] = std::rotl(v[2], 32);
    }
  };
  const auto absorb = [&](std::uint64_t word) {
    v[3] ^= word;
    rounds(c);
    v[0] ^= word;
  };
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < size; ++i) {
    word |= static_cast<std::uint64_t>(bytes[i]) << (8 * (i % 8));
    if (i % 8 != 7) continue;
    absorb(word);
    word = 0;
  }
  absorb(word | static_cast<std::uint64_t>(size) << 56U);
  v[2] ^= 0xffU;
  rounds(d);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/// The bytes of a text, or of a value whose bytes are its meaning (integers, enums, structs of them
/// without padding). Other keys bring a hash of their own.
template <class Key>
class KeyHash {
  static constexpr bool kText = std::is_convertible_v<const Key&, std::string_view>;
  static_assert(kText || (std::has_unique_object_representations_v<Key> &&
                          std::is_trivially_copyable_v<Key> && !std::is_pointer_v<Key>),
                "this key has padding or owns something: give the map a Hash for it");

 public:
  explicit KeyHash(HashSeed seed) noexcept : seed_(seed) {}
  [[nodiscard]] std::uint64_t operator()(const Key& key) const noexcept {
    if constexpr (kText) {
      const std::string_view text = key;
      return sip_hash(seed_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    } else {
      return sip_hash(seed_, reinterpret_cast<const unsigned char*>(&key), sizeof key);
    }
  }

 private:
  HashSeed seed_;
};

}  // namespace spl::rt
