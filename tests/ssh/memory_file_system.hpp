// A FileSystem in memory, for tests and fuzzing: a map from absolute paths to nodes. Paths are
// taken as they are, relative ones from "/". Bounded, so that a fuzzer cannot fill memory.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "ssh/sftp.hpp"

namespace ssh::test {

struct MemoryNode {
  enum class Kind { file, directory, link };
  Kind kind = Kind::file;
  /// A link's target, too.
  Bytes content;
  std::uint32_t permissions = 0644;
  sftp::Attributes::Owner owner{};
  sftp::Attributes::Times times{};
  int synchronized = 0;

  sftp::Attributes attributes() const {
    sftp::Attributes all;
    all.size = content.size();
    all.owner = owner;
    const std::uint32_t kinds[] = {0100000, 0040000, 0120000};
    all.permissions = permissions | kinds[static_cast<int>(kind)];
    all.times = times;
    return all;
  }
  void set(const sftp::Attributes& to) {
    if (to.size) content.resize(static_cast<std::size_t>(std::min<std::uint64_t>(*to.size, kMost)));
    if (to.owner) owner = *to.owner;
    if (to.permissions) permissions = *to.permissions & 07777;
    if (to.times) times = *to.times;
  }
  static constexpr std::size_t kMost = std::size_t{1} << 24;
};

using MemoryNodePtr = std::shared_ptr<MemoryNode>;

inline sftp::Statistics memory_statistics() {
  return {4096, 512, 1000, 900, 800, 70, 60, 50, 0x1122334455667788, true, true, 255};
}

class MemoryFile final : public sftp::File {
 public:
  MemoryFile(MemoryNodePtr node, sftp::OpenMode mode, int& open)
      : node_(std::move(node)), mode_(mode), open_(open) {
    ++open_;
  }
  ~MemoryFile() override { --open_; }

  sftp::Outcome<std::size_t> read(std::uint64_t offset, MutableBytes to) override {
    if (!mode_.read) return sftp::refuse(sftp::Status::permission_denied);
    const Bytes& content = node_->content;
    if (offset >= content.size()) return 0;
    const auto count = std::min<std::size_t>(to.size(), content.size() - offset);
    std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(offset), count, to.begin());
    return count;
  }
  sftp::Outcome<void> write(std::uint64_t offset, ByteView data) override {
    if (!mode_.write) return sftp::refuse(sftp::Status::permission_denied);
    if (mode_.append) offset = node_->content.size();
    if (offset > MemoryNode::kMost - data.size()) {
      return sftp::refuse(sftp::Status::failure, "disk full");
    }
    const auto end = static_cast<std::size_t>(offset) + data.size();
    if (node_->content.size() < end) node_->content.resize(end);
    std::ranges::copy(data, node_->content.begin() + static_cast<std::ptrdiff_t>(offset));
    return {};
  }
  sftp::Outcome<sftp::Attributes> attributes() override { return node_->attributes(); }
  sftp::Outcome<void> set_attributes(const sftp::Attributes& to) override {
    node_->set(to);
    return {};
  }
  sftp::Outcome<void> synchronize() override {
    ++node_->synchronized;
    return {};
  }
  sftp::Outcome<sftp::Statistics> statistics() override { return memory_statistics(); }
  sftp::Outcome<bool> same_file(sftp::File& other) override {
    return static_cast<MemoryFile&>(other).node_ == node_;
  }

 private:
  MemoryNodePtr node_;
  sftp::OpenMode mode_;
  int& open_;
};

class MemoryDirectory final : public sftp::Directory {
 public:
  MemoryDirectory(std::vector<sftp::DirectoryEntry> entries, sftp::Attributes attributes, int& open)
      : entries_(std::move(entries)), attributes_(std::move(attributes)), open_(open) {
    ++open_;
  }
  ~MemoryDirectory() override { --open_; }

  sftp::Outcome<std::optional<sftp::DirectoryEntry>> next() override {
    if (next_ == entries_.size()) return std::nullopt;
    return entries_[next_++];
  }
  sftp::Outcome<sftp::Attributes> attributes() override { return attributes_; }
  sftp::Outcome<sftp::Statistics> statistics() override { return memory_statistics(); }

 private:
  std::vector<sftp::DirectoryEntry> entries_;
  sftp::Attributes attributes_;
  int& open_;
  std::size_t next_ = 0;
};

class MemoryFileSystem final : public sftp::FileSystem {
 public:
  MemoryFileSystem() { nodes["/"] = directory(); }

  std::map<std::string, MemoryNodePtr, std::less<>> nodes;
  /// How many files and directories are open.
  int open_now = 0;

  static MemoryNodePtr directory() {
    auto node = std::make_shared<MemoryNode>();
    node->kind = MemoryNode::Kind::directory;
    node->permissions = 0755;
    return node;
  }
  MemoryNode& add(const std::string& path, std::string_view content) {
    nodes[path] = std::make_shared<MemoryNode>();
    nodes[path]->content = to_bytes(content);
    return *nodes[path];
  }
  std::string text(std::string_view path) const {
    const auto found = nodes.find(path);
    return found == nodes.end() ? "(none)" : to_text(found->second->content);
  }

  sftp::Outcome<std::unique_ptr<sftp::File>> open(std::string_view path, const sftp::OpenMode& mode,
                                                  const sftp::Attributes& attributes) override {
    const std::string name = absolute(path);
    auto node = find(name, sftp::Links::follow);
    if (node && mode.create && mode.exclusive) return sftp::refuse(sftp::Status::failure, "exists");
    if (!node) {
      if (!mode.create) return sftp::refuse(sftp::Status::no_such_file);
      if (nodes.size() > kMostNodes) return sftp::refuse(sftp::Status::failure, "disk full");
      node = nodes[name] = std::make_shared<MemoryNode>();
      node->set(attributes);
    }
    if (mode.truncate) node->content.clear();
    return std::make_unique<MemoryFile>(node, mode, open_now);
  }
  sftp::Outcome<std::unique_ptr<sftp::Directory>> open_directory(std::string_view path) override {
    const std::string name = absolute(path);
    const auto node = find(name, sftp::Links::follow);
    if (!node || node->kind != MemoryNode::Kind::directory) {
      return sftp::refuse(sftp::Status::no_such_file);
    }
    std::vector<sftp::DirectoryEntry> entries{{".", ".", {}}, {"..", "..", {}}};
    const std::string prefix = name == "/" ? name : name + "/";
    for (const auto& [child, at] : nodes) {
      if (child == "/" || !child.starts_with(prefix)) continue;
      const std::string rest = child.substr(prefix.size());
      if (rest.find('/') != rest.npos) continue;
      entries.push_back({rest, "long " + rest, at->attributes()});
    }
    return std::make_unique<MemoryDirectory>(std::move(entries), node->attributes(), open_now);
  }
  sftp::Outcome<sftp::Attributes> attributes(std::string_view path, sftp::Links links) override {
    const auto node = find(absolute(path), links);
    if (!node) return sftp::refuse(sftp::Status::no_such_file);
    return node->attributes();
  }
  sftp::Outcome<void> set_attributes(std::string_view path, const sftp::Attributes& to,
                                     sftp::Links links) override {
    const auto node = find(absolute(path), links);
    if (!node) return sftp::refuse(sftp::Status::no_such_file);
    node->set(to);
    return {};
  }
  sftp::Outcome<void> remove(std::string_view path) override {
    const auto node = find(absolute(path), sftp::Links::keep);
    if (!node) return sftp::refuse(sftp::Status::no_such_file);
    if (node->kind == MemoryNode::Kind::directory) return sftp::refuse(sftp::Status::failure);
    nodes.erase(absolute(path));
    return {};
  }
  sftp::Outcome<void> make_directory(std::string_view path,
                                     const sftp::Attributes& attributes) override {
    if (nodes.contains(absolute(path))) return sftp::refuse(sftp::Status::failure, "exists");
    if (nodes.size() > kMostNodes) return sftp::refuse(sftp::Status::failure, "disk full");
    const auto node = nodes[absolute(path)] = directory();
    if (attributes.permissions) node->permissions = *attributes.permissions & 07777;
    return {};
  }
  sftp::Outcome<void> remove_directory(std::string_view path) override {
    const auto node = find(absolute(path), sftp::Links::keep);
    if (!node || node->kind != MemoryNode::Kind::directory) {
      return sftp::refuse(sftp::Status::no_such_file);
    }
    nodes.erase(absolute(path));
    return {};
  }
  sftp::Outcome<std::string> real_path(std::string_view path) override {
    return path == "." || path.empty() ? "/" : absolute(path);
  }
  sftp::Outcome<std::string> expand_path(std::string_view path) override {
    if (path.starts_with('~')) return "/home" + std::string(path.substr(1));
    return real_path(path);
  }
  sftp::Outcome<void> rename(std::string_view from, std::string_view to, bool replace) override {
    const auto node = find(absolute(from), sftp::Links::keep);
    if (!node) return sftp::refuse(sftp::Status::no_such_file);
    if (!replace && nodes.contains(absolute(to))) {
      return sftp::refuse(sftp::Status::failure, "exists");
    }
    nodes.erase(absolute(from));
    nodes[absolute(to)] = node;
    return {};
  }
  sftp::Outcome<std::string> read_link(std::string_view path) override {
    const auto node = find(absolute(path), sftp::Links::keep);
    if (!node) return sftp::refuse(sftp::Status::no_such_file);
    if (node->kind != MemoryNode::Kind::link) return sftp::refuse(sftp::Status::bad_message);
    return to_text(node->content);
  }
  sftp::Outcome<void> make_link(std::string_view target, std::string_view path) override {
    if (nodes.contains(absolute(path))) return sftp::refuse(sftp::Status::failure, "exists");
    if (nodes.size() > kMostNodes) return sftp::refuse(sftp::Status::failure, "disk full");
    add(absolute(path), target).kind = MemoryNode::Kind::link;
    return {};
  }
  sftp::Outcome<void> make_hard_link(std::string_view existing, std::string_view path) override {
    const auto node = find(absolute(existing), sftp::Links::keep);
    if (!node) return sftp::refuse(sftp::Status::no_such_file);
    if (nodes.size() > kMostNodes) return sftp::refuse(sftp::Status::failure, "disk full");
    nodes[absolute(path)] = node;
    return {};
  }
  sftp::Outcome<sftp::Statistics> statistics(std::string_view path) override {
    if (!find(absolute(path), sftp::Links::follow)) return sftp::refuse(sftp::Status::no_such_file);
    return memory_statistics();
  }
  std::string user_name(std::uint32_t id) override { return id == 0 ? "root" : ""; }
  std::string group_name(std::uint32_t id) override { return id == 0 ? "wheel" : ""; }

 private:
  static constexpr std::size_t kMostNodes = 10000;

  static std::string absolute(std::string_view path) {
    return path.starts_with('/') ? std::string(path) : "/" + std::string(path);
  }
  MemoryNodePtr find(const std::string& path, sftp::Links links) const {
    auto found = nodes.find(path);
    for (int i = 0; i < 8 && found != nodes.end(); ++i) {
      const auto& node = found->second;
      if (node->kind != MemoryNode::Kind::link || links == sftp::Links::keep) return node;
      found = nodes.find(absolute(to_text(node->content)));
    }
    return nullptr;
  }
};

}  // namespace ssh::test
