// What the monitor and the process of a session say to each other, and what cut messages are.
#include "monitor/login_session.hpp"

#include <gtest/gtest.h>

#include "monitor/login_records.hpp"

namespace ssh::host::monitor {
namespace {

ProgramPlan some_plan() {
  ProgramPlan plan;
  plan.account = {"ann", 1000, 1001, "/home/ann", "/bin/sh", {}};
  plan.environment = {"A=1", "B="};
  plan.command = "echo \"x\"";
  plan.terminal.emplace();
  plan.chroot_directory = "/srv";
  plan.greets = true;
  plan.greeting = "hello\n";
  plan.recorded = true;
  plan.peer_address = "::1";
  return plan;
}

template <class Decode>
void expect_no_prefix_is_taken(const Bytes& bytes, Decode decode) {
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode(ByteView(bytes).first(size))) << size;
  }
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(decode(longer));
}

TEST(LoginSession, RequestsComeThrough) {
  const Bytes bytes = encode(SessionRequest(session_request::Start{7, some_plan(), "/dev/pts/3"}));
  const auto decoded = decode_session_request(bytes);
  ASSERT_TRUE(decoded);
  const auto& start = std::get<session_request::Start>(*decoded);
  EXPECT_EQ(start.id, 7U);
  EXPECT_EQ(start.terminal_name, "/dev/pts/3");
  EXPECT_EQ(start.plan.account.name, "ann");
  EXPECT_EQ(start.plan.account.uid, 1000U);
  EXPECT_EQ(start.plan.account.gid, 1001U);
  EXPECT_EQ(start.plan.account.home, "/home/ann");
  EXPECT_EQ(start.plan.account.shell, "/bin/sh");
  EXPECT_EQ(start.plan.environment, some_plan().environment);
  EXPECT_EQ(start.plan.command, "echo \"x\"");
  EXPECT_TRUE(start.plan.terminal);
  EXPECT_EQ(start.plan.chroot_directory, "/srv");
  EXPECT_TRUE(start.plan.greets);
  EXPECT_EQ(start.plan.greeting, "hello\n");
  EXPECT_TRUE(start.plan.recorded);
  EXPECT_EQ(start.plan.peer_address, "::1");
  EXPECT_FALSE(start.plan.internal_sftp || start.plan.user_mode || start.plan.print_motd ||
               start.plan.print_last_log);
  expect_no_prefix_is_taken(bytes, decode_session_request);

  const Bytes signal = encode(SessionRequest(session_request::Signal{9, 15}));
  const auto decoded_signal = decode_session_request(signal);
  ASSERT_TRUE(decoded_signal);
  EXPECT_EQ(std::get<session_request::Signal>(*decoded_signal).number, 15);
  expect_no_prefix_is_taken(signal, decode_session_request);
  expect_no_prefix_is_taken(encode(SessionRequest(session_request::Open{})),
                            decode_session_request);
}

TEST(LoginSession, AnswersComeThrough) {
  SessionOpened opened;
  opened.ok = true;
  opened.message = "welcome\n";
  opened.environment = {{"A", "1"}, {"B", ""}};
  const Bytes bytes = encode(SessionAnswer(opened));
  const auto decoded = decode_session_answer(bytes);
  ASSERT_TRUE(decoded);
  const auto& got = std::get<SessionOpened>(*decoded);
  EXPECT_TRUE(got.ok);
  EXPECT_EQ(got.message, "welcome\n");
  EXPECT_EQ(got.environment, opened.environment);
  expect_no_prefix_is_taken(bytes, decode_session_answer);

  const Bytes ended = encode(SessionAnswer(SessionProgramEnded{3, 0x700}));
  const auto decoded_end = decode_session_answer(ended);
  ASSERT_TRUE(decoded_end);
  EXPECT_EQ(std::get<SessionProgramEnded>(*decoded_end).id, 3U);
  EXPECT_EQ(std::get<SessionProgramEnded>(*decoded_end).status, 0x700);
  expect_no_prefix_is_taken(ended, decode_session_answer);
}

TEST(LoginSession, OneSideDoesNotTakeWhatTheOtherSays) {
  EXPECT_FALSE(decode_session_request(encode(SessionAnswer(SessionProgramEnded{3, 0}))));
  EXPECT_FALSE(decode_session_answer(encode(SessionRequest(session_request::Open{}))));
}

TEST(Plumbing, HasWhatThereShouldBe) {
  Plumbing pipes;
  EXPECT_FALSE(pipes.place({}));
  EXPECT_FALSE(pipes.place(std::vector<UniqueFd>(1)));
  EXPECT_TRUE(pipes.place(std::vector<UniqueFd>(3)));
  Plumbing terminal;
  terminal.terminal_name = "/dev/pts/3";
  EXPECT_FALSE(terminal.place(std::vector<UniqueFd>(3)));
  EXPECT_TRUE(terminal.place(std::vector<UniqueFd>(1)));
}

TEST(LoginRecords, LastLoginReadsAsOpenSsh) {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  EXPECT_EQ(describe({1700000000, "192.0.2.1"}),
            "Last login: Tue Nov 14 22:13:20 2023 from 192.0.2.1\r\n");
  EXPECT_EQ(describe({1700000000, ""}), "Last login: Tue Nov 14 22:13:20 2023\r\n");
}

}  // namespace
}  // namespace ssh::host::monitor
