#include "driver/debug_browser.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

extern char** environ;

namespace spl::driver {
namespace {

/// A directory of the user's own, if there is one.
std::string directory() {
  for (const char* name : {"XDG_RUNTIME_DIR", "TMPDIR"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value == '/') return value;
  }
  return "/tmp";
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto n = ::write(descriptor, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

BrowserPage::BrowserPage(const std::string& url) : path_(directory() + "/splc-debug-XXXXXX.html") {
  const int descriptor = ::mkstemps(path_.data(), 5);  // readable by nobody else
  if (descriptor < 0) {
    error_ =
        fmt::format("no browser was started: cannot write '{}': {}", path_, std::strerror(errno));
    path_.clear();
    return;
  }
  const bool written = write_all(
      descriptor, fmt::format("<!doctype html>\n<meta charset=\"utf-8\">\n"
                              "<meta http-equiv=\"refresh\" content=\"0;url={}\">\n"
                              "<title>splc debug</title>\n<a href=\"{}\">The debugger</a>\n",
                              url, url));
  ::close(descriptor);
  std::string program = "xdg-open";
  char* const argv[] = {program.data(), path_.data(), nullptr};
  pid_t pid = -1;
  const int why =
      written ? ::posix_spawnp(&pid, program.c_str(), nullptr, nullptr, argv, environ) : EIO;
  if (why != 0) {
    error_ = fmt::format("no browser was started: xdg-open: {}", std::strerror(why));
  }
}

BrowserPage::~BrowserPage() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

}  // namespace spl::driver
