// See debugger_process.hpp.
#include "monitor/debugger_process.hpp"

#include <poll.h>
#include <signal.h>

#include <cerrno>
#include <chrono>
#include <exception>

#include "debug/process.hpp"
#include "monitor/exec_self.hpp"
#include "spl/debug/server.hpp"
#include "spl/rt/version.hpp"

namespace ssh::host::monitor {
namespace {

/// Of what the process says for the log.
constexpr std::size_t kLongestLine = 500;
constexpr unsigned kMostLines = 10'000;
constexpr int kTurn = 16;
/// For the process to give up its privileges. Generous: the machine may be busy starting.
constexpr std::chrono::seconds kMostStarting{60};

/// Whether the process says so within kMostStarting.
bool gets_ready(Channel& channel) {
  const auto end = std::chrono::steady_clock::now() + kMostStarting;
  for (;;) {
    auto received = channel.receive();
    if (!received) {
      return false;
    }
    if (*received) {
      return to_text((*received)->bytes) == debugger::kReady;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    pollfd waiting{channel.fd(), POLLIN, 0};
    if (left.count() <= 0 ||
        (::poll(&waiting, 1, static_cast<int>(left.count())) < 0 && errno != EINTR)) {
      return false;
    }
  }
}

}  // namespace

Result<std::unique_ptr<DebuggerProcess>> DebuggerProcess::start(Context& context,
                                                                const Settings& settings,
                                                                std::function<void()> look) {
  std::unique_ptr<DebuggerProcess> started(new DebuggerProcess(context, std::move(look)));
  try {
    if (auto launched = started->launch(settings); !launched) {
      return tl::unexpected<Error>(launched.error());
    }
  } catch (const std::exception& error) {
    return failure(error.what());
  }
  return started;
}

Result<void> DebuggerProcess::launch(const Settings& settings) {
  const auto listening =
      spl::debug::listen_on(config::to_string(settings.address), settings.any_address);
  UniqueFd socket(listening.socket);
  auto pair = Channel::make_pair();
  if (!pair) {
    return tl::unexpected<Error>(pair.error());
  }
  std::vector<std::string> arguments = settings.arguments;
  arguments.emplace_back("--debugger-process");
  const int keep[] = {pair->second.get()};
  const auto child = context_.children.start(
      [&] { return exec_self(settings.program, arguments, keep); }, keep,
      [this](int status) {
        child_.reset();
        context_.log.error("the process that serves the debugger has ended (status {})", status);
        lose();
      });
  if (!child) {
    return tl::unexpected<Error>(child.error());
  }
  child_ = *child;
  channel_.emplace(std::move(pair->first));
  const std::string token = spl::debug::make_token();
  url_ = spl::debug::page_url(listening.address, token);
  debugger::Setup setup{
      token, "statecall-sshd",
      fmt::format("{}.{}.{}", SPL_RT_VERSION_MAJOR, SPL_RT_VERSION_MINOR, SPL_RT_VERSION_PATCH),
      settings.any_address};
  std::vector<UniqueFd> with;
  with.push_back(std::move(socket));
  if (auto sent = channel_->send(encode(debugger::Message(setup)), std::move(with)); !sent) {
    return sent;
  }
  // Before the URL is told: who reads it may rely on a process that can do nothing any more.
  if (!gets_ready(*channel_)) {
    return failure("the process that serves the debugger does not start");
  }
  process_readable_ = context_.loop.on_readable(channel_->fd(), [this] { hear_process(); });
  reporter_.emplace(add_source("the monitor"));
  reporter_->when_pending([this] { flush_later(); });
  reporter_readable_ = context_.loop.on_readable(reporter_->fd(), [this] { hear_reporter(); });
  return {};
}

DebuggerProcess::~DebuggerProcess() {
  if (child_) {
    context_.children.forget(*child_);
    context_.children.kill(*child_, SIGTERM);
  }
}

UniqueFd DebuggerProcess::add_source(const std::string& name) {
  auto pair = Channel::make_pair();
  if (!channel_ || !pair) {
    return {};
  }
  std::vector<UniqueFd> with;
  with.push_back(std::move(pair->second));
  if (!channel_->send(encode(debugger::Message(debugger::Source{name})), std::move(with))) {
    return {};
  }
  if (channel_->wants_to_write() && !process_writable_) {
    watch_writable();
  }
  return std::move(pair->first);
}

void DebuggerProcess::hear_process() {
  for (int i = 0; i < kTurn && channel_; ++i) {
    auto received = channel_->receive();
    if (!received) {
      lose();
      return;
    }
    if (!*received) {
      break;
    }
    if (++lines_ > kMostLines) {
      context_.log.error("the process that serves the debugger says too much");
      lose();
      return;
    }
    const std::string line = to_text((*received)->bytes).substr(0, kLongestLine);
    context_.log.write(LogLevel::info, line, {{"event", "debugger"}});
  }
}

// Sources that the process did not take at once.
void DebuggerProcess::watch_writable() {
  process_writable_ = context_.loop.on_writable(channel_->fd(), [this] {
    process_writable_.reset();
    if (!channel_->flush()) {
      lose();
    } else if (channel_->wants_to_write()) {
      watch_writable();
    }
  });
}

// The process is not started again: whoever looks would not know the new token.
void DebuggerProcess::lose() {
  process_readable_.reset();
  process_writable_.reset();
  channel_.reset();
}

void DebuggerProcess::hear_reporter() {
  const bool changed = reporter_->receive();
  if (changed && reporter_->watching()) {
    reporter_->tell_all(look_);
  } else if (changed) {
    look_();
  }
  if (reporter_->gone()) {
    reporter_readable_.reset();
  }
}

void DebuggerProcess::flush_later() {
  context_.loop.post([this] { flush(); });
}

void DebuggerProcess::flush() {
  reporter_->flush();
  if (reporter_->lost_sight()) {
    reporter_->tell_all(look_);
  }
  if (reporter_->wants_to_write() && !reporter_writable_) {
    reporter_writable_ = context_.loop.on_writable(reporter_->fd(), [this] {
      reporter_writable_.reset();
      flush();
    });
  }
}

}  // namespace ssh::host::monitor
