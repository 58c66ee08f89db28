// Internal: how spin, the compiler and the verifier are called for a search, and what is made of
// what the verifier says. For all who call them: run_job(), and the script for other machines.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spl/promela/job.hpp"

namespace spl::promela {

constexpr std::uint64_t kFirstDepth = 200'000;
constexpr std::uint64_t kDeepDepth = 4'000'000;
constexpr std::uint64_t kDepthFactor = 8;

/// The text has lines for the C preprocessor, or the arguments are for it. Spin's default is to
/// start a C compiler as preprocessor, which takes longer than all it does.
[[nodiscard]] bool wants_preprocessor(std::string_view model, const Search& search);
/// All but the optimisation level and the output's name, and without the user's.
[[nodiscard]] std::vector<std::string> compiler_flags(const Search& search, bool by_prefix,
                                                      std::uint64_t memory_mb);
/// All but the depth (-m), with the user's. `claim`: "" for the only one of its model.
[[nodiscard]] std::vector<std::string> verifier_arguments(const Search& search, bool by_prefix,
                                                          unsigned hash_bits,
                                                          const std::string& claim);
/// Of the hash table, or the bits, for a search that is given all there is.
[[nodiscard]] unsigned large_hash_bits(const Search& search, std::uint64_t memory_mb);
/// The verifier keeps to its limit by itself; this is for what it does not count.
[[nodiscard]] constexpr std::uint64_t address_space_mb(std::uint64_t memory_mb) {
  return memory_mb == 0 ? 0 : memory_mb + 256;
}
[[nodiscard]] std::string too_late(std::chrono::milliseconds timeout);

/// A word as a POSIX shell reads it.
[[nodiscard]] std::string shell_word(const std::string& word);
/// Words, separated by spaces.
[[nodiscard]] std::string shell_words(const std::vector<std::string>& words);

}  // namespace spl::promela
