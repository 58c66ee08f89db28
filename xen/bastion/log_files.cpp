#include "bastion/log_files.hpp"

#include <algorithm>
#include <cstring>

namespace bastion {
namespace {

using namespace ssh::sftp;

constexpr std::uint32_t kDirectory = 0040555, kFile = 0100444;

class TextFile final : public File {
 public:
  TextFile(std::string text, Attributes attributes)
      : text_(std::move(text)), attributes_(attributes) {}

  Outcome<std::size_t> read(std::uint64_t offset, ssh::MutableBytes to) override {
    if (offset >= text_.size()) return 0;
    const auto count = std::min<std::size_t>(to.size(), text_.size() - offset);
    std::memcpy(to.data(), text_.data() + offset, count);
    return count;
  }
  Outcome<void> write(std::uint64_t, ssh::ByteView) override {
    return refuse(Status::permission_denied);
  }
  Outcome<Attributes> attributes() override { return attributes_; }
  Outcome<void> set_attributes(const Attributes&) override {
    return refuse(Status::permission_denied);
  }
  Outcome<void> synchronize() override { return {}; }
  Outcome<Statistics> statistics() override { return Statistics{}; }
  Outcome<bool> same_file(File& other) override { return this == &other; }

 private:
  std::string text_;
  Attributes attributes_;
};

class Listing final : public Directory {
 public:
  Listing(std::vector<DirectoryEntry> entries, Attributes attributes)
      : entries_(std::move(entries)), attributes_(attributes) {}

  Outcome<std::optional<DirectoryEntry>> next() override {
    if (at_ == entries_.size()) return std::nullopt;
    return entries_[at_++];
  }
  Outcome<Attributes> attributes() override { return attributes_; }
  Outcome<Statistics> statistics() override { return Statistics{}; }

 private:
  std::vector<DirectoryEntry> entries_;
  Attributes attributes_;
  std::size_t at_ = 0;
};

std::string long_name(const std::string& name, bool directory, std::uint64_t size) {
  return std::string(directory ? "dr-xr-xr-x" : "-r--r--r--") + "   1 bastion  bastion  " +
         std::to_string(size) + " " + name;
}

/// The parts of a path that count: "." does not, ".." takes one away.
std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const auto slash = std::min(path.find('/'), path.size());
    const auto part = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
  }
  return parts;
}

}  // namespace

Outcome<const TextFiles::Entry*> TextFiles::find(std::string_view path) const {
  const auto parts = parts_of(path);
  if (parts.empty()) return nullptr;
  const auto found = std::ranges::find(entries_, parts[0], &Entry::name);
  if (parts.size() != 1 || found == entries_.end()) return refuse(Status::no_such_file);
  return &*found;
}

Attributes TextFiles::attributes_of(const Entry* entry, std::size_t size) const {
  Attributes attributes;
  attributes.size = size;
  attributes.owner = {0, 0};
  attributes.permissions = entry == nullptr ? kDirectory : kFile;
  const auto now = static_cast<std::uint32_t>(now_());
  attributes.times = {now, now};
  return attributes;
}

Outcome<std::unique_ptr<File>> TextFiles::open(std::string_view path, const OpenMode& mode,
                                               const Attributes&) {
  if (mode.write || mode.append || mode.create || mode.truncate) {
    return refuse(Status::permission_denied, "nothing here can be changed");
  }
  const auto entry = find(path);
  if (!entry) return tl::unexpected<Refusal>(entry.error());
  if (*entry == nullptr) return refuse(Status::failure, "that is a directory");
  auto text = (*entry)->text();
  const auto attributes = attributes_of(*entry, text.size());
  return std::make_unique<TextFile>(std::move(text), attributes);
}

Outcome<std::unique_ptr<Directory>> TextFiles::open_directory(std::string_view path) {
  const auto entry = find(path);
  if (!entry) return tl::unexpected<Refusal>(entry.error());
  if (*entry != nullptr) return refuse(Status::failure, "that is no directory");
  std::vector<DirectoryEntry> all;
  for (const auto* name : {".", ".."}) {
    all.push_back({name, long_name(name, true, 0), attributes_of(nullptr, 0)});
  }
  for (const auto& each : entries_) {
    const auto size = each.text().size();
    all.push_back({each.name, long_name(each.name, false, size), attributes_of(&each, size)});
  }
  return std::make_unique<Listing>(std::move(all), attributes_of(nullptr, 0));
}

Outcome<Attributes> TextFiles::attributes(std::string_view path, Links) {
  const auto entry = find(path);
  if (!entry) return tl::unexpected<Refusal>(entry.error());
  return attributes_of(*entry, *entry == nullptr ? 0 : (*entry)->text().size());
}

Outcome<std::string> TextFiles::real_path(std::string_view path) {
  std::string real;
  for (const auto part : parts_of(path)) real += "/" + std::string(part);
  return real.empty() ? "/" : real;
}

Outcome<Statistics> TextFiles::statistics(std::string_view) {
  Statistics statistics;
  statistics.read_only = true;
  statistics.name_max = 255;
  return statistics;
}

}  // namespace bastion
