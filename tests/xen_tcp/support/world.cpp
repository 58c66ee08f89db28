#include "support/world.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "xenrt/panic.hpp"

namespace xenrt::test {

SendResult FakeDevice::send(std::span<const ByteView> pieces) {
  if (!up) return SendResult::gone;
  Bytes frame;
  for (const auto piece : pieces) frame.insert(frame.end(), piece.begin(), piece.end());
  if (on_send) on_send(std::move(frame));
  return SendResult::sent;
}

std::size_t FakeDevice::receive(FrameSink& sink, std::size_t most) {
  const auto count = std::min(most, to_stack.size());
  std::vector<Bytes> frames(
      std::make_move_iterator(to_stack.begin()),
      std::make_move_iterator(to_stack.begin() + static_cast<std::ptrdiff_t>(count)));
  to_stack.erase(to_stack.begin(), to_stack.begin() + static_cast<std::ptrdiff_t>(count));
  for (const auto& frame : frames) sink.frame(frame, vouches);
  return count;
}

NetConfig World::default_config() {
  NetConfig config;
  config.ipv4 = IpNetwork{kOurs, 24};
  config.ipv6 = IpNetwork{kOurs6, 64};
  config.slaac = false;
  return config;
}

World::World(NetConfig config) {
  device_.on_send = [this](const Bytes& frame) { from_stack(frame); };
  NetHost host;
  host.entropy = [this](std::span<std::uint8_t> into) {
    for (auto& byte : into) byte = static_cast<std::uint8_t>(random_());
  };
  host.keyed_hash = [](ByteView bytes) {
    return std::hash<std::string_view>{}(
        {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  };
  host.log = [this](LogLevel level, std::string_view text) {
    if (level != LogLevel::info) log_.emplace_back(text);
  };
  stack_ = std::make_unique<Stack>(device_, config, std::move(host), now_);
}

void World::deliver(Bytes frame, Instant at) {
  on_the_way_.emplace(at, std::move(frame));
}

void World::from_stack(const Bytes& frame) {
  if (auto answer = neighbour_answer(frame); !answer.empty()) {
    deliver(std::move(answer), now_);
    return;
  }
  const auto found = segment_of(frame);
  if (!found) return;
  if (!checksum_is_good(frame)) panic("the stack has sent a wrong checksum");
  sent.push_back(frame);
  if (!mirror) {
    capture_.add(frame, now_.count());
    return;
  }
  // In a capture, the end with the higher port has our address, and is sent from there.
  auto back = reflect(frame);
  capture_.add(found->from.port > found->to.port ? frame : back, now_.count());
  const auto chance = [this] { return static_cast<double>(random_()) / 4294967296.0; };
  if (chance() < loss) return;
  const auto late = chance() < reordered ? delay * static_cast<int>(1 + random_() % 8) : Instant{};
  if (chance() < duplicates) deliver(back, now_ + delay * static_cast<int>(1 + random_() % 20));
  deliver(std::move(back), now_ + delay + late);
}

void World::turn() {
  for (bool busy = true; busy;) {
    busy = false;
    while (!on_the_way_.empty() && on_the_way_.begin()->first <= now_) {
      device_.to_stack.push_back(std::move(on_the_way_.begin()->second));
      on_the_way_.erase(on_the_way_.begin());
      busy = true;
    }
    busy = stack_->poll(now_) || busy;
    while (const auto event = stack_->next_event()) {
      if (on_event) on_event(*event);
      busy = true;
    }
    if (on_turn) busy = on_turn() || busy;
    stack_->flush();
  }
}

bool World::run(Instant longest, const std::function<bool()>& done) {
  const auto end = now_ + longest;
  while (true) {
    turn();
    if (done()) return true;
    if (now_ >= end) return false;
    auto next = std::min(end, stack_->next_timeout());
    if (!on_the_way_.empty()) next = std::min(next, on_the_way_.begin()->first);
    // lwIP counts in milliseconds.
    now_ = std::max(next, now_ + 1us);
  }
}

void World::run(Instant time) {
  run(time, [] { return false; });
}

Peer::Peer(World& world, std::uint16_t own_port, std::uint16_t their_port, bool v6)
    : own{v6 ? kTheirs6 : kTheirs, own_port},
      their{v6 ? kOurs6 : kOurs, their_port},
      world_(world) {}

void Peer::send_raw(const Raw& raw) {
  const auto frame = make_frame(own, their, raw);
  world_.capture().add(frame, world_.now().count());
  world_.deliver(frame, world_.now());
  world_.turn();
}

void Peer::send(std::uint8_t flags, const Bytes& text) {
  Raw raw;
  raw.flags = flags;
  raw.seq = seq;
  raw.ack = (flags & kAck) != 0 ? ack : 0;
  raw.window = window;
  raw.text = text;
  if ((flags & kSyn) != 0) raw.options = syn_options;
  seq += static_cast<std::uint32_t>(text.size()) + ((flags & (kSyn | kFin)) != 0 ? 1U : 0U);
  send_raw(raw);
}

std::vector<Segment> Peer::heard() {
  std::vector<Segment> all;
  for (; looked_at_ < world_.sent.size(); ++looked_at_) {
    const auto found = segment_of(world_.sent[looked_at_]);
    if (!found || found->to != own || found->from != their) continue;
    const auto& s = found->segment;
    all.push_back(s);
    if (s.rst) continue;
    if (s.syn) ack = s.seq + 1;
    if (s.seq != ack) continue;
    const auto text = text_of(world_.sent[looked_at_]);
    received.insert(received.end(), text.begin(), text.end());
    ack += s.length();
  }
  return all;
}

void Peer::open() {
  send(kSyn);
  (void)heard();
  send(kAck);
}

void Peer::accept() {
  (void)heard();
  send(kSyn | kAck);
  (void)heard();
}

}  // namespace xenrt::test
