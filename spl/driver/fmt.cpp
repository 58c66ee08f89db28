// `splc fmt`: policies in their canonical layout. A text with syntax errors is never touched.
#include <fmt/format.h>

#include "driver/commands.hpp"
#include "driver/compilation.hpp"
#include "driver/files.hpp"

namespace spl::driver {
namespace {

/// One file as it is and as it should be.
struct Formatted {
  Exit exit = Exit::ok;
  std::string before;
  std::string after;
};

Formatted format_one(const std::string& path, const CommonOptions& common, Console& console) {
  auto read = policy_reader()(path);
  if (const auto* error = std::get_if<ReadError>(&read)) {
    const auto near = path == "-" ? std::string() : nearest_file(path);
    console.error(fmt::format("cannot read '{}': {}", path, error->reason),
                  near.empty() ? "" : fmt::format("did you mean '{}'?", near));
    return {Exit::failure, {}, {}};
  }
  auto& text = std::get<std::string>(read);
  if (text.size() > kMaxInputBytes) {
    console.error(fmt::format("'{}' is larger than {} MiB", path, kMaxInputBytes >> 20U));
    return {Exit::problems, {}, {}};
  }
  SourceMap sources;
  Diagnostics diagnostics(common.warnings);
  const auto file = sources.add(path == "-" ? "<stdin>" : path, text);
  auto after = format(file, sources, diagnostics);
  diagnostics.sort();
  console.err(render_text(diagnostics, sources, console.colour_err()));
  if (!after) return {Exit::problems, {}, {}};
  return {Exit::ok, std::move(text), std::move(*after)};
}

}  // namespace

Exit run_fmt(const FmtOptions& options, const CommonOptions& common, Console& console) {
  auto exit = Exit::ok;
  for (const auto& path : options.files) {
    const auto result = format_one(path, common, console);
    exit = worse(exit, result.exit);
    if (result.exit != Exit::ok) continue;
    const bool changed = result.before != result.after;
    if (options.check) {
      if (!changed) continue;
      exit = worse(exit, Exit::problems);
      if (!common.quiet) console.out(fmt::format("{}: would be reformatted\n", path));
    } else if (options.to_stdout || path == "-") {
      console.out(result.after);
    } else if (changed) {
      const auto written = deliver(path, result.after, console);
      exit = worse(exit, written);
      if (written == Exit::ok && !common.quiet) console.out(fmt::format("{}: reformatted\n", path));
    }
  }
  return exit;
}

}  // namespace spl::driver
