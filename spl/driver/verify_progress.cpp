// The progress line: how many checks are done, and of each running one its states, states per
// second, depth, memory and time. Cut to the width of the terminal, renewed a few times a second.
#include "driver/verify_progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace spl::driver {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(200);
constexpr std::string_view kClear = "\r\x1b[K";

std::size_t terminal_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

/// 1234567 as "1.2M".
std::string rounded(double n) {
  if (n < 10'000) return fmt::format("{:.0f}", n);
  if (n < 10'000'000)
    return n < 1'000'000 ? fmt::format("{:.0f}k", n / 1e3) : fmt::format("{:.1f}M", n / 1e6);
  return fmt::format("{:.0f}M", n / 1e6);
}

}  // namespace

bool rewritable_stderr() {
  const char* terminal = getenv("TERM");
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return isatty(STDERR_FILENO) != 0 && !dumb;
}

VerifyProgress::VerifyProgress(Console& console, bool on) : console_(console), on_(on) {}

VerifyProgress::~VerifyProgress() {
  if (on_) console_.err(kClear);
}

void VerifyProgress::running(std::string_view job, const promela::SearchProgress* now) {
  if (!on_) return;
  const std::scoped_lock lock(mutex_);
  auto at = running_.find(job);
  if (now == nullptr) {
    if (at != running_.end()) running_.erase(at);
    return;
  }
  if (at == running_.end())
    at = running_.emplace(std::string(job), Running{Clock::now(), {}}).first;
  at->second.statistics = now->statistics;
  show();
}

void VerifyProgress::done() {
  if (!on_) return;
  const std::scoped_lock lock(mutex_);
  ++done_;
  show();
}

void VerifyProgress::show() {
  const auto time = Clock::now();
  if (time - shown_ < kInterval) return;
  shown_ = time;
  auto line = fmt::format("{} done", done_);
  for (const auto& [name, run] : running_) {
    const auto seconds = std::chrono::duration<double>(time - run.since).count();
    const auto& s = run.statistics;
    const auto shown =
        name.starts_with("property-") ? std::string_view(name).substr(9) : std::string_view(name);
    line += fmt::format(" | {}", shown);
    if (s.states != 0) {
      const auto states = static_cast<double>(s.states);
      line += fmt::format(" {} states, {}/s, depth {}, {:.0f} MB,", rounded(states),
                          rounded(states / seconds), s.depth, s.memory_mb);
    }
    line += fmt::format(" {:.0f} s", seconds);
  }
  const auto width = terminal_width();
  if (line.size() >= width) line.resize(width - 1);
  console_.err(std::string(kClear) + line);
}

}  // namespace spl::driver
