// A backend of the network driver that does anything: the input is a script, a byte for what
// happens, others that fill it in (see Play::step).
//
// Laws: no memory is touched that is not lent (AddressSanitizer; the platform's stand-in refuses
// what is not allowed); frames are of a size that frames have; a backend is left after a fault, and
// for good after too many; in the end all is given back.
#include "../xen/netfront_world.hpp"
#include "fuzz.hpp"

namespace {

using namespace xenrt;
using namespace xenrt::test;
using spl::test::require;

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
  std::uint16_t u16() { return static_cast<std::uint16_t>(u8() << 8U | u8()); }

 private:
  ByteView left_;
};

class Play final : public FrameSink {
 public:
  explicit Play(std::uint8_t features)
      : world_([features](Netback& back) {
          back.strict = false;
          back.set("feature-sg", (features & 1U) != 0 ? "1" : "0");
          back.set("feature-no-csum-offload", (features & 2U) != 0 ? "1" : "0");
          back.set("feature-ipv6-csum-offload", (features & 4U) != 0 ? "1" : "0");
        }) {}

  void frame(ByteView bytes, bool) override {
    require(bytes.size() >= 14 && bytes.size() <= 65549, "a frame of no size that frames have");
    if (echoes_) (void)world_.send(bytes.first(std::min<std::size_t>(bytes.size(), 9014)));
  }

  void step(Input& in) {
    auto& back = world_.back;
    const auto what = in.u8();
    switch (what & 15U) {
      case 0:
        (void)world_.send(frame_of_size(in.u16() % 9100U, what));
        break;
      case 1:
        world_.front->flush();
        break;
      case 2:
        (void)world_.front->receive(*this, 1U + in.u8());
        break;
      case 3:
        poke(in, back.connected ? back.tx.sring : nullptr);
        break;
      case 4:
        poke(in, back.connected ? back.rx.sring : nullptr);
        break;
      case 5:  // a frame as it should be
        if (back.connected) (void)deliver(in);
        break;
      case 6: {  // a response of any kind, in its place or not
        if (!back.connected) break;
        const auto place = (back.rx.rsp_prod_pvt + (in.u8() == 0 ? 1U : 0U)) % 256U;
        back.respond({static_cast<std::uint16_t>(place), in.u16(), in.u8(),
                      static_cast<std::int16_t>(in.u16())});
        back.push_frames();
        break;
      }
      case 7:
        if (!back.connected) break;
        back.answer(in.u8(), static_cast<std::int8_t>(in.u8()));
        back.push_answers();
        break;
      case 8:
        answer_all();
        break;
      case 9:
        back.set("state", std::to_string(in.u8() % 9U));
        world_.follow();
        break;
      case 10:
        back.disconnect();
        world_.follow();
        break;
      case 11:
        what >> 4U == 0 ? back.remove_device() : back.make_device();
        world_.follow();
        break;
      case 12:
        echoes_ = !echoes_;
        break;
      case 13:
        world_.store_process.clock += 1'000'000'000U;
        break;
      case 14:
        world_.domain.most_pages = in.u16();
        break;
      default:
        world_.connects = !world_.connects;
        world_.follow();
    }
    check();
  }

  void finish() {
    world_.front->flush();
    (void)world_.front->receive(*this, 64);
    check();
    world_.end();
  }

 private:
  /// Bytes in a shared page: of its head, or of any entry. Requests stay as they are, for this is
  /// about what the guest reads.
  void poke(Input& in, void* shared) {
    if (shared == nullptr) return;
    auto* bytes = static_cast<std::uint8_t*>(shared);
    const auto at = in.u8();
    // rsp_prod is behind req_prod and req_event.
    bytes[4U + at % 12U] = in.u8();
  }

  bool deliver(Input& in) {
    const auto size = std::max<std::size_t>(in.u16(), 14);
    const auto kind = in.u8();
    const auto per_slot = 256U + in.u16() % 3841U;
    const bool done =
        (size + per_slot - 1) / per_slot <= 200 &&
        world_.back.deliver(frame_of_size(size), kind & 3U, kind >> 2U & 3U, per_slot);
    world_.back.push_frames();
    return done;
  }

  void answer_all() {
    auto& back = world_.back;
    if (!back.connected) return;
    for (const auto& taken : back.take()) back.answer(taken);
    back.push_answers();
  }

  void check() {
    const auto counters = world_.front->counters();
    require(counters.faults <= Netfront::kMostFaults, "a backend that may go on for ever");
    require(counters.faults < Netfront::kMostFaults || !world_.front->link_up(),
            "a link with a backend that was left for good");
    require(counters.pages_lent <= 1028, "more pages lent than there may be");
    require(!world_.front->link_up() || world_.front->port() != Port::none,
            "a link without a port");
  }

  World world_;
  bool echoes_ = false;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 4'000) return 0;
  Play play(data[0]);
  Input in(data + 1, size - 1);
  while (!in.empty()) play.step(in);
  play.finish();
  return 0;
}
