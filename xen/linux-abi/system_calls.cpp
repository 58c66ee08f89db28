// See system_calls.hpp. The files that there are: 0, 1 and 2, the console. Memory:
// system_calls_memory.cpp.
#include "linux-abi/system_calls.hpp"

#include <asm/unistd.h>
#include <errno.h>
#include <linux/futex.h>
#include <linux/time.h>

#include <cstring>

namespace xenrt {

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

template <class T>
T* pointer(std::uint64_t value) {
  return reinterpret_cast<T*>(value);
}

struct Timespec {
  std::int64_t seconds;
  std::int64_t nanoseconds;
};

struct Buffer {  // struct iovec
  char* text;
  std::uint64_t bytes;
};

bool is_console(std::uint64_t file) {
  return file <= 2;
}

// struct stat of a terminal: C library streams are then line buffered.
long stat_console(std::uint64_t to) {
  constexpr std::uint32_t kCharacterDevice = 0020620;
  auto* bytes = pointer<char>(to);
  std::memset(bytes, 0, 144);
  const std::uint64_t links = 1, device = 0x0501, block = 4096;
  std::memcpy(bytes + 16, &links, sizeof links);
  std::memcpy(bytes + 24, &kCharacterDevice, sizeof kCharacterDevice);
  std::memcpy(bytes + 40, &device, sizeof device);
  std::memcpy(bytes + 56, &block, sizeof block);
  return 0;
}

}  // namespace

long SystemCalls::call(std::uint64_t number, const Arguments& arguments) {
  bool known = true;
  long result = file_call(number, arguments, known);
  if (!known) result = time_call(number, arguments, known = true);
  if (!known) result = memory_call(number, arguments, known = true);
  if (!known) result = process_call(number, arguments, known = true);
  if (known) return result;
  log_once(number, arguments.from);
  return -ENOSYS;
}

void SystemCalls::log_once(std::uint64_t number, std::uint64_t from) {
  const std::uint64_t bit = number < 511 ? number : 511;
  std::uint64_t& word = logged_[bit / 64];
  if ((word >> bit % 64 & 1) != 0) return;
  word |= 1ULL << bit % 64;
  platform_.unknown_call(number, from);
}

long SystemCalls::file_call(std::uint64_t number, const Arguments& arguments, bool& known) {
  const auto& a = arguments.a;
  switch (number) {
    case __NR_write:
      if (a[0] != 1 && a[0] != 2) return -EBADF;
      platform_.write(pointer<const char>(a[1]), a[2]);
      return static_cast<long>(a[2]);
    case __NR_writev:
      return writev(arguments);
    case __NR_read:
      return read(arguments);
    case __NR_close:
      return is_console(a[0]) ? 0 : -EBADF;
    case __NR_lseek:
      return is_console(a[0]) ? -ESPIPE : -EBADF;
    case __NR_fstat:
      return is_console(a[0]) ? stat_console(a[1]) : -EBADF;
    case __NR_newfstatat: {
      constexpr std::uint64_t kEmptyPath = 0x1000;  // AT_EMPTY_PATH
      const auto* path = pointer<const char>(a[1]);
      if ((a[3] & kEmptyPath) == 0 || (path != nullptr && *path != '\0')) return -ENOENT;
      return is_console(a[0]) ? stat_console(a[2]) : -EBADF;
    }
    case __NR_ioctl: {
      constexpr std::uint64_t kGetTerminal = 0x5401;  // TCGETS: isatty()
      if (!is_console(a[0])) return -EBADF;
      if (a[1] != kGetTerminal) return -ENOTTY;
      std::memset(pointer<char>(a[2]), 0, 36);
      return 0;
    }
    case __NR_openat:  // there are no files
    case __NR_readlink:
      return -ENOENT;
    default:
      known = false;
      return 0;
  }
}

long SystemCalls::writev(const Arguments& arguments) {
  if (arguments.a[0] != 1 && arguments.a[0] != 2) return -EBADF;
  const auto* buffers = pointer<const Buffer>(arguments.a[1]);
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < arguments.a[2]; ++i) {
    platform_.write(buffers[i].text, buffers[i].bytes);
    sum += buffers[i].bytes;
  }
  return static_cast<long>(sum);
}

// As of a terminal: up to the end of a line, at least one byte.
long SystemCalls::read(const Arguments& arguments) {
  if (arguments.a[0] != 0) return -EBADF;
  auto* to = pointer<char>(arguments.a[1]);
  std::uint64_t got = 0;
  while (got < arguments.a[2]) {
    const int byte = platform_.take_byte();
    if (byte < 0) {
      platform_.wait_for_input();
      continue;
    }
    to[got++] = byte == '\r' ? '\n' : static_cast<char>(byte);
    if (to[got - 1] == '\n') break;
  }
  return static_cast<long>(got);
}

long SystemCalls::time_call(std::uint64_t number, const Arguments& arguments, bool& known) {
  const auto& a = arguments.a;
  switch (number) {
    case __NR_clock_gettime:
      return get_time(a[0], pointer<void>(a[1]));
    case __NR_gettimeofday: {
      const std::uint64_t now = platform_.wall_clock();
      *pointer<Timespec>(a[0]) = {static_cast<std::int64_t>(now / kSecond),
                                  static_cast<std::int64_t>(now % kSecond / 1000)};
      return 0;
    }
    case __NR_time: {
      const auto now = static_cast<long>(platform_.wall_clock() / kSecond);
      if (a[0] != 0) *pointer<long>(a[0]) = now;
      return now;
    }
    case __NR_clock_nanosleep:
      return sleep(arguments);
    default:
      known = false;
      return 0;
  }
}

long SystemCalls::get_time(std::uint64_t clock, void* to) {
  std::uint64_t now = 0;
  switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
      now = platform_.wall_clock();
      break;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
    case CLOCK_PROCESS_CPUTIME_ID:
    case CLOCK_THREAD_CPUTIME_ID:
      now = platform_.monotonic();
      break;
    default:
      return -EINVAL;
  }
  const Timespec time{static_cast<std::int64_t>(now / kSecond),
                      static_cast<std::int64_t>(now % kSecond)};
  std::memcpy(to, &time, sizeof time);
  return 0;
}

long SystemCalls::sleep(const Arguments& arguments) {
  constexpr std::uint64_t kAbsolute = 1;  // TIMER_ABSTIME
  const auto& wanted = *pointer<const Timespec>(arguments.a[2]);
  const auto clock = arguments.a[0];
  if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) return -EINVAL;
  if (wanted.seconds < 0 || wanted.nanoseconds < 0 || wanted.nanoseconds >= 1'000'000'000)
    return -EINVAL;
  const auto seconds = static_cast<std::uint64_t>(wanted.seconds);
  std::uint64_t span = seconds > UINT64_MAX / kSecond / 4
                           ? UINT64_MAX / 4
                           : seconds * kSecond + static_cast<std::uint64_t>(wanted.nanoseconds);
  if ((arguments.a[1] & kAbsolute) != 0) {
    const std::uint64_t now =
        clock == CLOCK_REALTIME ? platform_.wall_clock() : platform_.monotonic();
    span = span > now ? span - now : 0;
  }
  platform_.sleep_until(platform_.monotonic() + span);
  return 0;
}

long SystemCalls::process_call(std::uint64_t number, const Arguments& arguments, bool& known) {
  const auto& a = arguments.a;
  switch (number) {
    case __NR_exit:
    case __NR_exit_group:
      platform_.exit(static_cast<int>(a[0]));
      return 0;
    case __NR_tgkill:
      platform_.killed(static_cast<int>(a[2]));
      return 0;
    case __NR_getpid:
    case __NR_gettid:
    case __NR_set_tid_address:
      return 1;
    case __NR_set_robust_list:
    case __NR_sched_yield:
      return 0;
    case __NR_rseq:  // the C library asks, and does without
    case __NR_clone:
    case __NR_clone3:
      return -ENOSYS;  // no threads: std::thread's constructor throws
    case __NR_rt_sigaction:
      if (a[2] != 0) std::memset(pointer<void>(a[2]), 0, 32);
      return 0;
    case __NR_rt_sigprocmask:
      if (a[2] != 0) std::memset(pointer<void>(a[2]), 0, a[3] <= 8 ? a[3] : 8);
      return 0;
    case __NR_futex:
      return futex(arguments);
    case __NR_getrandom:
      platform_.random(pointer<void>(a[0]), a[1]);
      return static_cast<long>(a[1]);
    case __NR_arch_prctl: {
      constexpr std::uint64_t kSetFs = 0x1002, kGetFs = 0x1003;
      if (a[0] == kSetFs) return platform_.set_thread_pointer(a[1]), 0;
      if (a[0] == kGetFs) return *pointer<std::uint64_t>(a[1]) = platform_.thread_pointer(), 0;
      return -EINVAL;
    }
    case __NR_prlimit64: {
      constexpr std::uint64_t kStack = 3, kStackSize = 512 << 10;
      if (a[2] != 0) return -EPERM;
      auto* limits = pointer<std::uint64_t>(a[3]);
      if (limits != nullptr) limits[0] = limits[1] = a[1] == kStack ? kStackSize : UINT64_MAX;
      return 0;
    }
    default:
      known = false;
      return 0;
  }
}

// With one thread, nobody is ever waiting, and nobody would wake a waiter.
long SystemCalls::futex(const Arguments& arguments) {
  const auto& a = arguments.a;
  switch (a[1] & FUTEX_CMD_MASK & 0x7f) {
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET:
      return 0;
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
      if (*pointer<volatile std::uint32_t>(a[0]) != static_cast<std::uint32_t>(a[2]))
        return -EAGAIN;
      if (a[3] == 0) platform_.deadlock(arguments.from);
      return -ETIMEDOUT;
    default:
      return -ENOSYS;
  }
}

}  // namespace xenrt
