// See patterns.hpp. The rules are those of ssh_config(5) PATTERNS and of the places that use them.
//
// Invariant: a list that is malformed anywhere is an Error, whatever its other entries say, so that
// a mistake never lets anybody in.
#include "ssh/patterns.hpp"

#include <algorithm>

namespace ssh {
namespace {

/// Calls visit(entry, negated) for each entry, until it returns false.
template <typename Visit>
void for_each_entry(std::string_view list, Visit visit) {
  while (true) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view entry = list.substr(0, comma);
    const bool negated = entry.starts_with('!');
    if (negated) entry.remove_prefix(1);
    if (!visit(entry, negated) || comma == list.size()) return;
    list.remove_prefix(comma + 1);
  }
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string quoted(std::string_view entry) {
  return "\"" + std::string(entry.substr(0, 100)) + "\"";
}

}  // namespace

bool match_pattern(std::string_view text, std::string_view pattern) {
  std::size_t t = 0;
  std::size_t p = 0;
  // Where to go on if what follows the last star does not fit: only that star has to take more.
  std::size_t after_star = std::string_view::npos;
  std::size_t taken = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      taken = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (after_star != std::string_view::npos) {
      p = after_star;
      t = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

ListMatch match_pattern_list(std::string_view text, std::string_view list) {
  ListMatch match = ListMatch::none;
  for_each_entry(list, [&](std::string_view entry, bool negated) {
    if (match_pattern(text, entry)) {
      match = negated ? ListMatch::negative : ListMatch::positive;
    }
    return match != ListMatch::negative;
  });
  return match;
}

Result<ListMatch> match_address_list(std::string_view address, std::string_view list) {
  const std::optional<Address> parsed = parse_address(address);
  // Patterns see the one way of writing an address, however the peer's came to be written.
  const std::string text = parsed ? to_string(*parsed) : lower_case(address);
  ListMatch match = ListMatch::none;
  std::optional<Error> error;
  for_each_entry(list, [&](std::string_view entry, bool negated) {
    const auto network = parse_network(entry);
    if (entry.empty() || !network) {
      error = entry.empty() ? Error{"empty entry in a list of addresses"} : network.error();
      return false;
    }
    const bool matches = *network ? parsed && (*network)->contains(*parsed)
                                  : !text.empty() && match_pattern(text, lower_case(entry));
    if (matches && match != ListMatch::negative) {
      match = negated ? ListMatch::negative : ListMatch::positive;
    }
    return true;
  });
  if (error) return tl::unexpected<Error>(*error);
  return match;
}

Result<bool> match_host_or_address(std::string_view host, std::string_view address,
                                   std::string_view list) {
  const auto by_address = match_address_list(address, list);
  if (!by_address) return tl::unexpected<Error>(by_address.error());
  const ListMatch by_name =
      host.empty() ? ListMatch::none : match_pattern_list(lower_case(host), lower_case(list));
  if (*by_address == ListMatch::negative || by_name == ListMatch::negative) return false;
  return *by_address == ListMatch::positive || by_name == ListMatch::positive;
}

Result<bool> match_network_list(std::string_view address, std::string_view list) {
  const std::optional<Address> parsed = parse_address(address);
  bool match = false;
  std::optional<Error> error;
  for_each_entry(list, [&](std::string_view entry, bool negated) {
    const auto network = parse_network(entry);
    if (negated || !network || !*network) {
      error = network ? Error{quoted(entry) + " is no network"} : network.error();
      return false;
    }
    match = match || (parsed && (*network)->contains(*parsed));
    return true;
  });
  if (error) return tl::unexpected<Error>(*error);
  return match;
}

Result<bool> match_user(std::string_view user, std::string_view host, std::string_view address,
                        std::string_view pattern) {
  // A name may have an @ of its own; that of a host may not.
  const std::size_t at = pattern.rfind('@');
  if (at == std::string_view::npos) return match_pattern(user, pattern);
  // The list of hosts is read also for other users: a mistake in it has to be seen.
  const auto from = match_host_or_address(host, address, pattern.substr(at + 1));
  if (!from) return from;
  return *from && match_pattern(user, pattern.substr(0, at));
}

}  // namespace ssh
