// The policies below the folders that an editor has open.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "language_server/disk.hpp"

namespace spl::lsp {

/// Bounds of one walk over all folders: somebody may have opened the root of a disk.
struct FolderLimits {
  std::size_t files = 2000;          // policies
  std::size_t directories = 10'000;  // that are looked into
  std::size_t depth = 32;            // of directories below a folder
  std::uint64_t bytes = 64U << 20U;  // of all policies together
};

/// What a walk found.
struct FolderFiles {
  std::vector<std::string> files;     // ascending
  std::vector<std::string> left_out;  // "'/p/x' (Permission denied)": what was not looked into
};

/// The policies ("*.spl") below the folders. Nearest first, so that bounds leave out what lies
/// deep. Links are not followed: what they point to is found where it lies, once, and no walk is
/// endless. Hidden directories (".git") are left out without a word.
[[nodiscard]] FolderFiles find_policies(const std::vector<std::string>& folders,
                                        const DirectoryReader& list,
                                        const FolderLimits& limits = {});

}  // namespace spl::lsp
