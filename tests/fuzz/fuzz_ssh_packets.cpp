// The packet layer, from bytes to payloads. The first byte says in which protection: 0 in the
// clear, 1 with a stub that leaves everything as it is, 2 packets made of the input, with a tag of
// four bytes, of which then one byte is changed. The second says where, and into what pieces the
// bytes are cut.
//
// Laws: no payload is empty or larger than a packet; the pieces make no difference to the payloads
// or to how it ends; whoever made the packets gets them back, up to the one that was changed.
#include <algorithm>

#include "../ssh/support/stub_crypto.hpp"
#include "fuzz.hpp"
#include "wire/packets.hpp"

namespace {

using spl::test::require;
using ssh::Bytes;
using ssh::ByteView;

struct Run {
  std::vector<Bytes> payloads;
  std::string error;
};

std::unique_ptr<ssh::PacketProtection> protection(int mode, bool sealing) {
  const Bytes key(4, 1);
  const char* cipher = mode == 1 ? "stub-clear" : "stub-tag";
  return ssh::test::stub_provider().protect(cipher, "", key, key, {}, sealing);
}

Run read(Bytes bytes, int mode, std::size_t piece) {
  ssh::wire::PacketInput input;
  if (mode != 0) input.protect(protection(mode, false));
  Run run;
  const std::size_t step = piece == 0 ? bytes.size() + 1 : piece;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    const auto part = ssh::MutableBytes(bytes).subspan(at, std::min(step, bytes.size() - at));
    input.feed(part);
    ByteView payload;
    ssh::wire::PacketInput::State state;
    while ((state = input.next(payload)) == ssh::wire::PacketInput::State::packet) {
      require(payload.size() <= ssh::wire::kLargestPacket, "a payload larger than a packet");
      run.payloads.push_back(ssh::to_bytes(payload));
    }
    if (state == ssh::wire::PacketInput::State::broken) {
      run.error = input.error();
      require(!run.error.empty(), "broken without a reason");
      require(input.next(payload) == state, "broken, and then not");
      break;
    }
    // The bytes are not looked at any more.
    std::ranges::fill(part, std::uint8_t{0xee});
  }
  return run;
}

void round_trip(ByteView data, std::size_t where, std::size_t piece) {
  ssh::wire::PacketOutput output(ssh::test::stub_provider().random(), nullptr);
  output.protect(protection(2, true));
  std::vector<Bytes> payloads;
  std::vector<std::size_t> ends;
  while (!data.empty()) {
    const auto size = std::min<std::size_t>(1 + data[0], data.size());
    payloads.push_back(ssh::to_bytes(data.first(size)));
    ssh::append(output.begin(), data.first(size));
    output.end();
    ends.push_back(output.data().size());
    data = data.subspan(size);
  }
  const Bytes bytes = ssh::to_bytes(output.data());
  require(read(bytes, 2, piece).payloads == payloads, "not what was sent");
  if (bytes.empty()) return;
  Bytes changed = bytes;
  where %= changed.size();
  changed[where] ^= 1;
  const Run run = read(changed, 2, piece);
  const auto first = static_cast<std::size_t>(std::ranges::upper_bound(ends, where) - ends.begin());
  // Of the packets before it nothing is lost. (The stub's checksum does not cover all of a long
  // one.)
  require(run.payloads.size() >= first, "a good packet is lost");
  require(std::equal(payloads.begin(), payloads.begin() + static_cast<std::ptrdiff_t>(first),
                     run.payloads.begin()),
          "a good packet is changed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const int mode = data[0] % 3;
  const ByteView rest(data + 2, size - 2);
  if (mode == 2) {
    round_trip(rest, data[1] * 7U, 1 + data[1] % 50);
    return 0;
  }
  const Run whole = read(ssh::to_bytes(rest), mode, 0);
  const Run pieces = read(ssh::to_bytes(rest), mode, 1 + data[1] % 50);
  require(whole.payloads == pieces.payloads, "the pieces make a difference");
  require(whole.error == pieces.error, "the pieces make a difference to the end");
  return 0;
}
