// See login.hpp.
#include "monitor/login.hpp"

#include <fmt/format.h>
#include <shadow.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "monitor/files.hpp"

namespace ssh::host::monitor {
namespace {

constexpr std::size_t kLargestBanner = 16 * 1024;

/// "keyboard-interactive:pam" -> "keyboard-interactive".
std::string_view without_device(std::string_view method) {
  return method.substr(0, method.find(':'));
}

/// What the shadow file says against a login without a password; PAM has its own say.
std::string shadow_objection(const std::string& name) {
  const spwd* entry = ::getspnam(name.c_str());
  if (entry == nullptr) {
    return {};
  }
  if (entry->sp_pwdp != nullptr && entry->sp_pwdp[0] == '!') {
    return "account is locked";
  }
  const std::time_t today = std::time(nullptr) / (24 * 60 * 60);
  if (entry->sp_expire > 0 && entry->sp_expire < today) {
    return "account has expired";
  }
  return {};
}

}  // namespace

Login::Login(Context& context, std::shared_ptr<const Settings> settings, Peer peer)
    : context_(context), settings_(std::move(settings)), peer_(std::move(peer)) {}

std::string Login::who() const {
  if (!met_) {
    return {};
  }
  if (authenticated_) {
    return fmt::format("user {} ", user_);
  }
  return fmt::format("{} user {} ", exists_ && allowed_ ? "authenticating" : "invalid", user_);
}

// Who it is.

void Login::meet_user(const std::string& user) {
  met_ = true;
  user_ = user;
  auto found = find_account(user);
  if (context_.user_mode && found && found->uid != ::geteuid()) {
    found.reset();  // nobody else can be served
  }
  exists_ = found.has_value();
  account_ = exists_ ? std::move(*found) : fake_account(user);
  config::ConnectionFacts facts;
  facts.user = user;
  facts.groups = account_.groups;
  facts.address = peer_.address;
  facts.local_address = peer_.local_address;
  facts.local_port = static_cast<std::uint16_t>(peer_.local_port);
  options_ = config::effective(settings_->config, facts);
  if (options_.authentication_methods.empty()) {
    for (const char* method : {"publickey", "password", "keyboard-interactive"}) {
      lists_.push_back({method});
    }
  }
  for (const auto& list : options_.authentication_methods) {
    lists_.emplace_back();
    for (const std::string& method : list) {
      lists_.back().emplace_back(without_device(method));
    }
  }
  check_user();
  banner_ = banner();
}

void Login::check_user() {
  const auto refuse = [&](const std::string& why) {
    context_.log.write(
        LogLevel::info,
        fmt::format("User {} from {} not allowed because {}", user_, peer_.address, why),
        {{"user", user_}, {"address", peer_.address}});
  };
  if (!exists_) {
    context_.log.write(
        LogLevel::info,
        fmt::format("Invalid user {} from {} port {}", user_, peer_.address, peer_.port),
        {{"user", user_}, {"address", peer_.address}});
    return;
  }
  struct stat status {};
  if (::stat(account_.shell.c_str(), &status) != 0) {
    refuse(fmt::format("shell {} does not exist", account_.shell));
  } else if (!S_ISREG(status.st_mode) || (status.st_mode & 0111) == 0) {
    refuse(fmt::format("shell {} is not executable", account_.shell));
  } else if (const auto access =
                 config::check_access(options_, user_, account_.groups, "", peer_.address);
             !access) {
    refuse(access.error().text);
  } else if (const std::string objection = options_.use_pam ? "" : shadow_objection(user_);
             !objection.empty()) {
    refuse(objection);
  } else {
    allowed_ = true;
  }
}

std::string Login::banner() {
  if (options_.banner.empty()) {
    return {};
  }
  auto text = read_file(options_.banner, kLargestBanner);
  return text ? std::move(*text) : std::string();
}

// Which methods.

bool Login::enabled(std::string_view method) const {
  return (method == "publickey" && options_.pubkey_authentication) ||
         (method == "password" && options_.password_authentication && passwords_possible()) ||
         (method == "keyboard-interactive" && options_.kbd_interactive_authentication &&
          passwords_possible());
}

std::vector<std::string> Login::methods() const {
  std::vector<std::string> names;
  for (const auto& list : lists_) {
    if (!list.empty() && enabled(list.front()) &&
        std::find(names.begin(), names.end(), list.front()) == names.end()) {
      names.push_back(list.front());
    }
  }
  return names;
}

bool Login::begin(const std::string& user, std::string_view method, Answered& answered) {
  passwords_.reset();
  search_.reset();
  const bool first = std::exchange(first_, false);
  if (give_up_) {
    answer(answered, AuthFailure{{}, false, true});
    return false;
  }
  if (!met_) {
    meet_user(user);
  } else if (user != user_) {
    // RFC 4252 section 5: what has been achieved must not count for another user.
    give_up_ = "Change of username or service not allowed";
    context_.log.info("Change of username or service not allowed: {} -> {} [preauth]", user_, user);
    answer(answered, AuthFailure{{}, false, true});
    return false;
  }
  tried_ = tried_ || method != "none";
  const auto possible = methods();
  if (std::find(possible.begin(), possible.end(), method) != possible.end()) {
    return true;
  }
  Outcome outcome;
  outcome.method = method;
  // Every client asks for "none" first, to learn the methods.
  outcome.counts = method != "none" || !first;
  fail(outcome, false, answered);
  return false;
}

void Login::attempt(const request::AuthNone& none, ByteView, Answered answered) {
  begin(none.user, "none", answered);
}

void Login::attempt(const request::AuthOther& other, ByteView, Answered answered) {
  // A name that the log and the metrics do not have to believe.
  begin(other.user, other.method == "hostbased" ? "hostbased" : "unknown", answered);
}

// How it ends.

bool Login::root_may(const Outcome& outcome) const {
  if (account_.uid != 0) {
    return true;
  }
  switch (options_.permit_root_login) {
    case config::RootLogin::yes:
      return true;
    case config::RootLogin::no:
      return false;
    case config::RootLogin::prohibit_password:
      return outcome.method == "publickey";
    case config::RootLogin::forced_commands_only:
      return outcome.method == "publickey" && outcome.key_options && outcome.key_options->command;
  }
  return false;
}

bool Login::complete(const std::string& method) {
  bool done = false;
  for (auto& list : lists_) {
    if (!list.empty() && list.front() == method) {
      list.erase(list.begin());
      done = done || list.empty();
    }
  }
  return done;
}

void Login::finish(Outcome outcome, Answered answered) {
  if (outcome.ok && !(exists_ && allowed_)) {
    outcome.ok = false;
  }
  if (outcome.ok && !context_.user_mode && !root_may(outcome)) {
    context_.log.info("ROOT LOGIN REFUSED FROM {} port {}", peer_.address, peer_.port);
    outcome.ok = false;
  }
  if (outcome.ok && outcome.key_options) {
    if (auto merged = key_options_set_ ? merge(key_options_, *outcome.key_options)
                                       : Result<KeyOptions>(*outcome.key_options)) {
      key_options_ = std::move(*merged);
      key_options_set_ = true;
    } else {
      context_.log.info("{}", merged.error().text);
      outcome.ok = false;
    }
  }
  if (!outcome.ok) {
    fail(outcome, false, answered);
  } else if (!complete(outcome.method)) {
    fail(outcome, true, answered);
  } else if (options_.use_pam && !pam_) {
    check_account(std::move(outcome), std::move(answered));
  } else {
    open_session(std::move(outcome), std::move(answered));
  }
}

void Login::succeed(const Outcome& outcome, const Answered& answered) {
  write_log(outcome, "Accepted");
  context_.metrics.authentication(outcome.method, "accepted");
  authenticated_ = true;
  answer(answered, AuthSuccess{}, permissions());
}

void Login::fail(const Outcome& outcome, bool partial, const Answered& answered) {
  if (!partial && outcome.counts) {
    ++failures_;
  }
  // Asking for the methods is no attempt: fail2ban would take it for one.
  if (partial || outcome.counts) {
    write_log(outcome, partial ? "Partial" : "Failed");
    context_.metrics.authentication(outcome.method, partial ? "partial" : "failed");
  }
  if (failures_ >= options_.max_auth_tries && !give_up_) {
    context_.log.error(
        "maximum authentication attempts exceeded for {}{} from {} port {} ssh2 [preauth]",
        exists_ && allowed_ ? "" : "invalid user ", user_, peer_.address, peer_.port);
    give_up_ = "Too many authentication failures";
  }
  answer(answered, AuthFailure{methods(), partial, outcome.counts});
}

void Login::answer(const Answered& answered, AuthAnswer body,
                   std::optional<reply::Permissions> permissions) {
  reply::Authentication reply{std::move(body), std::move(permissions), std::nullopt};
  if (banner_ && !banner_->empty()) {
    reply.banner = std::move(banner_);
  }
  banner_.reset();
  answered(std::move(reply));
}

// As OpenSSH's auth_log() words it, and with the same idea of what is worth a line: fail2ban reads
// it.
void Login::write_log(const Outcome& outcome, std::string_view verb) {
  const bool valid = exists_ && allowed_;
  const bool worth = verb == "Accepted" || !valid || failures_ >= options_.max_auth_tries / 2 ||
                     outcome.method == "password";
  const std::string_view device =
      outcome.method == "keyboard-interactive" && options_.use_pam ? "/pam" : "";
  context_.log.write(worth ? LogLevel::info : LogLevel::verbose,
                     fmt::format("{} {}{} for {}{} from {} port {} ssh2{}{}", verb, outcome.method,
                                 device, valid ? "" : "invalid user ", user_, peer_.address,
                                 peer_.port, outcome.info.empty() ? "" : ": ", outcome.info),
                     {{"event", verb},
                      {"method", outcome.method},
                      {"user", user_},
                      {"address", peer_.address},
                      {"key", outcome.info}});
}

reply::Permissions Login::permissions() const {
  const bool forwarding = !options_.disable_forwarding && key_options_.port_forwarding;
  using config::Forwarding;
  const auto allows = [](Forwarding setting, Forwarding direction) {
    return setting == Forwarding::yes || setting == direction;
  };
  reply::Permissions permissions;
  permissions.user = user_;
  permissions.terminal = options_.permit_tty && key_options_.pty;
  permissions.agent = options_.allow_agent_forwarding && !options_.disable_forwarding &&
                      key_options_.agent_forwarding;
  permissions.local_forwarding =
      forwarding && (allows(options_.allow_tcp_forwarding, Forwarding::local) ||
                     allows(options_.allow_stream_local_forwarding, Forwarding::local));
  permissions.remote_forwarding =
      forwarding && (allows(options_.allow_tcp_forwarding, Forwarding::remote) ||
                     allows(options_.allow_stream_local_forwarding, Forwarding::remote));
  permissions.accept_env = options_.accept_env;
  permissions.max_sessions = options_.max_sessions;
  permissions.alive_interval = options_.client_alive_interval;
  permissions.alive_count = options_.client_alive_count_max;
  return permissions;
}

}  // namespace ssh::host::monitor
