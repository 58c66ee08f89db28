// The manifest as JSON: what a set of jobs was made from.
#include "manifest.hpp"

#include <fmt/format.h>

#include <cmath>

#include "files.hpp"
#include "spl/distribute/job_directory.hpp"
#include "spl/json.hpp"
#include "spl/json_value.hpp"

namespace spl::distribute {
namespace {

constexpr std::uint64_t kFormat = 1;
constexpr std::size_t kLongestManifest = std::size_t{64} << 20U;

void write_list(JsonWriter& json, std::string_view name, const std::vector<std::string>& list) {
  json.key(name).begin_array();
  for (const auto& one : list) json.value(one);
  json.end_array();
}

/// Reads fields until one is wrong; then `bad` names it.
class Reader {
 public:
  explicit Reader(const JsonValue& object) : object_(object) {}

  void read(std::string_view name, std::string& out) {
    const auto* v = field(name);
    if (const auto* s = v == nullptr ? nullptr : v->string()) {
      out = *s;
    } else {
      wrong(name);
    }
  }
  void read(std::string_view name, std::vector<std::string>& out) {
    const auto* v = field(name);
    const auto* list = v == nullptr ? nullptr : v->array();
    if (list == nullptr) return wrong(name);
    for (const auto& one : *list) {
      if (one.string() == nullptr) return wrong(name);
      out.push_back(*one.string());
    }
  }
  void read(std::string_view name, bool& out) {
    const auto* v = field(name);
    const auto b = v == nullptr ? std::nullopt : v->boolean();
    if (!b) return wrong(name);
    out = *b;
  }
  template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>) void read(std::string_view name, T& out, std::uint64_t most) {
    const auto* v = field(name);
    const auto n = v == nullptr ? std::nullopt : v->natural();
    if (!n || *n > most) return wrong(name);
    out = static_cast<T>(*n);
  }
  [[nodiscard]] const JsonValue* field(std::string_view name) const { return object_.field(name); }
  void wrong(std::string_view name) {
    if (bad.empty()) bad = name;
  }

  std::string bad;

 private:
  const JsonValue& object_;
};

void read_options(Reader& r, promela::VerifyOptions& o) {
  std::uint64_t timeout = 0;
  r.read("timeout_ms", timeout, std::uint64_t{1} << 40U);
  o.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(timeout));
  r.read("memory_mb", o.memory_mb, 1'000'000'000);
  r.read("state_bound", o.state_bound, std::uint64_t{1} << 53U);
  r.read("built_in", o.built_in);
  r.read("bitstate", o.bitstate);
  r.read("variants", o.variants, 1'000'000);
  r.read("spin_arguments", o.spin_arguments);
  r.read("compiler_arguments", o.compiler_arguments);
  r.read("verifier_arguments", o.verifier_arguments);
}

void read_jobs(Reader& r, std::vector<Manifest::Entry>& jobs) {
  const auto* v = r.field("jobs");
  const auto* list = v == nullptr ? nullptr : v->array();
  if (list == nullptr) return r.wrong("jobs");
  for (const auto& one : *list) {
    Reader job(one);
    auto& entry = jobs.emplace_back();
    job.read("name", entry.name);
    job.read("digest", entry.digest);
    if (!job.bad.empty()) return r.wrong("jobs");
  }
}

}  // namespace

std::string write_manifest(const Manifest& m) {
  const auto& o = m.options;
  JsonWriter json;
  json.begin_object().field("format", kFormat).field("splc", m.splc_version);
  json.field("policy", m.policy).field("policy_digest", m.policy_digest);
  write_list(json, "properties", m.properties);
  write_list(json, "formulas", m.formulas);
  json.field("timeout_ms", o.timeout.count()).field("memory_mb", o.memory_mb);
  json.field("state_bound", o.state_bound).field("built_in", o.built_in);
  json.field("bitstate", o.bitstate).field("variants", o.variants);
  write_list(json, "spin_arguments", o.spin_arguments);
  write_list(json, "compiler_arguments", o.compiler_arguments);
  write_list(json, "verifier_arguments", o.verifier_arguments);
  json.key("jobs").begin_array();
  for (const auto& job : m.jobs) {
    json.begin_object().field("name", job.name).field("digest", job.digest).end_object();
  }
  return json.end_array().end_object().take() + "\n";
}

std::variant<Manifest, promela::ToolFailure> read_manifest(const std::string& directory) {
  const auto path = directory + "/manifest.json";
  const auto broken = [&](const std::string& why) {
    return environment(fmt::format("cannot use '{}': {}", path, why),
                       "write the jobs again, with --jobs-out");
  };
  const auto text = read_text(path, kLongestManifest);
  if (!text) {
    return environment(
        fmt::format("'{}' is no directory of jobs: it has no manifest.json", directory),
        "splc verify --jobs-out DIR POLICY writes one");
  }
  std::string why;
  const auto value = read_json(*text, why);
  if (!value) return broken("it is not JSON (" + why + ")");
  const auto* format = value->field("format");
  const auto number = format == nullptr ? std::nullopt : format->natural();
  if (!number) return broken("it is no manifest of jobs");
  if (*number != kFormat) {
    return broken(
        fmt::format("it is of format {}, and this splc knows format {}", *number, kFormat));
  }
  Manifest m;
  Reader r(*value);
  r.read("splc", m.splc_version);
  r.read("policy", m.policy);
  r.read("policy_digest", m.policy_digest);
  r.read("properties", m.properties);
  r.read("formulas", m.formulas);
  read_options(r, m.options);
  read_jobs(r, m.jobs);
  if (!r.bad.empty()) return broken(fmt::format("its field '{}' is missing or wrong", r.bad));
  return m;
}

}  // namespace spl::distribute
