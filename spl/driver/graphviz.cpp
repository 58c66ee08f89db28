// run_filter, and what can be done where it fails.
#include "driver/graphviz.hpp"

#include "driver/subprocess.hpp"

namespace spl::driver {

std::variant<std::string, GraphvizError> run_graphviz(const GraphvizOptions& options,
                                                      const std::string& format,
                                                      std::string_view dot,
                                                      const GraphvizAdvice& advice) {
  auto drawn = run_filter({options.program, "-T" + format}, dot, options.seconds);
  if (auto* picture = std::get_if<std::string>(&drawn)) return std::move(*picture);
  const auto& error = std::get<FilterError>(drawn);
  GraphvizError out{error.reason, {}, error.kind == FilterError::Kind::interrupted};
  const auto more = [](const std::string& text) { return text.empty() ? text : "; " + text; };
  if (error.kind == FilterError::Kind::missing) {
    out.hint = "Graphviz draws the pictures (Debian package graphviz)" + more(advice.missing);
  } else if (error.kind == FilterError::Kind::timed_out) {
    out.hint = "--dot-timeout=SECONDS gives it more time" + more(advice.slow);
  }
  return out;
}

}  // namespace spl::driver
