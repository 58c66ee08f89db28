// with_comments() splits at token boundaries only; mutate() splits anywhere.
#include "disturb.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace spl::test {
namespace {

bool wordy(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::vector<std::string> tokens(const std::string& text) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < text.size();) {
    const auto start = i;
    if (std::isspace(static_cast<unsigned char>(text[i])) != 0) {
      ++i;
      continue;
    }
    if (wordy(text[i])) {
      while (i < text.size() && wordy(text[i])) ++i;
    } else {
      static const std::vector<std::string> kTwo{"&&", "||", "<=", ">=", "==", "!=", ".."};
      const auto two = text.substr(i, 2);
      i += std::find(kTwo.begin(), kTwo.end(), two) != kTwo.end() ? 2 : 1;
    }
    result.push_back(text.substr(start, i - start));
  }
  return result;
}

}  // namespace

std::string with_comments(const std::string& policy, Dice& dice,
                          std::vector<std::string>& comments) {
  static const std::vector<std::string> kSpace{" ", "\n", "\n\n", "\t", "\r\n", "  \n \n\n", " "};
  std::string text;
  const auto gap = [&] {
    text += dice.pick(kSpace);
    while (dice.chance(12)) {
      const auto mark = fmt::format("c{}.", comments.size());
      comments.push_back(mark);
      switch (dice.roll(4)) {
        case 0:
          text += "// " + mark + (dice.chance(30) ? "\r\n" : "\n");
          break;
        case 1:
          text += "/* " + mark + " */";
          break;
        case 2:
          text += "/* " + mark + "\n  second line /* nested */ */";
          break;
        default:
          text += "/*" + mark + "*/\n";
          break;
      }
      text += dice.pick(kSpace);
    }
  };
  for (const auto& token : tokens(policy)) {
    gap();
    text += token;
  }
  gap();
  if (dice.chance(20)) text += "// no newline at the end";
  return text;
}

std::string mutate(std::string text, Dice& dice) {
  static const std::vector<std::string> kPieces{"{",
                                                "}",
                                                "(",
                                                ")",
                                                ";",
                                                "/*",
                                                "*/",
                                                "//",
                                                "\"",
                                                "..",
                                                "handle",
                                                "or",
                                                "\xff",
                                                "\xc3\xa9",
                                                std::string(1, '\0'),
                                                "99999999999",
                                                "import",
                                                "property",
                                                "automaton x () {",
                                                "always",
                                                "-",
                                                "2147483648",
                                                "\xe2\x82",
                                                "\r",
                                                "exit;",
                                                "abort;",
                                                "f0();",
                                                "statecalls {A,",
                                                "until",
                                                "while",
                                                "int (1..0) q"};
  const auto edits = 1 + dice.roll(4);
  for (std::uint32_t i = 0; i < edits; ++i) {
    const auto size = static_cast<std::uint32_t>(text.size());
    const auto at = dice.roll(size + 1);
    const auto length = dice.roll(std::min(size - at, 20U) + 1);
    switch (dice.roll(6)) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, dice.pick(kPieces));
        break;
      case 2:
        if (at < size) text[at] = static_cast<char>(dice.roll(256));
        break;
      case 3: {
        const auto piece = text.substr(at, length);
        text.insert(dice.roll(size + 1), piece);
        break;
      }
      case 4:
        text.resize(at);
        break;
      default:
        text.replace(at, length, dice.pick(kPieces));
        break;
    }
  }
  return text;
}

}  // namespace spl::test
