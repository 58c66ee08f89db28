// Which file a run goes to, and in which form.
#include "driver/run_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "driver/commands.hpp"
#include "driver/files.hpp"

namespace spl::driver {
namespace {

constexpr std::size_t kNameLength = 100;  // file systems know at most 255 bytes
/// Mermaid's own limit, unless its host raises it.
constexpr std::size_t kMermaidText = 50'000;

bool is_directory(const std::string& path) {
  std::error_code error;
  return path.ends_with('/') || std::filesystem::is_directory(path, error);
}

std::optional<ChartFormat> format_of(const std::string& path, ChartFormat asked) {
  if (asked != ChartFormat::automatic) return asked;
  const auto extension = std::filesystem::path(path).extension().string();
  if (is_directory(path) || extension == ".svg") return ChartFormat::svg;
  if (extension == ".mmd" || extension == ".mermaid") return ChartFormat::mermaid;
  if (extension == ".html" || extension == ".htm") return ChartFormat::html;
  return std::nullopt;
}

const char* extension_of(ChartFormat format) {
  switch (format) {
    case ChartFormat::mermaid:
      return ".mmd";
    case ChartFormat::html:
      return ".html";
    case ChartFormat::automatic:
    case ChartFormat::svg:
      break;
  }
  return ".svg";
}

std::string printed(const Chart& chart, ChartFormat format) {
  switch (format) {
    case ChartFormat::mermaid:
      return chart_mermaid(chart);
    case ChartFormat::html:
      return chart_html(chart);
    case ChartFormat::automatic:
    case ChartFormat::svg:
      break;
  }
  return chart_svg(chart);
}

/// The directories that runs go to.
bool make_missing(const RunFiles& files, Console& console) {
  auto paths = files.charts;
  if (!files.trace.empty()) paths.push_back(files.trace);
  for (const auto& path : paths) {
    if (!is_directory(path)) continue;
    if (const auto why = make_directories(path)) {
      console.error(fmt::format("cannot make directory '{}': {}", path, *why));
      return false;
    }
  }
  return true;
}

}  // namespace

Exit check_run_files(const RunFiles& files, Console& console) {
  if (files.trace == "-" || std::ranges::count(files.charts, "-") != 0) {
    console.error(fmt::format("{} needs a file: standard output has the results",
                              files.trace == "-" ? "--save-trace" : "--chart"));
    return Exit::failure;
  }
  for (const auto& path : files.charts) {
    if (format_of(path, files.format)) continue;
    console.error(fmt::format("--chart={}: the name does not say which kind of chart", path),
                  "it ends in .svg, .mmd or .html, or --chart-format says svg, mermaid or html");
    return Exit::failure;
  }
  return Exit::ok;
}

std::string RunWriter::unused(const std::string& name) {
  const auto base = name.substr(0, kNameLength);
  auto result = base;
  for (std::size_t n = 2; std::ranges::count(used_, result) != 0; ++n) {
    result = fmt::format("{}-{}", base, n);
  }
  used_.push_back(result);
  return result;
}

std::string RunWriter::place(const std::string& path, const std::string& extension,
                             const std::string& name, bool essential) const {
  std::filesystem::path file(path);
  if (is_directory(path)) return (file / (name + extension)).string();
  if (!essential) return {};
  if (essential_ == 1) return path;
  const auto own = file.extension().string();
  return file.replace_filename(file.stem().string() + "." + name + own).string();
}

Exit RunWriter::write_one(const std::string& file, const std::string& text, Console& console) {
  const auto exit = deliver(file, text, console);
  if (exit == Exit::ok) written_.push_back(file);
  return exit;
}

Exit RunWriter::write(const Chart& chart, const std::string& name, bool essential,
                      Console& console) {
  if (!make_missing(files_, console)) return Exit::failure;
  const auto own = unused(name);
  if (essential) ++essential_;
  auto exit = Exit::ok;
  if (!files_.trace.empty()) {
    const auto file = place(files_.trace, ".trace", own, essential);
    if (!file.empty()) exit = write_one(file, chart_trace(chart), console);
  }
  for (const auto& path : files_.charts) {
    const auto format = format_of(path, files_.format).value_or(ChartFormat::svg);
    const auto file = place(path, extension_of(format), own, essential);
    if (file.empty()) continue;
    const auto text = printed(chart, format);
    exit = worse(exit, write_one(file, text, console));
    if (format == ChartFormat::mermaid && text.size() > kMermaidText) {
      console.note(fmt::format(
          "{}: {} bytes, but Mermaid draws no more than {} unless its maxTextSize is raised; "
          "an .svg or .html chart has no such limit",
          file, text.size(), kMermaidText));
    }
  }
  return exit;
}

}  // namespace spl::driver
