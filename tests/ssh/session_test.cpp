// The whole session against a client in memory: what it does when all goes well.
#include <gmock/gmock.h>

#include "support/endpoints.hpp"

namespace ssh::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Numbers = std::vector<std::uint8_t>;

TEST(Session, GreetsAtOnce) {
  Endpoints e;
  EXPECT_THAT(to_text(e.session.output()), testing::StartsWith("SSH-2.0-Statecall_1\r\n"));
}

TEST(Session, ExchangesKeysAndTellsExtensions) {
  Endpoints e;
  e.exchange();
  EXPECT_TRUE(e.client.keys_in_use());
  EXPECT_FALSE(e.client.broken());
  EXPECT_EQ(to_bytes(e.session.session_id()), e.client.session_id());
  EXPECT_THAT(e.events, ElementsAre("keys"));
  ASSERT_EQ(e.client.heard.size(), 1U);
  EXPECT_EQ(e.client.heard[0][0], wire::ExtInfo::kNumber);
}

TEST(Session, CountsWhatItHearsAndSays) {
  Endpoints e;
  e.open_session();
  e.client.send_kexinit();  // with new keys the numbers of packets start again, the counters do not
  e.run();
  ASSERT_EQ(e.client.exchanges(), 2);
  const auto counted = e.session.counters();
  EXPECT_EQ(counted.packets_in, e.client.packets_said());
  EXPECT_EQ(counted.packets_out, e.client.packets_heard());
  EXPECT_EQ(counted.key_exchanges, 2U);
  EXPECT_GT(counted.bytes_out, counted.packets_out);
}

TEST(Session, FedByteByByte) {
  Endpoints e;
  e.client.say_version();
  e.run(1);
  e.client.send(wire::ServiceRequest{"ssh-userauth"});
  e.client.send(
      wire::UserauthRequest{"user", "ssh-connection", wire::PasswordMethod{"secret", {}}});
  e.run(1);
  EXPECT_THAT(e.events, ElementsAre("keys", "login"));
}

struct Combination {
  std::string kex, cipher, mac;
};
class Algorithms : public testing::TestWithParam<Combination> {};

std::vector<Combination> combinations() {
  std::vector<Combination> all;
  const auto& crypto = libcrypto_provider();
  for (const auto kex : crypto.key_exchange_methods()) {
    all.push_back({std::string(kex), "aes128-gcm@openssh.com", ""});
  }
  for (const auto cipher : crypto.ciphers()) {
    for (const auto mac : crypto.macs()) {
      all.push_back({"ecdh-sha2-nistp256", std::string(cipher), std::string(mac)});
      if (crypto.is_aead(cipher)) break;
    }
  }
  return all;
}

TEST_P(Algorithms, CarryASessionThroughTwoExchanges) {
  for (const bool strict : {false, true}) {
    ClientOptions options;
    options.kex = GetParam().kex + (strict ? ",kex-strict-c-v00@openssh.com" : "");
    options.ciphers = GetParam().cipher;
    options.macs = GetParam().mac;
    Endpoints e(options);
    e.open_session();
    e.client.send(wire::ChannelRequest{0, "shell", true, {}});
    e.client.send(wire::ChannelData{0, as_bytes("before ")});
    e.run();
    e.client.send_kexinit();
    e.run();
    EXPECT_EQ(e.client.exchanges(), 2);
    e.client.send(wire::ChannelData{0, as_bytes("after")});
    e.run();
    EXPECT_EQ(e.data, "before after");
    EXPECT_EQ(e.session.channel_write(0, as_bytes("out")), 3U);
    e.run();
    EXPECT_FALSE(e.client.broken());
    EXPECT_THAT(e.numbers(),
                ElementsAre(wire::ChannelSuccess::kNumber, wire::ChannelData::kNumber));
    EXPECT_FALSE(e.closed.has_value()) << e.closed->reason;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Algorithms, testing::ValuesIn(combinations()),
                         [](const auto& instance) {
                           std::string name = instance.param.kex + "_" + instance.param.cipher +
                                              "_" + instance.param.mac;
                           for (char& c : name) {
                             if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
                           }
                           return name;
                         });

TEST(Session, CompressesAfterLoginAndThroughNewKeys) {
  ClientOptions options;
  options.compression = "zlib@openssh.com,none";
  Endpoints e(options);
  e.open_session();
  e.client.send(wire::ChannelRequest{0, "shell", false, {}});
  for (int round = 0; round < 2; ++round) {
    e.client.send(wire::ChannelData{0, Bytes(30000, 'y')});
    EXPECT_LT(e.client.output_size(), 1000U);
    e.run();
    EXPECT_EQ(e.session.channel_write(0, Bytes(30000, 'x')), 30000U);
    EXPECT_LT(e.session.output().size(), 1000U);
    e.run();
    e.client.send_kexinit();
    e.run();
  }
  EXPECT_EQ(e.client.exchanges(), 3);
  EXPECT_EQ(e.data.size(), 60000U);
  EXPECT_FALSE(e.client.broken());
  EXPECT_FALSE(e.closed.has_value()) << e.closed->reason;
}

TEST(Session, QueriesAndTakesKeys) {
  Endpoints e;
  e.exchange();
  const auto key = std::move(*generate_private_key("ssh-ed25519", ""));
  e.client.send(wire::ServiceRequest{"ssh-userauth"});
  const wire::PublicKeyMethod query{"ssh-ed25519", key->public_blob(), {}};
  e.client.send(wire::UserauthRequest{"user", "ssh-connection", query});
  e.run();
  Bytes data;
  wire::Writer(data).string(e.client.session_id()).u8(50).string("user").string("ssh-connection");
  wire::Writer(data)
      .string("publickey")
      .boolean(true)
      .string("ssh-ed25519")
      .string(key->public_blob());
  const Bytes signature = *key->sign("ssh-ed25519", data);
  wire::PublicKeyMethod method = query;
  method.signature = signature;
  e.client.send(wire::UserauthRequest{"user", "ssh-connection", method});
  e.run();
  EXPECT_THAT(e.numbers(),
              ElementsAre(7, 6, wire::UserauthPkOk::kNumber, wire::UserauthSuccess::kNumber,
                          wire::GlobalRequest::kNumber));
}

TEST(Session, AsksQuestions) {
  Endpoints e;
  e.exchange();
  e.client.send(wire::ServiceRequest{"ssh-userauth"});
  e.client.send(wire::UserauthRequest{"user", "ssh-connection", wire::KeyboardInteractiveMethod{}});
  e.client.send(wire::UserauthInfoResponse{{"1", "2"}});
  e.run();
  EXPECT_THAT(e.events, ElementsAre("keys", "login"));
}

TEST(Session, GuessingEnds) {
  Endpoints e;
  e.exchange();
  e.client.send(wire::ServiceRequest{"ssh-userauth"});
  for (int i = 0; i < 6; ++i) {
    e.client.send(
        wire::UserauthRequest{"user", "ssh-connection", wire::PasswordMethod{"wrong", {}}});
  }
  e.run();
  EXPECT_THAT(e.numbers(), ElementsAre(7, 6, 51, 51, 51, 51, 51, wire::Disconnect::kNumber));
  ASSERT_TRUE(e.closed);
  EXPECT_EQ(e.closed->reason, "Too many authentication failures");
}

TEST(Session, WrongGuessIsThrownAway) {
  ClientOptions options;
  options.kex = "diffie-hellman-group14-sha256,ecdh-sha2-nistp256,kex-strict-c-v00@openssh.com";
  options.first_kex_packet_follows = true;
  Endpoints e(options);
  e.client.automatic = false;
  e.client.say_version();
  e.run();  // hears the server's KEXINIT
  e.client.send_kexinit();
  e.client.send(wire::KexInitiation{as_bytes("a guess")}, wire::KexFamily::ecdh);
  e.client.send_kex_init();
  e.run();
  EXPECT_FALSE(e.closed.has_value()) << e.closed->reason;
  EXPECT_THAT(e.numbers(), ElementsAre(20, 31, 21));
}

TEST(Session, ServerChangesKeysWithDataInFlight) {
  auto options = session_options();
  options->rekey_bytes = 1U << 16;
  Endpoints e({}, options);
  e.open_session();
  e.client.send(wire::ChannelRequest{0, "shell", false, {}});
  e.run();
  std::string out;
  std::size_t wanted = 1U << 20;
  const auto pump = [&](ChannelId channel) {
    while (wanted > 0) {
      const Bytes piece(std::min<std::size_t>(wanted, 10000), 'x');
      const auto written = e.session.channel_write(channel, piece);
      if (written == 0) break;
      wanted -= written;
    }
  };
  e.on_writable = pump;
  pump(0);
  for (int i = 0; i < 8; ++i) e.client.send(wire::ChannelData{0, Bytes(20000, 'y')});
  e.run();
  EXPECT_EQ(wanted, 0U);
  EXPECT_EQ(e.data.size(), 160000U);
  // The output may be ahead of the limit by what it holds at most, each time.
  EXPECT_GE(e.client.exchanges(), 4);
  EXPECT_FALSE(e.closed.has_value()) << e.closed->reason;
  std::size_t heard = 0;
  for (const auto& payload : e.client.heard) {
    if (payload[0] == wire::ChannelData::kNumber) heard += payload.size() - 9;
  }
  EXPECT_EQ(heard, std::size_t{1} << 20);
}

TEST(Session, ChangesKeysByTime) {
  auto options = session_options();
  options->rekey_time = std::chrono::seconds(60);
  Endpoints e({}, options);
  e.log_in();
  ASSERT_TRUE(e.session.next_timeout());
  EXPECT_EQ(*e.session.next_timeout(), e.now + std::chrono::seconds(60));
  e.advance(std::chrono::seconds(61));
  EXPECT_EQ(e.client.exchanges(), 2);
}

TEST(Session, GraceEnds) {
  Endpoints e;
  e.exchange();
  e.advance(std::chrono::seconds(121));
  ASSERT_TRUE(e.closed);
  EXPECT_THAT(e.closed->reason, HasSubstr("grace"));
}

TEST(Session, AsksForSignsOfLife) {
  auto options = session_options();
  options->alive_interval = std::chrono::seconds(10);
  options->alive_count = 2;
  Endpoints e({}, options);
  e.log_in();
  e.numbers();
  e.advance(std::chrono::seconds(10));
  EXPECT_THAT(e.numbers(), ElementsAre(80));
  e.client.send(wire::RequestFailure{});
  e.run();
  for (int i = 0; i < 3; ++i) e.advance(std::chrono::seconds(10));
  ASSERT_TRUE(e.closed);
  EXPECT_THAT(e.closed->reason, HasSubstr("does not answer"));
}

TEST(Session, WholeChannel) {
  Endpoints e;
  e.open_session();
  e.client.send(wire::ChannelRequest{0, "exec", true, to_bytes(std::string_view("\0\0\0\2ls", 6))});
  e.run();
  EXPECT_THAT(e.requests, ElementsAre("exec"));
  e.session.channel_write(0, as_bytes("out"));
  e.session.channel_write(0, as_bytes("err"), true);
  e.session.channel_eof(0);
  e.session.channel_exit_status(0, 3);
  e.session.channel_close(0);
  e.run();
  EXPECT_THAT(e.numbers(), ElementsAre(99, 94, 95, 96, 98, 97));
  e.client.send(wire::ChannelClose{0});
  e.run();
  EXPECT_THAT(e.events, ElementsAre("keys", "login", "open", "closed channel"));
  // The number is free again.
  e.client.send(wire::ChannelOpen{"session", 5, 1000, 1000, {}});
  e.run();
  EXPECT_THAT(e.numbers(), ElementsAre(91));
}

TEST(Session, FlowControlHoldsAndGoesOn) {
  Endpoints e;
  e.open_session();
  e.client.send(wire::ChannelRequest{0, "shell", false, {}});
  e.consume = false;
  for (int i = 0; i < 16; ++i)
    e.client.send(wire::ChannelData{0, Bytes(e.options->window / 16, 'x')});
  e.run();
  EXPECT_FALSE(e.closed);
  EXPECT_TRUE(e.numbers().empty());
  e.session.channel_consumed(0, e.options->window);
  e.run();
  ASSERT_EQ(e.client.heard.size(), 1U);
  // All of the window was used, so the next one is larger.
  wire::Reader r(e.client.heard[0]);
  EXPECT_EQ(r.u8(), wire::ChannelWindowAdjust::kNumber);
  r.u32();
  EXPECT_EQ(r.u32(), 2 * e.options->window);
}

TEST(Session, MoreThanTheWindowEndsIt) {
  Endpoints e;
  e.open_session();
  e.consume = false;
  e.client.send(wire::ChannelRequest{0, "shell", false, {}});
  for (int i = 0; i < 21; ++i) e.client.send(wire::ChannelData{0, Bytes(100000, 'x')});
  e.run();
  ASSERT_TRUE(e.closed);
  EXPECT_THAT(e.closed->reason, HasSubstr("window"));
}

TEST(Session, UnknownThingsAreRefusedNotFatal) {
  Endpoints e;
  e.open_session();
  e.client.send(wire::GlobalRequest{"what@example.com", true, as_bytes("x")});
  e.client.send(wire::GlobalRequest{"what@example.com", false, {}});
  e.client.send(wire::ChannelOpen{"x11", 1, 1, 1, {}});
  e.client.send(wire::ChannelRequest{0, "what@example.com", true, as_bytes("x")});
  const std::uint8_t unknown[] = {199, 1, 2};
  e.client.send_raw(unknown);
  e.client.send(wire::Ping{as_bytes("hello")});
  e.run();
  EXPECT_THAT(e.numbers(), ElementsAre(82, 92, 100, 3, 193));
  EXPECT_FALSE(e.closed);
}

TEST(Session, Forwarding) {
  Endpoints e;
  e.log_in();
  e.numbers();
  Bytes data;
  wire::Writer(data).string("").u32(0);
  e.client.send(wire::GlobalRequest{"tcpip-forward", true, data});
  e.run();
  ASSERT_EQ(e.client.heard.size(), 1U);
  EXPECT_EQ(e.client.heard[0], (Bytes{81, 0, 0, 0x12, 0x67}));
  e.client.heard.clear();
  const auto channel = e.session.open_forwarded_tcp({"", 4711, "127.0.0.1", 5});
  ASSERT_TRUE(channel);
  e.run();
  EXPECT_THAT(e.numbers(), ElementsAre(90));
  e.client.send(wire::ChannelOpenConfirmation{*channel, 9, 1000, 1000});
  e.client.send(wire::ChannelData{*channel, as_bytes("hello")});
  e.run();
  EXPECT_EQ(e.data, "hello");
}

TEST(Session, ProvesItsHostKeys) {
  Endpoints e;
  e.log_in();
  e.numbers();
  Bytes data;
  wire::Writer(data).string(e.options->host_keys[0].public_blob);
  e.client.send(wire::GlobalRequest{"hostkeys-prove-00@openssh.com", true, data});
  e.run();
  ASSERT_EQ(e.client.heard.size(), 1U);
  wire::Reader r(e.client.heard[0]);
  EXPECT_EQ(r.u8(), wire::RequestSuccess::kNumber);
  const auto signature = r.string();
  Bytes proved;
  wire::Writer(proved).string("hostkeys-prove-00@openssh.com").string(e.client.session_id());
  wire::Writer(proved).string(e.options->host_keys[0].public_blob);
  const auto verified = libcrypto_provider().verify(
      "ssh-ed25519", e.options->host_keys[0].public_blob, proved, signature);
  ASSERT_TRUE(verified);
  EXPECT_TRUE(verified->valid);
}

}  // namespace
}  // namespace ssh::test
