// The whole bastion, from Ethernet frames to SSH, cryptography stubbed. The input is a script: a
// client that speaks SSH over TCP, a host that is jumped to, strangers' frames, and time; a byte
// says what happens, others fill it in (see Play::step).
//
// Laws: no frame leaves that the policy of TCP refuses, and stack and monitor agree; memory stays
// below its limit; there are no more connections than the configuration allows; what is done at
// once comes to an end; and when everybody has gone, all is given back.
#include <algorithm>

#include "../ssh/support/client.hpp"
#include "../ssh/support/stub_crypto.hpp"
#include "../xen_tcp/support/world.hpp"
#include "bastion/server.hpp"
#include "fuzz.hpp"

namespace {

using namespace xenrt;
using namespace xenrt::test;
using spl::test::require;
namespace wire = ssh::wire;

constexpr std::uint16_t kTarget = 9000;
constexpr std::size_t kSegment = 1400;
constexpr std::uint8_t kLoggedIn = 1, kByHand = 2, kWrongNumbers = 4;

class StubKey final : public ssh::SigningKey {
 public:
  StubKey() : blob_(ssh::to_bytes(ssh::test::stub_options()->host_keys[0].public_blob)) {}
  std::string_view type() const override { return "ssh-ed25519"; }
  ssh::ByteView public_blob() const override { return blob_; }
  std::vector<std::string_view> algorithms() const override { return {"ssh-ed25519"}; }
  ssh::Result<ssh::Bytes> sign(std::string_view, ssh::ByteView) const override {
    return ssh::test::stub_signature();
  }
  std::string_view comment() const override { return ""; }

 private:
  ssh::Bytes blob_;
};

ssh::Bytes user_key() {
  ssh::Bytes blob;
  const ssh::Bytes key(32, 7);
  wire::Writer(blob).string("ssh-ed25519").string(key);
  return blob;
}

bastion::Config make_config() {
  bastion::Config config;
  config.net = World::default_config();
  config.net.memory = std::size_t{1} << 20U;
  config.host_keys.push_back(std::make_unique<StubKey>());
  config.max_connections = 3;
  config.max_channels = 4;
  config.penalties.enabled = false;
  config.window = 32768;
  auto& user = config.users.emplace_back();
  user.name = "user";
  user.console = true;
  user.keys.push_back({{}, {"ssh-ed25519", user_key(), ""}});
  user.jumps.add(*bastion::parse_destination("10.0.0.2:9000"));
  user.listens = *bastion::parse_ports("8000");
  return config;
}

ssh::test::ClientOptions client_options() {
  ssh::test::ClientOptions options;
  options.kex = std::string(ssh::test::stub_provider().key_exchange_methods()[0]) + ",ext-info-c";
  options.ciphers = "stub-tag";
  return options;
}

class Play {
 public:
  explicit Play(std::uint8_t like)
      : config_(make_config()),
        world_(config_.net),
        peer_(world_, 4000, 22),
        stranger_(world_, 4001, 22),
        forwarded_(world_, 4002, 8000),
        client_(ssh::test::stub_provider(), client_options()) {
    server_ = std::make_unique<bastion::Server>(
        world_.stack(), config_, ssh::test::stub_provider(),
        bastion::ServerHost{[this] { return world_.now().count() / 1'000'000; },
                            [](std::string_view) {}});
    world_.on_event = [this](const Event& e) {
      require(++events_ < 1'000'000, "events without an end");
      server_->handle(e, world_.now());
    };
    world_.on_turn = [this] {
      require(++turns_ < 1'000'000, "turns without an end");
      return server_->turn(world_.now());
    };
    require(server_->start(world_.now()).empty(), "it does not start");
    world_.run(1ms);
    wrong_numbers_ = (like & kWrongNumbers) != 0;
    peer_.open();
    client_.say_version();
    settle();
    if ((like & kLoggedIn) != 0) log_in();
    client_.automatic = (like & kByHand) == 0;
  }

  void step(wire::Reader& in) {
    const auto what = in.u8();
    switch (what % 12) {
      case 0:
      case 1: {
        const std::size_t size = what % 12 == 0 ? in.u8() : in.u8() * 256U + in.u8();
        const auto payload = in.bytes(std::min(size, in.left()));
        if (!payload.empty()) client_.send_raw(payload);
        break;
      }
      case 2:
        client_.send_kexinit();
        break;
      case 3:
        target(in);
        break;
      case 4:
        world_.run(std::chrono::milliseconds(in.u8() * 64));
        break;
      case 5:  // bytes of SSH that are nobody's packet
        peer_.send(kAck, ssh::to_bytes(in.bytes(std::min<std::size_t>(in.u8(), in.left()))));
        break;
      case 6:
        peer_.send(static_cast<std::uint8_t>(what > 127 ? kAck | kFin : kRst));
        break;
      case 7: {
        auto frame = ssh::to_bytes(in.bytes(std::min<std::size_t>(in.u8(), in.left())));
        world_.deliver(std::move(frame), world_.now());
        break;
      }
      case 8:
        stranger(in.u8());
        break;
      case 9:
        forwarded_.open();
        forwarded_.send(kAck, Bytes(in.u8(), 'f'));
        break;
      case 10:
        peer_.window = static_cast<std::uint16_t>(in.u8() * 256U);
        break;
      default:
        if (what > 200) server_->begin_shutdown(world_.now());
    }
    settle();
    check();
  }

  void finish() {
    peer_.send(kRst);
    stranger_.send(kRst);
    if (target_) target_->send(kRst);
    forwarded_.send(kRst);
    world_.run(400s);
    server_->begin_shutdown(world_.now());
    world_.run(2000s, [this] { return server_->drained(); });
    check();
    require(server_->drained(), "a connection stays for ever");
    server_.reset();
    world_.on_event = {};
    world_.on_turn = {};
    world_.run(2000s, [this] { return world_.stack().stats().connections == 0; });
    require(world_.stack().stats().connections == 0, "a control block stays for ever");
  }

 private:
  void log_in() {
    client_.send(wire::ServiceRequest{"ssh-userauth"});
    wire::PublicKeyMethod method;
    method.algorithm = "ssh-ed25519";
    const auto key = user_key();
    const auto signature = ssh::test::stub_signature();
    method.key = key;
    method.signature = signature;
    client_.send(wire::UserauthRequest{"user", "ssh-connection", method});
    settle();
  }

  /// What each has said goes to the other, until nobody has anything to say.
  void settle() {
    for (int round = 0; round < 200; ++round) {
      const auto said = client_.take_output();
      for (std::size_t at = 0; at < said.size(); at += kSegment) {
        const auto end = std::min(said.size(), at + kSegment);
        const Bytes part(said.begin() + static_cast<std::ptrdiff_t>(at),
                         said.begin() + static_cast<std::ptrdiff_t>(end));
        peer_.send(kAck, part);
        if (wrong_numbers_ && ++sent_ % 5 == 0)
          peer_.seq -= static_cast<std::uint32_t>(part.size());
      }
      world_.turn();
      const auto before = peer_.received.size();
      (void)peer_.heard();
      (void)stranger_.heard();
      (void)forwarded_.heard();
      take_calls();
      if (peer_.received.size() == before && said.empty()) break;
      client_.receive(ssh::ByteView(peer_.received).subspan(taken_));
      client_.heard.clear();
      taken_ = peer_.received.size();
      peer_.send(kAck);
    }
  }

  /// The host that is jumped to takes every call, one at a time.
  void take_calls() {
    for (; looked_at_ < world_.sent.size(); ++looked_at_) {
      const auto found = segment_of(world_.sent[looked_at_]);
      if (!found || found->to.port != kTarget || !found->segment.syn) continue;
      target_.emplace(world_, kTarget, found->from.port);
      calls_ = true;
    }
    if (!std::exchange(calls_, false)) return;
    target_->accept();
  }

  void target(wire::Reader& in) {
    const auto what = in.u8();
    if (!target_) return;
    switch (what % 4) {
      case 0:
        target_->send(kAck, Bytes(in.u8(), 't'));
        break;
      case 1:
        target_->send(kAck | kFin);
        break;
      case 2:
        target_->send(kRst);
        break;
      default:
        target_->window = static_cast<std::uint16_t>(in.u8() * 256U);
        target_->send(kAck);
    }
    (void)target_->heard();
    target_->send(kAck);
  }

  void stranger(std::uint8_t what) {
    switch (what % 4) {
      case 0:
        stranger_.open();
        break;
      case 1:
        stranger_.send(kAck, ssh::to_bytes("SSH-2.0-x\r\n"));
        break;
      case 2:
        stranger_.send(kAck | kFin);
        break;
      default:
        stranger_.own.port = static_cast<std::uint16_t>(4010 + what);
        stranger_.open();
    }
  }

  void check() {
    const auto stats = world_.stack().stats();
    require(stats.refused_out == 0, "what is refused was about to leave");
    require(stats.disagreements == 0, "the monitor and the stack disagree");
    require(stats.memory_peak <= stats.memory_limit, "more memory than allowed");
    require(server_->connected() <= config_.max_connections, "more connections than allowed");
    turns_ = events_ = 0;
  }

  bastion::Config config_;
  World world_;
  Peer peer_, stranger_, forwarded_;
  std::optional<Peer> target_;  // once it was called
  ssh::test::Client client_;
  std::unique_ptr<bastion::Server> server_;
  std::size_t taken_ = 0, looked_at_ = 0;
  std::uint32_t events_ = 0, turns_ = 0, sent_ = 0;
  bool wrong_numbers_ = false, calls_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 8'000) return 0;
  Play play(data[0]);
  wire::Reader in(ssh::ByteView(data + 1, size - 1));
  while (in.left() != 0) play.step(in);
  play.finish();
  return 0;
}
