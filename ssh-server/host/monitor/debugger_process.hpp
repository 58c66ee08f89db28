// The live debugger from the monitor's side: starts its process (debug/process.hpp), gives every
// worker a way to it, and is itself a source, of what the policy privsep decides.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "control/channel.hpp"
#include "debug/reporter.hpp"
#include "host/config/options.hpp"
#include "monitor/context.hpp"

namespace ssh::host::monitor {

class DebuggerProcess {
 public:
  struct Settings {
    config::ListenAddress address;
    bool any_address = false;
    /// --no-sandbox, --worker-identity ... as a worker is given them.
    std::vector<std::string> arguments;
    std::string program = "/proc/self/exe";
  };

  /// `look`: everything that is there has to be told to looking(), or (if that is null) nothing any
  /// more. An Error: the address cannot be listened at, or the process does not get ready.
  /// Blocks until it is.
  static Result<std::unique_ptr<DebuggerProcess>> start(Context& context, const Settings& settings,
                                                        std::function<void()> look);
  ~DebuggerProcess();
  DebuggerProcess(const DebuggerProcess&) = delete;
  DebuggerProcess& operator=(const DebuggerProcess&) = delete;

  /// With the token: who knows it may look.
  const std::string& url() const { return url_; }
  /// A new source's end; none if the process has gone.
  UniqueFd add_source(const std::string& name);
  /// Null: nobody looks.
  debugger::Reporter* looking() {
    return reporter_ && reporter_->watching() ? &*reporter_ : nullptr;
  }

 private:
  DebuggerProcess(Context& context, std::function<void()> look)
      : context_(context), look_(std::move(look)) {}
  Result<void> launch(const Settings& settings);
  void hear_process();
  void hear_reporter();
  void flush();
  void flush_later();
  void lose();
  void watch_writable();

  Context& context_;
  std::function<void()> look_;
  std::string url_;
  std::optional<pid_t> child_;
  std::optional<Channel> channel_;
  std::optional<debugger::Reporter> reporter_;
  unsigned lines_ = 0;  // that the process has had logged
  Loop::Handle process_readable_, process_writable_, reporter_readable_, reporter_writable_;
};

}  // namespace ssh::host::monitor
