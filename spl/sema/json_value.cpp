// Trees of JSON, grown from the parts that read_json_events() tells.
#include "spl/json_value.hpp"

#include <charconv>
#include <cmath>

#include "spl/json_events.hpp"

namespace spl {
namespace {

constexpr double kMostExact = 9007199254740992.0;  // 2^53

class Grower : public JsonListener {
 public:
  void begin_object() override { open_.emplace_back(JsonValue::Object()); }
  void begin_array() override { open_.emplace_back(JsonValue::Array()); }
  void end_object() override { close<JsonValue::Object>(); }
  void end_array() override { close<JsonValue::Array>(); }
  void key(std::string_view name) override { keys_.emplace_back(name); }
  void string(std::string_view text) override { put(JsonValue(std::string(text))); }
  void number(std::string_view text) override {
    double result = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), result);
    out_of_range_ = out_of_range_ || read.ec != std::errc{};
    put(JsonValue(result));
  }
  void boolean(bool value) override { put(JsonValue(value)); }
  void null() override { put(JsonValue()); }

  [[nodiscard]] bool out_of_range() const { return out_of_range_; }
  [[nodiscard]] JsonValue take() { return std::move(result_); }

 private:
  using Open = std::variant<JsonValue::Object, JsonValue::Array>;

  template <class T>
  void close() {
    JsonValue value(std::get<T>(std::move(open_.back())));
    open_.pop_back();
    put(std::move(value));
  }
  void put(JsonValue value) {
    if (open_.empty()) {
      result_ = std::move(value);
    } else if (auto* array = std::get_if<JsonValue::Array>(&open_.back())) {
      array->push_back(std::move(value));
    } else {
      std::get<JsonValue::Object>(open_.back()).emplace(std::move(keys_.back()), std::move(value));
      keys_.pop_back();
    }
  }

  std::vector<Open> open_;         // objects and arrays that are not complete
  std::vector<std::string> keys_;  // of fields whose values are not
  JsonValue result_;
  bool out_of_range_ = false;
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
  Grower grower;
  JsonLimits limits;
  limits.any_bytes = true;
  if (!read_json_events(text, limits, grower, why)) return std::nullopt;
  if (!grower.out_of_range()) return grower.take();
  why = "a number is out of range";
  return std::nullopt;
}

}  // namespace spl
