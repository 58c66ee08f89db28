// Real directories: what the language server reads of them.
#include "driver/workspace_disk.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "language_server/folders.hpp"

namespace spl::driver {
namespace {

namespace fs = std::filesystem;

class WorkspaceDisk : public testing::Test {
 protected:
  void SetUp() override {
    auto pattern = (fs::temp_directory_path() / "splc-workspace-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = fs::canonical(pattern);
  }
  void TearDown() override { fs::remove_all(root_); }

  std::string path(const std::string& name) const { return (root_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(path(name)) << text;
  }
  std::string why(const std::string& name) const {
    const auto read = disk_.read(path(name));
    const auto* error = std::get_if<ReadError>(&read);
    return error == nullptr ? "" : error->reason;
  }

  fs::path root_;
  lsp::Disk disk_ = workspace_disk();
};

TEST_F(WorkspaceDisk, LinksInCirclesAreWalkedOnce) {
  write("a.spl", "x");
  write("b/c.spl", "xyz");
  fs::create_directory_symlink(root_, root_ / "b" / "up");
  fs::create_directory_symlink("b", root_ / "again");
  fs::create_symlink("nowhere.spl", root_ / "dangling.spl");
  fs::create_symlink("a.spl", root_ / "link.spl");
  const auto all = lsp::find_policies({root_.string()}, disk_.list);
  EXPECT_EQ(all.files, (std::vector<std::string>{path("a.spl"), path("b/c.spl")}));
  EXPECT_EQ(all.left_out, std::vector<std::string>{});
  EXPECT_EQ(disk_.real_path(path("link.spl")), path("a.spl"));
  EXPECT_EQ(disk_.real_path(path("none.spl")), path("none.spl"));
}

TEST_F(WorkspaceDisk, EntriesHaveTheirKindsAndSizes) {
  write("a.spl", "12345");
  write("other.txt", "1");
  fs::create_directory(root_ / "d.spl");
  ASSERT_EQ(::mkfifo(path("pipe.spl").c_str(), 0600), 0);
  const auto listed = disk_.list(root_.string());
  std::map<std::string, lsp::DirectoryEntry> entries;
  for (const auto& e : std::get<0>(listed)) entries[e.name] = e;
  using Kind = lsp::DirectoryEntry::Kind;
  EXPECT_EQ(entries.at("a.spl").kind, Kind::file);
  EXPECT_EQ(entries.at("a.spl").size, 5U);
  EXPECT_EQ(entries.at("d.spl").kind, Kind::directory);
  EXPECT_EQ(entries.at("pipe.spl").kind, Kind::other);
  EXPECT_EQ(entries.size(), 3U);
  EXPECT_EQ(std::get<ReadError>(disk_.list(path("none"))).reason, "No such file or directory");
  EXPECT_EQ(std::get<ReadError>(disk_.list(path("a.spl"))).reason, "Not a directory");
}

TEST_F(WorkspaceDisk, OnlyRegularFilesAreRead) {
  write("a.spl", "text");
  ASSERT_EQ(::mkfifo(path("pipe.spl").c_str(), 0600), 0);
  EXPECT_EQ(std::get<std::string>(disk_.read(path("a.spl"))), "text");
  EXPECT_EQ(why("pipe.spl"), "it is no regular file") << "nobody writes to it: reading would hang";
  EXPECT_EQ(why("."), "it is a directory");
  EXPECT_EQ(why("none"), "No such file or directory");
}

}  // namespace
}  // namespace spl::driver
