// A text as an editor sees it: lines and columns, and edits of ranges.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spl::lsp {

/// What columns count: UTF-16 code units, which every client knows, or bytes (LSP 3.17,
/// positionEncoding).
enum class Encoding : std::uint8_t { utf16, utf8 };

/// Both count from 0.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  friend constexpr auto operator<=>(const Position&, const Position&) = default;
};

/// The lines of a text. Lines end at LF, CR LF or CR. The text must outlive it. Asking for
/// positions in ascending order costs the text's length in all, however long its lines are. Not
/// thread-safe.
class Lines {
 public:
  Lines(std::string_view text, Encoding encoding);

  /// Past the end of a line means its end, past the last line the end of the text; a position
  /// inside a character is taken to its front.
  [[nodiscard]] std::uint32_t offset(Position at) const;
  [[nodiscard]] Position position(std::size_t offset) const;
  [[nodiscard]] std::uint32_t count() const { return static_cast<std::uint32_t>(starts_.size()); }

 private:
  std::string_view text_;
  Encoding encoding_;
  std::vector<std::uint32_t> starts_;
  mutable std::size_t last_offset_ = 0;  // where the last question ended
  mutable Position last_;
};

/// The text with what lies between two positions replaced. Positions in the wrong order are
/// taken in the right one.
[[nodiscard]] std::string replaced(std::string_view text, Position begin, Position end,
                                   std::string_view by, Encoding encoding);

/// The text as valid UTF-8: what is not becomes U+FFFD.
[[nodiscard]] std::string valid_utf8(std::string_view text);

}  // namespace spl::lsp
