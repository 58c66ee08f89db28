// Paths and the addresses by which editors know them (RFC 8089).
#pragma once

#include <string>
#include <string_view>

namespace spl::lsp {

/// The path of a "file:" address, without "." and ".." parts; any other address stands for itself
/// (a buffer that is no file yet).
[[nodiscard]] std::string path_of(std::string_view uri);
/// The address of a path as path_of() gives it.
[[nodiscard]] std::string uri_of(std::string_view path);

}  // namespace spl::lsp
