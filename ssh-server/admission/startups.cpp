// See startups.hpp; sshd_config(5), MaxStartups.
#include "ssh/startups.hpp"

#include <algorithm>

namespace ssh {

std::string source_of(std::string_view address, NetBlock block) {
  auto parsed = parse_address(address);
  if (!parsed) {
    return std::string(address);
  }
  unsigned bits = std::min(parsed->v6 ? block.v6_bits : block.v4_bits, parsed->bits());
  for (std::size_t i = 0; i < parsed->bytes.size(); ++i) {
    const unsigned kept = std::min(bits, 8U);
    parsed->bytes[i] = static_cast<std::uint8_t>(parsed->bytes[i] & (0xff00U >> kept));
    bits -= kept;
  }
  return to_string(*parsed);
}

bool Startups::drop(unsigned random) const {
  if (count_ < limits_.begin) {
    return false;
  }
  if (count_ >= limits_.full || limits_.rate >= 100) {
    return true;
  }
  const unsigned chance = limits_.rate + (100 - limits_.rate) * (count_ - limits_.begin) /
                                             (limits_.full - limits_.begin);
  return random < chance;
}

Startups::Verdict Startups::arrive(const std::string& source, unsigned random) {
  if (drop(random)) {
    return Verdict::too_many;
  }
  if (limits_.per_source != 0) {
    const auto found = by_source_.find(source);
    if (found != by_source_.end() && found->second >= limits_.per_source) {
      return Verdict::too_many_from_source;
    }
  }
  ++count_;
  ++by_source_[source];
  return Verdict::admitted;
}

void Startups::leave(const std::string& source) {
  const auto found = by_source_.find(source);
  if (found == by_source_.end()) {
    return;
  }
  --count_;
  if (--found->second == 0) {
    by_source_.erase(found);
  }
}

}  // namespace ssh
