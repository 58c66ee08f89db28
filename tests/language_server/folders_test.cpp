// The walk over an editor's folders, and its bounds.
#include "language_server/folders.hpp"

#include "support.hpp"

namespace spl::lsp::test {
namespace {

using Files = std::vector<std::string>;

FolderFiles found(Disk& disk, const std::vector<std::string>& folders,
                  const FolderLimits& limits = {}) {
  return find_policies(folders, disk.access().list, limits);
}

TEST(Folders, PoliciesAreFoundWhereverTheyLie) {
  Disk disk{{"/w/a.spl", ""},      {"/w/b/c.spl", ""},      {"/w/b/d/e.spl", ""}, {"/w/readme", ""},
            {"/w/.git/f.spl", ""}, {"/w/b/x.spl.orig", ""}, {"/other/g.spl", ""}};
  const auto all = found(disk, {"/w"});
  EXPECT_EQ(all.files, (Files{"/w/a.spl", "/w/b/c.spl", "/w/b/d/e.spl"}));
  EXPECT_EQ(all.left_out, Files{});
}

TEST(Folders, InOneAnotherAreSearchedOnce) {
  Disk disk{{"/w/a.spl", ""}, {"/w/b/c.spl", ""}};
  EXPECT_EQ(found(disk, {"/w", "/w/b", "/w"}).files, (Files{"/w/a.spl", "/w/b/c.spl"}));
  EXPECT_EQ(disk.listed, (Files{"/w", "/w/b"}));
}

TEST(Folders, TheRootOfTheDiskIsAFolder) {
  Disk disk{{"/a.spl", ""}, {"/b/c.spl", ""}};
  EXPECT_EQ(found(disk, {"/"}).files, (Files{"/a.spl", "/b/c.spl"}));
}

TEST(Folders, LinksAreNotFollowed) {
  Disk disk{{"/w/a.spl", ""}, {"/w/b/c.spl", ""}};
  disk.links = {{"/w/b/up", "/w"}, {"/w/link.spl", "/w/a.spl"}};
  EXPECT_EQ(found(disk, {"/w"}).files, (Files{"/w/a.spl", "/w/b/c.spl"}));
  EXPECT_EQ(disk.listed, (Files{"/w", "/w/b"}));
}

TEST(Folders, WhatCannotBeReadIsToldAndTheRestIsFound) {
  Disk disk{{"/w/a/x.spl", ""}, {"/w/b/y.spl", ""}};
  disk.refused = {{"/w/a", "Permission denied"}};
  const auto all = found(disk, {"/w", "/none"});
  EXPECT_EQ(all.files, Files{"/w/b/y.spl"});
  EXPECT_EQ(all.left_out,
            (Files{"'/none' (No such file or directory)", "'/w/a' (Permission denied)"}));
}

TEST(Folders, EveryBoundIsTold) {
  Disk disk{{"/w/a.spl", "12345"}, {"/w/b.spl", "12345"}, {"/w/c/d.spl", "12345"}};
  const auto with = [&](auto change) {
    FolderLimits limits;
    change(limits);
    return found(disk, {"/w"}, limits);
  };
  const auto files = with([](auto& limits) { limits.files = 2; });
  EXPECT_EQ(files.files, (Files{"/w/a.spl", "/w/b.spl"}));
  EXPECT_EQ(files.left_out, Files{"everything past 2 policies"});
  const auto bytes = with([](auto& limits) { limits.bytes = 14; });
  EXPECT_EQ(bytes.files.size(), 2U);
  EXPECT_EQ(bytes.left_out, Files{"everything past 14 bytes of policies"});
  const auto depth = with([](auto& limits) { limits.depth = 0; });
  EXPECT_EQ(depth.files.size(), 2U);
  EXPECT_EQ(depth.left_out, Files{"'/w/c' (deeper than 0 directories)"});
  const auto directories = with([](auto& limits) { limits.directories = 1; });
  EXPECT_EQ(directories.files.size(), 2U);
  EXPECT_EQ(directories.left_out, Files{"everything past 1 directories"});
  const auto exactly = with([](auto& limits) {
    limits.files = 3;
    limits.bytes = 15;
    limits.depth = 1;
    limits.directories = 2;
  });
  EXPECT_EQ(exactly.files.size(), 3U);
  EXPECT_EQ(exactly.left_out, Files{});
}

TEST(Folders, AFileThatIsTooLargeForSplcIsLeftOut) {
  const DirectoryReader list =
      [](const std::string&) -> std::variant<std::vector<DirectoryEntry>, ReadError> {
    return std::vector<DirectoryEntry>{
        {"large.spl", DirectoryEntry::Kind::file, kMaxInputBytes + 1},
        {"small.spl", DirectoryEntry::Kind::file, kMaxInputBytes}};
  };
  const auto all = find_policies({"/w"}, list);
  EXPECT_EQ(all.files, Files{"/w/small.spl"});
  EXPECT_EQ(all.left_out, Files{"'/w/large.spl' (larger than 16 MiB)"});
}

}  // namespace
}  // namespace spl::lsp::test
