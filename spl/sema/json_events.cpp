// Boost.JSON's parser behind a listener: strings come in one piece, errors in words.
#include "spl/json_events.hpp"

#include <fmt/format.h>

#include <boost/json/basic_parser_impl.hpp>
#include <limits>
#include <optional>

namespace spl {
namespace {

namespace json = boost::json;
using json::error_code;

/// What Boost.JSON asks of those who listen to it.
class Handler {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = max_object_size;
  static constexpr std::size_t max_key_size = max_object_size;
  static constexpr std::size_t max_string_size = max_object_size;

  explicit Handler(JsonListener& listener) : listener_(listener) {}

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    listener_.begin_object();
    return true;
  }
  bool on_object_end(std::size_t, error_code&) {
    listener_.end_object();
    return true;
  }
  bool on_array_begin(error_code&) {
    listener_.begin_array();
    return true;
  }
  bool on_array_end(std::size_t, error_code&) {
    listener_.end_array();
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, error_code&) { return add(part); }
  bool on_key(json::string_view last, std::size_t, error_code&) {
    listener_.key(whole(last));
    parts_.clear();
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, error_code&) { return add(part); }
  bool on_string(json::string_view last, std::size_t, error_code&) {
    listener_.string(whole(last));
    parts_.clear();
    return true;
  }
  // All of the text is there from the beginning, so numbers are not in parts.
  bool on_number_part(json::string_view, error_code&) { return true; }
  bool on_int64(std::int64_t, json::string_view text, error_code&) { return number(text); }
  bool on_uint64(std::uint64_t, json::string_view text, error_code&) { return number(text); }
  bool on_double(double, json::string_view text, error_code&) { return number(text); }
  bool on_bool(bool value, error_code&) {
    listener_.boolean(value);
    return true;
  }
  bool on_null(error_code&) {
    listener_.null();
    return true;
  }
  bool on_comment_part(json::string_view, error_code&) { return true; }
  bool on_comment(json::string_view, error_code&) { return true; }

 private:
  bool add(json::string_view part) {
    parts_.append(part.data(), part.size());
    return true;
  }
  std::string_view whole(json::string_view last) {
    if (parts_.empty()) return {last.data(), last.size()};
    parts_.append(last.data(), last.size());
    return parts_;
  }
  bool number(json::string_view text) {
    listener_.number({text.data(), text.size()});
    return true;
  }

  JsonListener& listener_;
  std::string parts_;
};

std::string words(const error_code& error, std::string_view text, std::size_t at) {
  if (error == json::error::incomplete)
    return fmt::format("it breaks off (at byte {})", text.size());
  const auto what = error == json::error::too_deep     ? "nested too deep"
                    : error == json::error::extra_data ? "something follows the value"
                    : error == json::error::syntax     ? "this is not expected"
                                                       : error.message();
  return fmt::format("{} (at byte {})", what, at);
}

std::optional<unsigned> surrogate(std::string_view text, std::size_t at) {
  constexpr std::size_t kLength = 6;  // \uXXXX
  if (text.size() - at < kLength || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  unsigned code = 0;
  for (const char c : text.substr(at + 2, 4)) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return std::nullopt;
    code = code * 16 + static_cast<unsigned>(digit);
  }
  return code >= 0xd800 && code <= 0xdfff ? std::optional(code) : std::nullopt;
}

/// Writes U+FFFD for halves of surrogate pairs that stand alone, with as many bytes.
std::string without_halves(std::string_view text) {
  std::string out(text);
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    if (text[at] != '\\') continue;
    const auto first = surrogate(text, at);
    if (!first) {
      ++at;  // what is escaped is none
      continue;
    }
    const auto second = surrogate(text, at + 6);
    if (*first < 0xdc00 && second && *second >= 0xdc00) {
      at += 11;
    } else {
      out.replace(at, 6, "\\ufffd");
      at += 5;
    }
  }
  return out;
}

bool parse(std::string_view text, const JsonLimits& limits, JsonListener& listener,
           std::string& why) {
  json::parse_options options;
  options.max_depth = limits.depth;
  options.allow_invalid_utf8 = limits.any_bytes;
  json::basic_parser<Handler> parser(options, listener);
  error_code error;
  const auto read = parser.write_some(false, text.data(), text.size(), error);
  if (!error && read < text.size()) error = json::error::extra_data;
  if (!error) return true;
  why = words(error, text, read);
  return false;
}

}  // namespace

bool read_json_events(std::string_view text, const JsonLimits& limits, JsonListener& listener,
                      std::string& why) {
  why.clear();
  constexpr std::string_view kSurrogates[] = {"\\ud", "\\uD"};
  const bool may_have_halves =
      limits.half_surrogates && (text.find(kSurrogates[0]) != std::string_view::npos ||
                                 text.find(kSurrogates[1]) != std::string_view::npos);
  if (may_have_halves) return parse(without_halves(text), limits, listener, why);
  return parse(text, limits, listener, why);
}

}  // namespace spl
