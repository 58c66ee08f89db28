// The options of a key by themselves: how they are read, what two of them mean together, and when
// and from where they hold. See authorized_keys.hpp; sshd(8), AUTHORIZED_KEYS FILE FORMAT.
//
// Invariant: reading goes from left to right through one table; what the table does not know, or
// what does not end where an option ends, is an Error.
#include <algorithm>
#include <array>

#include "ssh/authorized_keys.hpp"
#include "ssh/patterns.hpp"

namespace ssh {
namespace {

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

/// A value in double quotes at the front of the text; \" is a quote, any other backslash itself.
Result<std::string> take_quoted(std::string_view& text) {
  if (!text.starts_with('"')) return failure("value without quotes");
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return value;
    }
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '"') ++i;
    value += text[i];
  }
  return failure("quotes that do not end");
}

struct Reading {
  KeyOptions& options;
  TimeZone zone;
};
using Take = Result<void> (*)(Reading& reading, const std::string& value);

template <auto Member>
Result<void> take_once(Reading& reading, const std::string& value) {
  if (reading.options.*Member) return failure("given twice");
  reading.options.*Member = value;
  return {};
}

Result<void> take_environment(Reading& reading, const std::string& value) {
  const std::size_t equals = value.find('=');
  const std::string name = value.substr(0, equals);
  const bool valid = equals != std::string::npos && !name.empty() &&
                     std::all_of(name.begin(), name.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '_';
                     });
  if (!valid) return failure("no NAME=value");
  auto& environment = reading.options.environment;
  // As in OpenSSH, the first one of a name counts.
  const bool known = std::any_of(environment.begin(), environment.end(),
                                 [&](const auto& variable) { return variable.first == name; });
  if (!known) environment.emplace_back(name, value.substr(equals + 1));
  return {};
}

Result<void> take_from(Reading& reading, const std::string& value) {
  if (!reading.options.from.empty()) return failure("given twice");
  const auto checked = match_address_list("", value);
  if (!checked) return tl::unexpected<Error>(checked.error());
  reading.options.from.push_back(value);
  return {};
}

template <auto Member, bool HostOptional>
Result<void> take_place(Reading& reading, const std::string& value) {
  const auto place = parse_host_port(value, HostOptional);
  if (!place) return tl::unexpected<Error>(place.error());
  auto& places = reading.options.*Member;
  if (!places) places.emplace();
  places->push_back(*place);
  return {};
}

Result<void> take_expiry(Reading& reading, const std::string& value) {
  const auto time = parse_timespec(value, reading.zone);
  if (!time) return tl::unexpected<Error>(time.error());
  auto& expires = reading.options.expires;
  expires = expires ? std::min(*expires, *time) : *time;
  return {};
}

Result<void> take_principals(Reading& reading, const std::string& value) {
  if (reading.options.principals) return failure("given twice");
  std::vector<std::string> names;
  for (std::string_view rest = value;;) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    if (comma == 0) return failure("a name is empty");
    names.emplace_back(rest.substr(0, comma));
    if (comma == rest.size()) break;
    rest.remove_prefix(comma + 1);
  }
  reading.options.principals = std::move(names);
  return {};
}

/// A tunnel is never permitted, so it does not matter which one would be.
Result<void> take_tunnel(Reading&, const std::string&) {
  return {};
}

struct ValueOption {
  std::string_view name;
  Take take;
};
constexpr std::array kValueOptions = {
    ValueOption{"command", take_once<&KeyOptions::command>},
    ValueOption{"environment", take_environment},
    ValueOption{"expiry-time", take_expiry},
    ValueOption{"from", take_from},
    ValueOption{"permitlisten", take_place<&KeyOptions::permit_listen, true>},
    ValueOption{"permitopen", take_place<&KeyOptions::permit_open, false>},
    ValueOption{"principals", take_principals},
    ValueOption{"tunnel", take_tunnel},
};

/// Options without a value, and what they set.
struct FlagOption {
  std::string_view name;
  bool KeyOptions::*member;
  bool value;
};
constexpr std::array kFlagOptions = {
    FlagOption{"agent-forwarding", &KeyOptions::agent_forwarding, true},
    FlagOption{"no-agent-forwarding", &KeyOptions::agent_forwarding, false},
    FlagOption{"cert-authority", &KeyOptions::cert_authority, true},
    FlagOption{"port-forwarding", &KeyOptions::port_forwarding, true},
    FlagOption{"no-port-forwarding", &KeyOptions::port_forwarding, false},
    FlagOption{"pty", &KeyOptions::pty, true},
    FlagOption{"no-pty", &KeyOptions::pty, false},
    FlagOption{"no-touch-required", &KeyOptions::require_user_presence, false},
    FlagOption{"touch-required", &KeyOptions::require_user_presence, true},
    FlagOption{"user-rc", &KeyOptions::user_rc, true},
    FlagOption{"no-user-rc", &KeyOptions::user_rc, false},
    FlagOption{"verify-required", &KeyOptions::require_user_verification, true},
    FlagOption{"no-verify-required", &KeyOptions::require_user_verification, false},
    FlagOption{"x11-forwarding", &KeyOptions::x11_forwarding, true},
    FlagOption{"no-x11-forwarding", &KeyOptions::x11_forwarding, false},
};

/// One option at the front of the text, up to a comma or the end.
Result<void> take_option(Reading& reading, std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of(",= \t\""), text.size());
  const std::string name = lower_case(text.substr(0, end));
  text.remove_prefix(end);
  if (text.starts_with('=')) {
    const auto option = std::find_if(kValueOptions.begin(), kValueOptions.end(),
                                     [&](const ValueOption& o) { return o.name == name; });
    if (option == kValueOptions.end()) return failure("no known option with a value");
    text.remove_prefix(1);
    const auto value = take_quoted(text);
    if (!value) return tl::unexpected<Error>(value.error());
    return option->take(reading, *value);
  }
  if (name == "restrict") {
    for (const auto member :
         {&KeyOptions::pty, &KeyOptions::port_forwarding, &KeyOptions::agent_forwarding,
          &KeyOptions::x11_forwarding, &KeyOptions::user_rc}) {
      reading.options.*member = false;
    }
    return {};
  }
  const auto option = std::find_if(kFlagOptions.begin(), kFlagOptions.end(),
                                   [&](const FlagOption& o) { return o.name == name; });
  if (option == kFlagOptions.end()) return failure("no known option");
  reading.options.*(option->member) = option->value;
  return {};
}

/// The places of `a` that `b` has too. A host in `b` that is a pattern covers only itself in `a`,
/// and
/// `*` covers all: less than might be, never more.
HostPorts common(const HostPorts& a, const HostPorts& b) {
  if (!a) return b;
  if (!b) return a;
  std::vector<HostPort> both;
  for (const HostPort& one : *a) {
    for (const HostPort& other : *b) {
      if (one.host != other.host && one.host != "*" && other.host != "*") continue;
      if (one.port && other.port && one.port != other.port) continue;
      both.push_back({one.host == "*" ? other.host : one.host, one.port ? one.port : other.port});
    }
  }
  return both;
}

}  // namespace

Result<KeyOptions> parse_key_options(std::string_view text, TimeZone zone) {
  KeyOptions options;
  Reading reading{options, zone};
  while (true) {
    const std::string name(text.substr(0, std::min<std::size_t>(text.find_first_of(",="), 40)));
    const auto taken = take_option(reading, text);
    if (!taken) return failure("option \"" + name + "\": " + taken.error().text);
    if (text.empty()) return options;
    if (!text.starts_with(',')) return failure("option \"" + name + "\": something follows it");
    text.remove_prefix(1);
  }
}

Result<KeyOptions> merge(const KeyOptions& a, const KeyOptions& b) {
  if (a.command && b.command && *a.command != *b.command) {
    return failure("two commands are forced, and they differ");
  }
  KeyOptions both;
  both.pty = a.pty && b.pty;
  both.port_forwarding = a.port_forwarding && b.port_forwarding;
  both.agent_forwarding = a.agent_forwarding && b.agent_forwarding;
  both.x11_forwarding = a.x11_forwarding && b.x11_forwarding;
  both.user_rc = a.user_rc && b.user_rc;
  both.require_user_presence = a.require_user_presence || b.require_user_presence;
  both.require_user_verification = a.require_user_verification || b.require_user_verification;
  both.command = a.command ? a.command : b.command;
  both.permit_open = common(a.permit_open, b.permit_open);
  both.permit_listen = common(a.permit_listen, b.permit_listen);
  both.environment = a.environment;
  for (const auto& variable : b.environment) {
    const bool known = std::any_of(both.environment.begin(), both.environment.end(),
                                   [&](const auto& v) { return v.first == variable.first; });
    if (!known) both.environment.push_back(variable);
  }
  both.from = a.from;
  both.from.insert(both.from.end(), b.from.begin(), b.from.end());
  both.source_addresses = a.source_addresses;
  both.source_addresses.insert(both.source_addresses.end(), b.source_addresses.begin(),
                               b.source_addresses.end());
  both.expires =
      a.expires && b.expires ? std::min(a.expires, b.expires) : (a.expires ? a.expires : b.expires);
  return both;
}

Result<void> check_place_and_time(const KeyOptions& options, std::string_view host,
                                  std::string_view address, std::int64_t now) {
  if (options.expires && now > *options.expires) return failure("the key has expired");
  for (const std::string& list : options.from) {
    const auto match = match_host_or_address(host, address, list);
    if (!match) return failure("from=: " + match.error().text);
    if (!*match) return failure("the key may not be used from " + std::string(address));
  }
  for (const std::string& list : options.source_addresses) {
    const auto match = match_network_list(address, list);
    if (!match) return failure("source-address: " + match.error().text);
    if (!*match) return failure("the certificate may not be used from " + std::string(address));
  }
  return {};
}

}  // namespace ssh
