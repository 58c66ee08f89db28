// The Linux system calls that Debian's static C library, C++ library and libcrypto make.
//
// What is not here is answered with ENOSYS, and logged once. Pointers are the program's own and are
// not checked: a bad one traps, with a backtrace, where Linux would say EFAULT.
#pragma once

#include <cstdint>

#include "memory/address_space.hpp"

namespace xenrt {

// What the calls need of the machine. Tests have their own.
class Platform {
 public:
  virtual void write(const char* text, std::uint64_t bytes) = 0;
  virtual int take_byte() = 0;  // -1: none
  virtual void wait_for_input() = 0;
  virtual void sleep_until(std::uint64_t monotonic_deadline) = 0;
  virtual std::uint64_t monotonic() = 0;
  virtual std::uint64_t wall_clock() = 0;
  virtual void random(void* to, std::uint64_t bytes) = 0;
  virtual void set_thread_pointer(std::uint64_t address) = 0;
  virtual std::uint64_t thread_pointer() = 0;
  // Image pages may only become read-only, and only those that the linker says so of. False:
  // refused.
  virtual bool make_image_read_only(Range range) = 0;
  virtual void unknown_call(std::uint64_t number, std::uint64_t from) = 0;
  virtual void deadlock(std::uint64_t from) = 0;  // waits for what nobody can do: does not return
  virtual void killed(int signal) = 0;            // does not return
  virtual void exit(int code) = 0;                // does not return

 protected:
  ~Platform() = default;
};

class SystemCalls {
 public:
  constexpr SystemCalls(Platform& platform, AddressSpace& memory)
      : platform_(platform), memory_(memory) {}

  struct Arguments {
    std::uint64_t a[6];
    std::uint64_t from;  // the instruction after the call
  };

  // The result, or minus an error number.
  long call(std::uint64_t number, const Arguments& arguments);

 private:
  long memory_call(std::uint64_t number, const Arguments& arguments, bool& known);
  long file_call(std::uint64_t number, const Arguments& arguments, bool& known);
  long process_call(std::uint64_t number, const Arguments& arguments, bool& known);
  long time_call(std::uint64_t number, const Arguments& arguments, bool& known);
  long mmap(const Arguments& arguments);
  long mprotect(const Arguments& arguments);
  long read(const Arguments& arguments);
  long writev(const Arguments& arguments);
  long futex(const Arguments& arguments);
  long sleep(const Arguments& arguments);
  long get_time(std::uint64_t clock, void* to);
  void log_once(std::uint64_t number, std::uint64_t from);

  Platform& platform_;
  AddressSpace& memory_;
  std::uint64_t logged_[8] = {};  // a bit for each number below 511; the last one for all others
};

}  // namespace xenrt
