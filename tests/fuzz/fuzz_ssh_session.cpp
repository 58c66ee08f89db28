// A whole session with cryptography stubbed, its client and its host: the input is their script.
// The first byte says what they are like, each step begins with a byte (see Play::step).
//
// Laws: nothing is told to the host and nothing sent after the end; the host is told of the end
// exactly if there is one, with a reason; what has room can be written; what waits to be sent is
// bounded; poll() comes to an end.
#include <algorithm>

#include "../ssh/support/client.hpp"
#include "../ssh/support/stub_crypto.hpp"
#include "fuzz.hpp"

namespace {

using spl::test::require;
using ssh::Bytes;
using ssh::ByteView;
namespace event = ssh::event;
namespace wire = ssh::wire;

constexpr std::uint8_t kLoggedIn = 1, kStrict = 2, kCompress = 4, kPieces = 8, kLazyHost = 16,
                       kByHand = 32;  // and two bits for the method

ssh::test::ClientOptions client_options(std::uint8_t like) {
  const auto methods = ssh::test::stub_provider().key_exchange_methods();
  ssh::test::ClientOptions options;
  options.kex = std::string(methods[like >> 6]) + ",ext-info-c";
  if ((like & kStrict) != 0) options.kex += ",kex-strict-c-v00@openssh.com";
  options.ciphers = "stub-tag";
  if ((like & kCompress) != 0) options.compression = "zlib@openssh.com";
  return options;
}

class Play {
 public:
  explicit Play(std::uint8_t like)
      : like_(like),
        session_(options_, now_),
        client_(ssh::test::stub_provider(), client_options(like)) {
    client_.say_version();
    settle();
    if ((like & kLoggedIn) != 0) {
      client_.send(wire::ServiceRequest{"ssh-userauth"});
      client_.send(
          wire::UserauthRequest{"user", "ssh-connection", wire::PasswordMethod{"secret", {}}});
      settle();
      client_.heard.clear();
    }
    client_.automatic = (like & kByHand) == 0;
  }

  void step(wire::Reader& script) {
    const std::uint8_t what = script.u8();
    switch (what % 8) {
      case 0:
      case 1: {
        // A payload of the client's; a length of one byte, or of two.
        const std::size_t size = what % 8 == 0 ? script.u8() : script.u8() * 256U + script.u8();
        const ByteView payload = script.bytes(std::min(size, script.left()));
        if (!payload.empty()) client_.send_raw(payload);
        break;
      }
      case 2:
        answer(script.u8());
        break;
      case 3:
        act(script.u8(), script.u8());
        break;
      case 4:
        if (what < 80)
          client_.send_kexinit();
        else if (what < 160 && !client_.method().empty())
          client_.send_kex_init();
        else if (!client_.method().empty() && client_.keys_in_use())
          client_.send_newkeys();
        break;
      case 5:
        now_ += std::chrono::seconds(script.u8());
        session_.handle_timeout(now_);
        break;
      case 6: {
        Bytes bytes = ssh::to_bytes(script.bytes(std::min<std::size_t>(what, script.left())));
        session_.receive(bytes, now_);
        settle();
        break;
      }
      default:
        if (what < 128) break;
        session_.receive_end(now_);
    }
    settle();
  }

  void finish() {
    session_.receive_end(now_);
    for (int i = 0; i < 1000 && !closed_; ++i) {
      settle();
      answer(0);
    }
    require(closed_, "no end after the end of input");
  }

 private:
  void settle() {
    for (bool busy = true; busy;) {
      poll();
      busy = !session_.output().empty();
      require(session_.output().size() < (2U << 20), "too much waits to be sent");
      Bytes out = ssh::to_bytes(session_.output());
      session_.consume_output(out.size());
      client_.receive(out);
      client_.heard.clear();
      Bytes said = client_.take_output();
      const std::size_t piece = (like_ & kPieces) != 0 ? 7 : said.size();
      for (std::size_t at = 0; at < said.size(); at += piece) {
        const auto part = ssh::MutableBytes(said).subspan(at, std::min(piece, said.size() - at));
        session_.receive(part, now_);
        poll();
        std::ranges::fill(part, std::uint8_t{0xee});
        busy = true;
      }
    }
  }

  void poll() {
    const std::size_t unsent = session_.output().size();
    const bool over = closed_;
    int events = 0;
    while (const auto event = session_.poll()) {
      require(!closed_, "an event after the end");
      require(++events < 1000000, "events without an end");
      if (const auto* end = std::get_if<event::Closed>(&*event)) {
        require(!end->reason.empty(), "an end without a reason");
        closed_ = true;
      }
      note(*event);
      if ((like_ & kLazyHost) == 0) answer(0);
    }
    require(!over || session_.output().size() == unsent, "something is sent after the end");
    require(closed_ == session_.closed(), "closed, and the host is not told");
  }

  void note(const ssh::SessionEvent& event) {
    if (const auto* open = std::get_if<event::ChannelOpen>(&event)) asked_.push_back(open->channel);
    if (std::holds_alternative<event::SignExchangeHash>(event)) sign_ = true;
    if (const auto* prove = std::get_if<event::ProveHostKeys>(&event))
      prove_ = prove->proofs.size();
    if (std::holds_alternative<event::Authenticate>(event)) authenticate_ = true;
    if (std::holds_alternative<event::ChannelRequest>(event)) request_ = true;
    if (std::holds_alternative<event::GlobalRequest>(event)) global_ = true;
    if (const auto* data = std::get_if<event::ChannelData>(&event)) {
      session_.channel_consumed(data->channel, data->data.size());
    }
  }

  void answer(std::uint8_t how) {
    const bool yes = how % 2 == 0;
    if (std::exchange(sign_, false)) {
      if (how == 255) {
        session_.exchange_signed(ssh::failure("no key"));
      } else {
        session_.exchange_signed(ssh::test::stub_signature());
      }
    }
    if (prove_ > 0) session_.host_keys_proved(std::vector<Bytes>(std::exchange(prove_, 0)));
    if (std::exchange(authenticate_, false)) session_.answer_authentication(auth_answer(how));
    if (std::exchange(request_, false)) session_.answer_channel_request(yes);
    if (std::exchange(global_, false)) session_.answer_global_request(yes, how);
    for (const auto id : std::exchange(asked_, {})) {
      if (yes) {
        session_.confirm_channel(id);
      } else {
        session_.refuse_channel(id, ssh::OpenFailureReason::connect_failed, "no");
      }
    }
  }

  static ssh::AuthAnswer auth_answer(std::uint8_t how) {
    switch (how % 6) {
      case 0:
        return ssh::AuthSuccess{};
      case 1:
        return ssh::AuthFailure{{"password"}, false, true};
      case 2:
        return ssh::AuthFailure{{"password"}, true, true};
      case 3:
        return ssh::AuthPublicKeyOk{};
      case 4:
        return ssh::AuthPasswordChange{"new?"};
      default:
        return ssh::AuthPrompts{"", "", {{"1", true}}};
    }
  }

  /// What a host does by itself, asked for or not.
  void act(std::uint8_t what, std::uint8_t channel) {
    static const Bytes data(100000, 'x');
    switch (what % 12) {
      case 0:
      case 1: {
        const auto room = std::min(session_.channel_room(channel), data.size());
        const auto written =
            session_.channel_write(channel, ByteView(data).first(room), what % 12 == 1);
        require(written == room || session_.channel_room(channel) == 0, "less than there was room");
        break;
      }
      case 2:
        session_.channel_eof(channel);
        break;
      case 3:
        session_.channel_exit_status(channel, what);
        break;
      case 4:
        session_.channel_exit_signal(channel, "TERM", false, "");
        break;
      case 5:
        session_.channel_close(channel);
        break;
      case 6:
        (void)session_.open_forwarded_tcp({"a", 1, "b", 2});
        break;
      case 7:
        (void)session_.open_agent();
        break;
      case 8:
        (void)session_.open_forwarded_stream_local("/x");
        break;
      case 9:
        session_.send_banner("hello");
        break;
      case 10:
        session_.channel_consumed(channel, 1000);
        break;
      default:
        session_.disconnect(ssh::DisconnectReason::by_application, "bye");
        break;
    }
  }

  static std::shared_ptr<ssh::SessionOptions> make_options() {
    auto options = ssh::test::stub_options();
    options->rekey_time = std::chrono::seconds(600);
    options->alive_interval = std::chrono::seconds(100);
    options->login_grace = std::chrono::seconds(3000);
    options->max_channels = 4;
    return options;
  }

  std::uint8_t like_;
  std::shared_ptr<ssh::SessionOptions> options_ = make_options();
  ssh::Time now_ = std::chrono::seconds(1000);
  ssh::Session session_;
  ssh::test::Client client_;
  bool closed_ = false, sign_ = false, authenticate_ = false, request_ = false, global_ = false;
  std::size_t prove_ = 0;
  std::vector<ssh::ChannelId> asked_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Play play(data[0]);
  wire::Reader script(ByteView(data + 1, size - 1));
  while (script.left() > 0 && script.ok()) play.step(script);
  play.finish();
  return 0;
}
