// Places: file names without the machine's directories, and excerpts of lines.
#include "places.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>

namespace spl::cpp {
namespace {

namespace fs = std::filesystem;

/// "<stdin>" and the like are shown as they are.
bool is_path(const std::string& name) {
  return !name.empty() && name[0] != '<';
}

fs::path common_prefix(const fs::path& a, const fs::path& b) {
  fs::path result;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end() && *i == *j; ++i, ++j) {
    result /= *i;
  }
  return result;
}

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

}  // namespace

FileNames::FileNames(const SourceMap& sources, const std::vector<FileId>& files) {
  std::optional<fs::path> common;
  for (const auto file : files) {
    if (!is_path(sources.name(file))) continue;
    const auto directory = fs::path(sources.name(file)).lexically_normal().parent_path();
    common = common ? common_prefix(*common, directory) : directory;
  }
  for (const auto file : files) {
    auto name = sources.name(file);
    if (is_path(name)) {
      const auto path = fs::path(name).lexically_normal();
      auto shown = common->empty() ? path : path.lexically_relative(*common);
      if (shown.empty() || shown.is_absolute()) shown = path.filename();
      name = shown.generic_string();
    }
    names_.emplace(file, name);
  }
}

std::vector<std::string> FileNames::all() const {
  std::set<std::string> names;
  for (const auto& [file, name] : names_) names.insert(name);
  return {names.begin(), names.end()};
}

Excerpt excerpt(const SourceMap& sources, SourceRange range) {
  constexpr std::size_t kLongest = 120;
  constexpr std::size_t kBefore = 40;
  const auto at = sources.begin_of(range);
  std::string_view line = sources.line(range.file, at.line);
  while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  std::size_t caret = std::min<std::size_t>(at.column - 1, line.size());
  std::size_t length = std::min<std::size_t>(range.end - range.begin, line.size() - caret);
  Excerpt result;
  if (line.size() > kLongest) {
    std::size_t from = caret > kBefore ? caret - kBefore : 0;
    while (from > 0 && continues_character(line[from])) --from;
    std::size_t to = std::min(from + kLongest, line.size());
    while (to < line.size() && continues_character(line[to])) ++to;
    if (from != 0) result.text = "...";
    caret = caret - from + result.text.size();
    length = std::min(length, result.text.size() + to - from - caret);
    result.text += line.substr(from, to - from);
    if (to < line.size()) result.text += "...";
  } else {
    result.text = line;
  }
  result.caret = static_cast<std::uint32_t>(caret);
  result.length = static_cast<std::uint32_t>(length);
  return result;
}

std::uint32_t PlaceTable::add(SourceRange range, bool is_end) {
  const auto [at, added] =
      numbers_.emplace(std::pair{range, is_end}, static_cast<std::uint32_t>(entries_.size()));
  if (added) entries_.push_back({range, is_end});
  return at->second;
}

}  // namespace spl::cpp
