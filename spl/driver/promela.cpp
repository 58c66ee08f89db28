// `splc promela`: the model that Spin would get, for people who know Spin.
#include <fmt/format.h>

#include "driver/commands.hpp"
#include "driver/compilation.hpp"
#include "driver/verify_selection.hpp"
#include "spl/promela/model.hpp"

namespace spl::driver {

Exit run_promela(const PromelaOptions& options, const CommonOptions& common, Console& console) {
  Compilation c(options.policy, Until::linted, common);
  if (!c.ok()) {
    show_diagnostics(c, common, console);
    return c.exit();
  }
  const auto* property =
      options.property.empty() ? nullptr : find_property(c, options.property, console);
  if (!options.property.empty() && property == nullptr) return Exit::failure;
  const auto model =
      property == nullptr
          ? promela::print_model(*c.program, c.sources, options.state_bound)
          : promela::print_model(*c.program, c.sources, *property, options.state_bound);
  if (const auto* error = std::get_if<promela::ModelError>(&model)) {
    c.diagnostics.report(DiagnosticCode::too_many_states, error->where, error->message,
                         error->hint);
  }
  show_diagnostics(c, common, console);
  if (!c.ok()) return c.exit();
  return deliver(options.output, std::get<std::string>(model), console);
}

}  // namespace spl::driver
