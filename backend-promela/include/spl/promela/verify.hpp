// Proving a policy with Spin: builds a model per question, runs spin, the compiler and the verifier
// in a private directory, and reports in terms of the policy.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "spl/automaton.hpp"
#include "spl/dfa.hpp"
#include "spl/narrate.hpp"
#include "spl/property.hpp"
#include "spl/source.hpp"

namespace spl::promela {

struct SearchProgress;  // job.hpp

struct VerifyOptions {
  std::string spin = "spin";  // a path, or a name looked up in PATH
  /// Compilers for the verifier. Small models are compiled with the first, large ones with the
  /// second; where one of them is not installed the other does both.
  std::string fast_compiler = "tcc";
  std::string compiler = "cc";
  /// Per check, all of spin, compiler and search together. Zero: no limit.
  std::chrono::milliseconds timeout{std::chrono::minutes{10}};
  /// Per check. Zero: no limit.
  std::uint64_t memory_mb = 4096;
  /// Checks that run at the same time. Zero: one per core.
  unsigned jobs = 0;
  std::size_t state_bound = kDefaultStateBound;
  /// Also the checks that need no property (stuck, arithmetic, abort, unreachable).
  bool built_in = true;
  /// Safety properties are tried on a model of only those automata that they read first. Plans made
  /// so may leave checks undecided; verify() and run_plan() then ask again.
  bool slice = false;
  /// Searches with one bit per hash function instead of whole states: little memory, never a proof.
  bool bitstate = false;
  /// With `bitstate`: searches per check, which differ in hash functions and seed.
  unsigned variants = 1;
  /// Given to spin -a, to the C compiler, to the verifier, after the arguments of splc's own. One
  /// that is not known to be harmless makes the search not exhaustive (Search::caveat(), job.hpp).
  std::vector<std::string> spin_arguments;
  std::vector<std::string> compiler_arguments;
  std::vector<std::string> verifier_arguments;
  /// Every job leaves its files in a directory of its name below this one. "": nothing is left.
  std::string keep;
  /// Directory of the verdict cache (cache.hpp). "": none.
  std::string cache_directory;
  /// Called as local jobs run, with their names: when one starts, a few times a second from then
  /// on, and with nullptr when it has ended. From several threads at a time.
  std::function<void(std::string_view, const SearchProgress*)> on_progress;
  /// Once a check fails (one that is no mere information), the others need not be finished.
  bool stop_on_first = false;
  /// Set (from a signal handler, another thread) to give up: children are ended, the directory is
  /// removed, what was not finished says so.
  const std::atomic<bool>* cancel = nullptr;
};

enum class Verdict : std::uint8_t {
  proved,
  fails,         // `reachable`: no accepted run reaches it
  not_refuted,   // nothing was found, but the search was not exhaustive: no proof
  not_finished,  // the limits did not suffice; nothing is known
};
/// "proved", "fails", "not_refuted", "not_finished".
[[nodiscard]] const char* to_string(Verdict verdict);

/// What is checked. All but `property` are there without being asked for.
enum class CheckKind : std::uint8_t {
  property,
  stuck,        // a joint state that is not finished and accepts nothing
  arithmetic,   // overflow, division by zero, value out of range
  abort,        // information: an `abort` that some statecall can reach
  unreachable,  // information: statements that no run reaches
};

// A step of a run; its variables are those of the automata that moved and all that the property
// reads.
using spl::Place;
using spl::TraceStep;
using spl::VariableValue;

struct CheckResult {
  CheckKind kind = CheckKind::property;
  std::string name;   // the property's, or "stuck", "arithmetic", "abort", "unreachable"
  std::string text;   // the formula, or what the built-in check says
  SourceRange range;  // the property; for arithmetic and abort the place that fails
  Verdict verdict = Verdict::not_finished;
  bool information = false;  // `fails` is a remark, not a fault of the policy
  std::string why;           // one line: what fails, or why it is not finished; may be empty

  /// The run that shows it (a failing property, a witness of `reachable`, the way to a stuck
  /// state). May have no steps: the very start shows it.
  bool has_trace = false;
  std::vector<TraceStep> trace;
  std::vector<std::string> trail;  // what the model printed along this run, line by line
  /// Of an endless run: the first step that is repeated for ever. Equal to trace.size() where the
  /// run ends after the last step (nothing more is accepted).
  std::optional<std::size_t> loop_start;
  /// arithmetic and abort: the statecall refused after the trace.
  std::optional<StatecallId> refused;
  /// unreachable: the statements.
  std::vector<SourceRange> places;

  std::uint64_t states = 0;  // stored
  std::uint64_t transitions = 0;
  std::uint64_t depth = 0;
  double seconds = 0;  // wall clock, all tools together
  double memory_mb = 0;
  double hash_factor = 0;             // of a bitstate search (job.hpp); 0: of none
  bool exhaustive = false;            // every state was visited
  std::vector<AutomatonId> left_out;  // the proof did not need these automata
  bool cached = false;                // from the verdict cache: not run this time
};

/// Something outside the policy went wrong; no verdict follows from it.
struct ToolFailure {
  enum class Kind : std::uint8_t {
    missing_tool,    // spin, or every compiler
    failed_tool,     // it ran and failed
    environment,     // no temporary directory, no process
    internal_error,  // a trace from Spin that the interpreter refuses: a bug in this project
  };
  Kind kind = Kind::failed_tool;
  std::string message;  // one line
  std::string hint;     // "install the package 'spin'"; may be empty
  std::string output;   // what the tool wrote to standard error (its last lines)
};

struct Report {
  std::vector<CheckResult> results;    // built-in checks first, then the properties in order
  std::optional<ToolFailure> failure;  // then results may be incomplete
};

/// Called when a check is done, from one thread at a time, in order of completion.
using OnResult = std::function<void(const CheckResult&)>;

/// Checks the properties (need not be the program's own: --ltl adds to them) and, if asked for,
/// the built-in ones.
[[nodiscard]] Report verify(const Program& program, const SourceMap& sources,
                            std::span<const Property> properties, const VerifyOptions& options = {},
                            const OnResult& on_result = {});

/// Spin's own verdict, by verification, on whether each trace is (the start of) a run of the
/// model: for tests that compare engines.
[[nodiscard]] std::variant<std::vector<bool>, ToolFailure> spin_accepts(
    const Program& program, const SourceMap& sources,
    std::span<const std::vector<StatecallId>> traces, const VerifyOptions& options = {});

/// A random run of the model by Spin's simulator, at most `steps` statecalls long.
[[nodiscard]] std::variant<std::vector<StatecallId>, ToolFailure> spin_simulate(
    const Program& program, const SourceMap& sources, std::uint32_t seed, std::uint32_t steps,
    const VerifyOptions& options = {});

}  // namespace spl::promela
