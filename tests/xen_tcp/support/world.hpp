// A stack under a virtual clock, with a device that a test holds the other end of. Two ways to use
// it:
//
//   Mirror   what the stack sends comes back with its addresses exchanged, as from a host that is
//            the same stack: both ends of a connection are here. It may lose, delay, repeat.
//   Peer     one connection's other end, by hand.
#pragma once

#include <functional>
#include <map>
#include <random>

#include "support/frames.hpp"
#include "xenrt/stack.hpp"

namespace xenrt::test {

using namespace std::chrono_literals;

inline const IpAddress kOurs = *IpAddress::parse("10.0.0.1");
inline const IpAddress kTheirs = *IpAddress::parse("10.0.0.2");
inline const IpAddress kOurs6 = *IpAddress::parse("2001:db8::1");
inline const IpAddress kTheirs6 = *IpAddress::parse("2001:db8::2");

class FakeDevice final : public NetDevice {
 public:
  /// What becomes of a frame that the stack sends.
  std::function<void(Bytes)> on_send;
  std::vector<Bytes> to_stack;
  bool up = true;
  bool vouches = false;  // for the checksums of what it hands over
  NetCapabilities can;

  MacAddress mac() const override { return kOurMac; }
  NetCapabilities capabilities() const override { return can; }
  bool link_up() const override { return up; }
  SendResult send(std::span<const ByteView> pieces) override;
  std::size_t receive(FrameSink& sink, std::size_t most) override;
};

class World {
 public:
  explicit World(NetConfig config = default_config());
  static NetConfig default_config();

  Stack& stack() { return *stack_; }
  FakeDevice& device() { return device_; }
  Instant now() const { return now_; }
  std::mt19937& random() { return random_; }
  Capture& capture() { return capture_; }
  /// Warnings and errors.
  const std::vector<std::string>& log() const { return log_; }

  /// Runs until `done`, or until so much virtual time has gone. Returns whether it is done.
  bool run(Instant longest, const std::function<bool()>& done);
  void run(Instant time);
  /// One round at the present time: frames, events, flush.
  void turn();
  void end() { stack_.reset(); }

  /// Told of every event.
  std::function<void(const Event&)> on_event;
  /// Called when there are no more events; returns whether there is more to do at once.
  std::function<bool()> on_turn;
  /// A frame for the stack, at a time.
  void deliver(Bytes frame, Instant at);
  /// Every TCP segment that the stack has sent.
  std::vector<Bytes> sent;

  // The mirror.
  bool mirror = false;
  double loss = 0, duplicates = 0, reordered = 0;
  Instant delay = 1ms;

 private:
  void from_stack(const Bytes& frame);

  Instant now_ = 1000s;
  std::mt19937 random_{1};
  FakeDevice device_;
  Capture capture_;
  std::multimap<Instant, Bytes> on_the_way_;
  std::vector<std::string> log_;
  std::unique_ptr<Stack> stack_;
};

/// A connection's other end. It keeps the numbers, and sends what it is told to.
class Peer {
 public:
  Peer(World& world, std::uint16_t own_port, std::uint16_t their_port, bool v6 = false);

  /// Sends a segment with the next numbers; text and flags advance them.
  void send(std::uint8_t flags, const Bytes& text = {});
  /// Sends one as it is.
  void send_raw(const Raw& raw);
  /// What the stack has sent since the last call; `ack` follows what came in order.
  std::vector<Segment> heard();
  /// SYN, SYN-ACK, ACK.
  void open();
  /// The stack has sent a SYN: SYN-ACK, ACK.
  void accept();

  std::uint32_t seq = 5000, ack = 0;
  std::uint16_t window = 0xffff;
  Bytes received;
  Bytes syn_options{2, 4, 5, 0xb4};
  Endpoint own, their;

 private:
  World& world_;
  std::size_t looked_at_ = 0;
};

}  // namespace xenrt::test
