// sd_listen_fds(3) and sd_notify(3), without the library: two environment variables and a datagram.
#pragma once

#include <string_view>
#include <vector>

#include "unique_fd.hpp"

namespace ssh::host::monitor {

/// Sockets that the service manager has opened; the variables are removed. To be called first of
/// all.
std::vector<UniqueFd> sockets_of_service_manager();
/// "READY=1", ...: nobody may be there to hear it.
void notify_service_manager(std::string_view state);
/// Started by one, which wants neither a fork nor syslog.
bool under_service_manager();

}  // namespace ssh::host::monitor
