// See values.hpp; sshd_config(5), TIME FORMATS and the keywords' own paragraphs.
#include "host/config/values.hpp"

#include <algorithm>
#include <charconv>

#include "ssh/certificate.hpp"
#include "ssh/patterns.hpp"

namespace ssh::config {
namespace {

bool is_pattern(std::string_view text) {
  return text.find_first_of("*?") != std::string_view::npos;
}

void add_once(Names& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

}  // namespace

std::string quote(std::string_view text) {
  return "\"" + std::string(text.substr(0, 100)) + (text.size() > 100 ? "..." : "") + "\"";
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string join(const Names& names, std::string_view between) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += between;
    text += name;
  }
  return text;
}

Result<std::uint64_t> read_number(std::string_view text, std::uint64_t min, std::uint64_t max) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc() && stop == end && value >= min && value <= max) return value;
  if (max == std::numeric_limits<std::uint64_t>::max())
    return failure(quote(text) + " is no number");
  return failure(quote(text) + " is no number from " + std::to_string(min) + " to " +
                 std::to_string(max));
}

Result<Seconds> read_time(std::string_view text) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::int32_t>::max();
  std::uint64_t total = 0;
  std::string_view rest = text;
  do {
    std::uint64_t value = 0;
    const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (error != std::errc() || value > kMost) {
      return failure(quote(text) + " is no time such as 90 or 1h30m");
    }
    rest.remove_prefix(static_cast<std::size_t>(stop - rest.data()));
    if (!rest.empty()) {
      static constexpr std::string_view kUnits = "sSmMhHdDwW";
      static constexpr std::uint64_t kSeconds[] = {1, 60, 3600, 86400, 604800};
      const std::size_t unit = kUnits.find(rest.front());
      if (unit == std::string_view::npos) {
        return failure(quote(text) + " is no time such as 90 or 1h30m");
      }
      value *= kSeconds[unit / 2];
      rest.remove_prefix(1);
    }
    total += value;
    if (total > kMost) return failure(quote(text) + " is too long a time");
  } while (!rest.empty());
  return Seconds(total);
}

Result<std::uint64_t> read_size(std::string_view text) {
  static constexpr std::string_view kUnits = "KkMmGg";
  const std::size_t unit = text.empty() ? std::string_view::npos : kUnits.find(text.back());
  unsigned shift = 0;
  std::string_view digits = text;
  if (unit != std::string_view::npos) {
    shift = static_cast<unsigned>(unit / 2 + 1) * 10;
    digits.remove_suffix(1);
  }
  const auto value = read_number(digits, 0, std::numeric_limits<std::uint64_t>::max() >> shift);
  if (!value) return failure(quote(text) + " is no number of bytes such as 512M");
  return *value << shift;
}

Result<std::string> read_path(std::string_view text) {
  if (lower_case(text) == "none") return std::string();
  if (!text.starts_with('/')) return failure(quote(text) + " is no absolute path");
  return std::string(text);
}

Result<std::string> read_token_path(std::string_view text, bool relative) {
  if (lower_case(text) == "none") return std::string();
  if (const auto expanded = expand_tokens(text, {"user", "/home", 0}); !expanded) return expanded;
  if (text.empty() || (!relative && !text.starts_with('/') && !text.starts_with("%h"))) {
    return failure(quote(text) + " is no absolute path");
  }
  return std::string(text);
}

Result<ListenAddress> read_listen_address(std::string_view text) {
  ListenAddress address;
  if (text.starts_with("unix:")) {
    address.unix_path = text.substr(5);
    // The size of sun_path in sockaddr_un.
    if (!address.unix_path.starts_with('/') || address.unix_path.size() > 107) {
      return failure(quote(text) + " is no unix:/PATH, or too long");
    }
    return address;
  }
  std::string_view host = text;
  std::optional<std::string_view> port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return failure(quote(text) + " has no ]");
    host = text.substr(1, end - 1);
    const std::string_view rest = text.substr(end + 1);
    if (!rest.empty() && !rest.starts_with(':')) return failure(quote(text) + " is no [host]:port");
    if (!rest.empty()) port = rest.substr(1);
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    host = text.substr(0, text.find(':'));
    port = text.substr(text.find(':') + 1);
  } else if (text.find(':') != std::string_view::npos && !parse_address(text)) {
    return failure(quote(text) + " is no IPv6 address");
  }
  if (host.empty() || host.find_first_of(" \t/") != std::string_view::npos) {
    return failure(quote(text) + " has no host");
  }
  address.host = host;
  if (port) {
    const auto number = read_number(*port, 1, 65535);
    if (!number) return tl::unexpected<Error>(number.error());
    address.port = static_cast<std::uint16_t>(*number);
  }
  return address;
}

std::string to_string(const ListenAddress& address) {
  if (!address.unix_path.empty()) return "unix:" + address.unix_path;
  const bool brackets = address.host.find(':') != std::string::npos;
  const std::string host = brackets ? "[" + address.host + "]" : address.host;
  return address.port ? host + ":" + std::to_string(*address.port) : host;
}

Result<Names> read_algorithms(std::string_view text, const Names& known, const Names& standard,
                              std::vector<std::string>* warnings) {
  const char how = text.empty() ? ' ' : text.front();
  const bool changes = how == '+' || how == '-' || how == '^';
  if (changes) text.remove_prefix(1);
  Names chosen;
  for (const std::string_view entry : split(text, ',')) {
    const bool found = std::any_of(known.begin(), known.end(),
                                   [&](const auto& name) { return match_pattern(name, entry); });
    if (!found && (entry.empty() || (how != '-' && !is_pattern(entry)))) {
      return failure("there is no algorithm " + quote(entry) + " here" +
                     did_you_mean(entry, known));
    }
    if (!found && how == '-' && !is_pattern(entry) && warnings != nullptr) {
      warnings->push_back("there is no algorithm " + quote(entry) + " here to be left out" +
                          did_you_mean(entry, known));
    }
    for (const std::string& name : known) {
      if (match_pattern(name, entry)) add_once(chosen, name);
    }
  }
  Names names = how == '^' || !changes ? chosen : Names{};
  if (changes) {
    for (const std::string& name : standard) {
      const bool listed = std::find(chosen.begin(), chosen.end(), name) != chosen.end();
      if (how != '-' || !listed) add_once(names, name);
    }
  }
  if (how == '+') {
    for (const std::string& name : chosen) add_once(names, name);
  }
  if (names.empty()) return failure("no algorithm is left");
  return names;
}

AlgorithmLists AlgorithmLists::of(const CryptoProvider& provider) {
  const auto names = [](const std::vector<std::string_view>& views) {
    return Names(views.begin(), views.end());
  };
  return {names(provider.key_exchange_methods()), names(provider.ciphers()), names(provider.macs()),
          names(provider.signature_algorithms())};
}

Names host_key_algorithms(const AlgorithmLists& lists) {
  Names names;
  std::copy_if(lists.signatures.begin(), lists.signatures.end(), std::back_inserter(names),
               [](const std::string& name) { return !name.starts_with("sk-"); });
  return names;
}

Names pubkey_algorithms(const AlgorithmLists& lists) {
  Names names;
  for (const std::string& name : lists.signatures) {
    if (const auto certificate = certificate_algorithm(name)) names.emplace_back(*certificate);
  }
  names.insert(names.end(), lists.signatures.begin(), lists.signatures.end());
  return names;
}

}  // namespace ssh::config
