// Said in the same words by every sub-command that takes --stem and --namespace.
#include "driver/cpp_names.hpp"

#include <fmt/format.h>

#include "driver/explain.hpp"
#include "spl/cpp/generate.hpp"

namespace spl::driver {

bool valid_cpp_names(const std::string& stem, const std::string& name_space, Console& console) {
  if (!is_cpp_stem(stem)) {
    console.error(fmt::format("'{}' cannot be the stem of a C++ header", printable(stem)),
                  "--stem takes letters, digits and '_'");
    return false;
  }
  if (!is_cpp_namespace(name_space)) {
    console.error(fmt::format("'{}' cannot be a C++ namespace", printable(name_space)),
                  "--namespace takes names such as ping or proto::ping");
    return false;
  }
  return true;
}

}  // namespace spl::driver
