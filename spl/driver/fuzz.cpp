// `splc fuzz`: a fuzzing kit for programs that must keep to a policy. The monitor, a harness, a
// dictionary, and seeds: the shortest way over every transition.
#include <fmt/format.h>

#include <filesystem>

#include "driver/commands.hpp"
#include "driver/compilation.hpp"
#include "driver/cpp_names.hpp"
#include "driver/explain.hpp"
#include "driver/files.hpp"
#include "driver/fuzz_kit.hpp"
#include "spl/cpp/generate.hpp"
#include "spl/test_pack.hpp"

namespace spl::driver {
namespace {

/// Writes the kit's files and remembers whether one could not be written.
class Kit {
 public:
  Kit(std::string directory, Console& console)
      : directory_(std::move(directory)), console_(console) {}

  void make_directory(const std::string& name) {
    const auto path = in(name);
    if (const auto why = make_directories(path)) fail("make directory", path, *why);
  }
  void write(const std::string& name, const std::string& content) {
    if (failed_) return;
    if (const auto why = write_if_changed(in(name), content)) fail("write", in(name), *why);
  }
  /// The harness is its user's: never overwritten. Returns whether it was written.
  bool write_new(const std::string& name, const std::string& content) {
    std::error_code ignored;
    if (std::filesystem::exists(in(name), ignored)) return false;
    write(name, content);
    return true;
  }

  [[nodiscard]] std::string in(const std::string& name) const {
    return (std::filesystem::path(directory_.empty() ? "." : directory_) / name)
        .lexically_normal()
        .string();
  }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  void fail(const char* what, const std::string& path, const std::string& why) {
    if (!failed_) console_.error(fmt::format("cannot {} '{}': {}", what, path, why));
    failed_ = true;
  }

  std::string directory_;
  Console& console_;
  bool failed_ = false;
};

std::string trace(const TestCase& made, const Program& program) {
  std::string text;
  for (const auto s : made.trace) text += program.vocabulary.name(s) + "\n";
  return text;
}

/// One seed a transition; nullopt if the joint states are too many.
std::optional<PackReport> write_seeds(const Compilation& c, std::span<const Dfa> dfas,
                                      const FuzzOptions& options, Kit& kit) {
  PackOptions pack;
  pack.kinds = {true, false, false};
  pack.limit = options.seeds;
  pack.seed = 1;
  pack.max_states = options.max_states;
  std::size_t number = 0;
  auto report = make_tests(dfas, c.program->vocabulary.size(), pack, [&](const TestCase& made) {
    kit.write(fmt::format("seeds/{:05}", ++number), trace(made, *c.program));
  });
  if (!report.complete) return std::nullopt;
  return report;
}

void tell(const FuzzOptions& options, const std::string& stem, bool new_harness,
          const PackReport& report, const Kit& kit, Console& console) {
  const auto transitions = report.possible[static_cast<std::size_t>(CaseKind::transition)];
  const auto seeds = report.made[static_cast<std::size_t>(CaseKind::transition)];
  auto text =
      fmt::format("{}: monitor, dictionary, {} for {} and {}", kit.in("."), count(seeds, "seed"),
                  count(transitions, "transition"), count(report.states, "joint state"));
  if (seeds < transitions) text += fmt::format(" (--seeds={} limits them)", options.seeds);
  console.note(text);
  const auto harness = kit.in(stem + "_fuzz.cpp");
  console.note(new_harness ? fmt::format("put your program into {}", harness)
                           : fmt::format("{} was there already and is as it was", harness));
}

}  // namespace

Exit run_fuzz(const FuzzOptions& options, const CommonOptions& common, Console& console) {
  const auto stem = options.stem.empty() ? default_stem(options.policy) : options.stem;
  const auto name_space = options.name_space.empty() ? stem : options.name_space;
  if (!valid_cpp_names(stem, name_space, console)) return Exit::failure;
  Compilation c(options.policy, Until::lowered, common);
  std::vector<Dfa> dfas;
  if (c.ok()) dfas = c.dfas(Preserve::wait_points, options.state_bound);
  show_diagnostics(c, common, console);
  if (!c.ok()) return c.exit();

  Kit kit(options.directory, console);
  kit.make_directory("seeds");
  for (const auto& file : generate(*c.program, dfas, c.sources, CppOptions{name_space, stem})) {
    kit.write(file.name, file.content);
  }
  kit.write(stem + ".dict", fuzz_dictionary(*c.program));
  const bool new_harness =
      kit.write_new(stem + "_fuzz.cpp", fuzz_harness(options.policy, stem, name_space));
  const auto report = write_seeds(c, dfas, options, kit);
  if (kit.failed()) return Exit::failure;
  if (!report) {
    console.error(fmt::format("the automata of {} have more than {} together; there are no seeds",
                              options.policy, count(options.max_states, "joint state")),
                  "--max-states=N goes on for longer; fuzzing can start without seeds");
    return Exit::failure;
  }
  if (!common.quiet) tell(options, stem, new_harness, *report, kit, console);
  return Exit::ok;
}

}  // namespace spl::driver
