// What the daemon's two halves say to each other: every message comes back as it went, and what
// no encoder writes is an error, never more.
#include "control/control.hpp"

#include <gtest/gtest.h>

#include <random>

namespace ssh::host {
namespace {

// Not equal by accident: each field has a value of its own.
std::vector<RequestMessage> requests() {
  using namespace request;
  std::vector<RequestMessage> all;
  auto add = [&](Request body) { all.push_back({0x1122334455667788 + all.size(), 7, body}); };
  add(SignExchange{1, "ssh-ed25519", Bytes(32, 0xab), Bytes(32, 0xcd)});
  add(ProveHostKeys{{{0, "ssh-ed25519"}, {2, "rsa-sha2-512"}}});
  add(AuthNone{"anna"});
  add(AuthOther{"anna", "hostbased"});
  add(AuthPublicKey{"anna", "ssh-ed25519", {1, 2, 3}, std::nullopt});
  add(AuthPublicKey{"anna", "ssh-ed25519", {1, 2, 3}, Bytes{4, 5}});
  add(AuthPassword{"anna", std::string("se\0cret", 7), std::nullopt});
  add(AuthPassword{"anna", "secret", "newer"});
  add(AuthInteractive{"anna"});
  add(AuthInteractiveResponse{"anna", {"", "123456"}});
  StartProgram program{StartProgram::Kind::exec, "ls -l", {{"LANG", "C"}, {"LC_X", ""}}, {}, true};
  add(program);
  program.kind = StartProgram::Kind::shell;
  program.terminal = PtyRequest{"xterm", {80, 24, 640, 480}, {{53, 1}, {128, 38400}}};
  add(program);
  add(SignalProgram{"TERM"});
  add(EndProgram{});
  add(ConnectTcp{"localhost", 80});
  add(ConnectStreamLocal{"/run/x"});
  add(ListenTcp{"", 8080});
  add(ListenStreamLocal{"/tmp/y"});
  add(ForwardAgent{});
  add(StopListening{});
  add(Log{4, "text"});
  add(Refused{"auth", "Receive_Auth_Success", "why", false});
  add(Ended{"gone", true, {1, 2, 3, 4, 5, 6}});
  return all;
}

std::vector<ReplyMessage> replies() {
  using namespace reply;
  std::vector<ReplyMessage> all;
  auto add = [&](Reply body) { all.push_back({99 + all.size(), 0xffffffff, body}); };
  add(Connection{"192.0.2.1", "::1", 50000, 22});
  SessionOptions session;
  session.key_exchange = {"curve25519-sha256"};
  session.ciphers = {"a", "b"};
  session.macs = {"c"};
  session.compression = true;
  session.host_keys = {{{9, 8, 7}, {"rsa-sha2-512", "rsa-sha2-256"}}};
  session.public_key_algorithms = {"ssh-ed25519"};
  session.version_comment = "comment";
  session.rekey_bytes = 1U << 30;
  session.rekey_time = std::chrono::hours(1);
  session.alive_interval = std::chrono::seconds(15);
  add(Options{session, 11});
  add(Signature{Bytes{1}});
  add(Signature{});
  add(Signatures{std::vector<Bytes>{{1}, {}, {2, 3}}});
  add(Authentication{
      AuthSuccess{},
      Permissions{
          "anna", false, true, false, true, {"LANG", "LC_*"}, 3, std::chrono::seconds(1), 4},
      "welcome"});
  add(Authentication{AuthFailure{{"publickey", "password"}, true, false}, {}, {}});
  add(Authentication{AuthPublicKeyOk{}, {}, {}});
  add(Authentication{AuthPasswordChange{"old one is old"}, {}, {}});
  add(Authentication{AuthPrompts{"n", "i", {{"Password: ", false}, {"Code: ", true}}}, {}, {}});
  add(Program{Program::Shape::socket, true, ""});
  add(Program{Program::Shape::pipes, false, "no such user"});
  add(ProgramEnded{3, "", false});
  add(ProgramEnded{{}, "SEGV", true});
  add(Connected{false, true, "administratively prohibited"});
  add(Listening{true, 4242, ""});
  add(Disconnect{DisconnectReason::too_many_connections, "enough"});
  add(Drain{});
  return all;
}

// The encoding has one form only, so equal bytes are equal messages; that no field is left out of
// it is seen by changing fields below.
TEST(Control, RequestsComeBack) {
  std::vector<bool> kinds(std::variant_size_v<Request>);
  for (const RequestMessage& message : requests()) {
    const Bytes bytes = encode(message);
    const auto back = decode_request(bytes);
    ASSERT_TRUE(back) << message.body.index();
    EXPECT_EQ(back->connection, message.connection);
    EXPECT_EQ(back->id, message.id);
    ASSERT_EQ(back->body.index(), message.body.index());
    EXPECT_EQ(encode(*back), bytes);
    kinds[message.body.index()] = true;
  }
  EXPECT_EQ(std::count(kinds.begin(), kinds.end(), false), 0) << "a kind without a test";
}

TEST(Control, RepliesComeBack) {
  std::vector<bool> kinds(std::variant_size_v<Reply>);
  for (const ReplyMessage& message : replies()) {
    const Bytes bytes = encode(message);
    const auto back = decode_reply(bytes);
    ASSERT_TRUE(back) << message.body.index();
    EXPECT_EQ(back->connection, message.connection);
    ASSERT_EQ(back->body.index(), message.body.index());
    EXPECT_EQ(encode(*back), bytes);
    kinds[message.body.index()] = true;
  }
  EXPECT_EQ(std::count(kinds.begin(), kinds.end(), false), 0) << "a kind without a test";
}

TEST(Control, FieldsStayWhereTheyBelong) {
  const auto program = decode_request(encode(requests()[11]));
  ASSERT_TRUE(program);
  const auto& start = std::get<request::StartProgram>(program->body);
  ASSERT_TRUE(start.terminal);
  EXPECT_EQ(start.terminal->size.rows, 24U);
  EXPECT_EQ(start.terminal->size.height_pixels, 480U);
  ASSERT_EQ(start.terminal->modes.size(), 2U);
  EXPECT_EQ(start.terminal->modes[1].opcode, 128);
  EXPECT_EQ(start.terminal->modes[1].argument, 38400U);
  EXPECT_EQ(start.environment[1].name, "LC_X");
  EXPECT_TRUE(start.agent);

  const auto options = decode_reply(encode(replies()[1]));
  ASSERT_TRUE(options);
  const auto& session = std::get<reply::Options>(options->body).session;
  EXPECT_EQ(session.host_keys.at(0).algorithms.at(1), "rsa-sha2-256");
  EXPECT_EQ(session.rekey_time, std::chrono::hours(1));
  EXPECT_EQ(session.max_packet, 32768U);
  EXPECT_EQ(session.window_limit, 16U << 20);
}

template <class Message, class Decode>
void cut_and_extend(const std::vector<Message>& messages, Decode decode) {
  for (const Message& message : messages) {
    Bytes bytes = encode(message);
    for (std::size_t n = 0; n < bytes.size(); ++n) {
      EXPECT_FALSE(decode(ByteView(bytes).first(n))) << message.body.index() << " cut at " << n;
    }
    bytes.push_back(0);
    EXPECT_FALSE(decode(bytes)) << message.body.index();
  }
}

TEST(Control, CutOrLongerIsAnError) {
  cut_and_extend(requests(), decode_request);
  cut_and_extend(replies(), decode_reply);
}

TEST(Control, WhatNoEncoderWritesIsAnError) {
  // connection (8), id (4), kind.
  Bytes kind = encode(RequestMessage{1, 1, request::EndProgram{}});
  kind[12] = static_cast<std::uint8_t>(std::variant_size_v<Request>);
  EXPECT_FALSE(decode_request(kind));
  Bytes enumerator = encode(RequestMessage{1, 1, request::StartProgram{}});
  enumerator[13] = 3;
  EXPECT_FALSE(decode_request(enumerator));
  Bytes flag = encode(RequestMessage{1, 1, request::StartProgram{}});
  flag.back() = 2;
  EXPECT_FALSE(decode_request(flag));
  // A count without elements behind it must not make room for them.
  Bytes count = encode(RequestMessage{1, 1, request::AuthInteractiveResponse{"a", {}}});
  std::fill(count.end() - 4, count.end(), 0xff);
  EXPECT_FALSE(decode_request(count));
}

// Either an error, or a message whose own encoding is exactly these bytes.
TEST(Control, MutatedBytes) {
  std::mt19937 random(5);
  std::size_t accepted = 0;
  for (const RequestMessage& message : requests()) {
    const Bytes original = encode(message);
    for (int round = 0; round < 500; ++round) {
      Bytes bytes = original;
      for (auto n = random() % 3 + 1; n > 0; --n) {
        bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
      }
      if (const auto back = decode_request(bytes)) {
        EXPECT_EQ(encode(*back), bytes);
        ++accepted;
      }
    }
  }
  EXPECT_GT(accepted, 100U);
}

}  // namespace
}  // namespace ssh::host
