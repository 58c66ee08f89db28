// Graphviz's dot, which makes drawings of what is written in its language.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "driver/options.hpp"

namespace spl::driver {

struct GraphvizError {
  std::string reason;  // one line
  std::string hint;    // what can be done; may be empty
  bool interrupted = false;
};

/// What helps besides Graphviz's own options; may be empty.
struct GraphvizAdvice {
  std::string missing;  // where there is no dot
  std::string slow;     // where a drawing takes too long
};

/// Draws; `format` is what dot calls it ("svg").
[[nodiscard]] std::variant<std::string, GraphvizError> run_graphviz(const GraphvizOptions& options,
                                                                    const std::string& format,
                                                                    std::string_view dot,
                                                                    const GraphvizAdvice& advice);

}  // namespace spl::driver
