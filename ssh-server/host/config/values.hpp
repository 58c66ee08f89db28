// The values of sshd_config: how each sort is read and written. See sshd_config(5).
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "host/config/keywords.hpp"

namespace ssh::config {

/// "\"text\"", cut where it is long.
std::string quote(std::string_view text);

/// Decimal digits only.
Result<std::uint64_t> read_number(std::string_view text, std::uint64_t min, std::uint64_t max);
/// TIME FORMATS: "90", "1h30m"; at most 2^31 - 1 seconds.
Result<Seconds> read_time(std::string_view text);
/// Digits and possibly K, M or G, of 1024.
Result<std::uint64_t> read_size(std::string_view text);
/// An absolute path, or "none" for an empty one.
Result<std::string> read_path(std::string_view text);
/// The same, but with tokens; `relative`: it may begin anywhere.
Result<std::string> read_token_path(std::string_view text, bool relative);
/// ADDRESS, ADDRESS:PORT, [ADDRESS]:PORT, unix:/PATH.
Result<ListenAddress> read_listen_address(std::string_view text);

/// A list of algorithms: names and patterns with commas between them, or with + (behind the
/// default),
/// - (not these) or ^ (before the default) in front. `known` is all there is, `standard` the
/// default. A name that is not known is an Error, but for those that are to be left out anyway:
/// these are warned of.
Result<Names> read_algorithms(std::string_view text, const Names& known, const Names& standard,
                              std::vector<std::string>* warnings);

/// The parts between commas (or another character).
std::vector<std::string_view> split(std::string_view text, char at);
std::string join(const Names& names, std::string_view between);

// The algorithms of AlgorithmLists that each keyword chooses from.
Names host_key_algorithms(const AlgorithmLists& lists);
Names pubkey_algorithms(const AlgorithmLists& lists);

}  // namespace ssh::config
