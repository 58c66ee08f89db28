// Console: buffered standard output with its errors remembered, and messages in one shape.
#include "driver/console.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace spl::driver {
namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 16U;

/// 0, or errno.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto n = ::write(descriptor, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return 0;
}

}  // namespace

void Console::out(std::string_view text) {
  if (error_ != 0) return;
  pending_ += text;
  if (pending_.size() >= kBuffer) flush();
}

bool Console::flush() {
  if (error_ == 0 && !pending_.empty()) error_ = write_all(STDOUT_FILENO, pending_);
  pending_.clear();
  return error_ == 0;
}

void Console::err(std::string_view text) {
  flush();  // what came first is seen first
  // Where standard error itself is gone there is nobody left to tell.
  static_cast<void>(write_all(STDERR_FILENO, text));
}

std::string Console::failure() const {
  return std::strerror(error_);
}

bool Console::broken_pipe() const {
  return error_ == EPIPE;
}

bool Console::colour_on(int descriptor) const {
  if (colour_ != ColourWhen::automatic) return colour_ == ColourWhen::always;
  const char* no_colour = std::getenv("NO_COLOR");  // https://no-color.org: set and not empty
  if (no_colour != nullptr && *no_colour != '\0') return false;
  const char* terminal = std::getenv("TERM");
  if (terminal != nullptr && std::string_view(terminal) == "dumb") return false;
  return isatty(descriptor) != 0;
}

void Console::error(std::string_view message, std::string_view hint) {
  auto text = fmt::format("splc: {} {}\n", paint("error:", "1;31", colour_err()), message);
  if (!hint.empty())
    text += fmt::format("splc: {} {}\n", paint("hint:", "1;36", colour_err()), hint);
  err(text);
}

void Console::note(std::string_view message) {
  err(fmt::format("splc: {}\n", message));
}

std::string paint(std::string_view text, std::string_view sgr, bool on) {
  if (!on) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", sgr, text);
}

}  // namespace spl::driver
