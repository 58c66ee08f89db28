// Internal: reading what spin and its verifiers print.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spin.hpp"

namespace spl::promela {

struct VerifierOutput {
  std::uint64_t errors = 0;
  bool complete = false;  // it reached its report, and cut nothing short
  bool depth_exceeded = false;
  bool out_of_memory = false;
  SearchStatistics statistics;
};

[[nodiscard]] VerifierOutput read_verifier_output(std::string_view text);

/// Why a verifier that found nothing and was not stopped has proved nothing: "" only if its search
/// came to the end. Whoever runs verifiers, here or elsewhere, decides `absent` by this.
[[nodiscard]] std::string why_open(const VerifierOutput& said, std::uint64_t memory_mb);

/// What the last progress line of a running verifier says; nothing if it has not spoken yet.
[[nodiscard]] std::optional<SearchStatistics> read_progress(std::string_view text);

/// Lines printed by the model itself during a replay or simulation, and where the cycle starts.
void read_trail_output(std::string_view text, std::vector<std::string>& lines,
                       std::optional<std::size_t>& loop);

/// The last few lines of a tool's messages, control characters made harmless.
[[nodiscard]] std::string last_lines(std::string_view text);

}  // namespace spl::promela
