// See sandbox.hpp. seccomp(2), prctl(2), getrlimit(2); the order follows from what each step needs:
// chroot needs root, no later step does.
//
// Invariant: either every step has been taken, or there is an Error and the process ends.
#include "worker/sandbox.hpp"

#include <grp.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "worker/sanitized.hpp"

namespace ssh::host {
namespace {

tl::unexpected<Error> system_failure(const std::string& what, int error) {
  return failure(what + ": " + std::strerror(error));
}

Result<void> limit(int resource, const char* name, rlim_t value) {
  const rlimit both{value, value};
  if (::setrlimit(static_cast<__rlimit_resource>(resource), &both) != 0) {
    return system_failure(std::string("setrlimit ") + name, errno);
  }
  return {};
}

#ifndef NDEBUG
// Which call it was, for whoever has to add it to the table; then the end. Only what a handler may
// do (signal-safety(7)).
void report_refused_call(int, siginfo_t* info, void*) {
  std::array<char, 64> text{"statecall-sshd: system call refused: "};
  std::size_t at = std::strlen(text.data());
  std::array<char, 12> digits{};
  std::size_t count = 0;
  for (auto number = static_cast<unsigned>(info->si_syscall); count == 0 || number > 0;
       number /= 10) {
    digits.at(count++) = static_cast<char>('0' + number % 10);
  }
  while (count > 0) {
    text.at(at++) = digits.at(--count);
  }
  text.at(at++) = '\n';
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), at);
  ::_exit(128 + SIGSYS);
}
#endif

Result<void> add_rule(scmp_filter_ctx filter, const AllowedCall& call) {
  int error = 0;
  if (call.forbidden_bits != 0) {
    const scmp_arg_cmp none{call.argument, SCMP_CMP_MASKED_EQ, call.forbidden_bits, 0};
    error = ::seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call.number, 1, &none);
  } else if (call.values.empty()) {
    error = ::seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call.number, 0, nullptr);
  }
  for (const std::uint64_t value : call.values) {
    // The kernel looks at 32 bits of these, and the C library may fill the rest with the sign.
    const scmp_arg_cmp is{call.argument, SCMP_CMP_MASKED_EQ, 0xffffffffU, value};
    error =
        error != 0 ? error : ::seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call.number, 1, &is);
  }
  if (error != 0) {
    return system_failure("seccomp rule for " + std::string(call.name), -error);
  }
  return {};
}

}  // namespace

void ignore_signals() {
  for (const int signal : {SIGPIPE, SIGXFSZ, SIGHUP, SIGINT, SIGQUIT, SIGTERM}) {
    ::signal(signal, SIG_IGN);
  }
}

Result<void> drop_privileges(const WorkerOptions& options) {
  if (options.identity) {
    if (::chroot(options.empty_directory.c_str()) != 0 || ::chdir("/") != 0) {
      return system_failure("chroot to " + options.empty_directory, errno);
    }
    const gid_t group = options.identity->group;
    const uid_t user = options.identity->user;
    if (::setgroups(0, nullptr) != 0 || ::setresgid(group, group, group) != 0 ||
        ::setresuid(user, user, user) != 0) {
      return system_failure("cannot become the unprivileged user", errno);
    }
    if (user != 0 && ::setuid(0) == 0) {
      return failure("privileges could be taken back");
    }
  }
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return system_failure("prctl", errno);
  }
  return {};
}

Result<void> limit_resources() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;  // many connections; the monitor has set what is right
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
  Result<void> done = limit(RLIMIT_NPROC, "RLIMIT_NPROC", 0);
  // A sanitizer's report may go to a file.
  if (done && !SSH_SANITIZED) {
    done = limit(RLIMIT_FSIZE, "RLIMIT_FSIZE", 0);
  }
  return done;
}

Result<void> filter_system_calls(std::span<const AllowedCall> more) {
#ifdef NDEBUG
  constexpr std::uint32_t kRefuse = SCMP_ACT_KILL_PROCESS;
#else
  constexpr std::uint32_t kRefuse = SCMP_ACT_TRAP;
  struct sigaction action {};
  action.sa_sigaction = report_refused_call;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(SIGSYS, &action, nullptr);
#endif
  const std::unique_ptr<void, decltype(&::seccomp_release)> filter(::seccomp_init(kRefuse),
                                                                   ::seccomp_release);
  if (!filter) {
    return failure("seccomp: no memory");
  }
  for (const auto calls : {allowed_calls(), more}) {
    for (const AllowedCall& call : calls) {
      if (auto added = add_rule(filter.get(), call); !added) {
        return added;
      }
    }
  }
  // The filter is a program of comparisons: the common calls first.
  for (const int number : {SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(recvfrom), SCMP_SYS(sendto),
                           SCMP_SYS(epoll_wait), SCMP_SYS(epoll_ctl)}) {
    ::seccomp_syscall_priority(filter.get(), number, 255);
  }
  if (const int error = ::seccomp_load(filter.get()); error != 0) {
    return system_failure("seccomp", -error);
  }
  return {};
}

Result<void> confine(const WorkerOptions& options, std::span<const AllowedCall> more) {
  Result<void> done = drop_privileges(options);
  if (done) {
    done = limit_resources();
  }
  if (done && options.sandbox) {
    done = filter_system_calls(more);
  }
  return done;
}

}  // namespace ssh::host
