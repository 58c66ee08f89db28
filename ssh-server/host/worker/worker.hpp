// The unprivileged half of the daemon: one process and one thread that speak SSH on many
// connections. What it may do is in sandbox.hpp; whatever it may not do, it asks the monitor for
// (control/control.hpp, where run_worker() is declared, too).
#pragma once

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "control/channel.hpp"
#include "control/control.hpp"
#include "unique_fd.hpp"
#include "worker/connection.hpp"
#include "worker/debug_source.hpp"
#include "worker/descriptor.hpp"
#include "worker/listener.hpp"

namespace ssh::host {

class Worker {
 public:
  /// `crypto` outlives the worker.
  /// `debugger`: the socket to the debugger's process, if there is one.
  Worker(UniqueFd control, UniqueFd debugger, const CryptoProvider& crypto);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Everything that needs a descriptor or a lot of memory is made.
  Result<void> prepare();
  /// Returns the exit status.
  int run();

  // For connections.

  IoContext& io() { return io_; }
  /// All connections read into the same memory, one after the other, so an idle one has none.
  MutableBytes input_scratch() { return input_scratch_; }
  MutableBytes output_scratch() { return output_scratch_; }
  SpareDescriptor& spare() { return spare_; }
  /// False: the message is larger than any may be, and has not been sent.
  bool request(RequestMessage message);
  void forget(ConnectionId id, std::string_view reason);
  /// Somebody looks; null: nobody.
  debugger::Reporter* looking();

 private:
  void watch_control();
  void read_control();
  void watch_control_writable();
  void handle(const ReplyMessage& message, Channel::Received& received);
  void connection(ConnectionId id, const reply::Connection& begun, Channel::Received& received);
  void options(const reply::Options& options);
  void monitor_lost(const std::string& why);
  void stop_if_done();
  void look();

  const CryptoProvider& crypto_;
  BufferPool buffers_;  // outlives io_, whose handlers may be the last to own a connection
  IoContext io_;
  Channel control_;
  Descriptor control_watch_;  // of the descriptor that control_ owns
  SpareDescriptor spare_;
  Bytes input_scratch_, output_scratch_;
  std::shared_ptr<const SessionOptions> session_options_;
  unsigned max_sessions_ = 10;
  std::unique_ptr<DebugSource> debugger_;  // its reporter outlives connections
  std::unordered_map<ConnectionId, std::shared_ptr<Connection>> connections_;
  bool control_write_watched_ = false;
  bool draining_ = false;
  bool lost_ = false;
};

}  // namespace ssh::host
