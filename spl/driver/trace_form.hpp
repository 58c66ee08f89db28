// How traces are written: what the commands that read them have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "driver/openssh_log.hpp"

namespace spl::driver {

enum class TraceFormat : std::uint8_t { automatic, text, json, lines, openssh, jsonl, pcap };

/// Which end of a captured connection is meant.
enum class CaptureSide : std::uint8_t { automatic, client, server };

struct TraceForm {
  TraceFormat format = TraceFormat::automatic;
  std::optional<OpensshRole> role;
  std::string map;                        // of a log of JSON lines: a file
  std::optional<CaptureSide> side;        // of captures; nullopt: automatic
  std::size_t max_connections = 500'000;  // of a capture, open at once
};

}  // namespace spl::driver
