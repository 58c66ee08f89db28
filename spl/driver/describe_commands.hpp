// The sub-commands as the command line knows them. Private to the command line.
#pragma once

#include "driver/command_builder.hpp"
#include "driver/options.hpp"

namespace spl::driver {

/// What was given to shared options and is looked at after parsing.
struct RawCommon {
  std::vector<std::string> warnings;  // arguments of -W, in order
};

/// One row a sub-command: its name, its summary, what its command line looks like.
struct CommandEntry {
  Command command;
  const char* name;
  const char* summary;
  void (*describe)(CommandBuilder&, Options&, RawCommon&);
};

/// All of them, in the order of `splc --help`.
[[nodiscard]] const std::vector<CommandEntry>& command_table();

}  // namespace spl::driver
