// What users run: shells, commands, subsystems. RFC 4254 section 6; sshd(8), LOGIN PROCESS.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "control/control.hpp"
#include "monitor/context.hpp"
#include "monitor/identity.hpp"
#include "ssh/authorized_keys.hpp"

namespace ssh::host::monitor {

/// Everything that decides what is run, and as whom.
struct ProgramPlan {
  Account account;
  /// "NAME=value"
  std::vector<std::string> environment;
  /// Empty: the login shell. For the user's shell to interpret.
  std::string command;
  /// The SFTP server inside of this program, with its arguments in `command`.
  bool internal_sftp = false;
  std::optional<PtyRequest> terminal;
  /// Expanded; empty: none.
  std::string chroot_directory;
  bool user_mode = false;
  bool print_motd = false;
};

struct PlanInputs {
  const request::StartProgram& request;
  const Account& account;
  const config::ServerOptions& options;
  const KeyOptions& key_options;
  const Peer& peer;
  std::string agent_socket;  // empty: none
  bool user_mode = false;
};
/// No decision is taken after this one. An Error is for the client, and the log.
Result<ProgramPlan> plan_program(const PlanInputs& inputs);

struct StartedProgram {
  pid_t child = 0;
  reply::Program::Shape shape = reply::Program::Shape::pipes;
  std::vector<UniqueFd> descriptors;
};
/// The child leads a session of its own. `ended`: see Children.
Result<StartedProgram> start_program(Children& children, const ProgramPlan& plan,
                                     Children::Ended ended);

/// In the child, after its input and output are in place: never returns but for an error.
int run_program(const ProgramPlan& plan, const std::string& terminal_name);

/// The SFTP server in this process, as the plan's command says. Returns the status to exit with.
int run_internal_sftp(const ProgramPlan& plan);

/// Of a status as waitpid() has it.
reply::ProgramEnded how_it_ended(int status);
/// RFC 4254 section 6.10's names; nothing for others.
std::optional<int> signal_number(std::string_view name);

}  // namespace ssh::host::monitor
