// What of a Config holds for a connection, and who may log in then: see config.hpp and options.hpp;
// sshd_config(5), Match, TOKENS, AllowUsers.
//
// Invariant: for each keyword the lines in Match blocks that hold come before those outside; a
// keyword whose lines accumulate is made of the ones or of the others, not of both (so OpenSSH).
#include <algorithm>

#include "host/config/keywords.hpp"
#include "host/config/values.hpp"
#include "ssh/patterns.hpp"

namespace ssh::config {
namespace {

bool matches_list(std::string_view text, std::string_view list) {
  return match_pattern_list(text, list) == ListMatch::positive;
}

bool matches_address(std::string_view address, std::string_view list) {
  const auto match = match_address_list(address, list);
  return match && *match == ListMatch::positive;
}

/// A group that is negated outweighs all the others.
bool matches_groups(const Names& groups, std::string_view list) {
  bool found = false;
  for (const std::string& group : groups) {
    const ListMatch match = match_pattern_list(group, list);
    if (match == ListMatch::negative) return false;
    found = found || match == ListMatch::positive;
  }
  return found;
}

bool holds(const Criterion& criterion, const ConnectionFacts& facts) {
  const std::string& patterns = criterion.patterns;
  switch (criterion.kind) {
    case Criterion::Kind::user:
      return matches_list(facts.user, patterns);
    case Criterion::Kind::group:
      return matches_groups(facts.groups, patterns);
    case Criterion::Kind::host:
      return matches_list(lower_case(facts.host.empty() ? facts.address : facts.host),
                          lower_case(patterns));
    case Criterion::Kind::address:
      return matches_address(facts.address, patterns);
    case Criterion::Kind::local_address:
      return matches_address(facts.local_address, patterns);
    case Criterion::Kind::local_port:
      return read_number(patterns, 1, 65535) == facts.local_port;
  }
  return false;
}

/// Which conditions hold; without facts only the first, which is no Match line.
std::vector<bool> conditions_that_hold(const Config& config, const ConnectionFacts* facts) {
  std::vector<bool> held;
  for (const Condition& condition : config.conditions) {
    const bool first = held.empty();
    held.push_back(first || (facts != nullptr && !condition.never && held[condition.parent] &&
                             std::all_of(condition.criteria.begin(), condition.criteria.end(),
                                         [&](const auto& c) { return holds(c, *facts); })));
  }
  return held;
}

/// What depends on several keywords, and the lists of algorithms that nothing was said of.
void complete(const AlgorithmLists& lists, ServerOptions& options) {
  const auto fill = [](Names& names, Names standard) {
    if (names.empty()) names = std::move(standard);
  };
  fill(options.host_keys, {"/etc/ssh/ssh_host_rsa_key", "/etc/ssh/ssh_host_ecdsa_key",
                           "/etc/ssh/ssh_host_ed25519_key"});
  fill(options.host_key_algorithms, host_key_algorithms(lists));
  fill(options.kex_algorithms, lists.kex);
  fill(options.ciphers, lists.ciphers);
  fill(options.macs, lists.macs);
  fill(options.pubkey_accepted_algorithms, pubkey_algorithms(lists));
  fill(options.ca_signature_algorithms, lists.signatures);
  if (options.ports.empty()) options.ports.push_back(22);
  std::vector<ListenAddress> given = options.listen_given;
  if (given.empty()) {
    if (options.address_family != AddressFamily::inet) given.push_back({"::", {}, {}});
    if (options.address_family != AddressFamily::inet6) given.push_back({"0.0.0.0", {}, {}});
  }
  for (const ListenAddress& address : given) {
    if (address.port || !address.unix_path.empty()) {
      options.listen.push_back(address);
      continue;
    }
    for (const std::uint16_t port : options.ports) {
      options.listen.push_back({address.host, port, {}});
    }
  }
}

ServerOptions effective(const Config& config, const ConnectionFacts* facts) {
  const std::vector<bool> held = conditions_that_hold(config, facts);
  ServerOptions options;
  // Per keyword: whether a line has been taken, and whether from a Match block.
  std::vector<bool> taken(keywords().size());
  std::vector<bool> taken_in_match(keywords().size());
  for (const bool in_match : {true, false}) {
    for (const Setting& setting : config.settings) {
      const std::size_t k = setting.keyword;
      if ((setting.condition != 0) != in_match || !held[setting.condition]) continue;
      const Keyword& keyword = keywords()[k];
      if (keyword.merge == Keyword::Merge::first && taken[k]) continue;
      if (keyword.merge == Keyword::Merge::accumulate && !in_match && taken_in_match[k]) continue;
      taken[k] = true;
      taken_in_match[k] = taken_in_match[k] || in_match;
      // It has been read without an Error before.
      static_cast<void>(keyword.read({setting.words, setting.raw, config.lists}, options));
    }
  }
  complete(config.lists, options);
  return options;
}

}  // namespace

ServerOptions effective(const Config& config) {
  return effective(config, nullptr);
}

ServerOptions effective(const Config& config, const ConnectionFacts& facts) {
  return effective(config, &facts);
}

void Printer::keyword(std::string_view name) {
  keyword_ = lower_case(name);
}

void Printer::line(std::string_view value) {
  to_ += keyword_;
  to_ += ' ';
  to_ += value;
  to_ += '\n';
}

std::string print_effective(const ServerOptions& options) {
  std::string text;
  Printer printer(text);
  for (const Keyword& keyword : keywords()) {
    printer.keyword(keyword.name);
    keyword.print(options, printer);
  }
  return text;
}

Result<std::string> expand_tokens(std::string_view text, const UserFacts& user) {
  std::string expanded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      expanded += text[i];
      continue;
    }
    const char token = ++i < text.size() ? text[i] : '\0';
    switch (token) {
      case '%':
        expanded += '%';
        break;
      case 'h':
        expanded += user.home;
        break;
      case 'u':
        expanded += user.name;
        break;
      case 'U':
        expanded += std::to_string(user.uid);
        break;
      default:
        return failure(quote(text) + " has a % that is none of %%, %h, %u and %U");
    }
  }
  return expanded;
}

Result<void> check_access(const ServerOptions& options, std::string_view user, const Names& groups,
                          std::string_view host, std::string_view address) {
  // Each pattern has been checked, so a match cannot fail; if it did, it would not let anybody in.
  const auto is_in = [&](const Names& patterns, bool if_wrong) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
      return match_user(user, host, address, pattern).value_or(if_wrong);
    });
  };
  const auto has_group = [&](const Names& patterns) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
      return std::any_of(groups.begin(), groups.end(),
                         [&](const std::string& group) { return match_pattern(group, pattern); });
    });
  };
  if (is_in(options.deny_users, true)) return failure("user is listed in DenyUsers");
  if (!options.allow_users.empty() && !is_in(options.allow_users, false)) {
    return failure("user is not listed in AllowUsers");
  }
  if (has_group(options.deny_groups)) return failure("a group of the user is listed in DenyGroups");
  if (!options.allow_groups.empty() && !has_group(options.allow_groups)) {
    return failure("no group of the user is listed in AllowGroups");
  }
  return {};
}

}  // namespace ssh::config
