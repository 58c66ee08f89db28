// JSON text, written front to back. For every machine-readable output of splc.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

namespace spl {

/// A JSON string literal with its quotes. Bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string json_quote(std::string_view text);

/// Writes one JSON value compactly. The caller keeps begin/end and key/value in order.
class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name) {
    separate();
    out_ += json_quote(name);
    out_ += ':';
    after_key_ = true;
    return *this;
  }
  JsonWriter& value(std::string_view text) { return raw_value(json_quote(text)); }
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool b) { return raw_value(b ? "true" : "false"); }
  JsonWriter& value(std::integral auto n) { return raw_value(std::to_string(n)); }
  JsonWriter& value(double d);
  JsonWriter& null() { return raw_value("null"); }
  /// A value that is JSON text already.
  JsonWriter& json(std::string_view text) { return raw_value(text); }
  template <class T>
  JsonWriter& field(std::string_view name, const T& v) {
    return key(name).value(v);
  }
  /// The text so far; the writer is empty afterwards.
  [[nodiscard]] std::string take();

 private:
  JsonWriter& open(char bracket) {
    separate();
    out_ += bracket;
    first_.push_back(true);
    return *this;
  }
  JsonWriter& close(char bracket) {
    first_.pop_back();
    out_ += bracket;
    return *this;
  }
  JsonWriter& raw_value(std::string_view text) {
    separate();
    out_ += text;
    return *this;
  }
  void separate() {
    if (after_key_) {
      after_key_ = false;
    } else if (!first_.empty()) {
      if (!first_.back()) out_ += ',';
      first_.back() = false;
    }
  }

  std::string out_;
  std::vector<bool> first_;  // per open bracket: nothing written in it yet
  bool after_key_ = false;
};

}  // namespace spl
