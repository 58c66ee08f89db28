// Arguments for spin, the compiler and the verifier.
#include "recipe.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spl::promela {
namespace {

constexpr unsigned kFewestHashBits = 18;
constexpr unsigned kMostHashBits = 23;
constexpr unsigned kFewestBits = 24;  // bitstate: 2 MB
constexpr unsigned kMostBits = 36;

/// Slots of 8 bytes; an eighth of the memory at most.
unsigned table_bits(std::uint64_t memory_mb) {
  if (memory_mb == 0) return kMostHashBits;
  unsigned bits = kFewestHashBits;
  while (bits < kMostHashBits && (std::uint64_t{8} << (bits + 1)) <= (memory_mb << 20U) / 8) ++bits;
  return bits;
}

/// Half of the memory at most, the rest is for the stack.
unsigned bitstate_bits(std::uint64_t memory_mb) {
  constexpr std::uint64_t kDefaultMb = 1024;
  const auto bytes = (memory_mb == 0 ? kDefaultMb : memory_mb) << 20U;
  unsigned bits = kFewestBits;
  while (bits < kMostBits && (std::uint64_t{1} << (bits + 1 - 3)) <= bytes / 2) ++bits;
  return bits;
}

}  // namespace

bool wants_preprocessor(std::string_view model, const Search& search) {
  return model.starts_with('#') || model.find("\n#") != std::string_view::npos ||
         std::any_of(search.spin_arguments.begin(), search.spin_arguments.end(),
                     [](const std::string& a) {
                       return a.starts_with("-D") || a.starts_with("-U") || a.starts_with("-E");
                     });
}

std::vector<std::string> compiler_flags(const Search& search, bool by_prefix,
                                        std::uint64_t memory_mb) {
  // One process whose every move is visible: partial order reduction has nothing to reduce, and
  // `next` would not survive it.
  std::vector<std::string> flags{"-DNOREDUCE", "-DNOFAIR", "-DVECTORSZ=65536", "-DFREQ=200000"};
  if (by_prefix) flags.emplace_back("-DSAFETY");
  if (search.bitstate) {
    flags.emplace_back("-DBITSTATE");
  } else if (by_prefix) {
    flags.emplace_back("-DBFS");
  }
  if (memory_mb != 0) flags.push_back(fmt::format("-DMEMLIM={}", memory_mb));
  return flags;
}

std::vector<std::string> verifier_arguments(const Search& search, bool by_prefix,
                                            unsigned hash_bits, const std::string& claim) {
  std::vector<std::string> arguments{fmt::format("-w{}", hash_bits)};
  if (!by_prefix) arguments.emplace_back("-a");
  if (search.bitstate) arguments.push_back(fmt::format("-k{}", search.hash_functions));
  if (search.hash_seed != 0) arguments.push_back(fmt::format("-h{}", search.hash_seed));
  if (!claim.empty()) arguments.insert(arguments.end(), {"-N", claim});
  arguments.insert(arguments.end(), search.verifier_arguments.begin(),
                   search.verifier_arguments.end());
  return arguments;
}

unsigned large_hash_bits(const Search& search, std::uint64_t memory_mb) {
  if (!search.bitstate) return table_bits(memory_mb);
  return search.hash_bits != 0 ? search.hash_bits : bitstate_bits(memory_mb);
}

std::string too_late(std::chrono::milliseconds timeout) {
  return fmt::format("not done after {:.1f} s", std::chrono::duration<double>(timeout).count());
}

std::string shell_word(const std::string& word) {
  constexpr auto kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + '\'';
}

std::string shell_words(const std::vector<std::string>& words) {
  std::string line;
  for (const auto& word : words) line += (line.empty() ? "" : " ") + shell_word(word);
  return line;
}

}  // namespace spl::promela
