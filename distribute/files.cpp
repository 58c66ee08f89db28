// Reading and writing whole files.
#include "files.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace spl::distribute {

std::optional<std::string> write_text(const std::string& path, std::string_view text,
                                      bool executable) {
  errno = 0;
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) return std::string(std::strerror(errno != 0 ? errno : EIO));
  if (!executable) return std::nullopt;
  std::error_code error;
  std::filesystem::permissions(path, std::filesystem::perms(0755), error);
  return error ? std::optional(error.message()) : std::nullopt;
}

std::optional<std::string> read_text(const std::string& path, std::size_t most) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::string text;
  const auto size = std::filesystem::file_size(path, error);
  if (error || size > most) return std::nullopt;
  text.resize(static_cast<std::size_t>(size));
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return file.bad() ? std::nullopt : std::optional(std::move(text));
}

promela::ToolFailure environment(std::string message, std::string hint) {
  promela::ToolFailure failure;
  failure.kind = promela::ToolFailure::Kind::environment;
  failure.message = std::move(message);
  failure.hint = std::move(hint);
  return failure;
}

}  // namespace spl::distribute
