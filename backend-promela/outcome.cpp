// Jobs and outcomes as text: what identifies a job, and outcomes that survive a file or a network.
#include "outcome.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "spl/json.hpp"
#include "spl/json_value.hpp"

namespace spl::promela {
namespace {

constexpr std::uint64_t kFormat = 1;

/// PROMELA without its comments: they name policy lines, and say nothing to spin.
std::string without_comments(std::string_view model) {
  std::string text;
  text.reserve(model.size());
  while (!model.empty()) {
    const auto begin = model.find("/*");
    text += model.substr(0, begin);
    if (begin == std::string_view::npos) break;
    const auto end = model.find("*/", begin + 2);
    if (end == std::string_view::npos) break;
    model.remove_prefix(end + 2);
  }
  return text;
}

/// One part of a key, so that no two lists of parts look the same.
void add(std::string& key, std::string_view part) {
  key += fmt::format("{}:{}\n", part.size(), part);
}

void add(std::string& key, const std::vector<std::string>& parts) {
  add(key, std::to_string(parts.size()));
  for (const auto& p : parts) add(key, p);
}

const char* kind_name(ClaimOutcome::Kind kind) {
  switch (kind) {
    case ClaimOutcome::Kind::absent:
      return "absent";
    case ClaimOutcome::Kind::found:
      return "found";
    case ClaimOutcome::Kind::unfinished:
      return "unfinished";
  }
  return "";
}

/// Reads one claim's outcome; throws nothing, `why` says what is missing.
class ClaimReader {
 public:
  ClaimReader(const JsonValue& value, std::string& why) : value_(value), why_(why) {}

  bool run(const std::string& name, ClaimOutcome& out) {
    const auto* named = text("claim");
    if (named == nullptr) return false;
    if (*named != name) return bad("claim", "is another one");
    return kind(out) && trail(out) && loop(out) && statistics(out.statistics);
  }

 private:
  bool bad(std::string_view field, std::string_view what) {
    why_ = fmt::format("field '{}' {}", field, what);
    return false;
  }
  const std::string* text(std::string_view field) {
    const auto* v = value_.field(field);
    const auto* s = v == nullptr ? nullptr : v->string();
    if (s == nullptr) bad(field, "is no string");
    return s;
  }
  bool natural(std::string_view field, std::uint64_t& out) {
    const auto* v = value_.field(field);
    const auto n = v == nullptr ? std::nullopt : v->natural();
    if (!n) return bad(field, "is no natural number");
    out = *n;
    return true;
  }
  bool positive(std::string_view field, double& out) {
    const auto* v = value_.field(field);
    const auto n = v == nullptr ? std::nullopt : v->number();
    if (!n || *n < 0) return bad(field, "is no positive number");
    out = *n;
    return true;
  }

  bool kind(ClaimOutcome& out) {
    const auto* word = text("outcome");
    const auto* why = word == nullptr ? nullptr : text("why");
    if (why == nullptr) return false;
    for (const auto k :
         {ClaimOutcome::Kind::absent, ClaimOutcome::Kind::found, ClaimOutcome::Kind::unfinished}) {
      if (*word != kind_name(k)) continue;
      out.kind = k;
      out.why = printable(*why);
      return true;
    }
    return bad("outcome", "is none of absent, found, unfinished");
  }

  bool trail(ClaimOutcome& out) {
    const auto* field = value_.field("trail");
    const auto* lines = field == nullptr ? nullptr : field->array();
    if (lines == nullptr) return bad("trail", "is no array");
    if (!lines->empty() && out.kind != ClaimOutcome::Kind::found) {
      return bad("trail", "is there, but nothing was found");
    }
    for (const auto& line : *lines) {
      const auto* s = line.string();
      if (s == nullptr || printable(*s) != *s) return bad("trail", "has a line that is no text");
      out.trail.push_back(*s);
    }
    return true;
  }

  bool loop(ClaimOutcome& out) {
    const auto* field = value_.field("loop");
    if (field == nullptr) return bad("loop", "is missing");
    if (field->is_null()) return true;
    const auto n = field->natural();
    if (!n || *n > out.trail.size()) return bad("loop", "is no place in the trail");
    out.loop = static_cast<std::size_t>(*n);
    return true;
  }

  bool statistics(SearchStatistics& out) {
    return natural("states", out.states) && natural("transitions", out.transitions) &&
           natural("depth", out.depth) && positive("memory_mb", out.memory_mb) &&
           positive("hash_factor", out.hash_factor);
  }

  const JsonValue& value_;
  std::string& why_;
};

void write_claim(JsonWriter& json, const std::string& name, const ClaimOutcome& c) {
  json.begin_object().field("claim", name).field("outcome", kind_name(c.kind));
  json.field("why", c.why).key("trail").begin_array();
  for (const auto& line : c.trail) json.value(line);
  json.end_array().key("loop");
  if (c.loop) {
    json.value(*c.loop);
  } else {
    json.null();
  }
  const auto& s = c.statistics;
  json.field("states", s.states).field("transitions", s.transitions).field("depth", s.depth);
  json.field("memory_mb", s.memory_mb).field("hash_factor", s.hash_factor).end_object();
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  for (const char c : text) result += c >= ' ' && c <= '~' ? c : '?';
  return result;
}

std::string digest(std::string_view text) {
  // FNV-1a over every byte, twice with different starts. Finds mistakes; keeps nobody out.
  constexpr std::uint64_t kPrime = 0x100000001b3U;
  std::uint64_t a = 0xcbf29ce484222325U;
  std::uint64_t b = 0x9e3779b97f4a7c15U;
  for (const char c : text) {
    a = (a ^ static_cast<unsigned char>(c)) * kPrime;
    b = (b ^ static_cast<unsigned char>(c)) * kPrime;
    b ^= b >> 29U;
  }
  return fmt::format("{:016x}{:016x}", a, b);
}

std::string key_of(const Job& job) {
  std::string key = "spl job 1\n";
  add(key, without_comments(job.model));
  add(key, job.claims);
  const auto& s = job.search;
  add(key, fmt::format("{}{} {} {} {}", s.by_prefix ? "prefix" : "cycle",
                       s.bitstate ? " bitstate" : "", s.hash_bits, s.hash_functions, s.hash_seed));
  // Bits that are not said follow from the memory there is.
  if (s.bitstate && s.hash_bits == 0) add(key, std::to_string(job.memory_mb));
  add(key, s.spin_arguments);
  add(key, s.compiler_arguments);
  add(key, s.verifier_arguments);
  return key;
}

bool Outcome::complete() const {
  return std::none_of(claims.begin(), claims.end(), [](const ClaimOutcome& c) {
    return c.kind == ClaimOutcome::Kind::unfinished;
  });
}

Outcome unfinished(const Job& job, const std::string& why) {
  Outcome outcome;
  outcome.claims.resize(job.claims.size());
  for (auto& c : outcome.claims) c.why = why;
  return outcome;
}

std::string write_outcome(const Job& job, const Outcome& outcome) {
  JsonWriter json;
  json.begin_object().field("format", kFormat).field("job", digest(key_of(job)));
  json.field("seconds", outcome.seconds).key("claims").begin_array();
  for (std::size_t i = 0; i < outcome.claims.size(); ++i) {
    write_claim(json, job.claims[i], outcome.claims[i]);
  }
  return json.end_array().end_object().take() + "\n";
}

std::variant<Outcome, std::string> read_outcome(const Job& job, std::string_view text) {
  std::string why;
  const auto value = read_json(text, why);
  if (!value) return "not JSON: " + why;
  const auto* format = value->field("format");
  if (format == nullptr || format->natural() != kFormat) return "of an unknown format";
  const auto* of = value->field("job");
  if (of == nullptr || of->string() == nullptr || *of->string() != digest(key_of(job))) {
    return "of another job";
  }
  Outcome outcome;
  const auto* seconds = value->field("seconds");
  const auto number = seconds == nullptr ? std::nullopt : seconds->number();
  if (!number || *number < 0) return "field 'seconds' is no positive number";
  outcome.seconds = *number;
  const auto* field = value->field("claims");
  const auto* claims = field == nullptr ? nullptr : field->array();
  if (claims == nullptr || claims->size() != job.claims.size()) {
    return "not of as many claims as the job has";
  }
  for (std::size_t i = 0; i < claims->size(); ++i) {
    if (!ClaimReader((*claims)[i], why).run(job.claims[i], outcome.claims.emplace_back())) {
      return why;
    }
  }
  return outcome;
}

}  // namespace spl::promela
