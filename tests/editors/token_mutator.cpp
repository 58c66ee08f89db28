#include "token_mutator.hpp"

#include <cctype>
#include <vector>

namespace spl::test {
namespace {

using Pieces = std::vector<std::string>;

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// Words, runs of white space, and single signs; together they are the text.
Pieces pieces_of(const std::string& text) {
  Pieces pieces;
  for (std::size_t i = 0; i < text.size();) {
    auto end = i + 1;
    for (const auto in_class : {is_word, is_space}) {
      if (!in_class(text[i])) continue;
      while (end < text.size() && in_class(text[end])) ++end;
    }
    pieces.push_back(text.substr(i, end - i));
    i = end;
  }
  return pieces;
}

}  // namespace

const std::vector<std::string>& words_and_signs() {
  static const Pieces words = {
      "automaton",   "function",  "statecalls", "import",   "property", "bool",
      "int",         "true",      "false",      "multiple", "optional", "always_allow",
      "either",      "or",        "during",     "handle",   "do",       "until",
      "while",       "exit",      "abort",      "{",        "}",        "(",
      ")",           ";",         ",",          ":",        "..",       ".",
      "=",           "&&",        "||",         "!",        "==",       "!=",
      "<",           "<=",        ">",          ">=",       "+",        "-",
      "*",           "/",         "implies",    "->",       "iff",      "<->",
      "always",      "[]",        "eventually", "<>",       "next",     "X",
      "U",           "W",         "weak_until", "once",     "since",    "precedes",
      "responds_to", "never",     "reachable",  "finished", "not",      "and",
      "A",           "Some_Call", "a",          "_b",       "0",        "12",
      "\"text\"",    "\"",        "/* */",      "/*",       "// x\n",   " ",
      "\n",          "#"};
  return words;
}

namespace {

/// Operands and operators of a formula in turn: often right, or nearly.
std::string random_property(Dice& dice) {
  static const Pieces operands = {"A",
                                  "B",
                                  "a.finished",
                                  "a.x",
                                  "x",
                                  "x == 1",
                                  "-1 < a.x",
                                  "true",
                                  "A precedes B",
                                  "B responds_to A",
                                  "(A or x)",
                                  "since(A, x > 2)",
                                  "X",
                                  "finished",
                                  "automaton",
                                  "while"};
  static const Pieces prefixes = {"not ",       "! ",    "always ", "[] ",   "eventually ",
                                  "<> ",        "next ", "X ",      "once ", "never ",
                                  "reachable ", "(",     ""};
  static const Pieces infixes = {" and ",        " && ",  " or ",  " || ",    " implies ",
                                 " -> ",         " iff ", " <-> ", " until ", " U ",
                                 " weak_until ", " W ",   " "};
  std::string text = "property p" + std::to_string(dice.roll(9)) + " : ";
  int open = 0;
  const auto operands_left = 1 + dice.roll(4);
  for (std::uint32_t i = 0; i < operands_left; ++i) {
    if (i > 0) text += dice.pick(infixes);
    if (dice.chance(40)) {
      const auto& prefix = dice.pick(prefixes);
      open += prefix == "(" ? 1 : 0;
      text += prefix;
    }
    text += dice.pick(operands);
    if (open > 0 && dice.chance(50)) {
      text += ")";
      --open;
    }
  }
  text += std::string(static_cast<std::size_t>(open), ')');
  return text + (dice.chance(95) ? ";\n" : "\n");
}

void change_one(Pieces& pieces, Dice& dice) {
  const auto at = dice.roll(static_cast<std::uint32_t>(pieces.size()));
  const auto where = pieces.begin() + at;
  switch (dice.roll(5)) {
    case 0:
      pieces.erase(where);
      break;
    case 1:
      pieces.insert(where, dice.pick(words_and_signs()));
      break;
    case 2:
      *where = dice.pick(words_and_signs());
      break;
    case 3:
      pieces.insert(where, dice.pick(Pieces(pieces)));
      break;
    default:
      std::swap(*where, pieces[dice.roll(static_cast<std::uint32_t>(pieces.size()))]);
      break;
  }
}

}  // namespace

std::string mutate_tokens(const std::string& policy, Dice& dice) {
  auto pieces = pieces_of(policy);
  if (dice.chance(70)) {
    for (auto left = 1 + dice.roll(3); left > 0 && !pieces.empty(); --left)
      change_one(pieces, dice);
  }
  std::string text;
  for (const auto& piece : pieces) text += piece;
  if (dice.chance(40)) text += random_property(dice);
  return text;
}

}  // namespace spl::test
