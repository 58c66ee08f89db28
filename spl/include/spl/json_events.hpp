// Reading JSON (RFC 8259) part by part, for those who do not want all of it in memory. Any bytes
// are accepted as input.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace spl {

/// Hears the parts of one value in their order. Texts are valid during the call only.
class JsonListener {
 public:
  JsonListener() = default;
  JsonListener(const JsonListener&) = delete;
  JsonListener& operator=(const JsonListener&) = delete;
  virtual ~JsonListener() = default;

  virtual void begin_object() = 0;
  virtual void end_object() = 0;
  virtual void begin_array() = 0;
  virtual void end_array() = 0;
  /// The name of a field; its value follows.
  virtual void key(std::string_view name) = 0;
  virtual void string(std::string_view text) = 0;
  /// As it is written.
  virtual void number(std::string_view text) = 0;
  virtual void boolean(bool value) = 0;
  virtual void null() = 0;
};

struct JsonLimits {
  std::size_t depth = 64;        // objects and arrays within each other
  bool any_bytes = false;        // strings need not be UTF-8, and are told as they are
  bool half_surrogates = false;  // "\ud800" without its other half is told as U+FFFD
};

/// Reads the one value that `text` consists of. False, and `why` (one line, with the offset), if
/// it is something else; some of it has been told then.
[[nodiscard]] bool read_json_events(std::string_view text, const JsonLimits& limits,
                                    JsonListener& listener, std::string& why);

}  // namespace spl
