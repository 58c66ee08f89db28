// What every part of the monitor has at hand.
#pragma once

#include <memory>
#include <string>

#include "host/config/config.hpp"
#include "monitor/children.hpp"
#include "monitor/host_keys.hpp"
#include "monitor/log.hpp"
#include "monitor/metrics.hpp"
#include "ssh/crypto.hpp"

namespace ssh::host::monitor {

/// What a start or a reload has read. Connections keep the one they began with.
struct Settings {
  config::Config config;
  config::ServerOptions global;  // outside of Match
  std::shared_ptr<const HostKeys> keys;
};

class DebuggerProcess;

struct Context {
  Loop& loop;
  Log& log;
  Children& children;
  Metrics& metrics;
  const CryptoProvider& crypto;
  /// Runs as the one user that may log in.
  bool user_mode = false;
  /// Null: there is none.
  DebuggerProcess* debugger = nullptr;
};

/// Where a connection comes from, and to.
struct Peer {
  std::string address, local_address;
  std::uint32_t port = 0, local_port = 0;
};

}  // namespace ssh::host::monitor
