// See file_watch.hpp.
#include "driver/file_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace spl::driver {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE |
                                  IN_DELETE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;

/// The directory to watch for a file, and the name that will appear in it.
std::pair<std::string, std::string> place_of(const std::string& path) {
  fs::path name = fs::path(path).filename();
  fs::path directory = fs::path(path).parent_path();
  std::error_code ignored;
  while (!directory.empty() && !fs::is_directory(directory, ignored)) {
    name = directory.filename();
    if (directory == directory.parent_path()) break;
    directory = directory.parent_path();
  }
  return {directory.empty() ? "." : directory.string(), name.string()};
}

}  // namespace

FileWatch::FileWatch() : descriptor_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  if (descriptor_ < 0) why_ = std::strerror(errno);
}

FileWatch::~FileWatch() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void FileWatch::watch(const std::set<std::string>& paths) {
  std::map<std::string, std::set<std::string>> wish;
  for (const auto& path : paths) {
    const auto [directory, name] = place_of(path);
    wish[directory].insert(name);
    // A link's target changes elsewhere.
    std::error_code none;
    const auto target = fs::canonical(path, none);
    if (!none) wish[target.parent_path().string()].insert(target.filename().string());
  }
  for (auto at = directories_.begin(); at != directories_.end();) {
    if (wish.contains(at->first)) {
      ++at;
      continue;
    }
    ::inotify_rm_watch(descriptor_, at->second);
    at = directories_.erase(at);
  }
  wanted_.clear();
  for (auto& [directory, names] : wish) {
    // Adding it again gives the same number, or a new one if the directory is another by now.
    const int number = ::inotify_add_watch(descriptor_, directory.c_str(), kEvents);
    if (number < 0) {
      why_ = directory + ": " + std::strerror(errno);
      continue;
    }
    directories_[directory] = number;
    wanted_[number].merge(names);
  }
}

bool FileWatch::changed() {
  bool concerned = false;
  alignas(inotify_event) std::array<char, 16384> buffer;
  for (;;) {
    const auto got = ::read(descriptor_, buffer.data(), buffer.size());
    if (got <= 0) return concerned;
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
      at += sizeof(inotify_event) + event->len;
      const auto found = wanted_.find(event->wd);
      // Too many at once, or the directory itself has gone.
      if ((event->mask & (IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF)) != 0) concerned = true;
      if (event->len == 0 || found == wanted_.end()) continue;
      concerned = concerned || found->second.contains(event->name);
    }
  }
}

}  // namespace spl::driver
