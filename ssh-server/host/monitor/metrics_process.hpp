// Metrics over HTTP, by a process without privileges that asks the monitor for the text: nobody's
// HTTP is read by the monitor itself.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "control/channel.hpp"
#include "host/config/options.hpp"
#include "monitor/context.hpp"
#include "monitor/identity.hpp"

namespace ssh::host::monitor {

class MetricsProcess {
 public:
  /// `as`: whom the process becomes; nobody: it stays who it is.
  static Result<void> start(std::optional<MetricsProcess>& to, Context& context,
                            const config::ListenAddress& address, std::optional<Account> as,
                            std::function<std::string()> text);
  MetricsProcess(Context& context, std::function<std::string()> text)
      : context_(context), text_(std::move(text)) {}
  ~MetricsProcess();

 private:
  void receive();

  Context& context_;
  std::function<std::string()> text_;
  std::optional<Channel> channel_;
  std::optional<pid_t> child_;
  Loop::Handle readable_;
};

/// In the process: serves GET /metrics at the listening socket until the monitor has gone.
int serve_metrics(UniqueFd listening, UniqueFd monitor);

}  // namespace ssh::host::monitor
