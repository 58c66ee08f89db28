// Where a sub-command's result goes.
#include <fmt/format.h>

#include "driver/commands.hpp"
#include "driver/files.hpp"

namespace spl::driver {

Exit deliver(const std::string& path, std::string_view content, Console& console) {
  if (path.empty() || path == "-") {
    console.out(content);
    return Exit::ok;  // main() looks at the stream once more at the end
  }
  if (const auto why = write_file(path, content)) {
    console.error(fmt::format("cannot write '{}': {}", path, *why));
    return Exit::failure;
  }
  return Exit::ok;
}

}  // namespace spl::driver
