// Runs written to files: as charts, and as traces for replay.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "driver/console.hpp"
#include "driver/exit_code.hpp"
#include "spl/chart.hpp"

namespace spl::driver {

/// `automatic` follows the name of the file.
enum class ChartFormat : std::uint8_t { automatic, svg, mermaid, html };

/// Where the runs of one command go.
struct RunFiles {
  std::vector<std::string> charts;  // files, or directories that end in '/' or are there already
  ChartFormat format = ChartFormat::automatic;
  std::string trace;  // the same; empty: none

  [[nodiscard]] bool wanted() const { return !charts.empty() || !trace.empty(); }
};

/// Says what is wrong with these options, before anything else is done; ok if nothing is.
[[nodiscard]] Exit check_run_files(const RunFiles& files, Console& console);

/// Writes runs one after the other.
class RunWriter {
 public:
  /// `files` must outlive it.
  explicit RunWriter(const RunFiles& files) : files_(files) {}

  /// In a directory a run goes to NAME.EXT. Else the first one goes to FILE itself, and further
  /// ones beside it, with `name` before the extension; those that are not `essential` go nowhere.
  /// Names that were used get a number.
  [[nodiscard]] Exit write(const Chart& chart, const std::string& name, bool essential,
                           Console& console);
  /// All files written, in order.
  [[nodiscard]] const std::vector<std::string>& written() const { return written_; }

 private:
  [[nodiscard]] std::string unused(const std::string& name);
  /// Where this run goes among `path`; empty: nowhere.
  [[nodiscard]] std::string place(const std::string& path, const std::string& extension,
                                  const std::string& name, bool essential) const;
  [[nodiscard]] Exit write_one(const std::string& file, const std::string& text, Console& console);

  const RunFiles& files_;
  std::vector<std::string> used_;
  std::size_t essential_ = 0;  // runs that were
  std::vector<std::string> written_;
};

}  // namespace spl::driver
