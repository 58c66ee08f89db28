// Files of lines as OpenSSH reads them: keys, principals.
#pragma once

#include <string_view>

namespace ssh {

inline std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Calls visit(number, line) for each line that is neither empty nor a comment, without the blanks
/// around it.
template <typename Visit>
void for_each_line(std::string_view file, Visit visit) {
  for (std::size_t number = 1; !file.empty(); ++number) {
    const std::size_t end = file.find('\n');
    std::string_view line = file.substr(0, end);
    file.remove_prefix(end == std::string_view::npos ? file.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = trimmed(line);
    if (!line.empty() && !line.starts_with('#')) visit(number, line);
  }
}

inline bool has_control_characters(std::string_view text) {
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F) return true;
  }
  return false;
}

}  // namespace ssh
