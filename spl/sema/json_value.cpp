// A recursive-descent reader of RFC 8259, with a bound on nesting.
#include "spl/json_value.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace spl {
namespace {

constexpr int kMaxDepth = 64;
constexpr double kMostExact = 9007199254740992.0;  // 2^53

class Reader {
 public:
  Reader(std::string_view text, std::string& why) : text_(text), why_(why) {}

  std::optional<JsonValue> run() {
    JsonValue result;
    if (!value(result, 0)) return std::nullopt;
    blanks();
    if (at_ != text_.size()) {
      bad("something follows the value");
      return std::nullopt;
    }
    return result;
  }

 private:
  bool bad(const char* why) {
    if (why_.empty()) why_ = fmt::format("{} (at byte {})", why, at_);
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

  bool value(JsonValue& out, int depth) {
    if (depth > kMaxDepth) return bad("nested too deep");
    blanks();
    switch (peek()) {
      case '{':
        return object(out, depth);
      case '[':
        return array(out, depth);
      case '"': {
        std::string text;
        if (!string(text)) return false;
        out = JsonValue(std::move(text));
        return true;
      }
      case 't':
        out = JsonValue(true);
        return word("true");
      case 'f':
        out = JsonValue(false);
        return word("false");
      case 'n':
        out = JsonValue();
        return word("null");
      default:
        return number(out);
    }
  }

  bool object(JsonValue& out, int depth) {
    JsonValue::Object fields;
    take('{');
    blanks();
    if (!take('}')) {
      do {
        blanks();
        std::string name;
        if (!string(name)) return bad("expected a field name");
        blanks();
        if (!take(':')) return bad("expected ':' after a field name");
        JsonValue field;
        if (!value(field, depth + 1)) return false;
        fields.emplace(std::move(name), std::move(field));
        blanks();
      } while (take(','));
      if (!take('}')) return bad("expected ',' or '}'");
    }
    out = JsonValue(std::move(fields));
    return true;
  }

  bool array(JsonValue& out, int depth) {
    JsonValue::Array items;
    take('[');
    blanks();
    if (!take(']')) {
      do {
        if (!value(items.emplace_back(), depth + 1)) return false;
        blanks();
      } while (take(','));
      if (!take(']')) return bad("expected ',' or ']'");
    }
    out = JsonValue(std::move(items));
    return true;
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

  bool number(JsonValue& out) {
    const auto start = at_;
    take('-');
    if (!take('0') && !digits()) return bad("expected a JSON value");
    if (take('.') && !digits()) return bad("a number ends in '.'");
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!digits()) return bad("a number has no exponent after 'e'");
    }
    double result = 0;
    const auto read = std::from_chars(text_.data() + start, text_.data() + at_, result);
    if (read.ec != std::errc{}) return bad("a number is out of range");
    out = JsonValue(result);
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
    if (const auto i = kNames.find(c); i != std::string_view::npos && c != '\0') {
      ++at_;
      out += kMeanings[i];
      return true;
    }
    if (!take('u')) return bad("unknown escape in a string");
    std::uint32_t code = 0;
    if (!hexadecimal(code)) return false;
    if (code >= 0xd800 && code < 0xdc00) {
      std::uint32_t low = 0;
      if (!take('\\') || !take('u') || !hexadecimal(low) || low < 0xdc00 || low > 0xdfff) {
        return bad("half of a surrogate pair in a string");
      }
      code = 0x10000 + ((code - 0xd800) << 10U) + (low - 0xdc00);
    } else if (code >= 0xdc00 && code <= 0xdfff) {
      return bad("half of a surrogate pair in a string");
    }
    append_utf8(out, code);
    return true;
  }

  bool hexadecimal(std::uint32_t& code) {
    const auto digits_text = text_.substr(at_, 4);
    const auto* end = digits_text.data() + digits_text.size();
    const auto read = std::from_chars(digits_text.data(), end, code, 16);
    if (digits_text.size() != 4 || read.ptr != end) return bad("\\u wants four hexadecimal digits");
    at_ += 4;
    return true;
  }

  static void append_utf8(std::string& out, std::uint32_t code) {
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xc0 | (code >> 6U));
      put(0x80 | (code & 0x3fU));
    } else if (code < 0x10000) {
      put(0xe0 | (code >> 12U));
      put(0x80 | ((code >> 6U) & 0x3fU));
      put(0x80 | (code & 0x3fU));
    } else {
      put(0xf0 | (code >> 18U));
      put(0x80 | ((code >> 12U) & 0x3fU));
      put(0x80 | ((code >> 6U) & 0x3fU));
      put(0x80 | (code & 0x3fU));
    }
  }

  std::string_view text_;
  std::string& why_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<bool> JsonValue::boolean() const {
  const auto* b = std::get_if<bool>(&value_);
  return b == nullptr ? std::nullopt : std::optional{*b};
}

std::optional<double> JsonValue::number() const {
  const auto* d = std::get_if<double>(&value_);
  return d == nullptr ? std::nullopt : std::optional{*d};
}

std::optional<std::uint64_t> JsonValue::natural() const {
  const auto d = number();
  if (!d || *d < 0 || *d > kMostExact || std::floor(*d) != *d) return std::nullopt;
  return static_cast<std::uint64_t>(*d);
}

const JsonValue* JsonValue::field(std::string_view name) const {
  const auto* fields = object();
  if (fields == nullptr) return nullptr;
  const auto found = fields->find(name);
  return found == fields->end() ? nullptr : &found->second;
}

std::optional<JsonValue> read_json(std::string_view text, std::string& why) {
  why.clear();
  return Reader(text, why).run();
}

}  // namespace spl
