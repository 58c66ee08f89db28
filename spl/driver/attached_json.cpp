#include "driver/attached_json.hpp"

#include "spl/debug/server.hpp"

namespace spl::driver {

const JsonValue& json_at(const JsonValue& json, std::string_view name) {
  static const JsonValue null;
  const auto* field = json.field(name);
  return field == nullptr ? null : *field;
}

std::string json_text(const JsonValue& json, std::string_view name, std::size_t limit) {
  const auto* string = json_at(json, name).string();
  return string == nullptr ? std::string() : string->substr(0, limit);
}

std::uint64_t json_natural(const JsonValue& json, std::string_view name) {
  return json_at(json, name).natural().value_or(0);
}

std::vector<std::string> json_strings(const JsonValue& json) {
  std::vector<std::string> out;
  if (const auto* array = json.array()) {
    for (const auto& one : *array) {
      if (one.string() != nullptr) out.push_back(*one.string());
    }
  }
  return out;
}

std::vector<std::uint32_t> json_states(const JsonValue& json) {
  std::vector<std::uint32_t> out;
  if (const auto* array = json.array()) {
    for (const auto& one : *array) {
      const auto n = one.natural();
      out.push_back(n && *n < debug::kUnknownSituation ? static_cast<std::uint32_t>(*n)
                                                       : debug::kUnknownSituation);
    }
  }
  return out;
}

}  // namespace spl::driver
