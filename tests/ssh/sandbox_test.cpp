// What the worker gives up is really gone: each test confines a child of its own and looks at how
// the child ends. The first part of this file is the audit of the table itself.
#include "worker/sandbox.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pty.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <set>
#include <string>

#include "ssh/libcrypto_provider.hpp"
#include "worker/sanitized.hpp"

namespace ssh::host {
namespace {

constexpr int kRefused = 1000;

/// The exit status of a child that does this, kRefused if the kernel has refused a system call.
int in_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::_exit(body());
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  if (WIFSIGNALED(status)) {
    return WTERMSIG(status) == SIGSYS ? kRefused : -WTERMSIG(status);
  }
  // A debug build reports the call and ends in this way.
  return WEXITSTATUS(status) == 128 + SIGSYS ? kRefused : WEXITSTATUS(status);
}

/// 0: the filter is there and `body` says true; 1: it says false; 2: there is no filter.
int filtered(const std::function<bool()>& body) {
  return in_child([&] {
    if (!limit_resources() || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        !filter_system_calls()) {
      return 2;
    }
    return body() ? 0 : 1;
  });
}

int refused(const std::function<long()>& call) {
  return filtered([&] {
    ::close(STDERR_FILENO);  // a debug build says which call it was
    (void)call();
    return true;
  });
}

TEST(AllowedCalls, NothingThatReachesOutOfTheProcess) {
  std::set<std::string_view> names;
  for (const AllowedCall& call : allowed_calls()) {
    EXPECT_TRUE(names.insert(call.name).second) << call.name << " twice";
    EXPECT_FALSE(call.reason.empty()) << call.name;
  }
  for (const char* never : {"open",        "openat2",  "creat",        "socket",
                            "socketpair",  "connect",  "bind",         "listen",
                            "execve",      "execveat", "fork",         "vfork",
                            "clone",       "clone3",   "kill",         "tkill",
                            "ptrace",      "unlink",   "rename",       "chmod",
                            "chown",       "mount",    "setuid",       "setgid",
                            "prctl",       "seccomp",  "bpf",          "io_uring_setup",
                            "userfaultfd", "keyctl",   "memfd_create", "process_vm_writev"}) {
    EXPECT_FALSE(names.contains(never)) << never;
  }
  if (!SSH_SANITIZED) {
    for (const char* reports_only : {"openat", "readlink", "newfstatat", "tgkill", "pipe2"}) {
      EXPECT_FALSE(names.contains(reports_only)) << reports_only;
    }
  }
}

TEST(Sandbox, RefusesFilesSocketsAndPrograms) {
  EXPECT_EQ(refused([] { return ::syscall(SYS_socket, AF_INET, SOCK_STREAM, 0); }), kRefused);
  EXPECT_EQ(refused([] { return ::syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0); }), kRefused);
  EXPECT_EQ(refused([] { return ::syscall(SYS_execve, "/bin/true", nullptr, nullptr); }), kRefused);
  EXPECT_EQ(refused([] { return ::syscall(SYS_connect, 0, nullptr, 0); }), kRefused);
  EXPECT_EQ(refused([] { return ::syscall(SYS_bind, 0, nullptr, 0); }), kRefused);
  EXPECT_EQ(refused([] { return ::syscall(SYS_listen, 0, 1); }), kRefused);
  EXPECT_EQ(refused([] { return ::syscall(SYS_unlinkat, AT_FDCWD, "/tmp/x", 0); }), kRefused);
#ifdef SYS_open
  EXPECT_EQ(refused([] { return ::syscall(SYS_open, "/etc/passwd", O_RDONLY); }), kRefused);
#endif
  if (!SSH_SANITIZED) {
    EXPECT_EQ(refused([] { return ::syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY); }),
              kRefused);
  }
}

TEST(Sandbox, RefusesOtherProcesses) {
  const pid_t parent = ::getpid();
  EXPECT_EQ(refused([&] { return ::syscall(SYS_kill, parent, 0); }), kRefused);
  EXPECT_EQ(refused([&] { return ::syscall(SYS_tgkill, parent, parent, 0); }),
            SSH_SANITIZED ? 0 : kRefused);
  EXPECT_EQ(refused([] { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }), kRefused);
  EXPECT_EQ(refused([] { return ::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, 0UL); }),
            kRefused);
  EXPECT_EQ(refused([] { return ::syscall(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0); }), kRefused);
}

TEST(Sandbox, LooksAtArguments) {
  EXPECT_EQ(refused([] {
              return reinterpret_cast<long>(
                  ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
            }),
            kRefused);
  EXPECT_EQ(refused([] {
              void* page = ::mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              return static_cast<long>(::mprotect(page, 4096, PROT_READ | PROT_EXEC));
            }),
            kRefused);
  // Typing into the terminal that the daemon was started from.
  EXPECT_EQ(refused([] { return static_cast<long>(::ioctl(0, TIOCSTI, "x")); }), kRefused);
  EXPECT_EQ(refused([] { return static_cast<long>(::fcntl(0, F_SETOWN, ::getpid())); }), kRefused);
  EXPECT_EQ(refused([] {
              const int on = 1;
              return static_cast<long>(::setsockopt(0, SOL_SOCKET, SO_MARK, &on, sizeof on));
            }),
            kRefused);
}

TEST(Sandbox, LeavesWhatRelaysNeed) {
  std::array<int, 2> pair{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()), 0);
  int master = -1;
  int slave = -1;
  ASSERT_EQ(::openpty(&master, &slave, nullptr, nullptr, nullptr), 0);
  const int waiter = ::epoll_create1(0);
  const int timer = ::timerfd_create(CLOCK_MONOTONIC, 0);
  EXPECT_EQ(filtered([&] {
              std::array<char, 8> bytes{};
              const winsize size{24, 80, 0, 0};
              termios modes{};
              const int on = 1;
              epoll_event event{EPOLLIN, {}};
              const itimerspec never{};
              ::setsockopt(pair[0], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
              return ::write(pair[0], "hello", 5) == 5 &&
                     ::recv(pair[1], bytes.data(), bytes.size(), MSG_DONTWAIT) == 5 &&
                     ::send(pair[1], "x", 1, MSG_NOSIGNAL) == 1 &&
                     ::epoll_ctl(waiter, EPOLL_CTL_ADD, pair[0], &event) == 0 &&
                     ::epoll_wait(waiter, &event, 1, -1) == 1 &&
                     ::timerfd_settime(timer, 0, &never, nullptr) == 0 &&
                     ::shutdown(pair[0], SHUT_WR) == 0 && ::ioctl(master, TIOCSWINSZ, &size) == 0 &&
                     ::tcgetattr(master, &modes) == 0 &&
                     ::fcntl(pair[0], F_SETFL, O_NONBLOCK) == 0 &&
                     ::fcntl(pair[0], F_DUPFD_CLOEXEC, 0) >= 0 &&
                     ::accept4(pair[0], nullptr, nullptr, 0) < 0;
            }),
            0);
  for (const int fd : {pair[0], pair[1], master, slave, waiter, timer}) {
    ::close(fd);
  }
}

TEST(Sandbox, LeavesMemoryTimeAndRandomness) {
  EXPECT_EQ(filtered([] {
              // Larger than any arena's top, then grown: brk, mmap, mremap, munmap.
              auto* block = static_cast<char*>(std::malloc(64U << 20));
              block[0] = 1;
              block = static_cast<char*>(std::realloc(block, 96U << 20));
              const bool kept = block[0] == 1;
              std::free(block);
              std::array<char, 16> random{};
              timespec now{};
              return kept && ::syscall(SYS_getrandom, random.data(), random.size(), 0) == 16 &&
                     ::clock_gettime(CLOCK_MONOTONIC, &now) == 0;
            }),
            0);
}

TEST(Sandbox, LeavesCryptography) {
  EXPECT_EQ(in_child([] {
              warm_up(libcrypto_provider());
              if (!limit_resources() || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
                  !filter_system_calls()) {
                return 2;
              }
              // Every family once more, and more randomness than was there before.
              warm_up(libcrypto_provider());
              Bytes random(1U << 20);
              libcrypto_provider().random().fill(random);
              return 0;
            }),
            0);
}

TEST(Sandbox, WritesNoFiles) {
  if (SSH_SANITIZED) {
    GTEST_SKIP() << "a sanitizer's report may go to a file";
  }
  std::FILE* file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(filtered([&] {
              ignore_signals();
              return ::write(::fileno(file), "x", 1) < 0;
            }),
            0);
  std::fclose(file);
}

TEST(Privileges, AreGoneForGood) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "needs root";
  }
  std::string directory = "/tmp/statecall-empty-XXXXXX";
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  WorkerOptions options;
  options.identity = WorkerOptions::Identity{65534, 65534};
  options.empty_directory = directory;
  EXPECT_EQ(in_child([&] {
              if (!drop_privileges(options)) {
                return 1;
              }
              std::array<gid_t, 8> groups{};
              if (::getuid() != 65534 || ::geteuid() != 65534 || ::getgid() != 65534 ||
                  ::getegid() != 65534 || ::getgroups(8, groups.data()) != 0) {
                return 2;
              }
              if (::setuid(0) == 0 || ::seteuid(0) == 0 || ::setgid(0) == 0 || ::chroot("/") == 0) {
                return 3;
              }
              if (::access("/etc", F_OK) == 0 || ::access("/tmp", F_OK) == 0) {
                return 4;
              }
              if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 ||
                  ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) {
                return 5;
              }
              return 0;
            }),
            0);
  ::rmdir(directory.c_str());
}

TEST(Privileges, AWorkerThatCannotDropThemDoesNotStart) {
  WorkerOptions options;
  options.identity = WorkerOptions::Identity{65534, 65534};
  options.empty_directory = "/nonexistent";
  EXPECT_EQ(in_child([&] {
              const auto done = confine(options);
              return done ? 0 : 7;
            }),
            7);
}

TEST(Privileges, UserModeStartsNoPrograms) {
  EXPECT_EQ(in_child([] {
              if (!drop_privileges(WorkerOptions{}) || !limit_resources()) {
                return 1;
              }
              rlimit processes{};
              ::getrlimit(RLIMIT_NPROC, &processes);
              return processes.rlim_max == 0 && ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0
                                                                                              : 2;
            }),
            0);
}

}  // namespace
}  // namespace ssh::host
