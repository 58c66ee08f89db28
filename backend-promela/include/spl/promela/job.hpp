// Verification in three steps: plan -> run -> conclude.
//
// make_plan() turns a program and its properties into jobs: pure, deterministic, no tools needed. A
// job is self-contained: run_job() needs only its text, spin and a C compiler, and knows nothing of
// policies, so it can be run anywhere, at any time, or not at all because its outcome is known
// already (a cache, another machine). Plan::conclude() turns outcomes into results in terms of the
// policy; whatever an outcome claims to have found is replayed on the interpreter there, so a wrong
// trail never becomes a counterexample. That nothing was found can only be believed: outcomes must
// come from where spin is trusted.
//
// What runs the jobs is an Executor; verify() (verify.hpp) uses local_executor() unless it is given
// another one.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "spl/promela/verify.hpp"

namespace spl::promela {

/// How the states of a model are searched.
struct Search {
  /// The claims accept by ending: breadth first, so that what is found is shortest. Otherwise
  /// acceptance cycles are searched for, depth first.
  bool by_prefix = true;
  /// One bit per hash function instead of the state: little memory, not exhaustive. Depth first.
  bool bitstate = false;
  unsigned hash_bits = 0;                       // bitstate: 2^n bits; 0: as memory allows
  unsigned hash_functions = 3;                  // bitstate: bits set per state, 1..8
  unsigned hash_seed = 0;                       // 0..499
  std::vector<std::string> spin_arguments;      // given to spin -a, after splc's own
  std::vector<std::string> compiler_arguments;  // given to the C compiler, after splc's own
  std::vector<std::string> verifier_arguments;  // given to the verifier, after splc's own

  /// Why a search that ends without finding anything proves nothing, in one line: bitstate, or an
  /// argument of the user's that is not known to be harmless. "": it has visited every state.
  [[nodiscard]] std::string caveat() const;
  friend bool operator==(const Search&, const Search&) = default;
};

/// A unit of work. Copyable, self-contained.
struct Job {
  std::string name;   // of letters, digits, '_', '-', '.'; unique in a plan; at most 100 bytes
  std::string model;  // PROMELA
  std::vector<std::string> claims;  // of the model, at least one: each is searched for, in order
  Search search;
  std::chrono::milliseconds timeout{0};  // of all tools together; zero: none
  std::uint64_t memory_mb = 0;           // zero: no limit
};

/// Everything of a job that its outcome depends on, as text; limits and comments in the model are
/// not in it. Equal keys (and the same spin): equal outcomes.
[[nodiscard]] std::string key_of(const Job& job);

struct SearchStatistics {
  std::uint64_t states = 0;  // stored
  std::uint64_t transitions = 0;
  std::uint64_t depth = 0;
  double memory_mb = 0;
  double hash_factor = 0;  // bitstate: bits there were per state; from 100 on coverage is near full
  friend bool operator==(const SearchStatistics&, const SearchStatistics&) = default;
};

/// What became of one claim.
struct ClaimOutcome {
  enum class Kind : std::uint8_t {
    absent,     // the search came to its end: no run that the claim accepts, or none it could see
    found,      // there is one: `trail`
    unfinished  // nothing is known: `why`
  };
  Kind kind = Kind::unfinished;
  std::string why;                  // unfinished: one line
  std::vector<std::string> trail;   // found: what the model printed along the run, line by line
  std::optional<std::size_t> loop;  // found, endless: index in trail where its cycle starts
  SearchStatistics statistics;
  friend bool operator==(const ClaimOutcome&, const ClaimOutcome&) = default;
};

/// What became of a job: plain data.
struct Outcome {
  std::vector<ClaimOutcome> claims;  // one for each of the job's, in order
  double seconds = 0;                // wall clock
  bool cached = false;               // not run this time; not part of the written form
  /// No claim is unfinished: running the job again would tell the same.
  [[nodiscard]] bool complete() const;
};

/// One JSON object, one line. Says which job it is of (a hash of key_of()).
[[nodiscard]] std::string write_outcome(const Job& job, const Outcome& outcome);
/// Reads it back. Everything is checked: any bytes are accepted as input, and give either an
/// outcome that is well-formed and says that it is this job's, or (one line) why not.
[[nodiscard]] std::variant<Outcome, std::string> read_outcome(const Job& job,
                                                              std::string_view text);

/// The programs, found once.
struct Tools {
  std::string spin;  // paths
  std::string fast;  // C compiler for small models
  std::string slow;  // and for large ones; equal where only one is installed
};
[[nodiscard]] std::variant<Tools, ToolFailure> find_tools(const VerifyOptions& options);
/// What `spin -V` prints, one line; "" if that fails or is cancelled.
[[nodiscard]] std::string spin_version(const Tools& tools,
                                       const std::atomic<bool>* cancel = nullptr);

/// A look at a running search.
struct SearchProgress {
  std::string claim;
  SearchStatistics statistics;  // zero until the verifier first speaks
};

struct RunOptions {
  /// Where to work: it is made if need be, and everything is left there (model.pml, pan.c, pan,
  /// the trail, what the verifier printed, and commands.sh with what was run). "": in a private
  /// directory under TMPDIR that is removed at the end.
  std::string directory;
  /// Set it (from any thread or a signal handler) to give up: the outcome is "interrupted".
  const std::atomic<bool>* cancel = nullptr;
  /// Called now and then from the calling thread.
  std::function<void(const SearchProgress&)> on_progress;
};

/// Runs a job here, now: spin, a C compiler and the verifier, one after the other. Blocks. Any
/// number may run at the same time. Limits that do not suffice make claims unfinished; tools that
/// fail are a ToolFailure, and nothing is known then.
[[nodiscard]] std::variant<Outcome, ToolFailure> run_job(const Job& job, const Tools& tools,
                                                         const RunOptions& options = {});

/// What a verification consists of. Borrows the program, sources and properties it was made from.
class Plan {
 public:
  /// What was found in a model of some automata is no run of the whole policy: nothing is decided.
  /// refine() plans the question again, of all automata. Only with `options.slice`.
  struct Undecided {};
  using Results = std::variant<std::vector<CheckResult>, ToolFailure, Undecided>;

  [[nodiscard]] const std::vector<Job>& jobs() const { return jobs_; }
  /// Checks are counted in the order in which they are reported.
  [[nodiscard]] std::size_t check_count() const { return checks_.size(); }
  /// The jobs that a check depends on: none (it is decided already), one, or several variants of
  /// the same question, of which the first that finds something decides.
  [[nodiscard]] const std::vector<std::size_t>& jobs_of(std::size_t check) const;
  [[nodiscard]] std::size_t check_of(std::size_t job) const { return check_of_[job]; }
  /// The results of one check. `outcomes` are those of jobs_of(check), in order; a nullptr is a job
  /// of which no outcome is there. At least one must be there if there are jobs. Thread-safe.
  [[nodiscard]] Results conclude(std::size_t check, std::span<const Outcome* const> outcomes) const;
  /// A plan of these checks (ascending, each undecided), in this order, on the whole policy.
  [[nodiscard]] Plan refine(std::span<const std::size_t> undecided) const;

 private:
  friend class Planner;
  struct Check {
    std::vector<std::size_t> jobs;
    std::function<Results(std::span<const Outcome* const>)> conclude;
  };
  std::function<Plan(std::span<const std::size_t>)> refine_;
  std::vector<Job> jobs_;
  std::vector<Check> checks_;
  std::vector<std::size_t> check_of_;  // by job
};

/// The jobs for these properties and, if the options ask for them, the built-in checks. Of the
/// options it reads what to check, how to search, and the limits. Two calls with the same arguments
/// make the same jobs.
[[nodiscard]] Plan make_plan(const Program& program, const SourceMap& sources,
                             std::span<const Property> properties, const VerifyOptions& options);

/// Where an executor delivers. Thread-safe.
class JobSink {
 public:
  virtual ~JobSink() = default;
  /// False if nobody needs this job's outcome any more (another variant has found something, or
  /// everything is being given up): it need not be started, and may be stopped.
  [[nodiscard]] virtual bool wanted(std::size_t job) = 0;
  /// At most once for each job. After a failure no job is wanted any more.
  virtual void deliver(std::size_t job, std::variant<Outcome, ToolFailure> outcome) = 0;
};

/// Runs jobs[i] for each i in `todo` and returns when all have been delivered or are not wanted. A
/// job that it had to give up (a machine was lost) is delivered with unfinished claims that say
/// why.
using Executor = std::function<void(std::span<const Job> jobs, std::span<const std::size_t> todo,
                                    JobSink& sink)>;

/// Runs them on this machine, `options.jobs` at a time.
[[nodiscard]] Executor local_executor(Tools tools, VerifyOptions options);

class VerdictCache;  // cache.hpp

/// Has the jobs of a plan run and concludes: verify() but for the planning. Checks are concluded as
/// soon as their outcomes are there. What the cache knows is not run (with `options.keep` it is,
/// for its files); complete outcomes are added to it.
[[nodiscard]] Report run_plan(const Plan& plan, const Executor& executor,
                              const VerifyOptions& options, const OnResult& on_result = {},
                              VerdictCache* cache = nullptr);

/// An outcome that says nothing but why: all claims unfinished.
[[nodiscard]] Outcome unfinished(const Job& job, const std::string& why);

}  // namespace spl::promela
