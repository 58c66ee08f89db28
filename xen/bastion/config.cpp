// See config.hpp. Each keyword is one row of a table: where it may stand, what it takes, what it
// does.
#include "bastion/config.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

#include "ssh/libcrypto_provider.hpp"

namespace bastion {
namespace {

using ssh::failure;
using Done = ssh::Result<void>;
using Words = std::vector<std::string_view>;

constexpr std::string_view kKeyBegin = "-----BEGIN OPENSSH PRIVATE KEY-----";
constexpr std::string_view kKeyEnd = "-----END OPENSSH PRIVATE KEY-----";
constexpr std::size_t kLongestLine = 32 * 1024;
constexpr std::size_t kMostMistakes = 20;

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

Words words_of(std::string_view text) {
  Words words;
  for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
    const auto end = std::min(text.find_first_of(" \t"), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

std::string quoted(std::string_view text) {
  return "'" + std::string(text.substr(0, 80)) + "'";
}

template <typename T>
Done take_number(std::string_view text, T least, T most, T& into) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    return failure(quoted(text) + " is no number from " + std::to_string(least) + " to " +
                   std::to_string(most));
  }
  into = value;
  return {};
}

/// "90", "90s", "15m", "1h": at most a day.
Done take_time(std::string_view text, std::chrono::seconds& into) {
  constexpr std::int64_t kDay = 86400;
  constexpr std::array<std::pair<char, std::int64_t>, 3> kUnits{{{'s', 1}, {'m', 60}, {'h', 3600}}};
  std::int64_t unit = 1;
  auto digits = text;
  for (const auto& [letter, seconds] : kUnits) {
    if (!text.ends_with(letter)) continue;
    unit = seconds;
    digits.remove_suffix(1);
  }
  std::int64_t value = 0;
  if (!take_number(digits, std::int64_t{0}, kDay / unit, value)) {
    return failure(quoted(text) + " is no time up to a day: 30, 30s, 15m or 1h");
  }
  into = std::chrono::seconds(value * unit);
  return {};
}

Done take_size(std::string_view text, std::size_t least, std::size_t most, std::size_t& into) {
  std::size_t unit = 1;
  auto digits = text;
  if (text.ends_with('K')) unit = 1024;
  if (text.ends_with('M')) unit = std::size_t{1024} * 1024;
  if (unit != 1) digits.remove_suffix(1);
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || value > most / unit ||
      value * unit < least) {
    return failure(quoted(text) + " is no size from " + std::to_string(least) + " to " +
                   std::to_string(most) + " bytes: 65536, 256K or 8M");
  }
  into = value * unit;
  return {};
}

Done take_flag(std::string_view text, bool& into) {
  if (text != "yes" && text != "no") return failure(quoted(text) + " is neither yes nor no");
  into = text == "yes";
  return {};
}

Done take_address(std::string_view text, bool v6, std::optional<xenrt::IpAddress>& into) {
  into = xenrt::IpAddress::parse(text);
  if (into && into->is_v6 == v6) return {};
  return failure(quoted(text) + " is no address of version " + (v6 ? "6" : "4"));
}

Done take_network(std::string_view text, bool v6, std::optional<xenrt::IpNetwork>& into) {
  into = xenrt::IpNetwork::parse(text);
  if (into && into->address.is_v6 == v6) return {};
  return failure(quoted(text) + " is no address with its prefix length, such as " +
                 (v6 ? "2001:db8::20/64" : "10.0.2.20/24"));
}

Done take_startups(std::string_view text, ssh::StartupLimits& into) {
  const auto first = text.find(':');
  const auto second = text.find(':', first + 1);
  auto limits = into;
  if (first != text.npos && second != text.npos &&
      take_number(text.substr(0, first), 1U, 65535U, limits.begin) &&
      take_number(text.substr(first + 1, second - first - 1), 1U, 100U, limits.rate) &&
      take_number(text.substr(second + 1), limits.begin, 65535U, limits.full)) {
    into = limits;
    return {};
  }
  return failure(quoted(text) + " is not begin:rate:full, such as 10:30:60");
}

Done take_level(std::string_view text, LogLevel& into) {
  constexpr std::array<std::pair<std::string_view, LogLevel>, 4> kLevels{
      {{"error", LogLevel::error},
       {"warning", LogLevel::warning},
       {"info", LogLevel::info},
       {"debug", LogLevel::debug}}};
  for (const auto& [name, level] : kLevels) {
    if (name != text) continue;
    into = level;
    return {};
  }
  return failure(quoted(text) + " is no level: error, warning, info or debug");
}

Done take_remote_log(const Words& words, std::vector<RemoteLog>& into) {
  RemoteLog log;
  log.tcp = words[0] == "tcp";
  auto host = words[1];
  const auto colon = host.rfind(':');
  if ((!log.tcp && words[0] != "udp") || colon == host.npos) {
    return failure("as in: syslog udp 10.0.2.3:514, syslog tcp [2001:db8::3]:601");
  }
  if (auto port =
          take_number(host.substr(colon + 1), std::uint16_t{1}, std::uint16_t{65535}, log.to.port);
      !port) {
    return port;
  }
  host = host.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto address = xenrt::IpAddress::parse(host);
  if (!address) return failure(quoted(host) + " is no address");
  log.to.address = *address;
  into.push_back(log);
  return {};
}

Done take_public_key(std::string_view text, std::vector<ssh::Bytes>& into) {
  auto key = ssh::parse_public_key(text);
  if (!key) return tl::unexpected<ssh::Error>(key.error());
  into.push_back(std::move(key->blob));
  return {};
}

bool good_name(std::string_view name) {
  return name.size() <= 64 && std::ranges::all_of(name, [](unsigned char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '-' || c == '_';
         });
}

/// What a line has behind its keyword, and where it goes.
struct Line {
  Config& config;
  User* user;  // null outside of a block
  std::string_view text;
  Words words;
};

enum class Where { global, user };

struct Keyword {
  std::string_view name;
  std::string_view argument;  // for the help
  std::string_view help;
  Where where;
  std::size_t least, most;  // words
  Done (*take)(Line&);      // null: Reader::host_key()
};

constexpr std::size_t kAny = 1000;

Done take_dns(Line& l) {
  for (const auto word : l.words) {
    const auto address = xenrt::IpAddress::parse(word);
    if (!address) return failure(quoted(word) + " is no address");
    l.config.net.dns.push_back(*address);
  }
  return {};
}

Done take_jumps(Line& l) {
  for (const auto word : l.words) {
    auto destination = parse_destination(word);
    if (!destination) return tl::unexpected<ssh::Error>(destination.error());
    l.user->jumps.add(std::move(*destination));
  }
  return {};
}

Done take_user_key(Line& l) {
  auto key = ssh::parse_authorized_key(l.text, {});
  if (!key) return tl::unexpected<ssh::Error>(key.error());
  if (key->options.command) return failure("command= has no meaning here: there are no programs");
  l.user->keys.push_back(std::move(*key));
  return {};
}

Done begin_user(Line& l) {
  const auto name = l.words[0];
  if (!good_name(name)) return failure(quoted(name) + " is no name of a user");
  if (std::ranges::any_of(l.config.users, [&](const User& u) { return u.name == name; })) {
    return failure("user " + std::string(name) + " is there already");
  }
  l.config.users.emplace_back().name = name;
  return {};
}

constexpr auto kKeywords = std::to_array<Keyword>({
    {"user", "NAME", "begins the block of a user; it ends at the next one", Where::global, 1, 1,
     begin_user},
    {"host-key", "", "a private key follows, in OpenSSH's format", Where::global, 0, 0, nullptr},
    {"hostname", "NAME", "what DHCP and the log are told", Where::global, 1, 1,
     [](Line& l) -> Done {
       if (!good_name(l.words[0])) return failure(quoted(l.words[0]) + " is no host name");
       l.config.net.hostname = l.words[0];
       return {};
     }},
    {"address", "ADDRESS/PREFIX", "our address, as in 10.0.2.20/24", Where::global, 1, 1,
     [](Line& l) { return take_network(l.words[0], false, l.config.net.ipv4); }},
    {"gateway", "ADDRESS", "", Where::global, 1, 1,
     [](Line& l) { return take_address(l.words[0], false, l.config.net.gateway); }},
    {"dhcp", "yes|no", "ask for address, gateway and name servers", Where::global, 1, 1,
     [](Line& l) { return take_flag(l.words[0], l.config.net.dhcp); }},
    {"address6", "ADDRESS/PREFIX", "of version 6", Where::global, 1, 1,
     [](Line& l) { return take_network(l.words[0], true, l.config.net.ipv6); }},
    {"gateway6", "ADDRESS", "", Where::global, 1, 1,
     [](Line& l) { return take_address(l.words[0], true, l.config.net.gateway6); }},
    {"slaac", "yes|no", "take addresses from routers (yes)", Where::global, 1, 1,
     [](Line& l) { return take_flag(l.words[0], l.config.net.slaac); }},
    {"dns", "ADDRESS [ADDRESS]", "name servers", Where::global, 1, 2, take_dns},
    {"listen", "PORT", "where SSH is served (22)", Where::global, 1, 1,
     [](Line& l) {
       return take_number(l.words[0], std::uint16_t{1}, std::uint16_t{65535}, l.config.port);
     }},
    {"banner", "TEXT", "shown before login; several lines make several", Where::global, 1, kAny,
     [](Line& l) -> Done {
       l.config.banner += std::string(l.text) + "\r\n";
       if (l.config.banner.size() > 4096) return failure("a banner has at most 4096 bytes");
       return {};
     }},
    {"user-ca", "KEY", "certificates by this key let users in", Where::global, 2, kAny,
     [](Line& l) { return take_public_key(l.text, l.config.user_cas); }},
    {"revoked-key", "KEY", "lets nobody in, not even with a certificate", Where::global, 2, kAny,
     [](Line& l) { return take_public_key(l.text, l.config.revoked); }},
    {"login-grace", "TIME", "for logging in (30)", Where::global, 1, 1,
     [](Line& l) -> Done {
       auto done = take_time(l.words[0], l.config.login_grace);
       if (done && l.config.login_grace.count() == 0) return failure("it must not be 0");
       return done;
     }},
    {"idle-timeout", "TIME", "a connection without traffic ends (0: never)", Where::global, 1, 1,
     [](Line& l) { return take_time(l.words[0], l.config.idle_timeout); }},
    {"alive-interval", "TIME", "of silence, then the client is asked; three times (60)",
     Where::global, 1, 1, [](Line& l) { return take_time(l.words[0], l.config.alive_interval); }},
    {"shutdown-grace", "TIME", "for open connections, before the guest ends (5)", Where::global, 1,
     1, [](Line& l) { return take_time(l.words[0], l.config.shutdown_grace); }},
    {"max-auth-tries", "N", "failed attempts before the connection ends (6)", Where::global, 1, 1,
     [](Line& l) { return take_number(l.words[0], 1U, 20U, l.config.max_auth_tries); }},
    {"max-connections", "N", "at once, logged in or not (200)", Where::global, 1, 1,
     [](Line& l) { return take_number(l.words[0], 1U, 1000U, l.config.max_connections); }},
    {"max-channels", "N", "of one connection (16)", Where::global, 1, 1,
     [](Line& l) { return take_number(l.words[0], 1U, 200U, l.config.max_channels); }},
    {"max-startups", "BEGIN:RATE:FULL", "not logged in yet, as sshd's MaxStartups (10:30:60)",
     Where::global, 1, 1, [](Line& l) { return take_startups(l.words[0], l.config.startups); }},
    {"max-startups-per-source", "N", "not logged in yet, of one address (10)", Where::global, 1, 1,
     [](Line& l) { return take_number(l.words[0], 1U, 1000U, l.config.startups.per_source); }},
    {"penalties", "yes|no", "who fails to log in has to wait (yes)", Where::global, 1, 1,
     [](Line& l) { return take_flag(l.words[0], l.config.penalties.enabled); }},
    {"window", "SIZE", "that a channel's peer may send ahead (256K)", Where::global, 1, 1,
     [](Line& l) -> Done {
       std::size_t size = 0;
       auto done = take_size(l.words[0], 32768, std::size_t{16} << 20U, size);
       if (done) l.config.window = static_cast<std::uint32_t>(size);
       return done;
     }},
    {"network-memory", "SIZE", "for packets and queued text (16M)", Where::global, 1, 1,
     [](Line& l) {
       return take_size(l.words[0], std::size_t{1} << 20U, std::size_t{1} << 32U,
                        l.config.net.memory);
     }},
    {"log-level", "error|warning|info|debug", "(info)", Where::global, 1, 1,
     [](Line& l) { return take_level(l.words[0], l.config.log_level); }},
    {"syslog", "udp|tcp ADDRESS:PORT", "send the log there, too (RFC 5424)", Where::global, 2, 2,
     [](Line& l) { return take_remote_log(l.words, l.config.remote_logs); }},
    {"key", "[OPTIONS] KEY", "lets the user in; a line of authorized_keys", Where::user, 2, kAny,
     take_user_key},
    {"principal", "NAME...", "in certificates by a user-ca (the user's name)", Where::user, 1, kAny,
     [](Line& l) -> Done {
       l.user->principals.insert(l.user->principals.end(), l.words.begin(), l.words.end());
       return {};
     }},
    {"jump", "HOST:PORTS...", "where the user may go: 10.0.0.0/8:22, *.internal:22,2222",
     Where::user, 1, kAny, take_jumps},
    {"console", "yes|no", "may look at what goes on (no)", Where::user, 1, 1,
     [](Line& l) { return take_flag(l.words[0], l.user->console); }},
    {"listen-for", "PORTS", "ports of ours that the user may have forwarded (none)", Where::user, 1,
     1,
     [](Line& l) -> Done {
       auto ports = parse_ports(l.words[0]);
       if (!ports) return tl::unexpected<ssh::Error>(ports.error());
       l.user->listens.insert(l.user->listens.end(), ports->begin(), ports->end());
       return {};
     }},
});
const Keyword* find_keyword(std::string_view name) {
  for (const auto& keyword : kKeywords) {
    if (keyword.name == name) return &keyword;
  }
  return nullptr;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  Parsed read() {
    while (!rest_.empty() && mistakes_.size() < kMostMistakes) line();
    if (mistakes_.empty()) check_whole();
    Parsed parsed;
    parsed.mistakes = std::move(mistakes_);
    if (parsed.mistakes.empty()) parsed.config = std::move(config_);
    return parsed;
  }

 private:
  std::string_view next_line() {
    const auto end = std::min(rest_.find('\n'), rest_.size());
    const auto line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++number_;
    return line;
  }

  void mistake(std::string text) { mistakes_.push_back({number_, std::move(text)}); }

  void line() {
    const auto text = trimmed(next_line());
    if (text.empty() || text.front() == '#') return;
    if (text.size() > kLongestLine || text.find('\0') != text.npos) {
      mistake("the line is too long, or no text");
      return;
    }
    const auto name = text.substr(0, text.find_first_of(" \t"));
    const auto* keyword = find_keyword(name);
    if (keyword == nullptr) {
      mistake(quoted(name) + " is no keyword" + hint(name));
      return;
    }
    Line line{*config_,
              in_user_ ? &config_->users.back() : nullptr,
              trimmed(text.substr(name.size())),
              {}};
    line.words = words_of(line.text);
    if (keyword->where == Where::user && line.user == nullptr) {
      mistake(std::string(name) + " belongs to a user: it stands below 'user NAME'");
    } else if (line.words.size() < keyword->least || line.words.size() > keyword->most) {
      mistake("as in: " + std::string(name) + " " + std::string(keyword->argument));
    } else if (keyword->take == nullptr) {
      host_key();
    } else if (const auto done = keyword->take(line); !done) {
      mistake(std::string(name) + ": " + done.error().text);
    } else if (name == "user") {
      in_user_ = true;
    }
  }

  static std::string hint(std::string_view name) {
    if (name.starts_with("-----")) return "; a private key stands below 'host-key'";
    for (const auto& keyword : kKeywords) {
      if (keyword.name.starts_with(name) || name.starts_with(keyword.name)) {
        return "; do you mean " + std::string(keyword.name) + "?";
      }
    }
    return "";
  }

  void host_key() {
    const auto begin = rest_;
    const auto first = number_;
    if (trimmed(next_line()) != kKeyBegin) {
      mistakes_.push_back({first, "host-key: below it there must be " + std::string(kKeyBegin)});
      return;
    }
    while (!rest_.empty()) {
      if (trimmed(next_line()) != kKeyEnd) continue;
      const auto size = static_cast<std::size_t>(rest_.data() - begin.data());
      auto key = ssh::read_private_key(begin.substr(0, size));
      if (key) {
        config_->host_keys.push_back(std::move(*key));
      } else {
        mistakes_.push_back({first, "host-key: " + key.error().text});
      }
      return;
    }
    mistakes_.push_back({first, "host-key: it does not end with " + std::string(kKeyEnd)});
  }

  void check_whole() {
    number_ = 0;
    const auto& net = config_->net;
    if (config_->host_keys.empty()) mistake("there is no host key: host-key");
    if (config_->users.empty()) mistake("there are no users: user NAME");
    if (net.dhcp && net.ipv4) mistake("dhcp and address are both given");
    if (!net.dhcp && !net.ipv4 && !net.ipv6 && !net.slaac) {
      mistake("there is no way to an address: address, address6 or dhcp");
    }
    for (auto& user : config_->users) {
      if (user.principals.empty()) user.principals.push_back(user.name);
      if (user.keys.empty() && config_->user_cas.empty()) {
        mistake("user " + user.name + " has no key, and there is no user-ca");
      }
    }
  }

  std::string_view rest_;
  std::size_t number_ = 0;
  bool in_user_ = false;
  std::unique_ptr<Config> config_ = std::make_unique<Config>();
  std::vector<Mistake> mistakes_;
};

}  // namespace

Parsed parse_config(std::string_view text) {
  return Reader(text).read();
}

std::string to_string(const Mistake& mistake) {
  return (mistake.line == 0 ? "" : "line " + std::to_string(mistake.line) + ": ") + mistake.text;
}

std::string keyword_help() {
  std::string help;
  const auto row = [&help](const Keyword& keyword) {
    std::string left = "  " + std::string(keyword.name) + " " + std::string(keyword.argument);
    if (left.size() < 36) left.resize(36, ' ');
    help += left + " " + std::string(keyword.help) + "\n";
  };
  for (const auto where : {Where::global, Where::user}) {
    for (const auto& keyword : kKeywords) {
      if (keyword.where == where) row(keyword);
    }
  }
  return help;
}

}  // namespace bastion
