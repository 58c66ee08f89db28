// See json.hpp.
#include "worker/json.hpp"

namespace ssh::host {

std::string json_string(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (byte < 0x20 || byte > 0x7e) {
      result += "\\u00";
      result += kDigits[byte >> 4];
      result += kDigits[byte & 15];
    } else {
      result += c;
    }
  }
  result += '"';
  return result;
}

std::string json_object(
    std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  std::string result = "{";
  for (const auto& [name, value] : members) {
    if (result.size() > 1) {
      result += ',';
    }
    result += json_string(name);
    result += ':';
    result += json_string(value);
  }
  result += '}';
  return result;
}

}  // namespace ssh::host
