#include "language_server/folders.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>

#include "spl/parse.hpp"

namespace spl::lsp {
namespace {

constexpr std::size_t kMaxLeftOut = 20;  // that are named

class Walk {
 public:
  Walk(const DirectoryReader& list, const FolderLimits& limits) : list_(list), limits_(limits) {}

  FolderFiles run(const std::vector<std::string>& folders) {
    for (const auto& folder : folders) visit_later(folder, 0);
    std::size_t looked_into = 0;
    for (; !waiting_.empty(); waiting_.pop_front()) {
      if (++looked_into > limits_.directories) {
        leave_out(fmt::format("everything past {} directories", limits_.directories));
        break;
      }
      if (!look_into(waiting_.front())) break;
    }
    found_.files.assign(files_.begin(), files_.end());
    return std::move(found_);
  }

 private:
  struct Directory {
    std::string path;
    std::size_t depth = 0;
  };

  void leave_out(std::string what) {
    if (found_.left_out.size() < kMaxLeftOut) found_.left_out.push_back(std::move(what));
  }

  void visit_later(const std::string& path, std::size_t depth) {
    // Folders may lie in one another.
    if (seen_.insert(path).second) waiting_.push_back({path, depth});
  }

  /// False if a bound was reached that holds for all that would follow.
  bool look_into(const Directory& directory) {
    auto listed = list_(directory.path);
    if (const auto* error = std::get_if<ReadError>(&listed)) {
      leave_out(fmt::format("'{}' ({})", directory.path, error->reason));
      return true;
    }
    auto& entries = std::get<std::vector<DirectoryEntry>>(listed);
    std::sort(entries.begin(), entries.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    const auto front = directory.path == "/" ? std::string("/") : directory.path + "/";
    for (const auto& entry : entries) {
      if (entry.kind == DirectoryEntry::Kind::file && entry.name.ends_with(".spl")) {
        if (!take(front + entry.name, entry.size)) return false;
      }
      if (entry.kind != DirectoryEntry::Kind::directory || entry.name.starts_with('.')) continue;
      if (directory.depth < limits_.depth) {
        visit_later(front + entry.name, directory.depth + 1);
      } else {
        leave_out(
            fmt::format("'{}' (deeper than {} directories)", front + entry.name, limits_.depth));
      }
    }
    return true;
  }

  bool take(const std::string& path, std::uint64_t size) {
    if (files_.contains(path)) return true;
    if (size > kMaxInputBytes) {
      leave_out(fmt::format("'{}' (larger than {} MiB)", path, kMaxInputBytes >> 20U));
      return true;
    }
    if (files_.size() == limits_.files) {
      leave_out(fmt::format("everything past {} policies", limits_.files));
      return false;
    }
    if (size > limits_.bytes - bytes_) {
      leave_out(fmt::format("everything past {} bytes of policies", limits_.bytes));
      return false;
    }
    bytes_ += size;
    files_.insert(path);
    return true;
  }

  const DirectoryReader& list_;
  const FolderLimits& limits_;
  std::deque<Directory> waiting_;
  std::set<std::string> seen_;
  std::set<std::string> files_;
  std::uint64_t bytes_ = 0;
  FolderFiles found_;
};

}  // namespace

FolderFiles find_policies(const std::vector<std::string>& folders, const DirectoryReader& list,
                          const FolderLimits& limits) {
  return Walk(list, limits).run(folders);
}

}  // namespace spl::lsp
