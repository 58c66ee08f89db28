// The verdict cache: one file per job, "KEY-LENGTH\nKEY" and the outcome as write_outcome() has it.
#include "spl/promela/cache.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <vector>

#include "outcome.hpp"

namespace spl::promela {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".verdict";
constexpr std::string_view kTemporary = ".new-";
constexpr auto kStale = std::chrono::hours(1);  // a file that nobody is still writing
constexpr std::uintmax_t kLargestFile = std::uintmax_t{64} << 20U;

std::optional<std::string> read_whole(const std::string& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error || size > kLargestFile) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::string text(static_cast<std::size_t>(size), '\0');
  file.read(text.data(), static_cast<std::streamsize>(size));
  if (!file || file.peek() != std::ifstream::traits_type::eof()) return std::nullopt;
  return text;
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto n = write(descriptor, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

/// What follows the key in the text of an entry, if it is the entry of this key.
std::optional<std::string_view> after_key(std::string_view text, const std::string& key) {
  std::size_t length = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), length);
  if (read.ec != std::errc{} || read.ptr == text.data() + text.size() || *read.ptr != '\n') {
    return std::nullopt;
  }
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()) + 1);
  if (length != key.size() || !text.starts_with(key)) return std::nullopt;
  return text.substr(length);
}

}  // namespace

VerdictCache::~VerdictCache() {
  if (added_) trim();
}

std::string VerdictCache::key(const Job& job) const {
  return spin_version_ + '\n' + key_of(job);
}

std::string VerdictCache::path(const std::string& key) const {
  return directory_ + '/' + digest(key) + std::string(kSuffix);
}

std::optional<Outcome> VerdictCache::get(const Job& job) const {
  const auto wanted = key(job);
  const auto file = path(wanted);
  const auto text = read_whole(file);
  if (!text) return std::nullopt;
  const auto rest = after_key(*text, wanted);
  if (!rest) return std::nullopt;
  auto read = read_outcome(job, *rest);
  auto* outcome = std::get_if<Outcome>(&read);
  if (outcome == nullptr || !outcome->complete()) return std::nullopt;
  utimensat(AT_FDCWD, file.c_str(), nullptr, 0);  // used now
  outcome->cached = true;
  return std::move(*outcome);
}

void VerdictCache::put(const Job& job, const Outcome& outcome) {
  if (!outcome.complete()) return;
  std::error_code error;
  fs::create_directories(directory_, error);
  const auto wanted = key(job);
  const auto text = std::to_string(wanted.size()) + '\n' + wanted + write_outcome(job, outcome);
  std::string temporary = directory_ + '/' + std::string(kTemporary) + "XXXXXX";
  const int descriptor = mkostemp(temporary.data(), O_CLOEXEC);
  if (descriptor < 0) return;
  const bool written = write_all(descriptor, text);
  const bool closed = close(descriptor) == 0;
  if (!written || !closed || rename(temporary.c_str(), path(wanted).c_str()) != 0) {
    unlink(temporary.c_str());
    return;
  }
  added_ = true;
}

void VerdictCache::trim() const {
  struct Entry {
    fs::file_time_type used;
    std::uintmax_t size;
    fs::path path;
  };
  std::vector<Entry> entries;
  std::uintmax_t total = 0;
  std::error_code error;
  const auto now = fs::file_time_type::clock::now();
  for (fs::directory_iterator i(directory_, error), end; !error && i != end; i.increment(error)) {
    std::error_code gone;  // another process may be trimming too
    const auto name = i->path().filename().string();
    const auto used = i->last_write_time(gone);
    const auto size = gone ? 0 : i->file_size(gone);
    if (gone) continue;
    if (name.starts_with(kTemporary)) {
      if (now - used > kStale) fs::remove(i->path(), gone);
    } else if (name.ends_with(kSuffix)) {
      entries.push_back({used, size, i->path()});
      total += size;
    }
  }
  if (total <= limit_) return;
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.used, a.path) < std::tie(b.used, b.path);
  });
  for (const auto& entry : entries) {
    if (total <= limit_) break;
    std::error_code gone;
    fs::remove(entry.path, gone);
    total -= entry.size;
  }
}

}  // namespace spl::promela
