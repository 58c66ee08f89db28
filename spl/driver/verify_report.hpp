// The results of a verification, for people and for programs.
#pragma once

#include <string>

#include "spl/promela/verify.hpp"

namespace spl::driver {

/// A table of all results, then witnesses and remarks (unless `quiet`), then what fails, step by
/// step.
[[nodiscard]] std::string report_text(const Program& program, const SourceMap& sources,
                                      const promela::Report& report, bool quiet, bool colour);
/// One object a result, one a line (docs/json.md). `replayed` names the engines that went along
/// with every run.
[[nodiscard]] std::string report_json(const Program& program, const SourceMap& sources,
                                      const promela::Report& report,
                                      const std::vector<std::string>& replayed);

}  // namespace spl::driver
