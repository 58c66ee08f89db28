// The Linux ABI on a machine that only writes down what it is asked, and the command line.
#include "linux-abi/system_calls.hpp"

#include <asm/unistd.h>
#include <errno.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <time.h>

#include <cstring>
#include <string>
#include <vector>

#include "boot/command_line.hpp"
#include "machine.hpp"

namespace xenrt::test {
namespace {

struct Notes final : Platform {
  std::string written, typed;
  std::vector<std::uint64_t> unknown;
  std::uint64_t clock = 5'000'000'123, thread = 0;
  int waits = 0, deadlocks = 0, signal = 0, code = -1;
  bool relro = false;

  void write(const char* text, std::uint64_t bytes) override { written.append(text, bytes); }
  int take_byte() override {
    if (typed.empty()) return -1;
    const int byte = static_cast<unsigned char>(typed.front());
    typed.erase(0, 1);
    return byte;
  }
  void wait_for_input() override {
    ++waits;
    typed += "late\n";
  }
  void sleep_until(std::uint64_t deadline) override { clock = std::max(clock, deadline); }
  std::uint64_t monotonic() override { return clock; }
  std::uint64_t wall_clock() override { return clock + 1'000'000'000'000; }
  void random(void* to, std::uint64_t bytes) override { std::memset(to, 0x5a, bytes); }
  void set_thread_pointer(std::uint64_t address) override { thread = address; }
  std::uint64_t thread_pointer() override { return thread; }
  bool make_image_read_only(Range) override { return relro; }
  void unknown_call(std::uint64_t number, std::uint64_t) override { unknown.push_back(number); }
  void deadlock(std::uint64_t) override { ++deadlocks; }
  void killed(int number) override { signal = number; }
  void exit(int number) override { code = number; }
};

class SystemCallsTest : public testing::Test {
 protected:
  SystemCallsTest() {
    EXPECT_TRUE(pages.add(ram.range()) && tables.start());
    EXPECT_TRUE(tables.map_identity(ram.range(), Access::read_write) && tables.protect_tables());
    space.start({{1ULL << 44, 1ULL << 45}, {1ULL << 43, 1ULL << 44}}, 0);
  }
  template <class... A>
  long call(std::uint64_t number, A... a) {
    return calls.call(number, {{std::uint64_t(a)...}, 0x1234});
  }

  Ram ram{4 * kLargePage};
  PageAllocator pages{ram.window()};
  PageTables tables{pages, ram.window()};
  AddressSpace space{pages, tables, ram.window()};
  Notes notes;
  SystemCalls calls{notes, space};
};

template <class T>
std::uint64_t at(T* object) {
  return reinterpret_cast<std::uint64_t>(object);
}

TEST_F(SystemCallsTest, OutputGoesToTheConsole) {
  EXPECT_EQ(call(__NR_write, 1, at("hello"), 5), 5);
  char a[] = "wor", b[] = "ld";
  struct {
    char* text;
    std::uint64_t size;
  } parts[] = {{a, 3}, {b, 2}};
  EXPECT_EQ(call(__NR_writev, 2, at(parts), 2), 5);
  EXPECT_EQ(notes.written, "helloworld");
  EXPECT_EQ(call(__NR_write, 3, at("x"), 1), -EBADF);
  EXPECT_EQ(call(__NR_write, 0, at("x"), 1), -EBADF);
}

TEST_F(SystemCallsTest, InputIsReadByLines) {
  char text[64] = {};
  notes.typed = "one\rtwo\n";
  EXPECT_EQ(call(__NR_read, 0, at(text), 64), 4);
  EXPECT_STREQ(text, "one\n");
  EXPECT_EQ(call(__NR_read, 0, at(text), 2), 2);
  EXPECT_EQ(call(__NR_read, 0, at(text), 64), 2);
  EXPECT_EQ(call(__NR_read, 0, at(text), 64), 5) << "nothing there: waits";
  EXPECT_EQ(notes.waits, 1);
}

TEST_F(SystemCallsTest, MemoryIsNeverExecutable) {
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
  EXPECT_EQ(call(__NR_mmap, 0, 4096, PROT_READ | PROT_EXEC, flags, -1, 0), -EACCES);
  const long block = call(__NR_mmap, 0, 8192, PROT_READ | PROT_WRITE, flags, -1, 0);
  ASSERT_GT(block, 0);
  EXPECT_EQ(call(__NR_mprotect, block, 4096, PROT_READ | PROT_EXEC), -EACCES);
  EXPECT_EQ(call(__NR_mprotect, block, 4096, PROT_READ), 0);
  EXPECT_EQ(tables.find(static_cast<VirtualAddress>(block)).access, Access::read);
  EXPECT_EQ(call(__NR_mprotect, block + 8192, 4096, PROT_READ), -ENOMEM);
  EXPECT_EQ(call(__NR_mprotect, block + 1, 4096, PROT_READ), -EINVAL);
  EXPECT_EQ(call(__NR_munmap, block, 8192), 0);
  EXPECT_EQ(tables.find(static_cast<VirtualAddress>(block)).kind, PageTables::Kind::absent);
  EXPECT_EQ(call(__NR_munmap, 0x200000, 4096), -EINVAL) << "not its own memory";
  EXPECT_EQ(call(__NR_mmap, 0, 1ULL << 40, PROT_READ, flags, -1, 0), -ENOMEM);
  EXPECT_EQ(call(__NR_mmap, 0, 0, PROT_READ, flags, -1, 0), -EINVAL);
  EXPECT_EQ(call(__NR_mmap, 0, 4096, PROT_READ, MAP_PRIVATE, 3, 0), -ENODEV);
  EXPECT_EQ(call(__NR_mmap, 0, UINT64_MAX, PROT_READ, flags, -1, 0), -ENOMEM);
}

TEST_F(SystemCallsTest, Time) {
  timespec time{};
  EXPECT_EQ(call(__NR_clock_gettime, CLOCK_MONOTONIC, at(&time)), 0);
  EXPECT_EQ(time.tv_sec, 5);
  EXPECT_EQ(time.tv_nsec, 123);
  EXPECT_EQ(call(__NR_clock_gettime, CLOCK_REALTIME, at(&time)), 0);
  EXPECT_EQ(time.tv_sec, 1005);
  EXPECT_EQ(call(__NR_clock_gettime, 99, at(&time)), -EINVAL);
  const timespec half{0, 500'000'000}, wrong{0, 1'000'000'000}, forever{INT64_MAX, 0};
  EXPECT_EQ(call(__NR_clock_nanosleep, CLOCK_MONOTONIC, 0, at(&half), 0), 0);
  EXPECT_EQ(notes.clock, 5'500'000'123U);
  EXPECT_EQ(call(__NR_clock_nanosleep, CLOCK_MONOTONIC, 0, at(&wrong), 0), -EINVAL);
  EXPECT_EQ(call(__NR_clock_nanosleep, CLOCK_MONOTONIC, 0, at(&forever), 0), 0);
  EXPECT_GT(notes.clock, UINT64_MAX / 8);
}

TEST_F(SystemCallsTest, UnknownCallsAreLoggedOnce) {
  for (const long number : {41, 41, 56, 400, 100000, 400, 200000}) EXPECT_EQ(call(number), -ENOSYS);
  // 56 is clone(), which is known and refused; all numbers that are too large count as one.
  EXPECT_EQ(notes.unknown, (std::vector<std::uint64_t>{41, 400, 100000}));
}

TEST_F(SystemCallsTest, LocksWithOneThread) {
  std::uint32_t word = 2;
  EXPECT_EQ(call(__NR_futex, at(&word), 0 | 128, 1, 0), -EAGAIN);
  EXPECT_EQ(call(__NR_futex, at(&word), 1 | 128, 1, 0), 0);
  EXPECT_EQ(notes.deadlocks, 0);
  call(__NR_futex, at(&word), 0 | 128, 2, 0);
  EXPECT_EQ(notes.deadlocks, 1);
}

TEST_F(SystemCallsTest, EndsAndIdentity) {
  call(__NR_exit_group, 3);
  EXPECT_EQ(notes.code, 3);
  call(__NR_tgkill, 1, 1, 6);
  EXPECT_EQ(notes.signal, 6);
  EXPECT_EQ(call(__NR_arch_prctl, 0x1002, 0xabc000), 0);
  EXPECT_EQ(notes.thread, 0xabc000U);
  EXPECT_EQ(call(__NR_openat, 0, at("/etc/passwd"), 0, 0), -ENOENT);
  unsigned char bytes[4] = {};
  EXPECT_EQ(call(__NR_getrandom, at(bytes), 4, 0), 4);
  EXPECT_EQ(bytes[3], 0x5a);
}

std::vector<std::string> split(std::string text) {
  std::string copy = text;
  const std::size_t count = split_command_line(copy.data(), nullptr, 0);
  EXPECT_EQ(copy, text) << "asking changes nothing";
  std::vector<char*> words(count);
  if (count == 0) return {};
  EXPECT_EQ(split_command_line(text.data(), words.data(), count), count);
  return {words.begin(), words.end()};
}

TEST(CommandLine, Words) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(split(""), Words{});
  EXPECT_EQ(split("  \t "), Words{});
  EXPECT_EQ(split("one"), Words{"one"});
  EXPECT_EQ(split("  a  'b c' d\"e f\"g  "), (Words{"a", "b c", "de fg"}));
  EXPECT_EQ(split("'it''s' \"'\""), (Words{"its", "'"}));
  EXPECT_EQ(split("'' x"), (Words{"", "x"}));
  EXPECT_EQ(split("'never closed a"), Words{"never closed a"});
}

}  // namespace
}  // namespace xenrt::test
