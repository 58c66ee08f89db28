// Any bytes as the replies of xenstored: to every kind of request, to the network driver that
// negotiates through it, and to control/shutdown. The input is what the ring brings, in pieces;
// time passes when it brings nothing.
//
// Laws: every request ends, with a value or an error; no event is longer than a message; nothing
// stays lent.
#include "../xen/domain.hpp"
#include "fuzz.hpp"
#include "xenrt/netfront.hpp"
#include "xenrt/shutdown.hpp"

namespace {

using namespace xenrt;
using namespace xenrt::test;
using spl::test::require;

class Play {
 public:
  Play(const std::uint8_t* data, std::size_t size) : left_(spl::test::text_of(data, size)) {
    process_.piece = 1U + static_cast<std::uint8_t>(take(1)[0]) * 4U;
    process_.instead = [this](const xsd_sockmsg& request, const std::string&) { reply(request); };
  }

  void run() {
    auto connected = Xenstore::connect();
    require(static_cast<bool>(connected), "no connection");
    auto& store = **connected;
    for (auto i = take(1)[0] & 7; i > 0; --i) requests(store);
    if (auto control = ShutdownControl::start(store)) (void)control->poll();
    if (auto device = Netfront::open(store, 0, [](std::string_view) {})) {
      for (int i = 0; i < 8; ++i) {
        while (const auto event = store.next_event()) check(*event, **device);
        process_.run();
      }
    }
    process_.instead = [](const auto&, const auto&) {};
  }

 private:
  std::string take(std::size_t count) {
    auto taken = left_.substr(0, count);
    left_.erase(0, count);
    taken.resize(count);
    return taken;
  }

  // A byte says how: as it should be, with the request's numbers; or any bytes.
  void reply(const xsd_sockmsg& request) {
    const auto how = static_cast<std::uint8_t>(take(1)[0]);
    if (left_.empty()) return;  // no answer any more
    const auto length = static_cast<std::uint8_t>(take(1)[0]);
    switch (how & 7U) {
      case 0:
        process_.say(take(length));
        break;
      case 1:
        process_.say(XS_WATCH_EVENT, 0, take(length));
        process_.say(request.type, request.req_id, "1");
        break;
      case 2:
        process_.say(XS_ERROR, request.req_id, take(length % 16U));
        break;
      case 3:
        process_.say(how >> 3U, request.req_id, take(length));
        break;
      case 4:
        process_.ring.rsp_prod += length;
        break;
      default:
        process_.say(request.type, request.req_id, take(length));
    }
  }

  void requests(Xenstore& store) {
    (void)store.read("a");
    (void)store.list("a");
    (void)store.read_number("a", 100);
    if (const auto t = store.begin()) (void)store.commit(*t);
    (void)store.watch("a", "t");
    while (const auto event = store.next_event()) check(*event);
  }

  void check(const Xenstore::WatchEvent& event) {
    require(event.path.size() + event.token.size() <= XENSTORE_PAYLOAD_MAX, "a long event");
    require(++events_ < 10'000, "events without an end");
  }
  void check(const Xenstore::WatchEvent& event, Netfront& device) {
    check(event);
    (void)device.handle(event);
    require(!device.link_up() || device.port() != Port::none, "a link without a backend");
  }

  std::string left_;
  Xenstored process_;
  Domain domain_;
  std::size_t events_ = 0;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 20'000) return 0;
  Play(data, size).run();
  return 0;
}
