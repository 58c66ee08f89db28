// Well-behaved clients and hosts, at random: data both ways, on several channels, with key changes
// from both ends, in pieces of any size, read and written whenever. All data arrives, once and in
// order; nobody sends more than the window granted; nothing is refused.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <random>

#include "support/client.hpp"
#include "support/stub_crypto.hpp"

namespace ssh::test {
namespace {

/// A stream of which every byte is known from its place.
std::uint8_t byte_at(std::uint64_t place, std::uint32_t channel, bool from_client) {
  return static_cast<std::uint8_t>(place * 31 + (place >> 8) * 7 + channel * 5 + from_client);
}

class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {
    options_->window = pick(1, 100000);
    options_->window_limit = options_->window * pick(1, 4);
    options_->rekey_bytes = pick(0, 1) != 0 ? pick(5000, 50000) : 0;
    ClientOptions like;
    like.ciphers = pick(0, 1) != 0 ? "stub-tag" : "stub-clear";
    const auto methods = stub_provider().key_exchange_methods();
    like.kex = methods[pick(0, 3)];
    if (pick(0, 1) != 0) like.kex += ",kex-strict-c-v00@openssh.com";
    if (pick(0, 1) != 0) like.compression = "zlib@openssh.com";
    client_ = std::make_unique<Client>(stub_provider(), like);
    session_ = std::make_unique<Session>(options_, now_);
  }

  void play() {
    client_->say_version();
    exchange();
    client_->send(wire::ServiceRequest{"ssh-userauth"});
    client_->send(
        wire::UserauthRequest{"user", "ssh-connection", wire::PasswordMethod{"secret", {}}});
    exchange();
    const auto channels = pick(1, 3);
    for (std::uint32_t i = 0; i < channels; ++i) {
      ends_.emplace_back();
      auto& end = ends_.back();
      end.granted = pick(1, 200000);
      end.total_in = pick(0, 100000);
      end.total_out = pick(0, 100000);
      const auto packet = pick(100, 40000);
      client_->send(
          wire::ChannelOpen{"session", i, static_cast<std::uint32_t>(end.granted), packet, {}});
      exchange();
      client_->send(wire::ChannelRequest{i, "shell", true, {}});
      exchange();
    }
    for (int step = 0; step < 3000 && !done(); ++step) this->step();
    for (int round = 0; round < 100000 && !done(); ++round) {
      for (std::uint32_t i = 0; i < ends_.size(); ++i) {
        client_writes(i);
        host_writes(i);
        client_grants(i);
        host_reads(i);
      }
      exchange();
    }
    RC_ASSERT(done());
    for (std::uint32_t i = 0; i < ends_.size(); ++i) client_->send(wire::ChannelClose{i});
    exchange();
    RC_ASSERT(closed_channels_ == ends_.size());
  }

 private:
  struct End {
    std::uint64_t total_in = 0, total_out = 0;  // from the client; from the host
    std::uint64_t sent_in = 0, heard_in = 0, sent_out = 0, heard_out = 0;
    std::uint64_t window = 0;   // that the server has granted
    std::uint64_t granted = 0;  // to the server
    std::uint64_t unread = 0, unconsumed = 0;
  };

  std::uint32_t pick(std::uint32_t least, std::uint32_t most) {
    return std::uniform_int_distribution<std::uint32_t>(least, most)(random_);
  }
  bool done() const {
    return std::ranges::all_of(
        ends_, [](const End& e) { return e.heard_in == e.total_in && e.heard_out == e.total_out; });
  }

  void step() {
    const auto i = pick(0, static_cast<std::uint32_t>(ends_.size()) - 1);
    switch (pick(0, 6)) {
      case 0:
        return client_writes(i);
      case 1:
        return host_writes(i);
      case 2:
        return client_grants(i);
      case 3:
        return host_reads(i);
      case 4:
        // A client says nothing between its KEXINIT and its NEWKEYS; the exchange is carried
        // through.
        if (pick(0, 20) == 0) {
          exchange();
          client_->send_kexinit();
          exchange();
        }
        return;
      default:
        return exchange();
    }
  }

  void client_writes(std::uint32_t i) {
    auto& end = ends_[i];
    const auto size = static_cast<std::size_t>(
        std::min<std::uint64_t>({end.window, end.total_in - end.sent_in, pick(1, 30000)}));
    if (size == 0) return;
    Bytes data(size);
    for (auto& byte : data) byte = byte_at(end.sent_in++, i, true);
    end.window -= size;
    client_->send(wire::ChannelData{i, data});
  }
  void host_writes(std::uint32_t i) {
    auto& end = ends_[i];
    const auto room = session_->channel_room(i);
    const auto size = static_cast<std::size_t>(
        std::min<std::uint64_t>({room, end.total_out - end.sent_out, pick(1, 30000)}));
    if (size == 0) return;
    Bytes data(size);
    for (auto& byte : data) byte = byte_at(end.sent_out++, i, false);
    RC_ASSERT(session_->channel_write(i, data) == size);
  }
  void client_grants(std::uint32_t i) {
    auto& end = ends_[i];
    if (end.unread == 0) return;
    const auto more = std::exchange(end.unread, 0);
    end.granted += more;
    client_->send(wire::ChannelWindowAdjust{i, static_cast<std::uint32_t>(more)});
  }
  void host_reads(std::uint32_t i) {
    const auto size = std::exchange(ends_[i].unconsumed, 0);
    if (size > 0) session_->channel_consumed(i, size);
  }

  void exchange() {
    for (bool busy = true; busy;) {
      poll();
      busy = !session_->output().empty();
      const auto size = std::min<std::size_t>(session_->output().size(), pick(1, 5000));
      const Bytes out = to_bytes(session_->output().first(size));
      session_->consume_output(size);
      client_->receive(out);
      RC_ASSERT(!client_->broken());
      for (; !client_->heard.empty(); client_->heard.pop_front()) hear(client_->heard.front());
      Bytes said = client_->take_output();
      for (std::size_t at = 0; at < said.size();) {
        const auto piece = std::min<std::size_t>(said.size() - at, pick(1, 5000));
        session_->receive(MutableBytes(said).subspan(at, piece), now_);
        poll();
        at += piece;
        busy = true;
      }
    }
  }

  void hear(ByteView payload) {
    wire::Reader r(payload);
    const auto number = r.u8();
    const auto channel = number >= 91 && number <= 100 ? r.u32() : 0;
    if (number == wire::ChannelOpenConfirmation::kNumber) {
      r.u32();
      ends_[channel].window = r.u32();
    } else if (number == wire::ChannelWindowAdjust::kNumber) {
      ends_[channel].window += r.u32();
      RC_ASSERT(ends_[channel].window <= options_->window_limit);
    } else if (number == wire::ChannelData::kNumber) {
      auto& end = ends_[channel];
      const auto data = r.string();
      RC_ASSERT(data.size() <= end.granted);
      end.granted -= data.size();
      end.unread += data.size();
      for (const auto byte : data) RC_ASSERT(byte == byte_at(end.heard_out++, channel, false));
    } else {
      RC_ASSERT(number != wire::Disconnect::kNumber);
    }
  }

  void poll() {
    while (const auto event = session_->poll()) {
      if (std::holds_alternative<event::SignExchangeHash>(*event)) {
        session_->exchange_signed(stub_signature());
      } else if (std::holds_alternative<event::Authenticate>(*event)) {
        session_->answer_authentication(AuthSuccess{});
      } else if (const auto* open = std::get_if<event::ChannelOpen>(&*event)) {
        session_->confirm_channel(open->channel);
      } else if (std::holds_alternative<event::ChannelRequest>(*event)) {
        session_->answer_channel_request(true);
      } else if (const auto* data = std::get_if<event::ChannelData>(&*event)) {
        auto& end = ends_[data->channel];
        for (const auto byte : data->data) {
          RC_ASSERT(byte == byte_at(end.heard_in++, data->channel, true));
        }
        end.unconsumed += data->data.size();
      } else if (std::holds_alternative<event::ChannelClosed>(*event)) {
        ++closed_channels_;
      } else if (const auto* refused = std::get_if<event::Refused>(&*event)) {
        RC_FAIL(refused->text);
      } else if (const auto* closed = std::get_if<event::Closed>(&*event)) {
        RC_FAIL(closed->reason);
      }
    }
  }

  std::mt19937_64 random_;
  std::shared_ptr<SessionOptions> options_ = stub_options();
  Time now_ = std::chrono::seconds(1000);
  std::unique_ptr<Session> session_;
  std::unique_ptr<Client> client_;
  std::vector<End> ends_;
  std::size_t closed_channels_ = 0;
};

RC_GTEST_PROP(SshStreams, ArriveWholeWhateverHappens, ()) {
  World(*rc::gen::arbitrary<std::uint64_t>().as("seed of the case")).play();
}

}  // namespace
}  // namespace ssh::test
