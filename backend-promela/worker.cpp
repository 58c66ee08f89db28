// Jobs for machines without splc: the head of the script (worker_script.sh is the rest), and the
// reading of results. A result is what the tools said, unjudged; judging it is done here, so that
// what counts as a proof is decided in one place.
#include "spl/promela/worker.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "outcome.hpp"
#include "recipe.hpp"
#include "spin_output.hpp"
#include "worker_script.hpp"

namespace spl::promela {
namespace {

/// The checksum of POSIX's cksum, as that prints it: "CRC BYTES".
std::string cksum(std::string_view text) {
  static constexpr auto kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
      auto c = i << 24U;
      for (int k = 0; k < 8; ++k) c = (c << 1U) ^ ((c >> 31U) != 0 ? 0x04c11db7U : 0U);
      table[i] = c;
    }
    return table;
  }();
  std::uint32_t crc = 0;
  const auto add = [&crc](unsigned byte) {
    crc = (crc << 8U) ^ kTable[((crc >> 24U) ^ byte) & 0xffU];
  };
  for (const char c : text) add(static_cast<unsigned char>(c));
  for (auto n = text.size(); n != 0; n >>= 8U) add(static_cast<unsigned>(n & 0xffU));
  return fmt::format("{} {}", ~crc, text.size());
}

/// A shell function that becomes the command.
std::string function(const std::string& name, const std::string& command) {
  return fmt::format("{}() {{ {}; }}\n", name, command);
}

std::string joined(std::string_view a, const std::string& b, std::string_view c) {
  return fmt::format("{} {}{}{}", a, b, b.empty() ? "" : " ", c);
}

std::int64_t whole_seconds(std::chrono::milliseconds time) {
  return (time.count() + 999) / 1000;
}

std::string commands(const Job& job) {
  const auto& search = job.search;
  const std::string spin =
      wants_preprocessor(job.model, search) ? R"(exec "$spin")" : R"(exec "$spin" -Pcat)";
  auto flags = compiler_flags(search, search.by_prefix, job.memory_mb);
  flags.emplace_back("-O1");
  flags.insert(flags.end(), search.compiler_arguments.begin(), search.compiler_arguments.end());
  // The only claim of a model need not be named.
  auto arguments = shell_words(
      verifier_arguments(search, search.by_prefix, large_hash_bits(search, job.memory_mb), {}));
  if (job.claims.size() > 1) arguments += R"( -N "$claim")";
  auto limit = std::string{};
  if (const auto mb = address_space_mb(job.memory_mb); mb != 0) {
    limit = fmt::format("ulimit -v {} 2>/dev/null; ", mb << 10U);
  }
  return function("generate", joined(spin, shell_words(search.spin_arguments), "-a model.pml")) +
         function("compile", joined(R"(exec "$cc" -w -o pan)", shell_words(flags), "pan.c")) +
         function("search", fmt::format(R"({}exec ./pan "-m$depth" {})", limit, arguments)) +
         function("replay", spin + " -t -T model.pml");
}

/// Takes a text apart line by line.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  /// "NAME VALUE": the value, if that is the next line.
  std::optional<std::string_view> field(std::string_view name) {
    const auto line = peek();
    if (!line.starts_with(name)) return std::nullopt;
    auto value = line.substr(name.size());
    if (!value.empty() && value.front() != ' ') return std::nullopt;
    if (!value.empty()) value.remove_prefix(1);
    advance();
    return value;
  }
  /// The lines marked as a tool's, as the tool wrote them.
  std::string said() {
    std::string text;
    while (peek().starts_with('|')) {
      text += peek().substr(1);
      text += '\n';
      advance();
    }
    return text;
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  [[nodiscard]] std::string_view peek() const { return rest_.substr(0, rest_.find('\n')); }
  void advance() { rest_.remove_prefix(std::min(rest_.size(), peek().size() + 1)); }

  std::string_view rest_;
};

std::optional<unsigned> number(std::optional<std::string_view> text) {
  unsigned value = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return value;
}

/// Without its last line, which must be the checksum of the others.
std::optional<std::string_view> intact(std::string_view text) {
  if (!text.ends_with('\n')) return std::nullopt;
  const auto before = text.substr(0, text.size() - 1).rfind('\n');
  if (before == std::string_view::npos) return std::nullopt;
  const auto body = text.substr(0, before + 1);
  const auto last = text.substr(before + 1, text.size() - before - 2);
  if (last != "cksum " + cksum(body)) return std::nullopt;
  return body;
}

/// What one claim's verifier said, and whether its time was over.
struct Said {
  unsigned status = 0;
  bool late = false;
  std::string verifier;
  std::optional<unsigned> trail_status;
  std::string trail;
};

ClaimOutcome judge(const Job& job, const Said& said) {
  ClaimOutcome outcome;
  const auto verifier = read_verifier_output(said.verifier);
  outcome.statistics = verifier.statistics;
  if (verifier.errors > 0) {
    if (said.trail_status == 0U) {
      outcome.kind = ClaimOutcome::Kind::found;
      read_trail_output(said.trail, outcome.trail, outcome.loop);
    } else {
      outcome.why = said.late ? too_late(job.timeout) : "its trail was lost";
    }
  } else if (said.late) {
    outcome.why = too_late(job.timeout);
  } else if (outcome.why = why_open(verifier, job.memory_mb);
             outcome.why.empty() && said.status != 0) {
    outcome.why = fmt::format("the verifier failed with exit status {}", said.status);
  } else if (outcome.why.empty()) {
    outcome.kind = ClaimOutcome::Kind::absent;
  }
  return outcome;
}

std::optional<Said> read_claim(Lines& lines, const std::string& claim) {
  Said said;
  if (lines.field("claim") != std::string_view(claim)) return std::nullopt;
  const auto status = number(lines.field("status"));
  if (!status) return std::nullopt;
  said.status = *status;
  said.late = lines.field("late").has_value();
  said.verifier = lines.said();
  if (const auto trail = lines.field("trail")) {
    said.trail_status = number(trail);
    said.trail = lines.said();
  }
  return said;
}

}  // namespace

std::string text_digest(std::string_view text) {
  return digest(text);
}

std::string job_digest(const Job& job) {
  return digest(key_of(job));
}

std::string worker_script(const Job& job) {
  std::string head =
      "#!/bin/sh\n"
      "# A question about model.pml, for Spin. Run this wherever there are spin and a C compiler\n"
      "# (SPIN and CC name others than those in PATH): it writes the file \"result\" beside "
      "itself.\n"
      "# Made by splc; `splc verify --jobs-in` reads the result.\n";
  head += fmt::format("job={}\n", job_digest(job));
  head += fmt::format("model='{}'  # cksum <model.pml\n", cksum(job.model));
  head += fmt::format("claims={}\n", shell_word(fmt::format("{}", fmt::join(job.claims, " "))));
  head +=
      fmt::format("timeout={}  # seconds for all of it; 0: no limit\n", whole_seconds(job.timeout));
  head += fmt::format("first_depth={}\ndepth_factor={}\n", kFirstDepth, kDepthFactor);
  return head + commands(job) + '\n' + std::string(kWorkerScript);
}

std::variant<WorkerReport, std::string> read_worker_result(const Job& job, std::string_view text) {
  if (!text.starts_with("splc-result ")) return "is not a result";
  if (!text.starts_with("splc-result 1\n")) return "was written by another version of splc";
  const auto body = intact(text);
  if (!body) return "is damaged: cut off or changed";
  Lines lines(*body);
  (void)lines.field("splc-result");
  if (lines.field("job") != std::string_view(job_digest(job))) return "is of another job";
  WorkerReport report;
  const auto host = lines.field("host");
  const auto spin = lines.field("spin");
  if (!host || !spin) return "is damaged: its first lines are wrong";
  report.host = printable(*host);
  report.spin_version = printable(*spin);
  for (const auto& claim : job.claims) {
    const auto said = read_claim(lines, claim);
    if (!said) return fmt::format("is damaged: there is nothing about '{}'", claim);
    report.outcome.claims.push_back(judge(job, *said));
  }
  const auto seconds = number(lines.field("seconds"));
  if (!seconds || !lines.at_end()) return "is damaged: its last lines are wrong";
  report.outcome.seconds = *seconds;
  return report;
}

}  // namespace spl::promela
