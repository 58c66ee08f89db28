// `splc check`: everything that can be said about a policy without running it.
#include "driver/check.hpp"

#include <fmt/format.h>

#include "driver/commands.hpp"
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

/// One policy's result. The diagnostics are those of --diagnostics=json.
std::string json_result(Compilation& c) {
  JsonWriter json;
  json.begin_object().field("policy", c.path);
  json.field("verdict", c.ok() ? "ok" : "errors");
  json.field("errors", c.diagnostics.errors()).field("warnings", c.diagnostics.warnings());
  json.key("automata").begin_array();
  for (std::size_t i = 0; c.program && i < c.program->automata.size(); ++i) {
    json.value(c.program->automata[i].name);
  }
  json.end_array().key("properties").begin_array();
  for (std::size_t i = 0; c.program && i < c.program->properties.size(); ++i) {
    json.value(c.program->properties[i].name);
  }
  json.end_array().field("statecalls", c.program ? c.program->vocabulary.size() : 0);
  json.key("diagnostics");
  write_diagnostics(json, c.diagnostics, c.sources);
  return json.end_object().take() + "\n";
}

}  // namespace

std::string show_check(Compilation& c, bool json, const CommonOptions& common, Console& console) {
  if (json) {
    c.diagnostics.sort();
    return json_result(c);
  }
  if (common.diagnostics != DiagnosticFormat::text) return render(c, common.diagnostics, false);
  show_diagnostics(c, common, console);
  return c.ok() && !common.quiet ? summary(c) : "";
}

Exit run_check(const CheckOptions& options, const CommonOptions& common, Console& console) {
  auto exit = Exit::ok;
  std::string results;
  for (const auto& path : options.policies) {
    Compilation c(path, Until::linted, common);
    exit = worse(exit, c.exit());
    results += show_check(c, options.json, common, console);
  }
  return worse(exit, deliver(options.output, results, console));
}

}  // namespace spl::driver
