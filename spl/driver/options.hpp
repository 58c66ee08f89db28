// What a command line asked for, parsed. Only command_line.cpp fills these in; the sub-commands
// only read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "driver/console.hpp"
#include "driver/run_files.hpp"
#include "driver/trace_form.hpp"
#include "spl/compose.hpp"
#include "spl/configurations.hpp"
#include "spl/dfa.hpp"
#include "spl/diagnostic.hpp"
#include "spl/graph.hpp"

namespace spl::driver {

enum class DiagnosticFormat : std::uint8_t { text, json, sarif };

/// What every sub-command understands. `warnings` only where the policy is judged (check, promela,
/// verify, cpp); elsewhere only errors are shown.
struct CommonOptions {
  ColourWhen colour = ColourWhen::automatic;
  bool quiet = false;
  DiagnosticFormat diagnostics = DiagnosticFormat::text;
  WarningOptions warnings;
};

struct CheckOptions {
  std::vector<std::string> policies;
  bool json = false;
  std::string output;
};

struct WatchOptions {
  std::vector<std::string> policies;
  std::vector<std::string> properties;  // empty: all, and the built-in checks
  double timeout = 600;                 // seconds, per check; 0: none
  bool no_verify = false;
  bool clear = false;
  bool json = false;
};

struct LspOptions {
  std::string spin = "spin";
  double timeout = 600;  // seconds, per property; 0: none
  bool stdio = true;     // the only way there is; editors like to say so
};

struct FmtOptions {
  std::vector<std::string> files;
  bool check = false;
  bool to_stdout = false;
};

enum class DumpStage : std::uint8_t { ast, automaton, dfa };
enum class DumpFormat : std::uint8_t { text, json, dot };

struct DumpOptions {
  std::string policy;
  DumpStage stage = DumpStage::automaton;
  DumpFormat format = DumpFormat::text;
  Preserve preserve = Preserve::language;
  std::size_t state_bound = kDefaultStateBound;
  std::string output;
};

enum class MonitorLanguage : std::uint8_t { cpp, c };
/// Which automata of a monitor are sets of configurations instead of DFAs: those with too many
/// states, all, or none.
enum class UseSets : std::uint8_t { automatic, always, never };

struct CppCommandOptions {
  std::string policy;
  MonitorLanguage language = MonitorLanguage::cpp;
  std::string directory = ".";
  std::string name_space;  // empty: from the policy's file name
  std::string stem;        // empty: from the policy's file name
  std::string depfile;
  std::size_t state_bound = kDefaultStateBound;
  UseSets sets = UseSets::automatic;
  std::size_t configuration_bound = kDefaultConfigurationBound;
  bool stats = false;
  bool json = false;
};

struct GraphvizOptions {
  std::string program = "dot";
  double seconds = 60;  // for each drawing; 0: no limit
};

/// `automatic` follows the name of the output file.
enum class GraphFormat : std::uint8_t { automatic, dot, svg, png, pdf };

struct GraphOptions {
  std::string policy;
  std::vector<std::string> automata;  // empty: all
  GraphFormat format = GraphFormat::automatic;
  GraphStyle::Direction direction = GraphStyle::Direction::automatic;
  GraphStyle::Theme theme = GraphStyle::Theme::light;
  std::size_t names = 8;  // of long lists; 0: all
  bool separate = false;
  bool no_legend = false;
  std::string highlight;  // a trace; empty: none
  TraceForm form;         // its
  std::size_t nth = 0;    // which trace or connection of the file; 0: there must be but one
  std::size_t state_bound = kDefaultStateBound;
  GraphvizOptions graphviz;
  std::string output;
};

enum class ReplayEngine : std::uint8_t { interpreter, dfa, monitor };

struct ReplayOptions {
  std::string policy;
  std::vector<std::string> traces;
  TraceForm form;
  ReplayEngine engine = ReplayEngine::interpreter;
  std::size_t state_bound = kDefaultStateBound;
  bool keep_going = false;
  bool strict = false;
  bool json = false;
  RunFiles files;  // charts only

  /// A file may hold several traces.
  [[nodiscard]] bool many() const {
    return form.format == TraceFormat::lines || form.format == TraceFormat::openssh ||
           form.format == TraceFormat::jsonl;
  }
};

struct SimulateOptions {
  std::string policy;
  std::uint32_t seed = 1;
};

/// How the debugger's page is served.
struct DebugServing {
  std::string listen = "127.0.0.1:0";
  bool force_listen = false;
  bool open = false;
  GraphvizOptions graphviz;
};

struct DebugCommandOptions {
  std::string policy;
  std::vector<std::string> traces;
  TraceForm form;
  std::string attach;  // the address of a page
  bool keep_going = false;
  bool describe = false;
  std::string output;  // of --describe
  std::size_t state_bound = kDefaultStateBound;
  DebugServing serving;
  bool json = false;
};

struct PromelaOptions {
  std::string policy;
  std::string property;  // empty: the whole policy
  std::size_t state_bound = kDefaultStateBound;
  std::string output;
};

/// Where the jobs of a verification are run.
enum class VerifyEngine : std::uint8_t { local, parallel, slurm };

struct VerifyCommandOptions {
  std::string policy;
  std::vector<std::string> properties;  // empty: all, and the built-in checks
  std::vector<std::string> formulas;    // --ltl
  std::string spin = "spin";
  std::string compiler;  // empty: a fast one for small models, cc for large ones
  double timeout = 600;  // seconds, per check; 0: none
  std::uint64_t memory_mb = 4096;
  unsigned jobs = 0;
  std::size_t state_bound = kDefaultStateBound;
  std::string keep;       // directory for everything that Spin works with
  std::string cache_dir;  // of the verdict cache; empty: where such things are kept
  bool no_cache = false;
  bool no_slicing = false;
  bool bitstate = false;
  unsigned variants = 1;
  std::vector<std::string> spin_args;
  std::vector<std::string> cc_args;
  std::vector<std::string> pan_args;
  RunFiles files;
  bool no_built_in = false;
  bool stop_on_first = false;
  std::string jobs_out;  // write the jobs to this directory and stop
  std::string jobs_in;   // conclude from the results in this directory
  VerifyEngine engine = VerifyEngine::local;
  std::string hosts;                // parallel: a file
  std::string ssh;                  // parallel: "ssh -F config"; empty: ssh
  std::vector<std::string> sbatch;  // slurm: arguments for sbatch
  std::string work_dir;             // parallel, slurm; empty: one that is removed at the end
  unsigned retries = 2;             // of a job that was lost
  bool debug = false;               // show the runs in the debugger
  DebugServing serving;
  bool json = false;
};

struct DiffOptions {
  std::string old_policy;
  std::string new_policy;
  std::string rename;              // a file; empty: names are the same
  std::vector<std::string> allow;  // relations, besides equal
  bool strict = false;
  bool json = false;
  std::uint64_t max_states = 5'000'000;
  std::size_t state_bound = kDefaultStateBound;
};

struct ConformCommandOptions {
  std::string policy;
  std::string machine;
  std::string map;
  std::string start;  // empty: as the machine's file says
  bool json = false;
  std::uint64_t max_states = 1'000'000;
  std::size_t state_bound = kDefaultStateBound;
};

struct ComposeCommandOptions {
  std::string client;
  std::string server;
  std::string map;  // a file; empty: by names alone
  ComposeOptions compose;
  std::vector<std::string> ignore;  // failures that are not looked for
  bool print_model = false;
  bool pairing = false;  // list every statecall
  std::string output;
  std::string spin = "spin";
  std::string compiler;  // empty: as for verify
  double timeout = 600;  // seconds, per failure; 0: none
  std::uint64_t memory_mb = 4096;
  unsigned jobs = 0;
  std::size_t state_bound = kDefaultStateBound;
  bool json = false;
};

enum class PackKind : std::uint8_t { positive, negative, all };
enum class PackFormat : std::uint8_t { jsonl, traces, gtest };

struct TestsOptions {
  std::string policy;
  PackKind kind = PackKind::all;
  PackFormat format = PackFormat::jsonl;
  std::uint64_t limit = 100'000;
  std::uint64_t seed = 1;
  std::uint64_t max_states = 1'000'000;
  std::string name_space;  // empty: from the policy's file name
  std::string stem;        // empty: from the policy's file name
  std::size_t state_bound = kDefaultStateBound;
  std::string output;
};

struct FuzzOptions {
  std::string policy;
  std::string directory = ".";
  std::string name_space;  // empty: from the policy's file name
  std::string stem;        // empty: from the policy's file name
  std::uint64_t seeds = 500;
  std::uint64_t max_states = 1'000'000;
  std::size_t state_bound = kDefaultStateBound;
};

enum class Command : std::uint8_t {
  none,  // splc itself: --version, --help, --list-diagnostics
  check,
  fmt,
  dump,
  cpp,
  graph,
  promela,
  verify,
  simulate,
  debug,
  replay,
  tests,
  diff,
  conform,
  fuzz,
  compose,
  watch,
  lsp,
};

struct Options {
  Command command = Command::none;
  CommonOptions common;
  CheckOptions check;
  FmtOptions fmt;
  DumpOptions dump;
  CppCommandOptions cpp;
  GraphOptions graph;
  PromelaOptions promela;
  VerifyCommandOptions verify;
  SimulateOptions simulate;
  DebugCommandOptions debug;
  ReplayOptions replay;
  TestsOptions tests;
  DiffOptions diff;
  ConformCommandOptions conform;
  FuzzOptions fuzz;
  ComposeCommandOptions compose;
  WatchOptions watch;
  LspOptions lsp;
};

}  // namespace spl::driver
