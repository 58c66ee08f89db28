// What pan and spin say, as of Spin 6.5.2. Anything unknown is taken as "not complete".
#include "spin_output.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace spl::promela {
namespace {

template <class F>
void each_line(std::string_view text, F&& f) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    f(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

std::string_view trimmed(std::string_view line) {
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
  return line;
}

bool has(std::string_view line, std::string_view what) {
  return line.find(what) != std::string_view::npos;
}

/// The number that starts a line ("128.195\ttotal actual memory usage", "1e+06 states, stored").
double leading(std::string_view line) {
  return std::strtod(std::string(line).c_str(), nullptr);
}

double following(std::string_view line, std::string_view label) {
  const auto at = line.find(label);
  return at == std::string_view::npos ? 0 : leading(line.substr(at + label.size()));
}

}  // namespace

VerifierOutput read_verifier_output(std::string_view text) {
  VerifierOutput out;
  bool report = false;
  bool stopped = false;
  each_line(text, [&](std::string_view raw_line) {
    const auto line = trimmed(raw_line);
    if (has(line, "State-vector") && has(line, "errors:")) {
      report = true;
      out.errors = static_cast<std::uint64_t>(following(line, "errors:"));
      out.statistics.depth = static_cast<std::uint64_t>(following(line, "depth reached"));
    } else if (has(line, "states, stored") && out.statistics.states == 0) {
      out.statistics.states = static_cast<std::uint64_t>(leading(line));
    } else if (has(line, "transitions (=")) {
      out.statistics.transitions = static_cast<std::uint64_t>(leading(line));
    } else if (has(line, "hash factor:")) {
      out.statistics.hash_factor = following(line, "hash factor:");
    } else if (has(line, "total actual memory usage")) {
      out.statistics.memory_mb = leading(line);
    } else if (has(line, "max search depth too small")) {
      out.depth_exceeded = true;
    } else if (has(line, "out of memory") || has(line, "MEMLIM bound") ||
               has(line, "hash table full") || has(line, "memory exhausted")) {
      out.out_of_memory = true;
    } else if (has(line, "Search not completed") || has(line, "VECTORSZ") ||
               has(line, "Interrupted")) {
      stopped = true;
    }
  });
  out.complete = report && !stopped && !out.depth_exceeded && !out.out_of_memory;
  return out;
}

std::string why_open(const VerifierOutput& said, std::uint64_t memory_mb) {
  if (said.out_of_memory) return fmt::format("more than {} MB of memory needed", memory_mb);
  if (said.depth_exceeded) return "the search goes deeper than its stack";
  if (!said.complete) return "the verifier stopped early";
  return {};
}

std::optional<SearchStatistics> read_progress(std::string_view text) {
  const auto at = text.rfind("Depth=");
  if (at == std::string_view::npos) return std::nullopt;
  const auto line = text.substr(at, text.find('\n', at) - at);
  if (!has(line, "Memory=")) return std::nullopt;  // half a line
  SearchStatistics s;
  s.depth = static_cast<std::uint64_t>(following(line, "Depth="));
  s.states = static_cast<std::uint64_t>(following(line, "States="));
  s.transitions = static_cast<std::uint64_t>(following(line, "Transitions="));
  s.memory_mb = following(line, "Memory=");
  return s;
}

void read_trail_output(std::string_view text, std::vector<std::string>& lines,
                       std::optional<std::size_t>& loop) {
  each_line(text, [&](std::string_view raw_line) {
    const auto line = trimmed(raw_line);
    if (line.starts_with("statecall ") || line.starts_with("refused ") || line == "other" ||
        line == "end" || line == "start" || line.starts_with("start ")) {
      lines.emplace_back(line);
    } else if (has(line, "START OF CYCLE")) {
      loop = lines.size();
    }
  });
}

std::string last_lines(std::string_view text) {
  constexpr std::size_t kMost = 2000;
  if (text.size() > kMost) text.remove_prefix(text.size() - kMost);
  std::string result;
  for (const char c : text) {
    const bool plain = c == '\n' || c == '\t' || (c >= ' ' && c <= '~');
    result += plain ? c : '?';
  }
  while (!result.empty() && result.back() == '\n') result.pop_back();
  return result;
}

}  // namespace spl::promela
