// The lines of an OpenSSH debug log, sorted into connections.
//
// A line may begin with what a logger puts before it: a time, a host, "sshd[123]:". With process
// ids the lines of several connections may be mixed; a connection moves to another process when the
// server drops its privileges ("User child is on pid 124"). Without them, one connection follows
// the other. Lines of the network child are passed on by its monitor and end in "[preauth]".
#include "openssh_log.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "openssh_connection.hpp"

namespace spl::driver {
namespace {

/// A line, taken apart.
struct Line {
  std::string_view process;  // digits, or empty
  bool daemon = false;       // the process is an sshd
  std::string_view message;
};

constexpr std::size_t kLongestPrefix = 160;

std::string_view without_level(std::string_view text) {
  for (const std::string_view level : {"debug1: ", "debug2: ", "debug3: "}) {
    if (text.starts_with(level)) return text.substr(level.size());
  }
  return text;
}

/// "Nov 24 02:04:20 host sshd[123]: rest": fills in the process and returns the rest.
std::string_view after_process(std::string_view text, Line& line) {
  const auto head = text.substr(0, kLongestPrefix);
  const auto end = head.find("]: ");
  if (end == std::string_view::npos) return text;
  const auto begin = head.rfind('[', end);
  if (begin == std::string_view::npos || begin + 1 == end) return text;
  const auto digits = head.substr(begin + 1, end - begin - 1);
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) return text;
  const auto name = head.substr(0, begin);
  const auto word = name.substr(name.find_last_of(" /") + 1);  // npos + 1 is 0
  if (!word.starts_with("ssh")) return text;
  line.daemon = word.starts_with("sshd");
  line.process = digits;
  return text.substr(end + 3);
}

/// A time before the level, without a process: everything up to "debugN: " is dropped, provided
/// that it could be a time.
std::string_view after_time(std::string_view text) {
  const auto at = text.substr(0, kLongestPrefix).find("debug");
  if (at == 0 || at == std::string_view::npos) return text;
  const auto prefix = text.substr(0, at);
  if (prefix.back() != ' ' && prefix.back() != ']') return text;
  const bool time = prefix.find_first_not_of("0123456789:.,+-/[]TZ ") == std::string_view::npos;
  return time ? text.substr(at) : text;
}

Line take_apart(std::string_view text) {
  Line line;
  if (text.ends_with('\r')) text.remove_suffix(1);
  auto message = after_process(text, line);
  if (line.process.empty()) message = after_time(message);
  for (const std::string_view mark : {" [preauth]", " [postauth]"}) {
    if (message.ends_with(mark)) message.remove_suffix(mark.size());
  }
  line.message = without_level(message);
  return line;
}

/// Calls f(text, number) for each line.
template <class F>
void each_line(std::string_view text, F&& f) {
  std::uint32_t number = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    f(text.substr(0, end), ++number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// Lines that only one side writes.
std::optional<OpensshRole> role_of(const Line& line) {
  static constexpr std::array kClient{
      "Connecting to ", "Authenticating to ",          "Next authentication method: ",
      "client_input_",  "Reading configuration data ", "SSH2_MSG_SERVICE_ACCEPT received"};
  static constexpr std::array kServer{
      "sshd version ", "Server listening on ", "Connection from ", "userauth-request for user ",
      "server_input_", "list_hostkey_types: ", "userauth_finish: "};
  if (line.daemon) return OpensshRole::server;
  const auto begins = [&](const char* start) { return line.message.starts_with(start); };
  if (std::ranges::any_of(kClient, begins)) return OpensshRole::client;
  if (std::ranges::any_of(kServer, begins)) return OpensshRole::server;
  return std::nullopt;
}

std::optional<OpensshRole> find_role(std::string_view text) {
  std::optional<OpensshRole> role;
  each_line(text, [&](std::string_view line, std::uint32_t) {
    if (!role) role = role_of(take_apart(line));
  });
  return role;
}

/// All connections of a log, and which process speaks for which.
class Connections {
 public:
  explicit Connections(OpensshRole role) : role_(role) {}

  void read(std::string_view text, std::uint32_t number) {
    const auto line = take_apart(text);
    static constexpr std::string_view kUserChild = "User child is on pid ";
    if (line.message.starts_with(kUserChild)) {
      const auto child = line.message.substr(kUserChild.size());
      const auto current = of_process_.find(line.process);
      if (!line.process.empty() && current != of_process_.end()) {
        of_process_.insert_or_assign(child, current->second);
      }
      return;
    }
    // Every connection begins with the version strings; a process may serve one after the other.
    auto found = of_process_.find(line.process);
    const bool begins = line.message.starts_with("Local version string ");
    if (found == of_process_.end() || (begins && !all_[found->second].empty())) {
      all_.emplace_back(role_, number, line.process);
      found = of_process_.insert_or_assign(line.process, all_.size() - 1).first;
    }
    all_[found->second].read(line.message, number);
  }

  std::vector<OpensshTrace> take() {
    std::vector<OpensshTrace> traces;
    for (auto& connection : all_) {
      if (connection.has_packets()) traces.push_back(connection.take());
    }
    std::ranges::stable_sort(traces, {}, &OpensshTrace::line);
    return traces;
  }

 private:
  OpensshRole role_;
  std::vector<OpensshConnection> all_;
  std::map<std::string_view, std::size_t> of_process_;  // into the text, which outlives this
};

}  // namespace

std::variant<OpensshLog, OpensshLogError> read_openssh_log(std::string_view text,
                                                           std::optional<OpensshRole> role) {
  static constexpr std::string_view kHint =
      "make the log with `ssh -vvv HOST 2>FILE`, or on the server with `sshd -ddd` or "
      "`LogLevel DEBUG3`";
  if (!role) role = find_role(text);
  if (!role) {
    return OpensshLogError{"nothing tells whether this is the log of an OpenSSH client or server",
                           std::string(kHint)};
  }
  Connections connections(*role);
  each_line(text,
            [&](std::string_view line, std::uint32_t number) { connections.read(line, number); });
  OpensshLog log{*role, connections.take()};
  if (log.traces.empty()) {
    return OpensshLogError{"the log has no 'send packet' or 'receive packet' lines",
                           std::string(kHint)};
  }
  return log;
}

}  // namespace spl::driver
