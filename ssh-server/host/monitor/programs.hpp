// What users run: shells, commands, subsystems. RFC 4254 section 6; sshd(8), LOGIN PROCESS.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "control/control.hpp"
#include "host/run_sftp.hpp"
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
  /// A login shell on a terminal: the user is greeted, unless there is a ~/.hushlogin.
  bool greets = false;
  std::string greeting;  // by PAM's modules
  bool print_motd = false;
  /// The terminal's login is recorded (login_records.hpp).
  bool recorded = false;
  bool print_last_log = false;
  std::string peer_address;
  /// Supplementary groups, in place of those of the user database.
  std::optional<std::vector<gid_t>> groups = {};
};

struct PlanInputs {
  const request::StartProgram& request;
  const Account& account;
  const config::ServerOptions& options;
  const KeyOptions& key_options;
  const Peer& peer;
  std::string agent_socket;  // empty: none
  bool user_mode = false;
  /// Of the login's session.
  const std::vector<std::pair<std::string, std::string>>& pam_environment;
};
/// No decision is taken after this one. An Error is for the client, and the log.
Result<ProgramPlan> plan_program(const PlanInputs& inputs);

/// The input and output of a program, or its terminal.
struct Plumbing {
  reply::Program::Shape shape = reply::Program::Shape::pipes;
  std::vector<UniqueFd> ours;
  UniqueFd in, out, err;      // the child's; a terminal is all three in `in`
  UniqueFd debugger;          // of the SFTP server: its way to the live debugger, if there is one
  std::string terminal_name;  // "/dev/pts/3"; empty: none

  /// The child's, in this order, to be put back by place().
  std::vector<UniqueFd> take_theirs();
  /// False: there are not as many as there should be.
  bool place(std::vector<UniqueFd> theirs);
};
Result<Plumbing> lay_pipes(const ProgramPlan& plan, UniqueFd debugger = {});

struct StartedProgram {
  /// 0: it is a child of another process.
  pid_t child = 0;
  reply::Program::Shape shape = reply::Program::Shape::pipes;
  std::vector<UniqueFd> descriptors;
  std::string terminal_name;
};
/// The child leads a session of its own. `ended`: see Children.
Result<StartedProgram> start_program(Children& children, const ProgramPlan& plan, UniqueFd debugger,
                                     Children::Ended ended);

/// In a new child: its descriptors are put in place, all others closed, and it becomes the program.
/// Returns only a status to exit with.
int become_program(const ProgramPlan& plan, Plumbing& plumbing);

/// The SFTP server in this process, as the plan's command says. Returns the status to exit with.
int run_internal_sftp(const ProgramPlan& plan, SftpWatcher* watcher);

/// Of a status as waitpid() has it.
reply::ProgramEnded how_it_ended(int status);
/// RFC 4254 section 6.10's names; nothing for others.
std::optional<int> signal_number(std::string_view name);

}  // namespace ssh::host::monitor
