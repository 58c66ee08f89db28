// Files of hosts. A line is "[N/][user@]host", perhaps with a group ("@group/") or an ssh command
// before it; '#' begins a comment.
#include "hosts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "command.hpp"
#include "files.hpp"

namespace spl::distribute {
namespace {

constexpr std::size_t kLongestHosts = std::size_t{1} << 20U;

std::string_view trimmed(std::string_view line) {
  line = line.substr(0, line.find('#'));
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
  return line;
}

/// As GNU parallel names it: without group and number of jobs.
std::string_view host_of(std::string_view line) {
  line = trimmed(line);
  if (line.starts_with('@')) line.remove_prefix(std::min(line.size(), line.find('/') + 1));
  const auto digits = line.find_first_not_of("0123456789");
  if (digits != 0 && digits != std::string_view::npos && line[digits] == '/') {
    line.remove_prefix(digits + 1);
  }
  return line;
}

template <class T>
bool number(std::string_view text, T& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::variant<std::vector<std::string>, promela::ToolFailure> read_hosts(const std::string& path) {
  const auto text = read_text(path, kLongestHosts);
  if (!text) {
    return environment(fmt::format("cannot read the file of hosts '{}'", path),
                       "one host a line, as for ssh: user@host");
  }
  std::vector<std::string> hosts;
  for (const auto& line : lines_of(*text)) {
    if (!trimmed(line).empty()) hosts.emplace_back(trimmed(line));
  }
  if (hosts.empty()) {
    return environment(fmt::format("the file of hosts '{}' names no host", path),
                       "one host a line, as for ssh: user@host");
  }
  return hosts;
}

std::vector<JobLogEntry> read_joblog(std::string_view text) {
  std::vector<JobLogEntry> entries;
  for (const auto& line : lines_of(text)) {
    std::vector<std::string_view> fields;
    std::string_view rest = line;
    for (int i = 0; i < 8 && rest.find('\t') != std::string_view::npos; ++i) {
      fields.push_back(rest.substr(0, rest.find('\t')));
      rest.remove_prefix(rest.find('\t') + 1);
    }
    JobLogEntry entry;
    if (fields.size() != 8 || !number(fields[0], entry.number) ||
        !number(fields[6], entry.status) || !number(fields[7], entry.signal)) {
      continue;
    }
    entry.host = trimmed(fields[1]);
    entries.push_back(std::move(entry));
  }
  return entries;
}

HostState judge_hosts(std::string_view hosts, std::string_view joblog, std::string_view said) {
  std::map<std::string, bool, std::less<>> works;
  for (const auto& entry : read_joblog(joblog)) {
    works[entry.host] = entry.status == 0 && entry.signal == 0;
  }
  std::map<std::string, std::string, std::less<>> words;
  for (const auto& line : lines_of(said)) {
    const auto tab = line.find('\t');
    if (tab != std::string::npos) words[line.substr(0, tab)] = last_line(line.substr(tab + 1));
  }
  HostState state;
  for (const auto& line : lines_of(hosts)) {
    const std::string host(host_of(line));
    const auto at = works.find(host);
    // One that the log calls something else is left to GNU parallel.
    if (at == works.end() ? !works.empty() : at->second) {
      state.usable.push_back(line);
    } else {
      const auto why = words.find(host);
      state.reasons.push_back(
          fmt::format("{}: {}", host, why == words.end() ? "no answer" : why->second));
    }
  }
  return state;
}

}  // namespace spl::distribute
