// `splc replay --format=pcap`: the TCP connections of packet captures.
#pragma once

#include <vector>

#include "driver/compilation.hpp"
#include "driver/console.hpp"
#include "driver/exit_code.hpp"
#include "driver/options.hpp"
#include "spl/dfa.hpp"

namespace spl::driver {

/// Judges every connection of every file of `options.traces`; prints each when it is over.
[[nodiscard]] Exit replay_captures(const Compilation& compilation, const std::vector<Dfa>& dfas,
                                   const ReplayOptions& options, bool quiet, Console& console);

}  // namespace spl::driver
