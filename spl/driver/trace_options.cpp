// See trace_options.hpp.
#include "driver/trace_options.hpp"

namespace spl::driver {

bool trace_form_fits(TraceFormat format, const std::optional<OpensshRole>& role,
                     const std::string& map, Console& console) {
  if (role && format != TraceFormat::openssh) {
    console.error("--role says whose log is read; it needs --format=openssh");
  } else if (map.empty() && format == TraceFormat::jsonl) {
    console.error("--map is missing: it says what the lines of the log mean",
                  "docs/captures.md shows the form of its lines");
  } else if (!map.empty() && format != TraceFormat::jsonl) {
    console.error("--map is for logs of JSON lines; it needs --format=jsonl");
  } else {
    return true;
  }
  return false;
}

}  // namespace spl::driver
