// See server.hpp. What it shows of itself is in observed.cpp.
#include "bastion/server.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "ssh/certificate.hpp"
#include "ssh/libcrypto_provider.hpp"

namespace bastion {
namespace {

using xenrt::Event;
using xenrt::Instant;

// What auditors have nothing against: no NIST curves, which some distrust, and MACs over what is
// encrypted only. Every client of the last ten years has some of each.
constexpr std::array<std::string_view, 4> kKeyExchange{
    "curve25519-sha256", "curve25519-sha256@libssh.org", "diffie-hellman-group16-sha512",
    "diffie-hellman-group18-sha512"};
constexpr std::array<std::string_view, 2> kMacs{"hmac-sha2-256-etm@openssh.com",
                                                "hmac-sha2-512-etm@openssh.com"};

/// Those of ours that the provider has, or, of a provider with names of its own, all of its.
std::vector<std::string> common_names(std::span<const std::string_view> ours,
                                      const std::vector<std::string_view>& theirs) {
  std::vector<std::string> names;
  for (const auto name : ours) {
    if (std::ranges::find(theirs, name) != theirs.end()) names.emplace_back(name);
  }
  if (names.empty()) names.assign(theirs.begin(), theirs.end());
  return names;
}

std::shared_ptr<const ssh::SessionOptions> session_options(const Config& config,
                                                           const ssh::CryptoProvider& crypto,
                                                           ssh::BufferPool& buffers) {
  auto options = std::make_shared<ssh::SessionOptions>();
  const auto names = [](const std::vector<std::string_view>& from) {
    return std::vector<std::string>(from.begin(), from.end());
  };
  options->crypto = &crypto;
  options->buffers = &buffers;
  options->key_exchange = common_names(kKeyExchange, crypto.key_exchange_methods());
  options->ciphers = names(crypto.ciphers());
  options->macs = common_names(kMacs, crypto.macs());
  for (const auto& key : config.host_keys) {
    options->host_keys.push_back({ssh::to_bytes(key->public_blob()), names(key->algorithms())});
  }
  options->public_key_algorithms = names(crypto.signature_algorithms());
  for (const auto name : crypto.signature_algorithms()) {
    if (const auto certificate = ssh::certificate_algorithm(name)) {
      options->public_key_algorithms.emplace_back(*certificate);
    }
  }
  options->software = "Statecall_1";
  options->login_grace = config.login_grace;
  options->max_auth_tries = config.max_auth_tries;
  options->max_channels = config.max_channels;
  options->alive_interval = config.alive_interval;
  options->window = options->window_limit = config.window;
  return options;
}

std::int64_t seconds_of(const std::function<std::int64_t()>& milliseconds) {
  return milliseconds() / 1000;
}

}  // namespace

Server::Server(xenrt::Stack& stack, const Config& config, const ssh::CryptoProvider& crypto,
               ServerHost host)
    : stack_(stack),
      config_(config),
      crypto_(crypto),
      host_(std::move(host)),
      log_(config.log_level, host_.unix_milliseconds),
      files_({{"log", [this] { return log(Log::kMostLines); }},
              {"metrics", [this] { return metrics(); }}},
             [this] { return seconds_of(host_.unix_milliseconds); }) {
  log_.add_sink([this](const LogLine& line) { host_.print(to_string(line)); });
  for (const auto& where : config.remote_logs) {
    auto& logger = remote_.emplace_back(
        std::make_unique<RemoteLogger>(stack, events_, where, config.net.hostname));
    log_.add_sink([&logger = *logger](const LogLine& line) { logger.write(line); });
  }
  startups_.set_limits(config.startups);
  penalties_.set(config.penalties);
  common_ = std::make_unique<Common>(
      Common{config, crypto, session_options(config, crypto, buffers_), stack, events_, log_,
             metrics_, *this, files_, [this] { return seconds_of(host_.unix_milliseconds); },
             [this](Connection& connection) { awake_.insert(connection.id()); }});
}

Server::~Server() {
  connections_.clear();
  if (listener_) stack_.close(*listener_);
}

std::string Server::start(Instant now) {
  started_ = now_ = now;
  const auto listener = stack_.listen(config_.port);
  if (!listener) {
    return "cannot listen at port " + std::to_string(config_.port) + ": " +
           to_string(listener.error);
  }
  listener_ = *listener;
  events_.add(*listener_, *this);
  for (const auto& key : config_.host_keys) {
    log_.write(LogLevel::info,
               "host key " + std::string(key->type()) + " " + ssh::fingerprint(key->public_blob()));
  }
  log_.write(LogLevel::info, "serving SSH at port " + std::to_string(config_.port));
  return "";
}

void Server::handle(const Event& event, Instant now) {
  now_ = now;
  events_.dispatch(event);
}

void Server::handle(const Event& event) {
  if (event.kind == Event::Kind::accepted) {
    accept(event);
  } else if (event.kind == Event::Kind::timer) {
    grace_.reset();
    for (auto& [id, guest] : connections_) guest.connection->disconnect("the host goes down");
  }
}

unsigned Server::percent() {
  // Uniform enough: 2^32 is no multiple of 100 by a part in forty millions.
  std::array<std::uint8_t, 4> bytes{};
  crypto_.random().fill(bytes);
  std::uint32_t value = 0;
  for (const auto byte : bytes) value = value << 8U | byte;
  return value % 100;
}

/// Empty: admitted, and counted.
std::string_view Server::why_not(const std::string& address, const std::string& source) {
  if (shutting_down_) return "the host goes down";
  if (penalties_.refused(address, source, now_)) return "a penalty";
  if (connections_.size() >= config_.max_connections) return "too many connections";
  switch (startups_.arrive(source, percent())) {
    case ssh::Startups::Verdict::too_many:
      return "too many that are not logged in";
    case ssh::Startups::Verdict::too_many_from_source:
      return "too many of this address that are not logged in";
    case ssh::Startups::Verdict::admitted:
      break;
  }
  return "";
}

/// RFC 4253 section 4.2: lines may come before the version; clients show or log them.
void Server::turn_away(xenrt::ConnectionId tcp, const std::string& peer, std::string_view why) {
  ++metrics_.turned_away;
  log_.write(LogLevel::info, peer + " turned away: " + std::string(why));
  constexpr std::string_view kText = "Not allowed at this time\r\n";
  stack_.write(tcp, ssh::as_bytes(kText));
  stack_.close(tcp);
}

void Server::accept(const Event& event) {
  const auto info = stack_.info(event.connection);
  if (!info) return;
  ++metrics_.connections;
  const std::string address = to_string(info->remote.address);
  const std::string peer = to_string(info->remote);
  const std::string source = ssh::source_of(address, {32, 64});
  if (const auto why = why_not(address, source); !why.empty()) {
    turn_away(event.connection, peer, why);
    return;
  }
  const auto id = ++last_id_;
  Guest guest{nullptr, address, source};
  guest.connection = std::make_unique<Connection>(*common_, id, event.connection, address, now_);
  connections_.emplace(id, std::move(guest));
}

bool Server::turn(Instant now) {
  now_ = now;
  for (const auto id : std::exchange(awake_, {})) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) continue;
    auto& guest = found->second;
    if (guest.connection->pump(now)) awake_.insert(id);
    if (guest.connection->logged_in() && std::exchange(guest.starting, false)) {
      startups_.leave(guest.source);
    }
    if (guest.connection->over()) reap(id);
  }
  for (auto& logger : remote_) logger->pump(now);
  return !awake_.empty();
}

void Server::reap(std::uint32_t id) {
  const auto found = connections_.find(id);
  auto& guest = found->second;
  const auto end = guest.connection->end();
  if (guest.starting) startups_.leave(guest.source);
  if (!end.logged_in) {
    const auto offence = end.grace_exceeded ? ssh::Offence::grace_exceeded
                         : end.tried        ? ssh::Offence::auth_failure
                                            : ssh::Offence::no_auth;
    penalties_.punish(offence, guest.address, guest.source, now_);
  }
  connections_.erase(found);
  awake_.erase(id);
}

void Server::begin_shutdown(Instant now) {
  if (std::exchange(shutting_down_, true)) return;
  log_.write(LogLevel::info, "going down: " + std::to_string(connections_.size()) +
                                 " connections have " +
                                 std::to_string(config_.shutdown_grace.count()) + " s");
  events_.remove(*listener_);
  stack_.close(*listener_);
  listener_.reset();
  // Who is not logged in has nothing to lose.
  for (auto& [id, guest] : connections_) {
    if (guest.starting) guest.connection->disconnect("the host goes down");
  }
  grace_ = stack_.set_timer(now + config_.shutdown_grace);
  events_.add(*grace_, *this);
}

}  // namespace bastion
