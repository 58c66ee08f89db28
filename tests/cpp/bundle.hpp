// Compiles many policies to monitors, all in one executable, and runs traces through them. For the
// tests that compare the C++ monitors with other engines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spl/ast.hpp"
#include "spl/automaton.hpp"
#include "spl/cpp/generate.hpp"
#include "spl/dfa.hpp"
#include "spl/sema.hpp"
#include "spl/source.hpp"

namespace spl::test {

/// A policy as far as the back end needs it. Not movable: the parts borrow from each other.
struct CompiledPolicy {
  SourceMap sources;
  ast::Policy tree;
  std::optional<CheckedPolicy> checked;
  std::optional<Program> program;
  std::vector<Dfa> dfas;  // minimised, wait points preserved
  std::string error;      // why the rest is not there; empty if it is
};
[[nodiscard]] std::unique_ptr<CompiledPolicy> compile_policy(
    const std::string& text, std::size_t state_bound = kDefaultStateBound);

/// One trace through one policy of a bundle. Ids may be out of range.
struct BundleRun {
  std::size_t policy = 0;
  bool strict = false;
  std::vector<std::uint32_t> trace;
};

/// Usage: add() all policies, build() once, run() as often as needed.
class MonitorBundle {
 public:
  /// A thorough bundle also compares all the ways to ask a monitor with each other, and has strict
  /// mode; a light one compiles several times faster.
  enum class Depth : std::uint8_t { light, thorough };
  /// `directory` is made if need be; files in it are overwritten.
  explicit MonitorBundle(std::filesystem::path directory, Depth depth = Depth::light);

  /// The number that names this policy in a BundleRun. Name space and stem of the options are
  /// replaced.
  std::size_t add(const Program& program, std::span<const MonitorAutomaton> automata,
                  const SourceMap& sources, CppOptions options = {});
  /// The same as a C monitor. In a thorough bundle it comes with its C++ twin, and its explanations
  /// must have the same text.
  std::size_t add_c(const Program& program, std::span<const MonitorAutomaton> automata,
                    const SourceMap& sources, CppOptions options = {});
  /// Compiles all of it, `per_unit` policies in one translation unit, two compilers at a time.
  /// Empty if that went well, else what the compiler said.
  [[nodiscard]] std::string build(std::size_t per_unit = 50);
  /// One report per run; or one single text that starts with "error:".
  [[nodiscard]] std::vector<std::string> run(std::span<const BundleRun> runs) const;

 private:
  std::filesystem::path directory_;
  Depth depth_;
  std::vector<bool> is_c_;  // per policy
};

/// What MonitorBundle::run must answer, by the reference interpreter.
[[nodiscard]] std::string interpreter_report(const Program& program, const SourceMap& sources,
                                             const BundleRun& run);

/// The same by the tables, executed in this process, except that a refusal has its automaton only.
/// Not for strict runs.
[[nodiscard]] std::string table_monitor_report(const CompiledPolicy& policy,
                                               const CppOptions& options, const BundleRun& run);
/// A report with no more of each refusal than the automaton.
[[nodiscard]] std::string without_reasons(const std::string& report);

/// Which automata of a policy to run as sets of configurations.
enum class Sets : std::uint8_t { none, all, every_other };
/// The DFAs of a policy, with sets in their place where asked for. An automaton of very many
/// configurations keeps its DFA.
[[nodiscard]] std::vector<MonitorAutomaton> with_sets(const CompiledPolicy& policy, Sets sets);

/// What is in a file; empty if it cannot be read.
[[nodiscard]] std::string read_text(const std::filesystem::path& path);

/// A trace of `length` ids: legal steps mostly, now and then any id up to one past the last.
/// Determined by `seed`.
[[nodiscard]] std::vector<std::uint32_t> random_trace(const Program& program, std::uint32_t seed,
                                                      std::size_t length);

}  // namespace spl::test
