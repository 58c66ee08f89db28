// Reading maps and machines, and showing what is wrong with them.
#include "driver/text_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "driver/explain.hpp"
#include "driver/files.hpp"

namespace spl::driver {

std::optional<FileId> load_text(const std::string& path, SourceMap& sources, Console& console) {
  auto text = policy_reader()(path);
  if (const auto* error = std::get_if<ReadError>(&text)) {
    const auto near = path == "-" ? std::string() : nearest_file(path);
    console.error(fmt::format("cannot read '{}': {}", path, error->reason),
                  near.empty() ? "" : fmt::format("did you mean '{}'?", near));
    return std::nullopt;
  }
  auto& content = std::get<std::string>(text);
  if (content.size() > kMaxInputBytes) {
    console.error(
        fmt::format("cannot read '{}': it is larger than {} bytes", path, kMaxInputBytes));
    return std::nullopt;
  }
  return sources.add(path == "-" ? "<stdin>" : path, std::move(content));
}

void show_errors(const std::vector<TextError>& errors, FileId file, const SourceMap& sources,
                 Console& console) {
  constexpr std::size_t kLength = 300;
  for (const auto& error : errors) {
    const auto place = error.range.valid() ? sources.describe(error.range) : sources.name(file);
    console.error(fmt::format("{}: {}", place, printable(error.message, kLength)),
                  printable(error.hint, kLength));
  }
}

bool one_standard_input(const std::vector<std::string>& paths, Console& console) {
  if (std::ranges::count(paths, "-") <= 1) return true;
  console.error("standard input can be read only once");
  return false;
}

std::optional<LogMap> load_log_map(const std::string& path, const Vocabulary& vocabulary,
                                   Console& console) {
  SourceMap sources;
  const auto file = load_text(path, sources, console);
  if (!file) return std::nullopt;
  auto map = read_log_map(*file, sources, vocabulary);
  if (const auto* errors = std::get_if<std::vector<TextError>>(&map)) {
    show_errors(*errors, *file, sources, console);
    return std::nullopt;
  }
  return std::get<LogMap>(std::move(map));
}

}  // namespace spl::driver
