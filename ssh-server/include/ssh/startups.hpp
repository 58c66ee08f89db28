// How many connections may be there that are not logged in yet: MaxStartups and
// PerSourceMaxStartups of sshd_config(5). No clock, no randomness of its own.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "ssh/patterns.hpp"

namespace ssh {

/// Addresses that share their first bits are one source (PerSourceNetBlockSize).
struct NetBlock {
  unsigned v4_bits = 32, v6_bits = 128;
};
/// The source of an address, as a key: its network. An address that is none (a unix socket) is its
/// own text.
std::string source_of(std::string_view address, NetBlock block);

struct StartupLimits {
  /// "begin:rate:full".
  unsigned begin = 10, rate = 30, full = 100;
  /// Zero: no limit.
  unsigned per_source = 0;
};

class Startups {
 public:
  enum class Verdict { admitted, too_many, too_many_from_source };

  void set_limits(StartupLimits limits) { limits_ = limits; }
  /// `random` is uniform in [0, 100). Counts the connection if it is admitted.
  Verdict arrive(const std::string& source, unsigned random);
  /// A connection that was admitted has logged in, or has ended.
  void leave(const std::string& source);

  unsigned count() const { return count_; }

 private:
  /// Per cent, as OpenSSH: from rate at begin to 100 at full, in a straight line.
  bool drop(unsigned random) const;

  StartupLimits limits_;
  unsigned count_ = 0;
  std::map<std::string, unsigned> by_source_;
};

}  // namespace ssh
