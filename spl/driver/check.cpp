// `splc check`: everything that can be said about a policy without running it.
#include <fmt/format.h>

#include "driver/commands.hpp"
#include "driver/compilation.hpp"
#include "driver/files.hpp"
#include "spl/json.hpp"

namespace spl::driver {
namespace {

std::string plural(std::size_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

std::string summary(const Compilation& c) {
  const auto automata = c.program->automata.size();
  return fmt::format("{}: ok ({}, {}, {})\n", c.path,
                     automata == 1 ? "1 automaton" : fmt::format("{} automata", automata),
                     plural(c.program->vocabulary.size(), "statecall"),
                     c.program->properties.size() == 1
                         ? "1 property"
                         : fmt::format("{} properties", c.program->properties.size()));
}

}  // namespace

Exit run_check(const CheckOptions& options, const CommonOptions& common, Console& console) {
  auto exit = Exit::ok;
  std::string results;
  for (const auto& path : options.policies) {
    Compilation c(path, Until::linted, common);
    exit = worse(exit, c.exit());
    if (common.diagnostics != DiagnosticFormat::text) {
      results += render(c, common.diagnostics, false);
    } else {
      show_diagnostics(c, common, console);
      if (c.ok() && !common.quiet) results += summary(c);
    }
  }
  return worse(exit, deliver(options.output, results, console));
}

}  // namespace spl::driver
