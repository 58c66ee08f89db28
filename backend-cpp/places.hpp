// Places of a policy as the source map shows them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "spl/source.hpp"

namespace spl::cpp {

/// The names of a policy's files below the directory that holds them all, so that generated text
/// does not depend on where the policy lies. Absolute names lose their directory if need be.
class FileNames {
 public:
  FileNames(const SourceMap& sources, const std::vector<FileId>& files);
  [[nodiscard]] const std::string& operator[](FileId file) const { return names_.at(file); }
  /// Ascending, unique.
  [[nodiscard]] std::vector<std::string> all() const;

 private:
  std::map<FileId, std::string> names_;
};

/// A line of text around a place; long lines are cut.
struct Excerpt {
  std::string text;
  std::uint32_t caret = 0;
  std::uint32_t length = 0;
};
[[nodiscard]] Excerpt excerpt(const SourceMap& sources, SourceRange range);

/// Numbers places in the order they are first asked for.
class PlaceTable {
 public:
  struct Entry {
    SourceRange range;
    bool is_end = false;
  };
  std::uint32_t add(SourceRange range, bool is_end);
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
  std::map<std::pair<SourceRange, bool>, std::uint32_t> numbers_;
};

}  // namespace spl::cpp
