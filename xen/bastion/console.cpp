#include "bastion/console.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace bastion {
namespace {

constexpr std::size_t kLogLines = 20;

using Words = std::vector<std::string_view>;

Words split(std::string_view line) {
  Words words;
  while (true) {
    const auto begin = line.find_first_not_of(" \t");
    if (begin == line.npos) return words;
    line.remove_prefix(begin);
    const auto end = std::min(line.find_first_of(" \t"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Columns with two blanks between them; the last one is not padded.
std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text.append(widths[i] - row[i].size() + 2, ' ');
    }
    text += '\n';
  }
  return text;
}

std::string duration(std::int64_t seconds) {
  const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return std::to_string(seconds / 3600) + ":" + two(seconds / 60 % 60) + ":" + two(seconds % 60);
}

struct Call {
  const Observed& observed;
  std::uint32_t own;
  Words arguments;
};

CommandResult status(const Call& call) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, value] : call.observed.status()) rows.push_back({name, value});
  return {table(rows)};
}

CommandResult connections(const Call& call) {
  std::vector<std::vector<std::string>> rows{
      {"id", "user", "from", "tcp", "time", "in", "out", "channels"}};
  for (const auto& c : call.observed.connections()) {
    std::string channels;
    for (const auto& channel : c.channels) channels += (channels.empty() ? "" : ", ") + channel;
    rows.push_back({std::to_string(c.id) + (c.id == call.own ? "*" : ""),
                    c.user.empty() ? "-" : c.user, c.peer, c.tcp_state, duration(c.seconds),
                    std::to_string(c.bytes_in), std::to_string(c.bytes_out),
                    channels.empty() ? "-" : channels});
  }
  return {table(rows)};
}

CommandResult policy(const Call& call) {
  auto id = std::optional(call.own);
  if (!call.arguments.empty()) id = number(call.arguments[0]);
  const auto places = id ? call.observed.places(*id) : std::vector<PlaceView>();
  if (places.empty()) return {"no such connection; 'connections' lists them\n", 1};
  std::vector<std::vector<std::string>> rows{{"of", "automaton", "waits at", ""}};
  for (const auto& place : places) {
    auto text = place.text;
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    const auto slash = place.file.rfind('/');
    const auto file = slash == place.file.npos ? place.file : place.file.substr(slash + 1);
    rows.push_back({place.of, std::string(place.automaton),
                    std::string(file) + ":" + std::to_string(place.line), std::string(text)});
  }
  return {table(rows)};
}

CommandResult metrics(const Call& call) {
  return {call.observed.metrics()};
}

CommandResult log(const Call& call) {
  std::size_t lines = kLogLines;
  if (!call.arguments.empty()) {
    const auto wanted = number(call.arguments[0]);
    if (!wanted) return {"as in: log 100\n", 1};
    lines = *wanted;
  }
  return {call.observed.log(lines)};
}

CommandResult leave(const Call&) {
  return {"", 0, true};
}

struct Command {
  std::string_view name;
  std::string_view argument;
  std::string_view help;
  CommandResult (*run)(const Call&);
};
constexpr std::array<Command, 6> kCommands{
    {{"status", "", "uptime, addresses, memory, counts", status},
     {"connections", "", "who is connected, and what for; * is yourself", connections},
     {"policy", "[ID]", "where the policies of a connection are: automaton and source line",
      policy},
     {"metrics", "", "everything that is counted, for Prometheus", metrics},
     {"log", "[N]", "the last N lines of the log (20)", log},
     {"exit", "", "", leave}}};

std::string help() {
  std::vector<std::vector<std::string>> rows;
  for (const auto& command : kCommands) {
    const std::string argument(command.argument);
    rows.push_back({std::string(command.name) + (argument.empty() ? "" : " " + argument),
                    std::string(command.help)});
  }
  return "This console shows what goes on, and changes nothing.\n" + table(rows);
}

}  // namespace

CommandResult run_command(const Observed& observed, std::uint32_t own, std::string_view line) {
  auto words = split(line);
  if (words.empty()) return {};
  const auto name = words[0];
  words.erase(words.begin());
  if (name == "help" || name == "?") return {help()};
  for (const auto& command : kCommands) {
    if (command.name != name) continue;
    if (words.size() > (command.argument.empty() ? 0U : 1U)) {
      return {"as in: " + std::string(name) + " " + std::string(command.argument) + "\n", 1};
    }
    return command.run({observed, own, std::move(words)});
  }
  std::string shown(name.substr(0, 40));
  std::ranges::replace_if(
      shown, [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, '?');
  return {"'" + shown + "' is no command here; 'help' lists them\n", 127};
}

}  // namespace bastion
