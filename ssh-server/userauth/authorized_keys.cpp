// Lines of authorized_keys and of files of principals, and the dates in them. See
// authorized_keys.hpp; sshd(8), AUTHORIZED_KEYS FILE FORMAT.
#include "ssh/authorized_keys.hpp"

#include <algorithm>
#include <chrono>

#include "userauth/text_lines.hpp"

namespace ssh {
namespace {

/// A key of 16384 bits takes 3 KiB; the rest is for options.
constexpr std::size_t kLongestLine = 16 * 1024;

/// Where the options end: at the first blank outside of quotes.
std::size_t end_of_options(std::string_view line) {
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '"') {
      ++i;
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && (line[i] == ' ' || line[i] == '\t')) {
      return i;
    }
  }
  return line.size();
}

Result<void> check_line(std::string_view line) {
  if (line.size() > kLongestLine) return failure("the line is too long");
  if (has_control_characters(line)) return failure("control characters in the line");
  return {};
}

/// The digits at a place, as a number.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (const char c : text.substr(at, count)) value = 10 * value + (c - '0');
  return value;
}

}  // namespace

Result<std::int64_t> parse_timespec(std::string_view text, TimeZone zone) {
  const std::string_view whole = text;
  if (text.ends_with('Z') || text.ends_with('z')) {
    text.remove_suffix(1);
    zone.seconds_east = 0;
  }
  const bool all_digits =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!all_digits || (text.size() != 8 && text.size() != 12 && text.size() != 14)) {
    return failure("\"" + std::string(whole.substr(0, 40)) + "\" is no YYYYMMDD[HHMM[SS]][Z]");
  }
  const std::chrono::year_month_day day{
      std::chrono::year(digits(text, 0, 4)),
      std::chrono::month(static_cast<unsigned>(digits(text, 4, 2))),
      std::chrono::day(static_cast<unsigned>(digits(text, 6, 2)))};
  const int hours = text.size() > 8 ? digits(text, 8, 2) : 0;
  const int minutes = text.size() > 8 ? digits(text, 10, 2) : 0;
  const int seconds = text.size() > 12 ? digits(text, 12, 2) : 0;
  // 60 is a leap second.
  if (!day.ok() || hours > 23 || minutes > 59 || seconds > 60) {
    return failure("\"" + std::string(whole) + "\" is no day or time that exists");
  }
  const std::int64_t days = std::chrono::sys_days(day).time_since_epoch().count();
  const std::int64_t time = ((days * 24 + hours) * 60 + minutes) * 60 + seconds - zone.seconds_east;
  if (time < 0) return failure("\"" + std::string(whole) + "\" is before 1970");
  return time;
}

Result<AuthorizedKey> parse_authorized_key(std::string_view line, TimeZone zone) {
  line = trimmed(line);
  if (const auto checked = check_line(line); !checked) {
    return tl::unexpected<Error>(checked.error());
  }
  AuthorizedKey result;
  // A line whose first word is a type of key has no options.
  const std::string_view first = line.substr(0, line.find_first_of(" \t"));
  const bool certificate = first.ends_with("-cert-v01@openssh.com");
  if (!is_public_key_type(first) && first != "ssh-dss" && !certificate) {
    const std::size_t end = end_of_options(line);
    auto options = parse_key_options(line.substr(0, end), zone);
    if (!options) return tl::unexpected<Error>(options.error());
    result.options = std::move(*options);
    line = trimmed(line.substr(end));
  }
  auto key = parse_public_key(line);
  if (!key) return tl::unexpected<Error>(key.error());
  result.key = std::move(*key);
  return result;
}

std::vector<KeyFileLine<AuthorizedKey>> parse_authorized_keys(std::string_view file,
                                                              TimeZone zone) {
  std::vector<KeyFileLine<AuthorizedKey>> lines;
  for_each_line(file, [&](std::size_t number, std::string_view line) {
    lines.push_back({number, parse_authorized_key(line, zone)});
  });
  return lines;
}

Result<AuthorizedPrincipal> parse_authorized_principal(std::string_view line, TimeZone zone) {
  line = trimmed(line);
  if (const auto checked = check_line(line); !checked) {
    return tl::unexpected<Error>(checked.error());
  }
  // The name is the last word, since the options may have blanks in quotes.
  const std::size_t blank = line.find_last_of(" \t");
  AuthorizedPrincipal result;
  result.name = line.substr(blank == std::string_view::npos ? 0 : blank + 1);
  if (result.name.empty()) return failure("no name");
  if (blank != std::string_view::npos) {
    auto options = parse_key_options(trimmed(line.substr(0, blank)), zone);
    if (!options) return tl::unexpected<Error>(options.error());
    result.options = std::move(*options);
  }
  return result;
}

std::vector<KeyFileLine<AuthorizedPrincipal>> parse_authorized_principals(std::string_view file,
                                                                          TimeZone zone) {
  std::vector<KeyFileLine<AuthorizedPrincipal>> lines;
  for_each_line(file, [&](std::size_t number, std::string_view line) {
    lines.push_back({number, parse_authorized_principal(line, zone)});
  });
  return lines;
}

}  // namespace ssh
