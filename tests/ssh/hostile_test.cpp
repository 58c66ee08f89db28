// What a client may do to harm: packets that are none, packets that should not come, too much of
// everything. Whatever it is, the connection ends with a reason or goes on, nothing is told to the
// host after the end, and memory stays bounded. (tests/ssh/policy_pack_test.cpp has the messages
// that the policies refuse.)
#include <gmock/gmock.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>
#include <random>

#include "support/endpoints.hpp"
#include "support/stub_crypto.hpp"

namespace {

// What is allocated now, and the most that was since the last Watch began.
std::atomic<std::size_t> allocated = 0, most_allocated = 0;

void* counted(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  const std::size_t now = allocated += malloc_usable_size(memory);
  if (now > most_allocated) most_allocated = now;
  return memory;
}
void uncounted(void* memory) {
  allocated -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) {
  return counted(std::malloc(size));
}
void operator delete(void* memory) noexcept {
  if (memory != nullptr) uncounted(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  if (memory != nullptr) uncounted(memory);
}

namespace ssh::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

/// How much more than at its beginning was allocated at any time.
class Watch {
 public:
  Watch() : before_(allocated) { most_allocated = before_; }
  std::size_t most() const { return most_allocated - before_; }

 private:
  std::size_t before_;
};

/// What one connection may take, whatever its client does: one megabyte that waits to be sent, half
/// of that again while the buffer for it grows, and as much held back; and the packet that came.
constexpr std::size_t kBound = 6U << 20;

/// Plays a host that grants everything, and a client that is bytes.
class Target {
 public:
  explicit Target(std::shared_ptr<SessionOptions> with = session_options())
      : options(std::move(with)), session(options, now) {}

  void feed(ByteView bytes) {
    Bytes copy = to_bytes(bytes);
    session.receive(copy, now);
    drain();
  }
  void feed(std::string_view text) { feed(as_bytes(text)); }
  /// A packet in the clear: lengths as given, whether or not they are right.
  void packet(std::uint32_t length, std::uint8_t padding, ByteView rest) {
    Bytes bytes;
    wire::Writer(bytes).u32(length).u8(padding).raw(rest);
    feed(bytes);
  }
  void payload(ByteView payload) {
    const std::size_t padding = 4 + (8 - (payload.size() + 9) % 8) % 8;
    Bytes rest = to_bytes(payload);
    rest.resize(rest.size() + padding);
    packet(static_cast<std::uint32_t>(rest.size() + 1), static_cast<std::uint8_t>(padding), rest);
  }
  void drain() {
    while (auto event = session.poll()) {
      EXPECT_FALSE(closed) << "an event after the end";
      if (auto* end = std::get_if<event::Closed>(&*event)) closed = std::move(*end);
      if (auto* why = std::get_if<event::Refused>(&*event)) refused = std::move(*why);
    }
    EXPECT_EQ(closed.has_value(), session.closed());
  }
  std::string reason() const { return closed ? closed->reason : "(not closed)"; }

  std::shared_ptr<SessionOptions> options;
  Time now = std::chrono::seconds(1000);
  Session session;
  std::optional<event::Closed> closed;
  std::optional<event::Refused> refused;
};

void expect_ended(const Endpoints& e, const std::string& reason) {
  ASSERT_TRUE(e.closed);
  EXPECT_THAT(e.closed->reason, HasSubstr(reason));
  EXPECT_TRUE(e.session.closed());
}

// Identification.

TEST(Hostile, VersionLines) {
  const std::string long_line = "SSH-2.0-" + std::string(247, 'x');  // 255 without LF
  const std::pair<std::string, std::string> lines[] = {
      {long_line + "\n", "too long"},
      {std::string(100000, 'x'), "too long"},
      {"SSH-1.5-old\r\n", "bad protocol version"},
      {"SSH-2.1-new\r\n", "bad protocol version"},
      {"GET / HTTP/1.0\r\n", "bad protocol version"},
      {"\r\n", "bad protocol version"},
      {"\n", "bad protocol version"},
      {"\nSSH-2.0-x\r\n", "bad protocol version"},
      {std::string("SSH-2.0-a\0b\r\n", 13), "bad protocol version"},
      {"SSH-2.0-a\rb\r\n", "bad protocol version"},
      {"SSH-2.0-\xff\r\n", "bad protocol version"},
      {"A banner of a client, which may have none\r\nSSH-2.0-x\r\n", "bad protocol version"},
      {"ssh-2.0-x\r\n", "bad protocol version"},
  };
  for (const auto& [line, reason] : lines) {
    Target target;
    target.feed(line);
    EXPECT_THAT(target.reason(), HasSubstr(reason)) << line;
    target.feed("SSH-2.0-x\r\n");
  }
}

TEST(Hostile, VersionLinesThatWillDo) {
  const std::string just = "SSH-2.0-" + std::string(245, 'x') + "\r\n";  // 255 bytes
  for (const std::string& line : {just, std::string("SSH-2.0-x\n"), std::string("SSH-1.99-x\r\n"),
                                  std::string("SSH-2.0-a b c\r\n")}) {
    Target target;
    target.feed(line);
    EXPECT_FALSE(target.closed) << line;
  }
}

TEST(Hostile, VersionLineWithoutAnEnd) {
  Target target;
  for (int i = 0; i < 254; ++i) target.feed("x");
  EXPECT_FALSE(target.closed);
  target.feed("x");
  EXPECT_THAT(target.reason(), HasSubstr("too long"));
}

// Packets that are none.

TEST(Hostile, LengthsInTheClear) {
  for (const std::uint32_t length : {0U, 1U, 4U, 5U, 13U, (1U << 18) + 1, (1U << 18) + 4,
                                     0x7fffffffU, 0xfffffffcU, 0xffffffffU}) {
    Target target;
    target.feed("SSH-2.0-x\r\n");
    const Watch watch;
    target.packet(length, 4, Bytes(1000));
    EXPECT_THAT(target.reason(), HasSubstr("bad packet length")) << length;
    EXPECT_LT(watch.most(), 100000U);
  }
}

TEST(Hostile, PaddingInTheClear) {
  for (const int padding : {0, 1, 3, 11, 12, 255}) {
    Target target;
    target.feed("SSH-2.0-x\r\n");
    target.packet(12, static_cast<std::uint8_t>(padding), Bytes(11));
    EXPECT_THAT(target.reason(), HasSubstr("bad padding length")) << padding;
  }
}

TEST(Hostile, TheLargestPacketIsWaitedForNotReserved) {
  Target target;
  target.feed("SSH-2.0-x\r\n");
  const Watch watch;
  // RFC 4253 section 6: length and packet a multiple of 8.
  target.packet((1U << 18) - 4, 4, {});
  EXPECT_FALSE(target.closed);
  EXPECT_LT(watch.most(), 10000U);
}

TEST(Hostile, TruncatedMessagesAtEveryLength) {
  Endpoints e;
  Bytes kexinit;
  wire::KexInit m;
  m.kex = "curve25519-sha256";
  m.host_key = "ssh-ed25519";
  m.cipher_in = m.cipher_out = "aes128-ctr";
  wire::Writer w(kexinit);
  encode(w, m);
  for (std::size_t size = 1; size < kexinit.size(); ++size) {
    Target target;
    target.feed("SSH-2.0-x\r\n");
    target.payload(ByteView(kexinit).first(size));
    EXPECT_EQ(target.reason(), "malformed KEXINIT");
  }
}

TEST(Hostile, EndsInTheMiddle) {
  const std::string text("SSH-2.0-x\r\n\0\0\0\x0c\6\2\0\0\0\0\0\0\0\0\0\0", 27);
  for (std::size_t size = 0; size <= text.size(); ++size) {
    Target target;
    target.feed(std::string_view(text).substr(0, size));
    target.session.receive_end(target.now);
    target.drain();
    EXPECT_EQ(target.reason(), "connection closed by the client") << size;
  }
}

// Key exchange.

/// KEXINIT lists, and what ends the connection; nothing: it goes on.
TEST(Hostile, AbsurdLists) {
  std::string many;
  for (int i = 0; i < 20000; ++i) many += "x" + std::to_string(i) + ",";
  const std::pair<std::string, bool> lists[] = {
      {"", false},
      {",", false},
      {std::string(100000, ','), false},
      {std::string(100000, 'a'), false},
      {many, false},
      {std::string("curve25519-sha256\0", 18), false},
      {"kex-strict-s-v00@openssh.com", false},
      {"ext-info-s", false},
      {"ext-info-c,kex-strict-c-v00@openssh.com", false},
      {"CURVE25519-SHA256", false},
      {",,,curve25519-sha256,,,", true},
      {many + "curve25519-sha256", true},
      {"curve25519-sha256,curve25519-sha256", true},
  };
  for (const auto& [list, good] : lists) {
    const Watch watch;
    ClientOptions options;
    options.kex = list;
    Endpoints e(options);
    e.client.automatic = false;
    e.client.say_version();
    e.client.send_kexinit();
    e.run();
    EXPECT_EQ(e.closed.has_value(), !good) << list.substr(0, 50);
    if (!good) {
      EXPECT_THAT(e.closed->reason, HasSubstr("no matching key exchange method"));
      EXPECT_LT(e.closed->reason.size(), 1200U);
    }
    EXPECT_LT(watch.most(), kBound);
  }
}

TEST(Hostile, NothingIsSaidBeforeStrictKeyExchange) {
  // CVE-2023-48795: whoever is between the two could have put it there.
  for (const bool strict : {false, true}) {
    ClientOptions options;
    options.kex = "curve25519-sha256";
    if (strict) options.kex += ",kex-strict-c-v00@openssh.com";
    Endpoints e(options);
    e.client.say_version();
    e.client.send(wire::Ignore{});
    const std::uint8_t unknown[] = {199};
    e.client.send_raw(unknown);
    e.run();
    EXPECT_EQ(e.refused.has_value(), strict);
    EXPECT_EQ(e.client.exchanges(), strict ? 0 : 1);
    if (strict && e.refused) {
      EXPECT_EQ(e.refused->statecall, "Notify_Kex_Strict");
    }
  }
}

TEST(Hostile, HugeCountsAreNotBelieved) {
  const std::uint8_t numbers[] = {7, 61};
  for (const std::uint8_t number : numbers) {
    Endpoints e;
    e.exchange();
    Bytes bytes{number};
    wire::Writer(bytes).u32(0xffffffff).raw(Bytes(1000));
    const Watch watch;
    e.client.send_raw(bytes);
    e.run();
    expect_ended(e, "malformed");
    EXPECT_LT(watch.most(), 100000U);
  }
}

TEST(Hostile, PublicValues) {
  const auto& crypto = libcrypto_provider();
  for (const auto method : crypto.key_exchange_methods()) {
    const auto family = wire::kex_family(method);
    for (const auto& value :
         {Bytes{}, Bytes{1}, Bytes(31, 9), Bytes(32, 0), Bytes(32, 0xff), Bytes(65, 4),
          Bytes(256, 0xff), Bytes(2000, 0x7f), Bytes(100000, 0xff)}) {
      if (family == wire::KexFamily::group_exchange) continue;  // below
      ClientOptions options;
      options.kex = std::string(method);
      Endpoints e(options);
      e.client.automatic = false;
      e.client.say_version();
      e.run();
      e.client.send_kexinit();
      e.client.send(wire::KexInitiation{value}, family);
      e.run();
      // 32 bytes of ones are a point of Curve25519, as any 32 bytes are; 31 and 1 byte may be
      // numbers.
      const bool may_do = (method.starts_with("curve25519") && value == Bytes(32, 0xff)) ||
                          (family == wire::KexFamily::dh && !value.empty() && value.size() <= 256 &&
                           value != Bytes{1} && value != Bytes(32, 0));
      if (!may_do) {
        EXPECT_TRUE(e.closed) << method << " " << value.size();
      }
    }
  }
}

TEST(Hostile, NegativeNumbers) {
  ClientOptions options;
  options.kex = "diffie-hellman-group14-sha256";
  Endpoints e(options);
  e.client.automatic = false;
  e.client.say_version();
  e.run();
  e.client.send_kexinit();
  Bytes bytes{wire::KexInitiation::kNumber};
  wire::Writer(bytes).string(Bytes(256, 0xff));
  e.client.send_raw(bytes);
  e.run();
  expect_ended(e, "malformed KEXDH_INIT");
}

TEST(Hostile, SillyGroups) {
  const wire::GexRequest requests[] = {{0, 0, 0},          {1, 2, 3},         {8192, 4096, 2048},
                                       {2048, 4096, 3072}, {0, 1024, 1024},   {8193, 9000, 9999},
                                       {~0U, ~0U, ~0U},    {4096, 2048, 8192}};
  for (const auto& request : requests) {
    ClientOptions options;
    options.kex = "diffie-hellman-group-exchange-sha256";
    Endpoints e(options);
    e.client.automatic = false;
    e.client.say_version();
    e.run();
    e.client.send_kexinit();
    e.client.send(request);
    e.run();
    expect_ended(e, "group");
  }
}

TEST(Hostile, SillyPublicValuesInAGroup) {
  for (const auto& value : {Bytes{}, Bytes{1}, Bytes(1025, 0xff), Bytes(100000, 0x7f)}) {
    ClientOptions options;
    options.kex = "diffie-hellman-group-exchange-sha256";
    Endpoints e(options);
    e.client.automatic = false;
    e.client.say_version();
    e.run();
    e.client.send_kexinit();
    e.client.send(wire::GexRequest{2048, 2048, 8192});
    e.client.send(wire::GexInit{value});
    e.run();
    EXPECT_TRUE(e.closed) << value.size();
  }
}

// Protected packets.

class EachCipher : public testing::TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(EachCipher, EveryFlippedBitIsNoticed) {
  ClientOptions options;
  options.ciphers = GetParam().first;
  options.macs = GetParam().second;
  // Byte by byte of one packet: its length, its first block, its middle, and the code.
  for (std::size_t at = 0; at < 80; at += 3) {
    Endpoints e(options);
    e.log_in();
    e.client.send(wire::Ping{Bytes(40, 'x')});
    Bytes bytes = e.client.take_output();
    if (at >= bytes.size()) break;
    bytes[at] ^= 0x10;
    // Whatever length that is now, there are bytes for it.
    bytes.resize(bytes.size() + (1U << 18) + 100);
    Watch watch;
    e.session.receive(bytes, e.now);
    e.run();
    ASSERT_TRUE(e.closed) << at;
    EXPECT_THAT(e.closed->reason,
                AnyOf(HasSubstr("authentication code is wrong"), HasSubstr("bad packet length")));
    EXPECT_LT(watch.most(), kBound);
    EXPECT_EQ(e.client.heard.back()[0], wire::Disconnect::kNumber);
  }
}

TEST_P(EachCipher, RepeatedPacketsAreNoticed) {
  ClientOptions options;
  options.ciphers = GetParam().first;
  options.macs = GetParam().second;
  Endpoints e(options);
  e.log_in();
  e.client.send(wire::Ping{Bytes(40, 'x')});
  Bytes bytes = e.client.take_output();
  Bytes again = bytes;
  e.session.receive(bytes, e.now);
  e.run();
  EXPECT_FALSE(e.closed);
  again.resize(again.size() + (1U << 18) + 100);
  e.session.receive(again, e.now);
  e.run();
  ASSERT_TRUE(e.closed);
  EXPECT_THAT(e.closed->reason,
              AnyOf(HasSubstr("authentication code is wrong"), HasSubstr("bad packet length")));
}

INSTANTIATE_TEST_SUITE_P(All, EachCipher,
                         testing::Values(std::pair("chacha20-poly1305@openssh.com", ""),
                                         std::pair("aes256-gcm@openssh.com", ""),
                                         std::pair("aes128-ctr", "hmac-sha2-256"),
                                         std::pair("aes256-ctr", "hmac-sha2-512-etm@openssh.com")),
                         [](const auto& instance) {
                           return "Cipher" + std::to_string(instance.index);
                         });

TEST(Hostile, EmptyPayload) {
  Target target;
  target.feed("SSH-2.0-x\r\n");
  target.payload({});
  EXPECT_TRUE(target.closed);
}

// Authentication.

TEST(Hostile, GarbageSignatures) {
  std::mt19937 random(1);
  const auto key = std::move(*generate_private_key("ssh-ed25519", ""));
  for (int i = 0; i < 300; ++i) {
    Endpoints e;
    e.exchange();
    e.client.send(wire::ServiceRequest{"ssh-userauth"});
    Bytes blob(random() % 200), signature(random() % 200);
    for (auto& byte : blob) byte = static_cast<std::uint8_t>(random());
    for (auto& byte : signature) byte = static_cast<std::uint8_t>(random());
    if (i % 2 == 0) blob = to_bytes(key->public_blob());
    static constexpr const char* kNames[] = {"ssh-ed25519",
                                             "rsa-sha2-256",
                                             "ecdsa-sha2-nistp256",
                                             "sk-ssh-ed25519@openssh.com",
                                             "",
                                             "x"};
    wire::PublicKeyMethod method{kNames[random() % std::size(kNames)], blob, signature};
    e.client.send(wire::UserauthRequest{"user", "ssh-connection", method});
    e.run();
    EXPECT_FALSE(e.closed);
    EXPECT_EQ(e.client.heard.back()[0], wire::UserauthFailure::kNumber);
  }
}

TEST(Hostile, AnotherUserIsNotServed) {
  for (const char* first : {"", "user"}) {
    Endpoints e;
    e.exchange();
    e.client.send(wire::ServiceRequest{"ssh-userauth"});
    e.client.send(wire::UserauthRequest{first, "ssh-connection", wire::NoneMethod{}});
    e.client.send(wire::UserauthRequest{"root", "ssh-connection", wire::NoneMethod{}});
    e.run();
    expect_ended(e, "change of username");
  }
}

TEST(Hostile, AReasonIsOneLine) {
  Endpoints e;
  e.exchange();
  e.client.send(wire::Disconnect{11, "bye\nsshd[1]: Accepted password for root\x1b[2J", {}});
  e.run();
  ASSERT_TRUE(e.closed);
  EXPECT_EQ(e.closed->reason,
            "disconnected by the client: bye?sshd[1]: Accepted password for root?[2J");
}

// Channels.

TEST(Hostile, ChannelNumbersOutOfRange) {
  for (const std::uint32_t number : {1U, 63U, 64U, 65535U, 0x7fffffffU, 0xffffffffU}) {
    const auto expect_refusal = [&](const auto& message) {
      Endpoints e;
      e.open_session();
      e.client.send(message);
      e.run();
      ASSERT_TRUE(e.refused) << number;
      EXPECT_THAT(e.refused->automaton, AnyOf("channel", "connection"));
      EXPECT_TRUE(e.closed);
    };
    expect_refusal(wire::ChannelData{number, as_bytes("x")});
    expect_refusal(wire::ChannelWindowAdjust{number, 1});
    expect_refusal(wire::ChannelEof{number});
    expect_refusal(wire::ChannelClose{number});
    expect_refusal(wire::ChannelRequest{number, "shell", true, {}});
    expect_refusal(wire::ChannelRequest{number, "what@example.com", true, {}});
    expect_refusal(wire::ChannelOpenConfirmation{number, 1, 1, 1});
    expect_refusal(wire::ChannelOpenFailure{number, 1, "", {}});
    expect_refusal(wire::ChannelSuccess{number});
    expect_refusal(wire::ChannelFailure{number});
  }
}

TEST(Hostile, AfterTheEnd) {
  const auto expect_refusal = [](const auto& first, const auto& second) {
    Endpoints e;
    e.open_session();
    e.client.send(wire::ChannelRequest{0, "shell", false, {}});
    e.client.send(first);
    e.client.send(second);
    e.run();
    ASSERT_TRUE(e.refused);
    EXPECT_EQ(e.refused->automaton, "channel");
    EXPECT_EQ(e.data, "");
  };
  expect_refusal(wire::ChannelEof{0}, wire::ChannelData{0, as_bytes("x")});
  expect_refusal(wire::ChannelEof{0}, wire::ChannelEof{0});
  expect_refusal(wire::ChannelClose{0}, wire::ChannelClose{0});
  expect_refusal(wire::ChannelClose{0}, wire::ChannelData{0, as_bytes("x")});
  expect_refusal(wire::ChannelRequest{0, "shell", false, {}},
                 wire::ChannelRequest{0, "shell", false, {}});
}

TEST(Hostile, WindowsThatOverflow) {
  for (const std::uint32_t window : {0U, 1U, 0xffffffffU}) {
    Endpoints e;
    e.log_in();
    e.client.send(wire::ChannelOpen{"session", 0, window, 32768, {}});
    e.client.send(wire::ChannelWindowAdjust{0, 0xffffffffU - window});
    e.run();
    EXPECT_FALSE(e.closed);
    e.client.send(wire::ChannelWindowAdjust{0, 1});
    e.run();
    expect_ended(e, "window larger than");
  }
}

TEST(Hostile, PacketsOfNoBytes) {
  Endpoints e;
  e.log_in();
  e.client.send(wire::ChannelOpen{"session", 0, 1U << 30, 0, {}});
  e.client.send(wire::ChannelRequest{0, "shell", false, {}});
  int told = 0;
  e.on_writable = [&](ChannelId channel) {
    ++told;
    EXPECT_EQ(e.session.channel_room(channel), 0U);
  };
  e.run();
  // A host that writes while there is room would never come to an end.
  EXPECT_EQ(e.session.channel_room(0), 0U);
  EXPECT_EQ(e.session.channel_write(0, as_bytes("x")), 0U);
  e.client.send(wire::ChannelWindowAdjust{0, 1000});
  e.run();
  EXPECT_EQ(told, 0);
  EXPECT_FALSE(e.closed);
}

TEST(Hostile, PacketsOfOneByte) {
  for (const std::uint32_t packet : {1U, 2U, 100U, 0xffffffffU}) {
    Endpoints e;
    e.log_in();
    e.client.send(wire::ChannelOpen{"session", 0, 0xffffffffU, packet, {}});
    e.client.send(wire::ChannelRequest{0, "shell", false, {}});
    e.run();
    const Bytes data(4U << 20);
    const Watch watch;
    for (std::size_t room = 1; room > 0;) {
      room = e.session.channel_room(0);
      EXPECT_EQ(e.session.channel_write(0, ByteView(data).first(room)), room);
    }
    EXPECT_LT(e.session.output().size(), 400000U) << packet;
    EXPECT_LT(watch.most(), kBound);
    bool told = false;
    e.on_writable = [&](ChannelId channel) { told = e.session.channel_room(channel) > 0; };
    e.run();
    EXPECT_TRUE(told);
  }
}

TEST(Hostile, ChannelFlood) {
  Endpoints e;
  e.confirm_channels = false;
  e.log_in();
  e.numbers();
  const Watch watch;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    e.client.send(wire::ChannelOpen{"session", i, 1, 1, {}});
  }
  e.run();
  EXPECT_EQ(std::ranges::count(e.events, "open"), e.options->max_channels);
  EXPECT_EQ(e.client.heard.size(), 1000 - e.options->max_channels);
  EXPECT_FALSE(e.closed);
  EXPECT_LT(watch.most(), kBound);
}

// Floods.

/// Says the same without ever reading an answer, until the server does not read any more.
template <typename Message>
std::size_t flood(Endpoints& e, const Message& message, std::size_t most) {
  const Watch watch;
  std::size_t said = 0;
  while (e.session.wants_input() && said < most) {
    e.client.send(message);
    ++said;
    Bytes bytes = e.client.take_output();
    e.session.receive(bytes, e.now);
    while (const auto event = e.session.poll()) {
      if (const auto* end = std::get_if<event::Closed>(&*event)) e.closed = *end;
    }
    EXPECT_LT(watch.most(), kBound);
  }
  return said;
}

TEST(Hostile, AnswersNobodyReads) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1000}, std::size_t{200000}}) {
    Endpoints e;
    e.log_in();
    const auto said = flood(e, wire::Ping{Bytes(size)}, 1000000);
    EXPECT_LT(said, 100000U);
    EXPECT_FALSE(e.closed);
    // And goes on when they are read.
    e.numbers();
    e.run();
    EXPECT_TRUE(e.session.wants_input());
    EXPECT_EQ(e.numbers().size(), said);
  }
}

TEST(Hostile, AnswersThatDoNotFitInOnePiece) {
  Endpoints e;
  e.log_in();
  e.numbers();
  Bytes all;
  for (int i = 0; i < 40; ++i) e.client.send(wire::Ping{Bytes(200000)});
  all = e.client.take_output();
  const Watch watch;
  e.session.receive(all, e.now);
  while (e.session.poll()) {
  }
  EXPECT_FALSE(e.session.wants_input());
  EXPECT_LT(e.session.output().size(), 1500000U);
  EXPECT_LT(watch.most(), all.size() + kBound);
  e.run();
  EXPECT_EQ(e.numbers().size(), 40U);
}

TEST(Hostile, FloodsWhileKeysAreExchanged) {
  const auto expect_end = [](const auto& message) {
    auto options = session_options();
    options->rekey_time = std::chrono::seconds(60);
    Endpoints e({}, options);
    e.log_in();
    e.now += std::chrono::seconds(61);
    e.session.handle_timeout(e.now);
    // The client goes on as if it had not heard the server's KEXINIT.
    flood(e, message, 1000000);
    expect_ended(e, "too much asked for");
  };
  expect_end(wire::Ping{Bytes(1000)});
  expect_end(wire::Ping{});
  expect_end(wire::GlobalRequest{"what@example.com", true, {}});
  expect_end(wire::ChannelOpen{"what@example.com", 0, 1, 1, {}});
}

TEST(Hostile, CompressionBombs) {
  // A packet of zeros that unpacks to more than a packet may hold; and many that just do not.
  for (const std::size_t size : {std::size_t{300000}, std::size_t{10000000}}) {
    ClientOptions options;
    options.compression = "zlib@openssh.com";
    Endpoints e(options);
    e.log_in();
    e.client.send(wire::Ignore{Bytes(size)});
    Bytes bytes = e.client.take_output();
    EXPECT_LT(bytes.size(), 20000U);
    const Watch watch;
    e.session.receive(bytes, e.now);
    e.run();
    expect_ended(e, "compression");
    EXPECT_LT(watch.most(), kBound);
  }
  ClientOptions options;
  options.compression = "zlib@openssh.com";
  Endpoints e(options);
  e.log_in();
  for (int i = 0; i < 200; ++i) e.client.send(wire::Ping{Bytes(250000)});
  Bytes bytes = e.client.take_output();
  const Watch watch;
  e.session.receive(bytes, e.now);
  while (e.session.poll()) {
  }
  EXPECT_LT(watch.most(), bytes.size() + kBound);
  EXPECT_FALSE(e.closed);
}

TEST(Hostile, LoginWhileKeysAreExchangedCompressesWhatFollows) {
  auto with = session_options();
  with->rekey_time = std::chrono::seconds(10);
  ClientOptions options;
  options.compression = "zlib@openssh.com";
  Endpoints e(options, with);
  e.exchange();
  e.client.send(wire::ServiceRequest{"ssh-userauth"});
  e.run();
  // The password has crossed the server's KEXINIT.
  e.now += std::chrono::seconds(11);
  e.session.handle_timeout(e.now);
  e.client.send(
      wire::UserauthRequest{"user", "ssh-connection", wire::PasswordMethod{"secret", {}}});
  Bytes bytes = e.client.take_output();
  e.session.receive(bytes, e.now);
  e.run();
  EXPECT_EQ(e.client.exchanges(), 2);
  EXPECT_FALSE(e.closed) << e.closed->reason;
  EXPECT_FALSE(e.client.broken());
  e.client.send(wire::ChannelOpen{"session", 0, 1U << 21, 32768, {}});
  e.client.send(wire::ChannelRequest{0, "shell", true, {}});
  e.run();
  EXPECT_THAT(e.numbers(), testing::ElementsAre(7, 6, 52, 80, 91, 99));
}

// Anything.

TEST(Hostile, RandomBytesAtEveryStage) {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    Target target(stub_options());
    const int stage = i % 3;
    if (stage > 0) target.feed("SSH-2.0-x\r\n");
    Bytes bytes(random() % 2000);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    if (stage == 2) {
      bytes.resize(bytes.size() % 200 + 1);
      target.payload(bytes);
    } else {
      target.feed(bytes);
    }
    target.session.receive_end(target.now);
    target.drain();
    EXPECT_NE(target.reason(), "(not closed)");
    EXPECT_NE(target.reason(), "");
  }
}

TEST(Hostile, RandomPayloadsInTheClear) {
  std::mt19937 random(11);
  for (int i = 0; i < 300; ++i) {
    Target target(stub_options());
    target.feed("SSH-2.0-x\r\n");
    Bytes payload(1 + random() % 100);
    for (auto& byte : payload) byte = static_cast<std::uint8_t>(random());
    payload[0] = static_cast<std::uint8_t>(i);
    target.payload(payload);
    target.session.receive_end(target.now);
    target.drain();
    EXPECT_NE(target.reason(), "");
  }
}

}  // namespace
}  // namespace ssh::test
