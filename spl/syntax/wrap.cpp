// Long lines. White space has no meaning in a policy, so a line may be broken at any of its spaces;
// only comments and strings must not be touched. As the printer makes one line of every header,
// statement and property whatever it was before, breaking the lines again gives the same breaks.
#include "syntax/wrap.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace spl::syntax {
namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kContinuation = 4;  // columns further in than the line it continues

/// Keeps track of block comments from line to line.
class CommentScanner {
 public:
  /// True if nothing of the line belongs to a comment or a string.
  bool is_plain(std::string_view line) {
    bool plain = depth_ == 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const auto two = line.substr(i, 2);
      if (depth_ == 0 && (two == "//" || line[i] == '"')) return false;
      if (two == "/*") ++depth_;
      if (two == "*/" && depth_ > 0) --depth_;
      if (two == "/*" || two == "*/") {
        plain = false;
        ++i;
      }
    }
    return plain;
  }

 private:
  int depth_ = 0;
};

bool starts_with_operator(std::string_view rest) {
  static constexpr std::array<std::string_view, 16> kOperators = {
      "and ", "or ", "implies ", "iff ", "until ", "weak_until ", "precedes ", "responds_to ",
      "&& ",  "|| ", "== ",      "!= ",  "+ ",     "- ",          "* ",        "/ "};
  return std::any_of(kOperators.begin(), kOperators.end(),
                     [&](std::string_view op) { return rest.starts_with(op); });
}

/// The space to break the text at so that what stands before it fits `width`, or npos.
std::size_t break_of(std::string_view text, std::size_t width) {
  const auto last = text.rfind(' ', width);
  // A good place makes up for a somewhat shorter line, but not for a stump.
  for (auto at = last; at != std::string_view::npos && at > width / 3;
       at = text.rfind(' ', at - 1)) {
    if (text[at - 1] == ',' || starts_with_operator(text.substr(at + 1))) return at;
  }
  return last != std::string_view::npos && last > 0 ? last : text.find(' ', width);
}

void append_wrapped(std::string& out, std::string_view line) {
  auto margin = std::min(line.find_first_not_of(' '), line.size());
  line.remove_prefix(margin);
  out.append(margin, ' ');
  for (bool first = true; margin + line.size() > kWidth; first = false) {
    const auto at = break_of(line, kWidth - std::min(margin, kWidth / 2));
    if (at == std::string_view::npos) break;
    out += line.substr(0, at);
    out += '\n';
    if (first) margin += kContinuation;
    out.append(margin, ' ');
    line.remove_prefix(at + 1);
  }
  out += line;
}

}  // namespace

std::string wrap_long_lines(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  CommentScanner comments;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    const bool plain = comments.is_plain(line);
    if (plain && line.size() > kWidth) {
      append_wrapped(out, line);
    } else {
      out += line;
    }
    if (end == std::string_view::npos) break;
    out += '\n';
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace spl::syntax
