// SourceMap: texts, and from byte offsets to lines and columns.
#include "spl/source.hpp"

#include <algorithm>

namespace spl {

FileId SourceMap::add(std::string name, std::string text) {
  File file{std::move(name), std::move(text), {0}};
  for (std::uint32_t i = 0; i < file.text.size(); ++i) {
    if (file.text[i] == '\n') file.line_starts.push_back(i + 1);
  }
  files_.push_back(std::move(file));
  return FileId{static_cast<std::uint32_t>(files_.size() - 1)};
}

const std::string& SourceMap::name(FileId file) const {
  return files_[static_cast<std::size_t>(file)].name;
}

std::string_view SourceMap::text(FileId file) const {
  return files_[static_cast<std::size_t>(file)].text;
}

std::string_view SourceMap::text(SourceRange range) const {
  if (!range.valid()) return {};
  return text(range.file).substr(range.begin, range.end - range.begin);
}

LineColumn SourceMap::locate(FileId file, std::uint32_t offset) const {
  const auto& f = files_[static_cast<std::size_t>(file)];
  offset = std::min(offset, static_cast<std::uint32_t>(f.text.size()));
  const auto after = std::upper_bound(f.line_starts.begin(), f.line_starts.end(), offset);
  const auto line = static_cast<std::uint32_t>(after - f.line_starts.begin());
  return {line, offset - f.line_starts[line - 1] + 1};
}

std::string_view SourceMap::line(FileId file, std::uint32_t number) const {
  const auto& f = files_[static_cast<std::size_t>(file)];
  if (number == 0 || number > f.line_starts.size()) return {};
  const auto begin = f.line_starts[number - 1];
  auto end = number < f.line_starts.size() ? f.line_starts[number] - 1 : f.text.size();
  if (end > begin && f.text[end - 1] == '\r') --end;
  return std::string_view(f.text).substr(begin, end - begin);
}

std::string SourceMap::describe(SourceRange range) const {
  if (!range.valid()) return "<nowhere>";
  const auto at = begin_of(range);
  return name(range.file) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

}  // namespace spl
