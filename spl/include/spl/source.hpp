// Source texts and places in them.
//
// Every later stage names a place by SourceRange: a file id and two byte offsets. Lines and columns
// are computed only when something is shown to a person.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace spl {

/// Dense id of a file in a SourceMap.
enum class FileId : std::uint32_t {};

/// Half-open byte range [begin, end) of one file. begin == end is a point (end of file, say).
/// A default-constructed range is "nowhere": valid() is false.
struct SourceRange {
  static constexpr FileId kNowhere{0xffffffffU};
  FileId file = kNowhere;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  [[nodiscard]] constexpr bool valid() const { return file != kNowhere; }
  friend constexpr auto operator<=>(const SourceRange&, const SourceRange&) = default;
};

/// The smallest range that covers both; they lie in one file (else the first is returned).
[[nodiscard]] constexpr SourceRange cover(SourceRange a, SourceRange b) {
  if (!a.valid() || a.file != b.file) return a.valid() ? a : b;
  return {a.file, a.begin < b.begin ? a.begin : b.begin, a.end > b.end ? a.end : b.end};
}

/// A place as a person reads it. Both count from 1; the column counts bytes.
struct LineColumn {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  friend constexpr auto operator<=>(const LineColumn&, const LineColumn&) = default;
};

/// Owns the texts of all files of one compilation. Texts never change once added, so string_views
/// into them live as long as the map. Not thread-safe while adding; const use is.
class SourceMap {
 public:
  /// Adds a text under a name to be shown to people (a path, or "<stdin>"). At most 2^31 bytes.
  FileId add(std::string name, std::string text);

  [[nodiscard]] std::size_t size() const { return files_.size(); }
  [[nodiscard]] const std::string& name(FileId file) const;
  [[nodiscard]] std::string_view text(FileId file) const;
  [[nodiscard]] std::string_view text(SourceRange range) const;
  /// Lines end at LF; a CR before it is white space. An offset past the end counts as the end.
  [[nodiscard]] LineColumn locate(FileId file, std::uint32_t offset) const;
  [[nodiscard]] LineColumn begin_of(SourceRange r) const { return locate(r.file, r.begin); }
  /// The text of a line (from 1) without its line ending; empty if there is no such line.
  [[nodiscard]] std::string_view line(FileId file, std::uint32_t line_number) const;
  /// "file:line:column" of the range's start; "<nowhere>" for an invalid range.
  [[nodiscard]] std::string describe(SourceRange range) const;

 private:
  struct File {
    std::string name;
    std::string text;
    std::vector<std::uint32_t> line_starts;
  };
  std::deque<File> files_;  // a deque: string_views into texts survive later add()s
};

}  // namespace spl
