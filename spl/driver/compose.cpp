// `splc compose`: do a client's policy and a server's fit together?
#include "spl/compose.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "driver/commands.hpp"
#include "driver/compilation.hpp"
#include "driver/compose_report.hpp"
#include "driver/explain.hpp"
#include "driver/interrupt.hpp"
#include "driver/text_file.hpp"
#include "spl/maps.hpp"
#include "spl/promela/compose.hpp"

namespace spl::driver {
namespace {

/// The policy of one role.
struct Side {
  Side(const std::string& path, const CommonOptions& common, std::size_t state_bound)
      : c(path, Until::lowered, common) {
    if (c.ok()) dfas = c.dfas(Preserve::language, state_bound);
  }

  [[nodiscard]] PolicyView view() const { return {&c.program->vocabulary, dfas}; }

  Compilation c;
  std::vector<Dfa> dfas;
};

std::optional<ComposeMap> read_map(const std::string& path, const Side& client, const Side& server,
                                   Console& console) {
  if (path.empty()) return ComposeMap{};
  SourceMap sources;
  const auto file = load_text(path, sources, console);
  if (!file) return std::nullopt;
  auto read =
      read_compose_map(*file, sources, client.c.program->vocabulary, server.c.program->vocabulary);
  if (const auto* errors = std::get_if<std::vector<TextError>>(&read)) {
    show_errors(*errors, *file, sources, console);
    return std::nullopt;
  }
  return std::move(std::get<ComposeMap>(read));
}

/// Sends that the other role has no statecall for. False, and shown, if there are any.
bool all_matched(const Composition& composition, const std::array<const Side*, 2>& sides,
                 Console& console) {
  constexpr std::size_t kMost = 10;
  bool good = true;
  for (const auto role : kRoles) {
    const auto& c = sides[index(role)]->c;
    const auto& theirs = sides[index(other(role))]->c.program->vocabulary;
    const auto& unmatched = composition.sides[index(role)].unmatched;
    for (std::size_t i = 0; i < unmatched.size(); ++i) {
      good = false;
      if (i == kMost) {
        console.error(
            fmt::format("and {} more of the {}", unmatched.size() - kMost, to_string(role)));
        break;
      }
      const auto& own = c.program->vocabulary[unmatched[i]];
      const auto wanted = "Receive_" + own.name.substr(own.name.find('_') + 1);
      std::vector<std::string> names;
      for (const auto& s : theirs.all()) names.push_back(s.name);
      const auto near = nearest_name(wanted, names);
      console.error(fmt::format("{}: the {} sends {}, but no automaton of the {} mentions {}",
                                c.sources.describe(own.first_use), to_string(role), own.name,
                                to_string(other(role)), wanted),
                    i != 0
                        ? ""
                        : fmt::format("a line \"{} {} = {}\" in a file for --map says what it is",
                                      to_string(role), own.name, near.empty() ? "-" : near));
    }
  }
  return good;
}

std::vector<ComposeFailure> wanted(const ComposeCommandOptions& options) {
  std::vector<ComposeFailure> result;
  for (const auto failure : kComposeFailures) {
    const bool blocked =
        failure == ComposeFailure::overflow && options.compose.full == FullRule::block;
    if (!blocked && std::ranges::count(options.ignore, to_string(failure)) == 0) {
      result.push_back(failure);
    }
  }
  return result;
}

promela::VerifyOptions verify_options(const ComposeCommandOptions& options) {
  promela::VerifyOptions result;
  result.spin = options.spin;
  if (!options.compiler.empty()) result.compiler = result.fast_compiler = options.compiler;
  result.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(options.timeout * 1000));
  result.memory_mb = options.memory_mb;
  result.jobs = options.jobs;
  result.cancel = interrupt_flag();
  return result;
}

Exit print_model(const Composition& composition, const promela::RolePolicies& policies,
                 const ComposeCommandOptions& options, Console& console) {
  const auto model = promela::print_composition(composition, policies);
  if (const auto* error = std::get_if<promela::ModelError>(&model)) {
    console.error(error->message, error->hint);
    return Exit::failure;
  }
  return deliver(options.output, std::get<std::string>(model), console);
}

Exit judge(const promela::ComposeReport& report, Console& console) {
  if (report.failure) {
    console.error(report.failure->message, report.failure->hint);
    if (!report.failure->output.empty()) console.err(report.failure->output + "\n");
    return Exit::failure;
  }
  auto exit = Exit::ok;
  for (const auto& r : report.results) {
    if (r.verdict == promela::Verdict::fails) return Exit::problems;
    if (r.verdict == promela::Verdict::not_finished) exit = Exit::failure;
  }
  return exit;
}

Exit prove(const ComposeSubject& subject, const promela::RolePolicies& policies,
           const ComposeCommandOptions& options, const CommonOptions& common, Console& console) {
  const auto failures = wanted(options);
  if (failures.empty()) {
    console.error("with all failures ignored there is nothing to prove",
                  "splc compose --help explains --ignore");
    return Exit::failure;
  }
  promela::ComposeReport report;
  {
    const InterruptGuard guard;
    report = promela::verify_composition(*subject.composition, policies, failures,
                                         verify_options(options));
  }
  std::string out;
  if (options.json) {
    out = pairing_json(subject) + compose_json(subject, report);
  } else {
    if (!common.quiet || options.pairing) out = pairing_text(subject, options.pairing) + "\n";
    out += compose_text(subject, report, options.output.empty() && console.colour_out());
  }
  const auto exit = judge(report, console);
  if (report.failure) return exit;
  return worse(exit, deliver(options.output, out, console));
}

}  // namespace

Exit run_compose(const ComposeCommandOptions& options, const CommonOptions& common,
                 Console& console) {
  if (!one_standard_input({options.client, options.server, options.map}, console)) {
    return Exit::failure;
  }
  Side client(options.client, common, options.state_bound);
  Side server(options.server, common, options.state_bound);
  show_diagnostics(client.c, common, console);
  show_diagnostics(server.c, common, console);
  if (!client.c.ok() || !server.c.ok()) return Exit::failure;
  const auto map = read_map(options.map, client, server, console);
  if (!map) return Exit::failure;

  const auto pairing = pair_statecalls(client.view(), server.view(), *map);
  const auto composed = compose(client.view(), server.view(), pairing, options.compose);
  if (const auto* role = std::get_if<Role>(&composed)) {
    console.error(fmt::format("the {} has more than {} joint states", to_string(*role),
                              options.compose.max_states),
                  "compose the policies layer by layer, or try a larger --max-states=N");
    return Exit::failure;
  }
  const auto& composition = std::get<Composition>(composed);
  if (!all_matched(composition, {&client, &server}, console)) return Exit::failure;

  promela::RolePolicies policies;
  policies[index(Role::client)] = {options.client, &*client.c.program, &client.c.sources};
  policies[index(Role::server)] = {options.server, &*server.c.program, &server.c.sources};
  if (options.print_model) return print_model(composition, policies, options, console);
  const ComposeSubject subject{{&client.c, &server.c}, &pairing, &composition};
  return prove(subject, policies, options, common, console);
}

}  // namespace spl::driver
