// Writing C++ and C text: arrays wrapped at the margin, types by width.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace spl::cpp {

[[nodiscard]] inline std::string_view signed_type(unsigned bytes) {
  return bytes == 1 ? "::std::int8_t" : bytes == 2 ? "::std::int16_t" : "::std::int32_t";
}
[[nodiscard]] inline std::string_view unsigned_type(unsigned bytes) {
  return bytes == 1 ? "::std::uint8_t" : bytes == 2 ? "::std::uint16_t" : "::std::uint32_t";
}

/// Prints "static constexpr TYPE NAME[] = {1, 2, ...};". An array is never empty: without elements
/// it holds one 0 that nothing reads, for neither language has arrays of length 0.
class ArrayWriter {
 public:
  ArrayWriter(std::string& out, std::string_view indent, std::string_view type,
              std::string_view name, std::string_view extent = "[]",
              std::string_view specifiers = "static constexpr")
      : out_(out), indent_(indent) {
    out_.append(indent).append(specifiers).append(" ").append(type).append(" ").append(name);
    out_.append(extent).append(" = {");
    start_ = out_.size();
    line_ = out_.size();
  }
  void number(std::int64_t n) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, n).ptr;
    element({digits, static_cast<std::size_t>(end - digits)});
  }
  void element(std::string_view text) {
    if (out_.size() != start_) out_ += ',';
    if (out_.size() == start_ || out_.size() - line_ + text.size() > 96) {
      new_line();
    } else {
      out_ += ' ';
    }
    out_ += text;
  }
  void finish() {
    if (out_.size() == start_) out_ += '0';
    out_ += "};\n";
  }

 private:
  void new_line() {
    out_ += '\n';
    line_ = out_.size();
    out_.append(indent_).append("    ");
  }
  std::string& out_;
  std::string_view indent_;
  std::size_t start_ = 0;
  std::size_t line_ = 0;
};

}  // namespace spl::cpp
