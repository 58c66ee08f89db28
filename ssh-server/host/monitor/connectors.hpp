// Forwarding: what is connected to and listened on for a user, by a process that runs as the user.
// RFC 4254 section 7; OpenSSH's PROTOCOL section 2.4 (streamlocal).
#pragma once

#include <memory>
#include <string>

#include "control/control.hpp"
#include "monitor/context.hpp"
#include "monitor/identity.hpp"
#include "monitor/task.hpp"
#include "ssh/authorized_keys.hpp"

namespace ssh::host::monitor {

/// What a user may forward, out of the configuration and the key's options. An Error says why not.
Result<void> may_connect(const config::ServerOptions& options, const KeyOptions& key,
                         const request::ConnectTcp& to);
Result<void> may_connect(const config::ServerOptions& options, const KeyOptions& key,
                         const request::ConnectStreamLocal& to);
Result<void> may_listen(const config::ServerOptions& options, const KeyOptions& key,
                        const Account& account, const request::ListenTcp& at);
Result<void> may_listen(const config::ServerOptions& options, const KeyOptions& key,
                        const request::ListenStreamLocal& at);
Result<void> may_forward_agent(const config::ServerOptions& options, const KeyOptions& key);

/// What to listen on, by GatewayPorts: names and addresses, "0.0.0.0" for all of IPv4 alone and
/// "::" for all of IPv6 alone. RFC 4254 section 7.1.
std::vector<std::string> bind_addresses(config::GatewayPorts gateway, const std::string& asked);

// Jobs for Task. Their answer is decoded by decode_sockets(), and has the sockets with it.

Task::Job connect_job(const Account& account, const request::ConnectTcp& to);
Task::Job connect_job(const Account& account, const request::ConnectStreamLocal& to);
/// On all of them, or on none; those of a family that this machine does not have do not count.
/// Port 0: any, the same for all.
Task::Job listen_job(const Account& account, std::vector<std::string> addresses,
                     std::uint32_t port);
/// `mask`: umask for the socket. `unlink`: in place of what is there.
Task::Job listen_job(const Account& account, const std::string& path, mode_t mask, bool unlink);
/// A socket in a new directory of mode 0700; its path is in the answer.
Task::Job agent_job(const Account& account);
/// Removes a socket, and its directory if it is an agent's.
Task::Job remove_job(const Account& account, const std::string& path, bool with_directory);

struct SocketAnswer {
  std::vector<UniqueFd> sockets;  // one, or more if it is listened on an address each
  std::uint32_t port = 0;
  std::string path;
};
Result<SocketAnswer> decode_sockets(Result<TaskAnswer> answer);

}  // namespace ssh::host::monitor
