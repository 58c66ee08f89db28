#include "language_server/protocol.hpp"

#include <limits>

#include "language_server/uri.hpp"

namespace spl::lsp {
namespace {

[[noreturn]] void bad(std::string_view key, const char* wanted) {
  throw RequestError(ErrorCode::invalid_params,
                     "'" + std::string(key) + "' is missing or no " + wanted);
}

const json::value* member(const json::value& v, std::string_view key) {
  const auto* object = v.if_object();
  return object == nullptr ? nullptr : object->if_contains(key);
}

std::uint32_t number_at(const json::value& v, std::string_view key) {
  constexpr auto kMost = std::numeric_limits<std::uint32_t>::max();
  const auto* found = member(v, key);
  if (found != nullptr && found->is_int64() && found->get_int64() >= 0) {
    const auto n = static_cast<std::uint64_t>(found->get_int64());
    return n > kMost ? kMost : static_cast<std::uint32_t>(n);
  }
  if (found != nullptr && found->is_uint64()) return kMost;
  bad(key, "number from 0");
}

}  // namespace

const json::object& object_at(const json::value& v, std::string_view key) {
  const auto* found = member(v, key);
  if (found == nullptr || !found->is_object()) bad(key, "object");
  return found->get_object();
}

std::string string_at(const json::value& v, std::string_view key) {
  const auto* found = member(v, key);
  if (found == nullptr || !found->is_string()) bad(key, "string");
  return std::string(found->get_string());
}

const json::array& array_at(const json::value& v, std::string_view key) {
  const auto* found = member(v, key);
  if (found == nullptr || !found->is_array()) bad(key, "array");
  return found->get_array();
}

const json::value* find_at(const json::value& v, std::initializer_list<std::string_view> path) {
  const auto* at = &v;
  for (const auto key : path) {
    at = member(*at, key);
    if (at == nullptr) return nullptr;
  }
  return at;
}

bool flag_at(const json::value& v, std::initializer_list<std::string_view> path) {
  const auto* found = find_at(v, path);
  return found != nullptr && found->is_bool() && found->get_bool();
}

Position position_at(const json::value& v, std::string_view key) {
  const json::value at = object_at(v, key);
  return {number_at(at, "line"), number_at(at, "character")};
}

std::string document_path(const json::value& params) {
  return path_of(string_at(object_at(params, "textDocument"), "uri"));
}

std::vector<std::string> uris_of(const json::array& list) {
  std::vector<std::string> uris;
  for (const auto& one : list) uris.push_back(string_at(one, "uri"));
  return uris;
}

json::string text_value(std::string_view text) {
  const auto valid = valid_utf8(text);
  return json::string(valid);
}

const Lines& Places::lines(const FileIndex& file) {
  return lines_.try_emplace(&file, file.text, encoding_).first->second;
}

json::object Places::range(const FileIndex& file, Span at) {
  const auto& all = lines(file);
  const auto begin = all.position(at.begin);
  return range_value(begin, all.position(at.end));
}

json::object Places::location(const ProjectFile& file, Span at) {
  return {{"uri", text_value(workspace_.uri(file.path))}, {"range", range(*file.index, at)}};
}

std::uint32_t Places::line(const FileIndex& file, std::uint32_t offset) {
  return lines(file).position(offset).line;
}

json::object position_value(Position at) {
  return {{"line", at.line}, {"character", at.column}};
}

json::object range_value(Position begin, Position end) {
  return {{"start", position_value(begin)}, {"end", position_value(end)}};
}

json::object markdown(std::string_view text) {
  return {{"kind", "markdown"}, {"value", text_value(text)}};
}

}  // namespace spl::lsp
