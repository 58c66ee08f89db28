// What sftp shows: a directory of texts that are made when they are opened. Read-only, flat, no
// links; a snapshot each, so that what is read is of one moment.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ssh/sftp.hpp"

namespace bastion {

class TextFiles final : public ssh::sftp::FileSystem {
 public:
  struct Entry {
    std::string name;
    std::function<std::string()> text;
  };
  /// `now`: seconds since 1970, what all files say they were changed at.
  TextFiles(std::vector<Entry> entries, std::function<std::int64_t()> now)
      : entries_(std::move(entries)), now_(std::move(now)) {}

  template <typename T>
  using Outcome = ssh::sftp::Outcome<T>;
  Outcome<std::unique_ptr<ssh::sftp::File>> open(std::string_view path,
                                                 const ssh::sftp::OpenMode& mode,
                                                 const ssh::sftp::Attributes&) override;
  Outcome<std::unique_ptr<ssh::sftp::Directory>> open_directory(std::string_view path) override;
  Outcome<ssh::sftp::Attributes> attributes(std::string_view path, ssh::sftp::Links) override;
  Outcome<std::string> real_path(std::string_view path) override;
  Outcome<std::string> expand_path(std::string_view path) override { return real_path(path); }
  Outcome<ssh::sftp::Statistics> statistics(std::string_view path) override;
  std::string user_name(std::uint32_t) override { return "bastion"; }
  std::string group_name(std::uint32_t) override { return "bastion"; }

  // Nothing can be changed.
  Outcome<void> set_attributes(std::string_view, const ssh::sftp::Attributes&,
                               ssh::sftp::Links) override {
    return read_only();
  }
  Outcome<void> remove(std::string_view) override { return read_only(); }
  Outcome<void> make_directory(std::string_view, const ssh::sftp::Attributes&) override {
    return read_only();
  }
  Outcome<void> remove_directory(std::string_view) override { return read_only(); }
  Outcome<void> rename(std::string_view, std::string_view, bool) override { return read_only(); }
  Outcome<std::string> read_link(std::string_view) override {
    return ssh::sftp::refuse(ssh::sftp::Status::failure, "there are no links");
  }
  Outcome<void> make_link(std::string_view, std::string_view) override { return read_only(); }
  Outcome<void> make_hard_link(std::string_view, std::string_view) override { return read_only(); }

 private:
  static Outcome<void> read_only() {
    return ssh::sftp::refuse(ssh::sftp::Status::permission_denied, "nothing here can be changed");
  }
  /// Null: the directory itself. Nothing: no such file.
  [[nodiscard]] Outcome<const Entry*> find(std::string_view path) const;
  [[nodiscard]] ssh::sftp::Attributes attributes_of(const Entry* entry, std::size_t size) const;

  std::vector<Entry> entries_;
  std::function<std::int64_t()> now_;
};

}  // namespace bastion
