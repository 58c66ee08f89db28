// A recursive-descent reader of RFC 8259, with a bound on nesting.
#include "driver/json_scan.hpp"

#include <cstdint>

namespace spl::driver {
namespace {

constexpr int kMaxDepth = 64;

using FieldSink = std::function<void(std::string_view, std::string_view)>;

class Scanner {
 public:
  Scanner(std::string_view text, std::string& why) : text_(text), why_(why) {}

  std::optional<std::string> run() {
    blanks();
    std::optional<std::string> result;
    if (peek() == '"') {
      result.emplace();
      if (!string(*result)) return std::nullopt;
    } else if (peek() == '{') {
      if (!object(&result, 0)) return std::nullopt;
      if (!result) return fail("the object has no field \"statecall\" with a string");
    } else {
      return fail("expected a string or an object");
    }
    blanks();
    if (at_ != text_.size()) return fail("something follows the value");
    return result;
  }

  bool fields(const FieldSink& take) {
    blanks();
    if (peek() != '{') return bad("expected an object");
    if (!object_fields("", take, 0)) return false;
    blanks();
    return at_ == text_.size() || bad("something follows the object");
  }

 private:
  std::nullopt_t fail(const char* why) {
    if (why_.empty()) why_ = why;
    return std::nullopt;
  }
  bool bad(const char* why) {
    if (why_.empty()) why_ = why;
    return false;
  }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void blanks() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\r' || peek() == '\n') ++at_;
  }

  bool value(int depth) {
    if (depth > kMaxDepth) return bad("nested too deep");
    blanks();
    std::string ignored;
    switch (peek()) {
      case '{':
        return object(nullptr, depth);
      case '[':
        return array(depth);
      case '"':
        return string(ignored);
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool object(std::optional<std::string>* statecall, int depth) {
    take('{');
    blanks();
    if (take('}')) return true;
    do {
      blanks();
      std::string name;
      if (!string(name)) return bad("expected a field name");
      blanks();
      if (!take(':')) return bad("expected ':' after a field name");
      blanks();
      if (statecall != nullptr && name == "statecall" && peek() == '"') {
        statecall->emplace();
        if (!string(**statecall)) return false;
      } else if (!value(depth + 1)) {
        return false;
      }
      blanks();
    } while (take(','));
    return take('}') || bad("expected ',' or '}'");
  }

  bool object_fields(const std::string& prefix, const FieldSink& take, int depth) {
    if (depth > kMaxDepth) return bad("nested too deep");
    this->take('{');
    blanks();
    if (this->take('}')) return true;
    do {
      blanks();
      auto name = prefix;
      if (!string(name)) return bad("expected a field name");
      blanks();
      if (!this->take(':')) return bad("expected ':' after a field name");
      blanks();
      if (!field(name, take, depth)) return false;
      blanks();
    } while (this->take(','));
    return this->take('}') || bad("expected ',' or '}'");
  }

  bool field(const std::string& name, const FieldSink& take, int depth) {
    if (peek() == '{') return object_fields(name + '.', take, depth + 1);
    if (peek() == '"') {
      std::string text;
      if (!string(text)) return false;
      take(name, text);
      return true;
    }
    const bool array = peek() == '[';
    const auto start = at_;
    if (!value(depth + 1)) return false;
    if (!array) take(name, text_.substr(start, at_ - start));
    return true;
  }

  bool array(int depth) {
    take('[');
    blanks();
    if (take(']')) return true;
    do {
      if (!value(depth + 1)) return false;
      blanks();
    } while (take(','));
    return take(']') || bad("expected ',' or ']'");
  }

  bool word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return bad("expected a JSON value");
    at_ += expected.size();
    return true;
  }

  bool digits() {
    const auto start = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ != start;
  }

  bool number() {
    take('-');
    if (!take('0') && !digits()) return bad("expected a JSON value");
    if (take('.') && !digits()) return bad("a number ends in '.'");
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!digits()) return bad("a number has no exponent after 'e'");
    }
    return true;
  }

  bool string(std::string& out) {
    if (!take('"')) return bad("expected a string");
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return bad("control character in a string");
      if (c != '\\') {
        out += c;
      } else if (!escape(out)) {
        return false;
      }
    }
    return bad("a string is not closed");
  }

  bool escape(std::string& out) {
    static constexpr std::string_view kNames = "\"\\/bfnrt";
    static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const char c = peek();
    ++at_;
    if (const auto i = kNames.find(c); i != std::string_view::npos && c != '\0') {
      out += kMeanings[i];
      return true;
    }
    if (c != 'u') return bad("unknown escape in a string");
    std::uint32_t code = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char h = peek();
      const int digit = h >= '0' && h <= '9'   ? h - '0'
                        : h >= 'a' && h <= 'f' ? h - 'a' + 10
                        : h >= 'A' && h <= 'F' ? h - 'A' + 10
                                               : -1;
      if (digit < 0) return bad("\\u wants four hexadecimal digits");
      code = code * 16 + static_cast<std::uint32_t>(digit);
    }
    // Statecalls are ASCII; anything else only has to be different from all of them.
    out += code < 0x80 ? static_cast<char>(code) : '?';
    return true;
  }

  std::string_view text_;
  std::string& why_;
  std::size_t at_ = 0;
};

}  // namespace

bool fields_of_json(std::string_view text, const FieldSink& take, std::string& why) {
  why.clear();
  return Scanner(text, why).fields(take);
}

std::optional<std::string> statecall_of_json(std::string_view text, std::string& why) {
  why.clear();
  return Scanner(text, why).run();
}

}  // namespace spl::driver
