// Snapshots from anywhere: any bytes are refused with a reason or taken whole, and never does a
// number get in that is no state. The input is tried as it is, and once more with a head and a
// checksum that are right, for a fuzzer would hardly find these.
#include <algorithm>
#include <array>
#include <vector>

#include "fuzz.hpp"
#include "many.hpp"
#include "ping.hpp"

namespace {

using spl::test::require;

/// How many states each automaton has.
template <class... A>
constexpr std::array<std::uint32_t, sizeof...(A)> states_of(spl::rt::List<A...>) {
  return {A::states...};
}

template <class Monitor>
void try_bytes(const std::vector<std::uint8_t>& bytes) {
  using Policy = typename Monitor::policy;
  Monitor monitor;
  const auto first = *monitor.allowed().begin();
  (void)monitor.tick(first);
  const auto before = monitor.snapshot();
  const auto restored = monitor.restore(bytes.data(), bytes.size());
  require(!to_string(restored).empty(), "every answer has words");
  const auto after = monitor.snapshot();
  if (restored != spl::rt::Restored::ok) {
    require(after == before, "what is refused changes nothing");
    return;
  }
  require(std::equal(after.begin(), after.end(), bytes.begin(), bytes.end()),
          "what is taken is what was given");
  constexpr auto kStates = states_of(typename Policy::automata{});
  for (std::uint32_t a = 0; a < Monitor::kAutomata; ++a) {
    require(monitor.states()[a] < kStates[a], "a state that does not exist");
  }
  // And it can be used.
  (void)monitor.finished();
  for (const auto s : monitor.allowed()) {
    auto next = monitor;
    require(next.tick(s) == spl::rt::Verdict::accepted, "allowed() and tick() differ");
  }
}

template <class Monitor>
void try_policy(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint8_t> bytes(data, data + size);
  try_bytes<Monitor>(bytes);
  const auto good = Monitor().snapshot();
  constexpr std::size_t kHead = spl::rt::detail::kSnapshotHead;
  if (bytes.size() < kHead + 4) return;
  std::copy_n(good.begin(), kHead, bytes.begin());
  const auto end = bytes.size() - 4;
  spl::rt::detail::put32(bytes.data() + end, spl::rt::detail::checksum(bytes.data(), end));
  try_bytes<Monitor>(bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try_policy<ping::Monitor>(data, size);
  try_policy<many::Monitor>(data, size);
  return 0;
}
