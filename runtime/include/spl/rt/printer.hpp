// Text piece by piece into any sink, for explanations: numbers, lists in lines of a readable width,
// excerpts of the policy with carets. Internal; needs no heap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "spl/rt/verdict.hpp"

namespace spl::rt {

/// A place in a policy, with the text of its line (cut around the place if the line is long).
struct Place {
  std::string_view file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;  // both count from 1
  std::string_view text;
  std::uint32_t caret = 0;  // where in `text` the place begins, and how far it goes
  std::uint32_t length = 0;
  bool is_end = false;  // the automaton's final point rather than a statement
};

namespace detail {

/// UTF-8: one column per character, however many bytes it has.
constexpr bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
}

/// `Out` is called with pieces of text.
template <class Out>
class Printer {
 public:
  explicit constexpr Printer(Out& out) : out_(out) {}

  constexpr Printer& operator<<(std::string_view text) {
    out_(text);
    return *this;
  }
  template <std::size_t size>
  constexpr Printer& operator<<(const char (&literal)[size]) {
    return *this << text(literal);
  }
  constexpr Printer& operator<<(std::uint32_t n) { return number(n, 1); }
  /// At least so many digits.
  constexpr Printer& number(std::uint64_t n, std::uint32_t least_digits) {
    char digits[20] = {};
    std::size_t at = sizeof digits;
    do {
      digits[--at] = static_cast<char>('0' + n % 10);
      n /= 10;
    } while (n != 0 || sizeof digits - at < least_digits);
    out_(std::string_view(digits + at, sizeof digits - at));
    return *this;
  }
  constexpr void repeat(char c, std::uint32_t n) {
    for (; n != 0; --n) out_(std::string_view(&c, 1));
  }

 private:
  Out& out_;
};

/// Names below each other's first, two blanks apart: as splc replay lists them.
template <class Print>
class NameList {
 public:
  static constexpr std::uint32_t kIndent = 6;
  static constexpr std::uint32_t kWidth = 88;
  static constexpr std::uint32_t kMost = 40;

  explicit constexpr NameList(Print& print) : print_(print) {}
  constexpr void add(std::string_view name) {
    if (++count_ > kMost) return;
    const auto size = static_cast<std::uint32_t>(name.size());
    if (column_ != 0 && column_ + 2 + size > kWidth) {
      print_ << "\n";
      column_ = 0;
    }
    const auto gap = column_ == 0 ? kIndent : 2;
    print_.repeat(' ', gap);
    print_ << name;
    column_ += gap + size;
  }
  /// The last line ends; false if there was no name.
  constexpr bool finish() {
    if (count_ > kMost) {
      print_ << "\n";
      print_.repeat(' ', kIndent);
      print_ << "and " << count_ - kMost << " more";
    }
    if (count_ != 0) print_ << "\n";
    return count_ != 0;
  }

 private:
  Print& print_;
  std::uint32_t count_ = 0;
  std::uint32_t column_ = 0;
};

/// Lines of the policy with carets below, as a compiler shows them. Places of one line share it,
/// and lines of one file share the line that names it.
template <class Print>
class Excerpts {
 public:
  /// `margin`: digits of the largest line number that will be shown.
  constexpr Excerpts(Print& print, std::uint32_t margin, std::string_view arrow)
      : print_(print), margin_(margin), arrow_(arrow) {}

  /// Places in order of the text; `note` is put behind the last caret of the line.
  constexpr void add(const Place& place, std::string_view note) {
    if (any_ && same_line(*last_, place)) {
      carets(place);
      note_ = note;
      return;
    }
    end_line();
    if (!any_ || last_->file != place.file) {
      print_.repeat(' ', margin_);
      print_ << arrow_ << place.file << ":" << place.line << ":" << place.column << "\n";
      print_.repeat(' ', margin_ + 1);
      print_ << "|\n";
    }
    print_.repeat(' ', margin_ - digits(place.line));
    print_ << place.line << " | " << place.text << "\n";
    print_.repeat(' ', margin_ + 1);
    print_ << "| ";
    last_ = &place;
    any_ = true;
    at_ = 0;
    carets(place);
    note_ = note;
  }
  constexpr void finish() {
    end_line();
    any_ = false;
  }

  static constexpr std::uint32_t digits(std::uint32_t n) {
    std::uint32_t count = 1;
    for (; n >= 10; n /= 10) ++count;
    return count;
  }

 private:
  static constexpr bool same_line(const Place& a, const Place& b) {
    return a.file == b.file && a.line == b.line && a.text == b.text && a.caret <= b.caret;
  }
  /// From where the line's carets have got to, below this place.
  constexpr void carets(const Place& place) {
    const auto& text = place.text;
    for (; at_ < place.caret && at_ < text.size(); ++at_) {
      if (starts_character(text[at_])) print_.repeat(text[at_] == '\t' ? '\t' : ' ', 1);
    }
    std::uint32_t count = place.length == 0 ? 1 : 0;
    for (; at_ < place.caret + place.length && at_ < text.size(); ++at_) {
      count += starts_character(text[at_]) ? 1 : 0;
    }
    print_.repeat('^', count);
  }
  constexpr void end_line() {
    if (!any_) return;
    if (!note_.empty()) print_ << " " << note_;
    print_ << "\n";
  }

  Print& print_;
  std::uint32_t margin_;
  std::string_view arrow_;
  // A flag of its own: with UBSan, g++ does not compare addresses in constant expressions.
  bool any_ = false;
  const Place* last_ = nullptr;  // if any_
  std::uint32_t at_ = 0;
  std::string_view note_;
};

}  // namespace detail
}  // namespace spl::rt
