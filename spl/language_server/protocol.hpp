// Internal: JSON as the protocol has it.
#pragma once

#include <boost/json.hpp>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include "language_server/document.hpp"
#include "language_server/workspace.hpp"

namespace spl::lsp {

namespace json = boost::json;

/// Error codes of JSON-RPC and the protocol.
enum class ErrorCode : int {
  parse_error = -32700,
  invalid_request = -32600,
  method_not_found = -32601,
  invalid_params = -32602,
  internal_error = -32603,
  server_not_initialized = -32002,
  request_failed = -32803,
  request_cancelled = -32800,
  content_modified = -32801,
};

/// An answer to a request that is an error.
struct RequestError : std::runtime_error {
  RequestError(ErrorCode c, const std::string& message) : std::runtime_error(message), code(c) {}
  ErrorCode code;
};

/// Members of an object; RequestError (invalid_params) if they are missing or of another type.
[[nodiscard]] const json::object& object_at(const json::value& v, std::string_view key);
[[nodiscard]] std::string string_at(const json::value& v, std::string_view key);
[[nodiscard]] const json::array& array_at(const json::value& v, std::string_view key);
/// A member that may be missing, along a path of objects: nullptr then.
[[nodiscard]] const json::value* find_at(const json::value& v,
                                         std::initializer_list<std::string_view> path);
[[nodiscard]] bool flag_at(const json::value& v, std::initializer_list<std::string_view> path);
/// {"line", "character"}; numbers past 32 bits count as the largest.
[[nodiscard]] Position position_at(const json::value& v, std::string_view key);

/// The path of params' "textDocument".
[[nodiscard]] std::string document_path(const json::value& params);
/// Those of a list of {"uri", ...}.
[[nodiscard]] std::vector<std::string> uris_of(const json::array& list);

/// A string for JSON: valid UTF-8 whatever the text.
[[nodiscard]] json::string text_value(std::string_view text);

/// Places of files as the protocol names them, within one answer.
class Places {
 public:
  Places(const Workspace& workspace, Encoding encoding)
      : workspace_(workspace), encoding_(encoding) {}

  [[nodiscard]] const Lines& lines(const FileIndex& file);
  [[nodiscard]] json::object range(const FileIndex& file, Span at);
  [[nodiscard]] json::object location(const ProjectFile& file, Span at);
  [[nodiscard]] std::uint32_t line(const FileIndex& file, std::uint32_t offset);

 private:
  const Workspace& workspace_;
  Encoding encoding_;
  std::map<const FileIndex*, Lines> lines_;
};

[[nodiscard]] json::object position_value(Position at);
[[nodiscard]] json::object range_value(Position begin, Position end);
[[nodiscard]] json::object markdown(std::string_view text);

}  // namespace spl::lsp
