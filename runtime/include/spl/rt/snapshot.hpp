// A monitor's states as bytes, to keep across a restart or to hand to another process.
//
//   offset  bytes
//        0      4  'S' 'P' 'L' 'S'
//        4      4  version of this format: 1
//        8      8  the policy's fingerprint: its meaning and the numbers of its states
//       16     4n  the states of all automata, in order: n words
//   16 + 4n     4  a checksum of all bytes before (FNV-1a, 32 bits)
//
// Numbers are little-endian on every machine. Any bytes may be given to restore(): what is not
// wholly right is refused, with the reason, and no number that is no state of its automaton gets
// in. The checksum is against accidents. Who may write snapshots may choose the states: keep them
// where you would keep the states themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "spl/rt/verdict.hpp"

namespace spl::rt {

inline constexpr std::uint32_t kSnapshotVersion = 1;

/// What became of a restore. For all but `ok` the monitor is as it was.
enum class Restored : std::uint8_t {
  ok,
  not_a_snapshot,  // too short for one, or does not begin as one
  other_version,   // of the format: written by another release of the runtime
  other_policy,    // written by a monitor of another policy, or of another version of this one
  damaged,         // too short, too long, or the checksum is wrong
  bad_state,       // a number that is no state of its automaton
};

[[nodiscard]] constexpr std::string_view to_string(Restored restored) noexcept {
  switch (restored) {
    case Restored::ok:
      return detail::text("ok");
    case Restored::not_a_snapshot:
      return detail::text("not a snapshot");
    case Restored::other_version:
      return detail::text("a snapshot in another version of the format");
    case Restored::other_policy:
      return detail::text("a snapshot of another policy");
    case Restored::damaged:
      return detail::text("a damaged snapshot");
    case Restored::bad_state:
      break;
  }
  return detail::text("a snapshot with a state that does not exist");
}

/// The bytes, for a policy of so many words of state.
template <std::uint32_t words>
struct SnapshotBytes {
  static constexpr std::size_t kSize = 20 + std::size_t{4} * words;

  [[nodiscard]] constexpr const std::uint8_t* data() const noexcept { return bytes; }
  [[nodiscard]] constexpr std::uint8_t* data() noexcept { return bytes; }
  [[nodiscard]] static constexpr std::size_t size() noexcept { return kSize; }
  [[nodiscard]] constexpr const std::uint8_t* begin() const noexcept { return bytes; }
  [[nodiscard]] constexpr const std::uint8_t* end() const noexcept { return bytes + kSize; }
  friend constexpr bool operator==(const SnapshotBytes&, const SnapshotBytes&) = default;

  std::uint8_t bytes[kSize] = {};
};

namespace detail {

inline constexpr std::uint32_t kSnapshotMagic = 0x534c5053U;  // "SPLS", little-endian
inline constexpr std::size_t kSnapshotHead = 16;

constexpr void put32(std::uint8_t* at, std::uint32_t n) noexcept {
  for (unsigned i = 0; i < 4; ++i) at[i] = static_cast<std::uint8_t>(n >> (8 * i));
}

constexpr std::uint32_t get32(const std::uint8_t* at) noexcept {
  std::uint32_t n = 0;
  for (unsigned i = 0; i < 4; ++i) n |= static_cast<std::uint32_t>(at[i]) << (8 * i);
  return n;
}

constexpr std::uint32_t checksum(const std::uint8_t* bytes, std::size_t size) noexcept {
  std::uint32_t sum = 0x811c9dc5U;
  for (std::size_t i = 0; i < size; ++i) sum = (sum ^ bytes[i]) * 0x01000193U;
  return sum;
}

constexpr void write_snapshot(std::uint64_t fingerprint, const std::uint32_t* states,
                              std::uint32_t count, std::uint8_t* out) noexcept {
  put32(out, kSnapshotMagic);
  put32(out + 4, kSnapshotVersion);
  put32(out + 8, static_cast<std::uint32_t>(fingerprint));
  put32(out + 12, static_cast<std::uint32_t>(fingerprint >> 32));
  for (std::uint32_t a = 0; a < count; ++a) put32(out + kSnapshotHead + 4 * a, states[a]);
  const auto end = kSnapshotHead + std::size_t{4} * count;
  put32(out + end, checksum(out, end));
}

/// Whether this is a whole snapshot of the policy; its states have yet to be looked at.
constexpr Restored check_snapshot(std::uint64_t fingerprint, std::uint32_t count,
                                  const std::uint8_t* bytes, std::size_t size) noexcept {
  if (bytes == nullptr || size < kSnapshotHead || get32(bytes) != kSnapshotMagic) {
    return Restored::not_a_snapshot;
  }
  if (get32(bytes + 4) != kSnapshotVersion) return Restored::other_version;
  if (get32(bytes + 8) != static_cast<std::uint32_t>(fingerprint) ||
      get32(bytes + 12) != static_cast<std::uint32_t>(fingerprint >> 32)) {
    return Restored::other_policy;
  }
  const auto end = kSnapshotHead + std::size_t{4} * count;
  if (size != end + 4 || get32(bytes + end) != checksum(bytes, end)) return Restored::damaged;
  return Restored::ok;
}

}  // namespace detail
}  // namespace spl::rt
