// Texts that are no policy, with errors that name their place.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "driver/console.hpp"
#include "spl/log_map.hpp"
#include "spl/source.hpp"
#include "spl/text_error.hpp"

namespace spl::driver {

/// Reads a file ("-": standard input) into `sources`. nullopt after an error, which is shown.
[[nodiscard]] std::optional<FileId> load_text(const std::string& path, SourceMap& sources,
                                              Console& console);
/// An error without a place is shown with the file's name alone.
void show_errors(const std::vector<TextError>& errors, FileId file, const SourceMap& sources,
                 Console& console);
/// Shows an error, and is false, if more than one of these is standard input.
[[nodiscard]] bool one_standard_input(const std::vector<std::string>& paths, Console& console);

/// What the lines of a log of JSON lines mean. nullopt after errors, which are shown.
[[nodiscard]] std::optional<LogMap> load_log_map(const std::string& path,
                                                 const Vocabulary& vocabulary, Console& console);

}  // namespace spl::driver
