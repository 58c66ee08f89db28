// Frames of any kind into the policed stack, while its user listens, reads, writes and closes. The
// input is a script: a byte says what happens, others fill it in (see Play::step).
//
// Laws: what leaves is a frame with a good TCP checksum; nothing that the policy refuses was about
// to leave; the monitor and the stack are in the same state; memory stays below its limit; events
// come to an end; and all is given back.
#include <algorithm>

#include "../xen_tcp/support/world.hpp"
#include "fuzz.hpp"

namespace {

using namespace xenrt;
using namespace xenrt::test;
using spl::test::require;
using namespace std::chrono_literals;

/// Bytes of the input, zeros at its end.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : left_(data, size) {}
  bool empty() const { return left_.empty(); }
  std::uint8_t u8() {
    if (left_.empty()) return 0;
    const auto value = left_[0];
    left_ = left_.subspan(1);
    return value;
  }
  std::uint32_t u16() { return static_cast<std::uint32_t>(u8() << 8U) | u8(); }
  Bytes bytes(std::size_t count) {
    const auto taken = left_.first(std::min(count, left_.size()));
    left_ = left_.subspan(taken.size());
    return {taken.begin(), taken.end()};
  }

 private:
  ByteView left_;
};

class Play {
 public:
  explicit Play(std::uint8_t like)
      : world_(config(like)),
        peers_{
            {{world_, 4000, 80}, {world_, 4001, 80}, {world_, 9, 5555}, {world_, 4002, 80, true}}} {
    world_.on_event = [this](const Event& e) { handle(e); };
    require(static_cast<bool>(world_.stack().listen(80, 4)), "cannot listen");
    world_.run(1ms);
  }

  void step(Input& in) {
    const auto what = in.u8();
    auto& peer = peers_[what >> 4U & 3U];
    switch (what & 15U) {
      case 0:  // anything at all
        world_.deliver(in.bytes(in.u16() % 2000), world_.now());
        break;
      case 1:
        peer.send(kSyn);
        break;
      case 2:
        peer.send(kAck);
        break;
      case 3:
        peer.send(kAck, in.bytes(in.u8()));
        break;
      case 4:
        peer.send(kAck | kFin);
        break;
      case 5:
        peer.send(kSyn | kAck);
        break;
      case 6: {  // near what is right
        Raw raw;
        raw.flags = in.u8();
        raw.seq = peer.seq + in.u16() - 0x8000U;
        raw.ack = peer.ack + in.u16() - 0x8000U;
        raw.window = static_cast<std::uint16_t>(in.u16());
        raw.options = in.bytes(in.u8() % 11 * 4U);
        raw.options.resize((raw.options.size() + 3) / 4 * 4);
        raw.text = in.bytes(in.u8());
        peer.send_raw(raw);
        break;
      }
      case 7: {  // a good frame, with a byte changed
        auto frame =
            make_frame(peer.own, peer.their, {kAck, peer.seq, peer.ack, 0xffff, {1, 2}, {}});
        frame[in.u8() % frame.size()] ^= in.u8();
        world_.deliver(frame, world_.now());
        break;
      }
      case 8:
        (void)world_.stack().connect({kTheirs, 9}, 5555);
        break;
      case 9:
        user(in.u8());
        break;
      case 10:
        world_.run(std::chrono::milliseconds(in.u16()));
        break;
      case 11:
        peer.window = static_cast<std::uint16_t>(in.u16());
        break;
      case 12:
        peer.send(kRst);
        break;
      case 13:
        lazy_ = !lazy_;
        break;
      case 14:
        peer.seq += in.u16();
        break;
      default:
        world_.device().up = !world_.device().up;
    }
    world_.turn();
    for (auto& p : peers_) (void)p.heard();
    check();
  }

  void finish() {
    world_.device().up = true;
    for (const auto id : users_) world_.stack().close(id);
    world_.run(2000s, [this] { return world_.stack().stats().connections == 0; });
    check();
    require(world_.stack().connections().empty(), "a connection stays for ever");
    require(world_.stack().stats().connections == 0, "a control block stays for ever");
  }

 private:
  static NetConfig config(std::uint8_t like) {
    auto config = World::default_config();
    config.memory = (like & 1U) != 0 ? 20'000 : 2'000'000;
    config.dhcp = (like & 2U) != 0;
    if (config.dhcp) config.ipv4.reset();
    config.slaac = (like & 4U) != 0;
    return config;
  }

  void check() {
    const auto stats = world_.stack().stats();
    require(stats.refused_out == 0, "what is refused was about to leave", log());
    require(stats.disagreements == 0, "the monitor and the stack disagree", log());
    require(stats.memory_peak <= stats.memory_limit, "more memory than allowed");
  }
  std::string log() const {
    std::string all;
    for (const auto& line : world_.log()) all += line + "\n";
    return all;
  }

  void handle(const Event& e) {
    require(++events_ < 1'000'000, "events without an end");
    if (e.kind == Event::Kind::accepted || e.kind == Event::Kind::connected) {
      if (std::ranges::find(users_, e.connection) == users_.end()) users_.push_back(e.connection);
    }
    if (e.kind == Event::Kind::closed) std::erase(users_, e.connection);
    if (e.kind == Event::Kind::readable && !lazy_) read(e.connection);
  }
  void read(ConnectionId id) {
    Bytes buffer(1000);
    while (world_.stack().read(id, buffer) != 0) {
    }
  }
  void user(std::uint8_t what) {
    if (users_.empty()) return;
    const auto id = users_[what % users_.size()];
    auto& stack = world_.stack();
    switch (what >> 4U & 7U) {
      case 0:
      case 1:
      case 2:
        (void)stack.write(id, Bytes(std::size_t{what} * 100, 'w'));
        break;
      case 3:
        stack.shutdown(id);
        break;
      case 4:
        stack.close(id);
        std::erase(users_, id);
        break;
      case 5:
        stack.abort(id);
        std::erase(users_, id);
        break;
      default:
        read(id);
    }
  }

  World world_;
  std::array<Peer, 4> peers_;
  std::vector<ConnectionId> users_;
  std::uint32_t events_ = 0;
  bool lazy_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 20'000) return 0;
  Play play(data[0]);
  Input in(data + 1, size - 1);
  while (!in.empty()) play.step(in);
  play.finish();
  return 0;
}
