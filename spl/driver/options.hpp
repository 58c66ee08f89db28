// What a command line asked for, parsed. Only command_line.cpp fills these in; the sub-commands
// only read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "driver/console.hpp"
#include "spl/dfa.hpp"
#include "spl/diagnostic.hpp"

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

struct CppCommandOptions {
  std::string policy;
  std::string directory = ".";
  std::string name_space;  // empty: from the policy's file name
  std::string stem;        // empty: from the policy's file name
  std::string depfile;
  std::size_t state_bound = kDefaultStateBound;
  bool stats = false;
};

/// `automatic` follows the name of the output file.
enum class GraphFormat : std::uint8_t { automatic, dot, svg, png, pdf };

struct GraphOptions {
  std::string policy;
  std::vector<std::string> automata;  // empty: all
  GraphFormat format = GraphFormat::automatic;
  std::string dot_program = "dot";
  std::string output;
};

enum class Command : std::uint8_t {
  none,  // splc itself: --version, --help, --list-diagnostics
  check,
  fmt,
  dump,
  cpp,
  graph,
};

struct Options {
  Command command = Command::none;
  CommonOptions common;
  CheckOptions check;
  FmtOptions fmt;
  DumpOptions dump;
  CppCommandOptions cpp;
  GraphOptions graph;
};

}  // namespace spl::driver
