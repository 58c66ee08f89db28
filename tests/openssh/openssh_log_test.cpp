// The logs of real OpenSSH clients and servers under logs/ (made by shorten.py), and small made-up
// ones.
//
// The two ends of one session are two independent witnesses: whatever the order in which they saw
// the messages, they must have seen the same ones. And the policy must accept what both saw.
#include "driver/openssh_log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "driver/openssh_messages.hpp"
#include "spl/interpreter.hpp"
#include "spl/parse.hpp"
#include "spl/sema.hpp"

namespace spl::driver {
namespace {

const std::string kRoot = SPL_SOURCE_DIR;

std::string read_file(const std::string& path) {
  auto read = disk_reader()(path);
  EXPECT_TRUE(std::holds_alternative<std::string>(read)) << path;
  return std::holds_alternative<std::string>(read) ? std::get<std::string>(read) : "";
}

OpensshLog read_log(std::string_view text, std::optional<OpensshRole> role = std::nullopt) {
  auto read = read_openssh_log(text, role);
  const auto* error = std::get_if<OpensshLogError>(&read);
  EXPECT_EQ(error, nullptr) << error->message;
  return error == nullptr ? std::get<OpensshLog>(read) : OpensshLog{};
}

std::vector<std::string> names(const OpensshTrace& trace) {
  std::vector<std::string> result;
  for (const auto& statecall : trace.statecalls) result.emplace_back(statecall.name);
  return result;
}

std::vector<std::string> only(const OpensshLog& log) {
  EXPECT_EQ(log.traces.size(), 1U);
  return log.traces.empty() ? std::vector<std::string>{} : names(log.traces.front());
}

/// A policy, ready to run.
class Policy {
 public:
  explicit Policy(const std::string& path) {
    tree_ = parse_policy(kRoot + path, disk_reader(), sources_, diagnostics_);
    checked_ = check(tree_, sources_, diagnostics_);
    if (checked_) program_ = lower(*checked_, diagnostics_);
    EXPECT_TRUE(program_) << render_text(diagnostics_, sources_, false);
  }

  bool knows(std::string_view name) const { return program_->vocabulary.find(name).has_value(); }

  /// "" if all are accepted, else which is not.
  std::string run(const OpensshTrace& trace) const {
    Interpreter interpreter(*program_);
    for (const auto& statecall : trace.statecalls) {
      const auto id = program_->vocabulary.find(statecall.name);
      if (!id) return "not in the vocabulary: " + std::string(statecall.name);
      if (interpreter.tick(*id).outcome != Interpreter::Outcome::accepted) {
        return std::string(statecall.name) + " of line " + std::to_string(statecall.line);
      }
    }
    return "";
  }

 private:
  SourceMap sources_;
  Diagnostics diagnostics_;
  ast::Policy tree_;
  std::optional<CheckedPolicy> checked_;
  std::optional<Program> program_;
};

std::vector<std::string> sessions() {
  std::vector<std::string> result;
  for (const auto& entry : std::filesystem::directory_iterator(kRoot + "/tests/openssh/logs")) {
    const auto name = entry.path().filename().string();
    const auto end = name.find(".client.log");
    if (end != std::string::npos) result.push_back(name.substr(0, end));
  }
  std::ranges::sort(result);
  return result;
}

class Session : public testing::TestWithParam<std::string> {
 protected:
  OpensshLog log(const char* side) const {
    return read_log(read_file(kRoot + "/tests/openssh/logs/" + GetParam() + "." + side + ".log"));
  }
};

TEST_P(Session, BothEndsSawTheSameMessages) {
  auto client = only(log("client"));
  auto server = only(log("server"));
  EXPECT_GT(client.size(), 12U);
  std::ranges::sort(client);
  std::ranges::sort(server);
  EXPECT_EQ(client, server);
}

TEST_P(Session, PolicyAcceptsBothEnds) {
  static const Policy policy("/ssh-server/policy/ssh.spl");
  const auto client = log("client");
  const auto server = log("server");
  EXPECT_EQ(client.role, OpensshRole::client);
  EXPECT_EQ(server.role, OpensshRole::server);
  EXPECT_EQ(policy.run(client.traces.at(0)), "");
  EXPECT_EQ(policy.run(server.traces.at(0)), "");
}

INSTANTIATE_TEST_SUITE_P(Logs, Session, testing::ValuesIn(sessions()), [](const auto& session) {
  auto name = session.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(OpensshLog, SessionsAreThere) {
  EXPECT_GE(sessions().size(), 20U);
}

/// Says the whole of a session once, so that the names themselves are tested.
TEST(OpensshLog, OneSessionWordForWord) {
  const auto log = read_log(read_file(kRoot + "/tests/openssh/logs/two-factors.server.log"));
  const std::vector<std::string> expected{
      "Transmit_Transport_Version",
      "Receive_Transport_Version",
      "Transmit_Transport_KexInit",
      "Receive_Transport_KexInit",
      "Notify_Kex_Strict",
      "Receive_Kex_HybridInit",
      "Transmit_Kex_HybridReply",
      "Transmit_Transport_NewKeys",
      "Transmit_Transport_ExtInfo",
      "Receive_Transport_NewKeys",
      "Receive_Transport_ServiceRequest_Userauth",
      "Transmit_Transport_ServiceAccept",
      "Receive_Auth_Request_None",
      "Transmit_Auth_Failure",
      "Receive_Auth_Request_PublicKeyQuery",
      "Transmit_Auth_PkOk",
      "Receive_Auth_Request_PublicKey",
      "Transmit_Auth_PartialSuccess",
      "Receive_Auth_Request_KeyboardInteractive",
      "Transmit_Auth_InfoRequest",
      "Receive_Auth_InfoResponse",
      "Transmit_Auth_InfoRequest",
      "Receive_Auth_InfoResponse",
      "Transmit_Auth_Success",
      "Transmit_Connection_GlobalRequest_NoReply",
      "Transmit_Transport_Debug",
      "Transmit_Transport_Debug",
      "Receive_Connection_Open_Session",
      "Transmit_Connection_OpenConfirmation",
      "Receive_Connection_GlobalRequest_NoReply",
      "Receive_Channel_Request_Exec",
      "Transmit_Channel_Success",
      "Receive_Channel_Eof",
      "Transmit_Channel_Request_ExitStatus",
      "Transmit_Channel_Eof",
      "Transmit_Channel_Close",
      "Receive_Channel_Close",
      "Receive_Transport_Disconnect",
  };
  EXPECT_EQ(only(log), expected);
}

/// Whatever a log holds, the policy has a word for it: nothing is passed over as unknown.
TEST(OpensshLog, EveryNameIsInThePolicy) {
  const Policy policy("/ssh-server/policy/ssh.spl");
  std::vector<std::string_view> all;
  for (const bool from_client : {false, true}) {
    for (unsigned type = 0; type < 256; ++type) {
      all.push_back(plain_statecall(type, from_client));
      for (const auto family : {KexFamily::unknown, KexFamily::ecdh, KexFamily::dh, KexFamily::gex,
                                KexFamily::hybrid}) {
        all.push_back(kex_statecall(type, from_client, family));
      }
      for (const auto* method : {"none", "password", "publickey", "keyboard-interactive", "x"}) {
        all.push_back(auth_method_statecall(type, from_client, auth_method(method)));
        all.push_back(auth_request_statecall(auth_method(method), from_client));
      }
    }
    for (const bool reply : {false, true}) {
      for (const auto* name : {"pty-req", "env", "shell", "exec", "subsystem", "x11-req", "signal",
                               "auth-agent-req@openssh.com", "window-change", "exit-status",
                               "exit-signal", "tcpip-forward", "x"}) {
        all.push_back(channel_request_statecall(from_client, name, reply));
        all.push_back(global_request_statecall(from_client, name, reply));
      }
    }
    for (const auto* type : {"session", "direct-tcpip", "x"}) {
      all.push_back(open_statecall(from_client, type));
    }
  }
  for (const auto name : all) EXPECT_TRUE(policy.knows(name)) << name;
}

TEST(OpensshLog, MixedProcessesAreTakenApart) {
  const auto log = read_log(read_file(kRoot + "/tests/openssh/logs/syslog-mixed.server.log"));
  const Policy policy("/ssh-server/policy/ssh.spl");
  ASSERT_EQ(log.traces.size(), 5U);
  int ended = 0;
  for (const auto& trace : log.traces) {
    EXPECT_EQ(policy.run(trace), "") << trace.process;
    EXPECT_FALSE(trace.process.empty());
    ended += trace.statecalls.back().name == "Receive_Transport_Disconnect" ? 1 : 0;
  }
  EXPECT_EQ(ended, 4);  // the fifth had no key that was wanted
}

constexpr std::string_view kClientStart =
    "debug1: Connecting to h [192.0.2.1] port 22.\n"
    "debug1: Local version string SSH-2.0-A\n"
    "debug1: Remote protocol version 2.0, remote software version B\n";

TEST(OpensshLog, CarriageReturnsTimesAndNoise) {
  const auto plain = std::string(kClientStart) + "debug3: send packet: type 20\nnoise\n";
  const std::vector<std::string> expected{"Receive_Transport_Version", "Transmit_Transport_Version",
                                          "Receive_Transport_KexInit"};
  EXPECT_EQ(only(read_log(plain)), expected);
  std::string returns;
  std::string times;
  for (std::size_t at = 0; at < plain.size();) {
    const auto end = plain.find('\n', at);
    const auto line = plain.substr(at, end - at);
    returns += line + "\r\n";
    times += "2026-01-02T03:04:05.678+01:00 " + line + "\n";
    at = end + 1;
  }
  EXPECT_EQ(only(read_log(returns)), expected);
  EXPECT_EQ(only(read_log(times)), expected);
  EXPECT_EQ(only(read_log(plain.substr(0, plain.size() - 7))), expected) << "no newline at the end";
}

TEST(OpensshLog, TextOfThePeerIsNoPacketLine) {
  const auto log = read_log(std::string(kClientStart) +
                            "debug3: send packet: type 20\n"
                            "debug1: Remote: debug3: receive packet: type 52\n"
                            "hello debug3: receive packet: type 52\n");
  EXPECT_EQ(only(log).size(), 3U);
}

TEST(OpensshLog, LinesCountFromOne) {
  const auto log = read_log(std::string(kClientStart) + "\ndebug3: send packet: type 20\n");
  ASSERT_EQ(log.traces.size(), 1U);
  EXPECT_EQ(log.traces[0].line, 2U);
  EXPECT_EQ(log.traces[0].statecalls.back().line, 5U);
}

TEST(OpensshLog, OneAfterTheOther) {
  const auto one = std::string(kClientStart) + "debug3: send packet: type 20\n";
  EXPECT_EQ(read_log(one + one).traces.size(), 2U);
}

TEST(OpensshLog, WithoutStrictnessTheExchangeIsPlain) {
  const auto log = read_log(
      std::string(kClientStart) +
      "debug3: send packet: type 20\ndebug3: receive packet: type 20\n"
      "debug1: kex: algorithm: diffie-hellman-group14-sha256\ndebug3: send packet: type 30\n"
      "debug3: receive packet: type 31\ndebug3: send packet: type 34\n");
  const auto calls = only(log);
  ASSERT_EQ(calls.size(), 8U);
  EXPECT_EQ(calls[4], "Notify_Kex_Plain");
  EXPECT_EQ(calls[5], "Receive_Kex_DhInit");
  EXPECT_EQ(calls[6], "Transmit_Kex_DhReply");
  EXPECT_EQ(calls[7], "Receive_Kex_Unexpected");
}

/// A request's kind stands before a packet that was sent, and after one that was received.
TEST(OpensshLog, RequestsOfAServer) {
  const auto log = read_log(
      "debug1: sshd version OpenSSH_9.2\n"
      "debug3: receive packet: type 98\n"
      "debug1: server_input_channel_req: channel 0 request x reply 1 reply 0\n"
      "debug3: receive packet: type 98\n"
      "debug1: server_input_channel_req: channel 0 request window-change reply 0\n"
      "debug3: receive packet: type 90\n"
      "debug1: server_input_channel_open: ctype direct-tcpip rchan 1 win 1 max 1\n"
      "debug3: receive packet: type 90\n"
      "debug1: server_input_channel_open: ctype nonsense rchan 1 win 1 max 1\n"
      "debug2: channel 0: request exit-signal confirm 0\n"
      "debug3: send packet: type 98\n"
      "debug2: channel 0: request keepalive@openssh.com confirm 1\n"
      "debug3: send packet: type 98\n"
      "debug3: receive packet: type 80\n"
      "debug1: server_input_global_request: rtype tcpip-forward want_reply 1\n"
      "debug3: receive packet: type 50\n"
      "debug1: userauth-request for user a method none service s method hostbased\n"
      "debug3: receive packet: type 250\n"
      "debug3: receive packet: type 52\n"
      "debug3: receive packet: type 999999999999\n");
  const std::vector<std::string> expected{
      "Receive_Channel_Request_Other_NoReply",
      "Receive_Channel_Request_WindowChange",
      "Receive_Connection_Open_Direct",
      "Receive_Connection_Open_Other",
      "Transmit_Channel_Request_ExitSignal",
      "Transmit_Channel_Request_Other",
      "Receive_Connection_GlobalRequest_Forward",
      "Receive_Auth_Request_Other",
      "Receive_Transport_Unknown",
      "Receive_Auth_Success",
  };
  EXPECT_EQ(only(log), expected);
}

TEST(OpensshLog, ClientThatSignsWithoutAsking) {
  const auto log = read_log(std::string(kClientStart) +
                            "debug3: send packet: type 50\n"
                            "debug1: Next authentication method: publickey\n"
                            "debug1: Offering public key: a\n"
                            "debug3: send packet: type 50\n"
                            "debug1: Trying private key: b\n"
                            "debug3: sign_and_send_pubkey: signing using ssh-ed25519\n"
                            "debug3: send packet: type 50\n"
                            "debug1: Next authentication method: password\n"
                            "debug3: send packet: type 50\n"
                            "debug3: receive packet: type 60\n"
                            "debug3: send packet: type 50\n");
  const auto calls = only(log);
  ASSERT_EQ(calls.size(), 8U);
  EXPECT_EQ(calls[2], "Receive_Auth_Request_None");
  EXPECT_EQ(calls[3], "Receive_Auth_Request_PublicKeyQuery");
  EXPECT_EQ(calls[4], "Receive_Auth_Request_PublicKey");
  EXPECT_EQ(calls[5], "Receive_Auth_Request_Password");
  EXPECT_EQ(calls[6], "Transmit_Auth_PasswordChangeRequest");
  EXPECT_EQ(calls[7], "Receive_Auth_Request_PasswordChange");
}

TEST(OpensshLog, WhatIsNoLog) {
  const auto message = [](std::string_view text) {
    const auto read = read_openssh_log(text);
    const auto* error = std::get_if<OpensshLogError>(&read);
    return error == nullptr ? std::string() : error->message;
  };
  EXPECT_NE(message("").find("client or server"), std::string::npos);
  EXPECT_NE(message("debug3: send packet: type 20\n").find("client or server"), std::string::npos);
  EXPECT_NE(message(kClientStart).find("no 'send packet'"), std::string::npos);
  std::string bytes(100'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7919U % 256U);
  EXPECT_NE(message(bytes), "");
  EXPECT_NE(message(std::string(1'000'000, '[')), "");
  // The role may be told.
  EXPECT_EQ(only(read_log("debug3: send packet: type 20\n", OpensshRole::server)),
            std::vector<std::string>{"Transmit_Transport_KexInit"});
}

}  // namespace
}  // namespace spl::driver
