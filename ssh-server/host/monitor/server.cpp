// See server.hpp. This file: connections, from accept to their end. Starting, reloading and
// stopping is in server_life.cpp.
#include "monitor/server.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>

namespace ssh::host::monitor {
namespace {

/// The session ends a connection that does not log in; this is for a worker that does not.
constexpr Time kGraceOnTop = std::chrono::seconds(5);

NetBlock net_block(const config::ServerOptions& options) {
  return {options.per_source_net_block_size.v4, options.per_source_net_block_size.v6};
}

/// What OpenSSH sends to whom it turns away, before any key exchange: RFC 4253 section 4.2 allows
/// for lines before the version.
void say_goodbye(const UniqueFd& socket, std::string_view line) {
  ::send(socket.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace

bool Server::turned_away(const Peer& peer, const std::string& source) {
  const auto say = [&](std::string_view reason, const std::string& line) {
    metrics_.connection_dropped(reason);
    log_.write(LogLevel::info, line, {{"event", "dropped"}, {"address", peer.address}});
  };
  const auto from = fmt::format("[{}]:{} on [{}]:{}", peer.address, peer.port, peer.local_address,
                                peer.local_port);
  if (penalties_.refused(peer.address, source, loop_.now())) {
    say("penalty", fmt::format("drop connection #{} from {} penalty: too many failures",
                               startups_.count(), from));
    return true;
  }
  switch (startups_.arrive(source, static_cast<unsigned>(random_() % 100))) {
    case Startups::Verdict::admitted:
      return false;
    case Startups::Verdict::too_many:
      say("max_startups",
          fmt::format("drop connection #{} from {} past MaxStartups", startups_.count(), from));
      break;
    case Startups::Verdict::too_many_from_source:
      say("per_source", fmt::format("drop connection #{} from {} past PerSourceMaxStartups",
                                    startups_.count(), from));
      break;
  }
  return true;
}

void Server::accepted(UniqueFd socket, Peer peer) {
  metrics_.connection_accepted();
  const std::string source = source_of(peer.address, net_block(settings_->global));
  if (turned_away(peer, source)) {
    say_goodbye(socket, "Not allowed at this time\r\n");
    return;
  }
  const auto worker = workers_.least_loaded();
  if (!worker) {
    startups_.leave(source);
    metrics_.connection_dropped("no_worker");
    log_.error("no worker for the connection from {} port {}", peer.address, peer.port);
    return;
  }
  log_.verbose("Connection from {} port {} on {} port {}", peer.address, peer.port,
               peer.local_address, peer.local_port);
  const ConnectionId id = next_connection_++;
  Entry& entry = connections_[id];
  entry.worker = *worker;
  entry.source = source;
  entry.began = loop_.now();
  entry.connection = std::make_unique<Connection>(
      context_, settings_, id, peer,
      Connection::Events{[this, worker = *worker](ReplyMessage reply, std::vector<UniqueFd> with) {
                           workers_.send(worker, std::move(reply), std::move(with));
                         },
                         [this, id] { logged_in(id); }});
  if (settings_->global.login_grace_time.count() > 0) {
    entry.grace = loop_.after(settings_->global.login_grace_time + kGraceOnTop, [this, id] {
      connections_[id].connection->disconnect(DisconnectReason::by_application,
                                              "login grace time exceeded");
    });
  }
  workers_.connection_begun(*worker);
  std::vector<UniqueFd> with;
  with.push_back(std::move(socket));
  workers_.send(
      *worker,
      {id, 0, reply::Connection{peer.address, peer.local_address, peer.port, peer.local_port}},
      std::move(with));
}

void Server::log_lines(const std::string& text) {
  for (std::string_view rest = text; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    log_.write(LogLevel::error, line);
  }
}

Result<void> Server::message(std::size_t worker, RequestMessage message) {
  const auto entry = connections_.find(message.connection);
  // A worker may speak of what it was given, and of nothing else.
  if (entry == connections_.end() || entry->second.worker != worker) {
    return failure("it spoke of a connection that is not its own");
  }
  Connection& connection = *entry->second.connection;
  if (const auto* end = std::get_if<request::Ended>(&message.body)) {
    if (auto allowed = connection.announce(message.body); !allowed) {
      return allowed;
    }
    ended(entry, *end);
    return {};
  }
  auto handled = connection.handle(std::move(message));
  if (!handled) {
    log_lines(handled.error().text);
    return failure("it broke the policy privsep");
  }
  return {};
}

void Server::leave_startups(Entry& entry) {
  if (!entry.logged_in) {
    startups_.leave(entry.source);
  }
  entry.logged_in = true;
  entry.grace.reset();
}

void Server::logged_in(ConnectionId id) {
  leave_startups(connections_[id]);
}

void Server::punish(const Entry& entry) {
  const Login& login = entry.connection->login();
  const Time grace = settings_->global.login_grace_time;
  const Time now = loop_.now();
  const Offence offence = grace.count() > 0 && now - entry.began >= grace ? Offence::grace_exceeded
                          : login.failed()                                ? Offence::auth_failure
                                                                          : Offence::no_auth;
  penalties_.punish(offence, entry.connection->peer().address, entry.source, now);
}

// fail2ban's filter reads these lines: their words are OpenSSH's.
void Server::log_end(const Entry& entry, const request::Ended& how) {
  const Connection& connection = *entry.connection;
  const Peer& peer = connection.peer();
  const bool preauth = !connection.authenticated();
  const std::string reason = how.reason.substr(0, 1024);
  const std::string where = fmt::format("{} port {}", peer.address, peer.port);
  const std::string_view suffix = preauth ? " [preauth]" : "";
  std::string line;
  const Time grace = settings_->global.login_grace_time;
  if (reason.find("no matching") != std::string::npos) {
    line = fmt::format("Unable to negotiate with {}: {}{}", where,
                       reason.substr(reason.find("no matching")), suffix);
  } else if (preauth && grace.count() > 0 && loop_.now() - entry.began >= grace) {
    line = fmt::format("Timeout before authentication for {}", where);
  } else if (how.orderly) {
    line = fmt::format("Disconnected from {}{}{}", connection.login().who(), where, suffix);
  } else {
    line = fmt::format("Connection closed by {}{}{}", connection.login().who(), where, suffix);
  }
  log_.write(LogLevel::info, line,
             {{"event", "closed"},
              {"connection", std::to_string(connection.id())},
              {"address", peer.address},
              {"reason", reason}});
  log_.debug("connection {}: {}", connection.id(), reason);
}

void Server::ended(Entries::iterator entry, const request::Ended& how) {
  metrics_.connection_ended(how.counters);
  log_end(entry->second, how);
  if (!entry->second.connection->authenticated()) {
    punish(entry->second);
  }
  leave_startups(entry->second);
  workers_.connection_ended(entry->second.worker);
  tell_end(*entry->second.connection, how.reason);
  connections_.erase(entry);
  stop_if_done();
}

void Server::worker_lost(std::size_t worker, const std::string& why, bool expected) {
  std::vector<Entries::iterator> lost;
  for (auto entry = connections_.begin(); entry != connections_.end(); ++entry) {
    if (entry->second.worker == worker) {
      lost.push_back(entry);
    }
  }
  for (const auto& entry : lost) {
    Connection& connection = *entry->second.connection;
    const Peer& peer = connection.peer();
    log_.error("connection {} of {}{} port {} is lost with worker {}: {}", connection.id(),
               connection.login().who(), peer.address, peer.port, worker, why);
    if (!expected && !connection.authenticated()) {
      penalties_.punish(Offence::crash, peer.address, entry->second.source, loop_.now());
    }
    leave_startups(entry->second);
    tell_end(connection, "lost with its worker: " + why);
    connections_.erase(entry);
  }
  stop_if_done();
}

void Server::tell_end(const Connection& connection, std::string_view reason) {
  if (auto* const reporter = debugger_ ? debugger_->looking() : nullptr) {
    reporter->end({connection.id(), 0}, reason);
  }
}

std::string Server::metrics_text() const {
  Metrics::Now now;
  now.connections = connections_.size();
  now.not_logged_in = startups_.count();
  now.workers = workers_.running();
  now.children = children_.count();
  now.penalized = penalties_.sources();
  return metrics_.text(now);
}

}  // namespace ssh::host::monitor
