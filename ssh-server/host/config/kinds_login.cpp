// Keywords about logging in, sessions and the server itself: see kinds_apart.hpp; sshd_config(5).
#include <fmt/format.h>

#include <algorithm>

#include "host/config/kinds_apart.hpp"

namespace ssh::config {

Status AuthorizedKeysFileKind::read(const Input& input, ServerOptions& options) {
  Names files;
  for (const std::string& word : input.words) {
    const auto path = read_token_path(word, true);
    if (!path) return status_of(path);
    if (path->empty() && input.words.size() > 1) return failure("\"none\" stands alone");
    if (!path->empty()) files.push_back(*path);
  }
  options.authorized_keys_files = std::move(files);
  return {};
}

void AuthorizedKeysFileKind::print(const ServerOptions& options, Printer& printer) {
  print_or_none(join(options.authorized_keys_files, " "), printer);
}

Status AuthenticationMethodsKind::read(const Input& input, ServerOptions& options) {
  static const Names kMethods = {"publickey", "password", "keyboard-interactive",
                                 "keyboard-interactive:pam", "none"};
  std::vector<Names> lists;
  for (const std::string& word : input.words) {
    if (word == "any") {
      if (input.words.size() > 1) return failure("\"any\" stands alone");
      break;
    }
    Names methods;
    for (const std::string_view method : split(word, ',')) {
      if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end()) {
        return failure("there is no method " + quote(method) + " here" +
                       did_you_mean(method, kMethods));
      }
      methods.emplace_back(method);
    }
    lists.push_back(std::move(methods));
  }
  options.authentication_methods = std::move(lists);
  return {};
}

void AuthenticationMethodsKind::print(const ServerOptions& options, Printer& printer) {
  Names lists;
  for (const Names& methods : options.authentication_methods) lists.push_back(join(methods, ","));
  printer.line(lists.empty() ? "any" : join(lists, " "));
}

Status PamServiceKind::read(const Input& input, ServerOptions& options) {
  // It is the name of a file in /etc/pam.d, and of nothing above it.
  const std::string& word = input.words[0];
  if (word.empty() || word.size() > 64 || word.find('/') != std::string::npos || word[0] == '.') {
    return failure(quote(word) + " is no name of a service");
  }
  options.pam_service_name = word;
  return {};
}

void PamServiceKind::print(const ServerOptions& options, Printer& printer) {
  printer.line(options.pam_service_name);
}

Status UserEnvironmentKind::read(const Input& input, ServerOptions& options) {
  const std::string word = lower_case(input.words[0]);
  options.permit_user_environment = word == "yes" ? "*" : word == "no" ? "" : input.words[0];
  return {};
}

void UserEnvironmentKind::print(const ServerOptions& options, Printer& printer) {
  const std::string& patterns = options.permit_user_environment;
  printer.line(patterns.empty() ? "no" : patterns == "*" ? "yes" : patterns);
}

Status SetEnvKind::read(const Input& input, ServerOptions& options) {
  options.set_env.clear();
  for (const std::string& word : input.words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0) {
      return failure(quote(word) + " is no NAME=VALUE");
    }
    const std::string name = word.substr(0, equals);
    const bool known = std::any_of(options.set_env.begin(), options.set_env.end(),
                                   [&](const auto& variable) { return variable.first == name; });
    if (!known) options.set_env.emplace_back(name, word.substr(equals + 1));
  }
  return {};
}

void SetEnvKind::print(const ServerOptions& options, Printer& printer) {
  for (const auto& [name, value] : options.set_env) printer.line(name + "=" + value);
}

Status ForceCommandKind::read(const Input& input, ServerOptions& options) {
  options.force_command = lower_case(input.raw) == "none" ? "" : std::string(input.raw);
  return {};
}

void ForceCommandKind::print(const ServerOptions& options, Printer& printer) {
  print_or_none(options.force_command, printer);
}

Status SubsystemKind::read(const Input& input, ServerOptions& options) {
  if (input.words.size() < 2) return failure("a name and a command are wanted");
  const std::string& name = input.words[0];
  const bool known = std::any_of(options.subsystems.begin(), options.subsystems.end(),
                                 [&](const Subsystem& s) { return s.name == name; });
  if (known) return {};
  const Names words(input.words.begin() + 1, input.words.end());
  options.subsystems.push_back({name, join(words, " ")});
  return {};
}

void SubsystemKind::print(const ServerOptions& options, Printer& printer) {
  for (const Subsystem& s : options.subsystems) printer.line(s.name + " " + s.command);
}

Status VersionAddendumKind::read(const Input& input, ServerOptions& options) {
  options.version_addendum.clear();
  if (lower_case(input.raw) == "none") return {};
  // RFC 4253 section 4.2: at most 255 characters in all, of US-ASCII.
  const bool printable =
      std::all_of(input.raw.begin(), input.raw.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (!printable || input.raw.size() > 200) return failure("not printable, or too long");
  options.version_addendum = input.raw;
  return {};
}

void VersionAddendumKind::print(const ServerOptions& options, Printer& printer) {
  print_or_none(options.version_addendum, printer);
}

Status BindMaskKind::read(const Input& input, ServerOptions& options) {
  const std::string& word = input.words[0];
  unsigned mask = 0;
  const bool octal =
      !word.empty() && word.size() <= 4 && std::all_of(word.begin(), word.end(), [&](char c) {
        mask = mask * 8 + static_cast<unsigned>(c - '0');
        return c >= '0' && c <= '7';
      });
  if (!octal || mask > 0777) return failure(quote(word) + " is no octal number up to 0777");
  options.stream_local_bind_mask = mask;
  return {};
}

void BindMaskKind::print(const ServerOptions& options, Printer& printer) {
  printer.line(fmt::format("0{:03o}", options.stream_local_bind_mask));
}

Status LogFileKind::read(const Input& input, ServerOptions& options) {
  const std::string& word = input.words[0];
  if (word != "stderr" && word != "syslog" && word != "journal" && !word.starts_with('/')) {
    return failure(quote(word) + " is none of stderr, syslog, journal, and no absolute path");
  }
  options.log_file = word;
  return {};
}

void LogFileKind::print(const ServerOptions& options, Printer& printer) {
  printer.line(options.log_file);
}

namespace {
bool is_loopback(const ListenAddress& given) {
  const auto address = parse_address(given.host);
  return address && (address->v6 ? address == parse_address("::1") : address->bytes[0] == 127);
}
}  // namespace

Status MetricsAddressKind::read(const Input& input, ServerOptions& options) {
  options.metrics_address.reset();
  if (lower_case(input.words[0]) == "none") return {};
  const auto given = read_listen_address(input.words[0]);
  if (!given) return status_of(given);
  // Metrics tell who logs in from where, and are not protected.
  if (!is_loopback(*given) || !given->port)
    return failure(quote(input.words[0]) + " is no 127.0.0.1:PORT");
  options.metrics_address = *given;
  return {};
}

void MetricsAddressKind::print(const ServerOptions& options, Printer& printer) {
  printer.line(options.metrics_address ? to_string(*options.metrics_address) : "none");
}

Status DebuggerKind::read(const Input& input, ServerOptions& options) {
  options.debugger.reset();
  options.debugger_any_address = false;
  const bool any = input.words.size() > 1;
  if (any && lower_case(input.words[1]) != "any-address") {
    return failure(quote(input.words[1]) + " is not any-address");
  }
  if (lower_case(input.words[0]) == "none") return {};
  const auto given = read_listen_address(input.words[0]);
  if (!given) return status_of(given);
  if (!given->port || !parse_address(given->host)) {
    return failure(quote(input.words[0]) + " is no 127.0.0.1:PORT");
  }
  // Who knows the page's address sees who logs in and what they do, and nothing is encrypted.
  if (!any && !is_loopback(*given)) {
    return failure(quote(input.words[0]) +
                   " is not of the loopback interface; the page is not encrypted, so other "
                   "addresses have to be forced (any-address)");
  }
  options.debugger = *given;
  options.debugger_any_address = any;
  return {};
}

void DebuggerKind::print(const ServerOptions& options, Printer& printer) {
  printer.line(!options.debugger ? "none"
                                 : to_string(*options.debugger) +
                                       (options.debugger_any_address ? " any-address" : ""));
}

Status WorkersKind::read(const Input& input, ServerOptions& options) {
  if (lower_case(input.words[0]) == "auto") {
    options.workers = 0;
    return {};
  }
  return Number<&ServerOptions::workers, 1, 256>::read(input, options);
}

void WorkersKind::print(const ServerOptions& options, Printer& printer) {
  printer.line(options.workers == 0 ? "auto" : std::to_string(options.workers));
}

}  // namespace ssh::config
