// Reading JSON (RFC 8259) into a tree. For what splc wrote itself, perhaps on another machine; any
// bytes are accepted as input.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace spl {

/// One value. Object fields are ordered by name; of two with the same name the first counts.
class JsonValue {
 public:
  using Array = std::vector<JsonValue>;
  using Object = std::map<std::string, JsonValue, std::less<>>;

  JsonValue() = default;
  template <class T>
  explicit JsonValue(T value) : value_(std::move(value)) {}

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  /// nullptr / nullopt if it is something else.
  [[nodiscard]] const std::string* string() const { return std::get_if<std::string>(&value_); }
  [[nodiscard]] const Array* array() const { return std::get_if<Array>(&value_); }
  [[nodiscard]] const Object* object() const { return std::get_if<Object>(&value_); }
  [[nodiscard]] std::optional<bool> boolean() const;
  [[nodiscard]] std::optional<double> number() const;
  /// A number without fraction in 0 .. 2^53: what a double holds exactly.
  [[nodiscard]] std::optional<std::uint64_t> natural() const;
  /// The field of an object; nullptr if it is no object or has no such field.
  [[nodiscard]] const JsonValue* field(std::string_view name) const;

 private:
  std::variant<std::monostate, bool, double, std::string, Array, Object> value_;
};

/// The one value that `text` consists of; nullopt, and `why` (one line, with the offset), if it is
/// not JSON, or nested more than 64 deep.
[[nodiscard]] std::optional<JsonValue> read_json(std::string_view text, std::string& why);

}  // namespace spl
