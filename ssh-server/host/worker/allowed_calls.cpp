// The system calls of the worker, each with its reason: to be audited as a table. Everything that
// is not here ends the process, above all open, socket, connect, bind, execve, fork, kill, ptrace.
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <termios.h>

#include <array>

#include "worker/sandbox.hpp"
#include "worker/sanitized.hpp"

namespace ssh::host {
namespace {

using Values = std::uint64_t;

constexpr std::array<Values, 6> kFcntl{F_GETFD, F_SETFD,         F_GETFL,
                                       F_SETFL, F_DUPFD_CLOEXEC, F_SETPIPE_SZ};
constexpr std::array<Values, 3> kIoctl{TIOCSWINSZ, TCGETS, FIONBIO};
constexpr std::array<Values, 1> kTcpLevel{IPPROTO_TCP};
constexpr std::array<Values, 1> kSocketLevel{SOL_SOCKET};
constexpr Values kExecutable = PROT_EXEC;

#define CALL(name) SCMP_SYS(name), #name

constexpr AllowedCall kCalls[] = {
    // Sockets, pipes, terminals, all of which the monitor has opened.
    {CALL(read), "pipes and terminals; timerfd and eventfd of the reactor"},
    {CALL(write), "pipes and terminals; stderr"},
    {CALL(readv), "Asio"},
    {CALL(writev), "Asio"},
    {CALL(recvfrom), "the clients' sockets"},
    {CALL(sendto), "the clients' sockets"},
    {CALL(recvmsg), "the control socket, with descriptors"},
    {CALL(sendmsg), "the control socket"},
    {CALL(accept4), "listening sockets that the monitor has given"},
    {CALL(shutdown), "half of a forwarded connection has ended"},
    {CALL(close), "whatever has ended"},
    {CALL(fcntl), "non-blocking; one descriptor kept in reserve; size of pipes", 1, kFcntl},
    {CALL(ioctl), "window-change; EOF character; Asio's non-blocking", 1, kIoctl},
    {CALL(setsockopt), "TCP_NODELAY", 1, kTcpLevel},
    {CALL(getsockopt), "Asio asks for SO_ERROR", 1, kSocketLevel},

    // Waiting.
    {CALL(epoll_wait), "reactor"},
    {CALL(epoll_pwait), "reactor"},
    {CALL(epoll_ctl), "reactor"},
    {CALL(timerfd_settime), "reactor"},
    {CALL(clock_gettime), "timeouts, where the vDSO does not do it"},
    {CALL(gettimeofday), "libcrypto's random generator, likewise"},
    {CALL(restart_syscall), "the kernel, after SIGSTOP and SIGCONT"},

    // Memory. Nothing becomes executable.
    {CALL(brk), "malloc"},
    {CALL(mmap), "malloc", 2, {}, kExecutable},
    {CALL(mprotect), "malloc", 2, {}, kExecutable},
    {CALL(munmap), "free"},
    {CALL(mremap), "realloc"},
    {CALL(madvise), "free"},

    {CALL(getrandom), "keys and padding: libcrypto"},
    {CALL(getpid), "libcrypto looks for forks"},
    {CALL(futex), "locks of libcrypto and the C++ library, never contended"},
    {CALL(rt_sigprocmask), "abort(): a crash stays a crash in the log"},
    {CALL(rt_sigreturn), "return from the handler that reports a refused call"},
    {CALL(exit), "the end"},
    {CALL(exit_group), "the end"},

#if SSH_SANITIZED
    // AddressSanitizer and UndefinedBehaviorSanitizer: their allocator, and what their reports
    // look at. No build that is installed has them.
    {CALL(sched_yield), "sanitizers"},
    {CALL(sigaltstack), "sanitizers"},
    {CALL(gettid), "sanitizers"},
    {CALL(rt_sigaction), "sanitizers"},
    {CALL(tgkill), "sanitizers"},
    {CALL(openat), "sanitizers' reports"},
    {CALL(newfstatat), "sanitizers' reports"},
    {CALL(readlink), "sanitizers' reports"},
    {CALL(lseek), "sanitizers' reports"},
    {CALL(getrusage), "sanitizers"},
    {CALL(sysinfo), "sanitizers"},
    {CALL(sched_getaffinity), "sanitizers"},
    {CALL(prlimit64), "sanitizers"},
    {CALL(process_vm_readv), "sanitizers' reports"},
    {CALL(pipe2), "UndefinedBehaviorSanitizer looks whether memory can be read"},
    {CALL(pipe), "UndefinedBehaviorSanitizer looks whether memory can be read"},
#endif
};

#undef CALL

}  // namespace

std::span<const AllowedCall> allowed_calls() {
  return kCalls;
}

}  // namespace ssh::host
