// The line that somebody types at a terminal, with what is echoed: the usual control characters, no
// history. Without a terminal it only takes lines apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bastion {

class LineEditor {
 public:
  /// Control-C: the line is given up. Control-D on an empty line, or the end of input: over.
  enum class Kind { line, interrupted, end };
  struct Result {
    Kind kind = Kind::line;
    std::string line;
  };

  void set_terminal(bool terminal) { terminal_ = terminal; }
  /// Takes bytes until there is a result, and what is to be echoed; nothing: all bytes are taken,
  /// and more are needed.
  std::optional<Result> take(std::string_view& bytes, std::string& echo);

  static constexpr std::size_t kLongest = 1000;

 private:
  void key(unsigned char c, std::string& echo);
  void erase(std::size_t count, std::string& echo);

  bool terminal_ = false;
  bool was_return_ = false;  // a newline behind it is the same one
  int escape_ = 0;           // inside of a sequence: of an arrow key, say
  std::string line_;
};

}  // namespace bastion
