// See trace_options.hpp.
#include "driver/trace_options.hpp"

#include <fmt/format.h>

namespace spl::driver {

bool trace_form_fits(const TraceForm& form, std::string_view format, Console& console) {
  if (form.role && form.format != TraceFormat::openssh) {
    console.error(fmt::format("--role says whose log is read; it needs {}=openssh", format));
  } else if (form.map.empty() && form.format == TraceFormat::jsonl) {
    console.error("--map is missing: it says what the lines of the log mean",
                  "docs/captures.md shows the form of its lines");
  } else if (!form.map.empty() && form.format != TraceFormat::jsonl) {
    console.error(fmt::format("--map is for logs of JSON lines; it needs {}=jsonl", format));
  } else if (form.side && form.format != TraceFormat::pcap) {
    console.error(fmt::format(
        "--side says which end of a captured connection is judged; it needs {}=pcap", format));
  } else {
    return true;
  }
  return false;
}

}  // namespace spl::driver
