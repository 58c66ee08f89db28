// Results of `splc compose` as text. A run is a table: what each role did, and what was under way.
#include "driver/compose_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "driver/explain.hpp"

namespace spl::driver {
namespace {

using promela::ComposeResult;
using promela::ComposeStep;
using promela::Verdict;

constexpr std::size_t kMostAllowed = 20;  // shown of what would have been accepted

const std::string& name(const ComposeSubject& subject, Role role, StatecallId s) {
  return subject.policies[index(role)]->program->vocabulary.name(s);
}

std::string names(const ComposeSubject& subject, Role role, const std::vector<StatecallId>& list,
                  std::size_t limit = 1000) {
  return name_list(*subject.policies[index(role)]->program, list, 6, limit);
}

/// A message as it is shown under way: what its sender calls it, but for the word "Transmit_".
std::string short_name(const ComposeSubject& subject, Role sender, const Message& m) {
  const auto& full = name(subject, sender, m.sent);
  constexpr std::string_view kPrefix = "Transmit_";
  return full.starts_with(kPrefix) ? full.substr(kPrefix.size()) : full;
}

std::string matched_list(const ComposeSubject& subject, Role sender) {
  std::string text;
  std::size_t width = 0;
  const auto& sends = subject.pairing->sides[index(sender)].sends;
  for (const auto& m : sends) width = std::max(width, name(subject, sender, m.sent).size());
  for (const auto& m : sends) {
    text += fmt::format("      {:<{}}  {}\n", name(subject, sender, m.sent), width,
                        name(subject, other(sender), m.received));
  }
  return text;
}

// ---- one run ----

std::string place_text(const SourceMap& sources, const std::vector<Place>& places) {
  std::string text;
  for (const auto& place : places) {
    if (!place.range.valid()) continue;
    if (!text.empty()) text += ", ";
    text +=
        fmt::format("{}:{}", sources.name(place.range.file), sources.begin_of(place.range).line);
  }
  return text;
}

std::string queue_text(const ComposeSubject& subject, Role sender,
                       const std::vector<Message>& queue) {
  std::string text;
  for (const auto& m : queue) {
    if (!text.empty()) text += ", ";
    text += short_name(subject, sender, m);
  }
  return text.empty() ? "-" : text;
}

std::string run_table(const ComposeSubject& subject, const ComposeResult& r) {
  if (r.trace.empty()) return "  at the very start, before any statecall\n";
  using Row = std::array<std::string, 6>;
  std::vector<Row> rows{{"step", "client", "server", "to server", "to client", "policy line"}};
  for (std::size_t i = 0; i < r.trace.size(); ++i) {
    const auto& step = r.trace[i];
    const auto& own = name(subject, step.role, step.told.statecall);
    const auto& sources = subject.policies[index(step.role)]->sources;
    const bool client = step.role == Role::client;
    rows.push_back({std::to_string(i + 1), client ? own : "", client ? "" : own,
                    queue_text(subject, Role::client, step.channels[index(Role::client)]),
                    queue_text(subject, Role::server, step.channels[index(Role::server)]),
                    place_text(sources, step.told.places)});
  }
  std::array<std::size_t, 6> width{};
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) width[c] = std::max(width[c], row[c].size());
  }
  std::string out;
  for (const auto& row : rows) {
    auto line = fmt::format("  {:>{}}", row[0], width[0]);
    for (std::size_t c = 1; c < row.size(); ++c) line += fmt::format("  {:<{}}", row[c], width[c]);
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string state_of(const ComposeSubject& subject, Role role, const promela::RoleEnd& end) {
  const char* done = end.ended ? "has ended" : end.finished ? "may stop here" : "is not finished";
  auto text = fmt::format("  the {} {}", to_string(role), done);
  if (end.ended) return text + "\n";
  if (end.allowed.empty()) return text + "; it accepts nothing\n";
  return text + "; it would accept\n" + names(subject, role, end.allowed, kMostAllowed);
}

std::string headline(const ComposeSubject& subject, const ComposeResult& r) {
  switch (r.failure) {
    case ComposeFailure::deadlock:
      return "neither role can go on, and not all are finished";
    case ComposeFailure::reception:
      return fmt::format("the {} is sent {} and has no place for it", to_string(*r.role),
                         name(subject, *r.role, r.message->received));
    case ComposeFailure::orphan:
      return fmt::format("all are finished, and the {} never receives {}", to_string(*r.role),
                         name(subject, *r.role, r.message->received));
    case ComposeFailure::overflow:
      return fmt::format("the {} can do {} while {} are under way already", to_string(*r.role),
                         name(subject, *r.role, r.message->sent),
                         count(subject.composition->options.bound, "message"));
  }
  return {};
}

std::string hint(const ComposeSubject& subject, const ComposeResult& r) {
  const auto& options = subject.composition->options;
  if (r.failure == ComposeFailure::reception && options.reception == ReceptionRule::now &&
      r.later == true) {
    return fmt::format(
        "  the {} would accept it after steps of its own: --reception=later lets it wait for "
        "them\n",
        to_string(*r.role));
  }
  if (r.failure == ComposeFailure::overflow) {
    return "  --bound=N makes the channels larger, --full=block makes the sender wait\n";
  }
  return {};
}

std::string details(const ComposeSubject& subject, const ComposeResult& r, bool colour) {
  auto out =
      fmt::format("\n{}  {}\n", paint(to_string(r.failure), "1;31", colour), headline(subject, r));
  out += run_table(subject, r);
  if (r.failure == ComposeFailure::reception) {
    const auto& policy = *subject.policies[index(*r.role)];
    out += explain_violation(*policy.program, policy.sources, r.refusals,
                             r.ends[index(*r.role)].allowed, kMostAllowed);
  } else {
    for (const auto role : kRoles) out += state_of(subject, role, r.ends[index(role)]);
  }
  return out + hint(subject, r);
}

// ---- the table ----

std::string title(const ComposeSubject& subject, ComposeFailure failure) {
  const bool later = subject.composition->options.reception == ReceptionRule::later;
  switch (failure) {
    case ComposeFailure::deadlock:
      return "no deadlock";
    case ComposeFailure::reception:
      return later ? "no unspecified reception (later)" : "no unspecified reception";
    case ComposeFailure::orphan:
      return "no orphan messages";
    case ComposeFailure::overflow:
      return "no overflow";
  }
  return {};
}

std::string verdict_word(const ComposeResult& r, bool colour) {
  const auto word = r.verdict == Verdict::proved  ? std::pair("proved", "1;32")
                    : r.verdict == Verdict::fails ? std::pair("FAILS", "1;31")
                                                  : std::pair("not finished", "1;33");
  return paint(fmt::format("{:<12}", word.first), word.second, colour);
}

/// How far what was proved goes.
std::string scope(const ComposeSubject& subject, const promela::ComposeReport& report) {
  const auto& options = subject.composition->options;
  const auto overflow =
      std::ranges::find(report.results, ComposeFailure::overflow, &ComposeResult::failure);
  if (overflow != report.results.end() && overflow->verdict == Verdict::proved) {
    return fmt::format(
        "\nno more than {} are ever under way one way: this holds for channels of "
        "any size\n",
        count(options.bound, "message"));
  }
  const bool anything = std::ranges::any_of(
      report.results, [](const auto& r) { return r.verdict == Verdict::proved; });
  if (!anything) return {};
  return fmt::format("\nwhat is proved holds for channels of {}\n",
                     count(options.bound, "message"));
}

void write_names(JsonWriter& json, const ComposeSubject& subject, Role role,
                 const std::vector<StatecallId>& list) {
  json.begin_array();
  for (const auto s : list) json.value(name(subject, role, s));
  json.end_array();
}

void write_message(JsonWriter& json, const ComposeSubject& subject, Role sender, const Message& m) {
  json.begin_object().field("sent", name(subject, sender, m.sent));
  json.field("received", name(subject, other(sender), m.received)).end_object();
}

void write_channel(JsonWriter& json, const ComposeSubject& subject, Role sender,
                   const std::vector<Message>& queue) {
  json.begin_array();
  for (const auto& m : queue) write_message(json, subject, sender, m);
  json.end_array();
}

void write_step(JsonWriter& json, const ComposeSubject& subject, const ComposeStep& step) {
  const auto& policy = *subject.policies[index(step.role)];
  const char* kind = step.kind == ComposeStep::Kind::local  ? "local"
                     : step.kind == ComposeStep::Kind::send ? "send"
                                                            : "receive";
  json.begin_object().field("role", to_string(step.role)).field("kind", kind);
  json.field("statecall", name(subject, step.role, step.told.statecall));
  json.key("places").begin_array();
  for (const auto& place : step.told.places) {
    json.begin_object().field("automaton", policy.program->automata[index(place.automaton)].name);
    json.key("at");
    write_place(json, policy.sources, place.range);
    json.end_object();
  }
  json.end_array().key("to_server");
  write_channel(json, subject, Role::client, step.channels[index(Role::client)]);
  json.key("to_client");
  write_channel(json, subject, Role::server, step.channels[index(Role::server)]);
  json.end_object();
}

void write_end(JsonWriter& json, const ComposeSubject& subject, Role role,
               const promela::RoleEnd& end) {
  json.key(to_string(role)).begin_object();
  json.field("finished", end.finished).field("ended", end.ended).key("expected");
  write_names(json, subject, role, end.allowed);
  json.end_object();
}

std::string result_json(const ComposeSubject& subject, const ComposeResult& r) {
  JsonWriter json;
  json.begin_object().field("failure", to_string(r.failure));
  json.field("verdict", promela::to_string(r.verdict)).field("why", r.why);
  json.key("role");
  if (r.role) {
    json.value(to_string(*r.role));
  } else {
    json.null();
  }
  json.key("message");
  if (r.message) {
    const bool sender = r.failure == ComposeFailure::overflow;
    write_message(json, subject, sender ? *r.role : other(*r.role), *r.message);
  } else {
    json.null();
  }
  json.key("trace").begin_array();
  for (const auto& step : r.trace) write_step(json, subject, step);
  json.end_array().key("end");
  if (r.verdict == Verdict::fails) {
    json.begin_object();
    for (const auto role : kRoles) write_end(json, subject, role, r.ends[index(role)]);
    json.end_object();
  } else {
    json.null();
  }
  json.key("reasons").begin_array();
  for (const auto& refusal : r.refusals) {
    const auto& policy = *subject.policies[index(*r.role)];
    write_reason(json, *policy.program, policy.sources, refusal);
  }
  json.end_array().key("accepted_later");
  if (r.later) {
    json.value(*r.later);
  } else {
    json.null();
  }
  json.field("states", r.states).field("transitions", r.transitions).field("depth", r.depth);
  json.field("seconds", r.seconds).field("memory_mb", r.memory_mb);
  return json.end_object().take() + "\n";
}

}  // namespace

std::string pairing_text(const ComposeSubject& subject, bool all) {
  std::string out;
  for (const auto role : kRoles) {
    const auto& pairing = subject.pairing->sides[index(role)];
    const auto& side = subject.composition->sides[index(role)];
    const auto& path = subject.policies[index(role)]->path;
    out += fmt::format("{}  {}: {}; {} matched, {} local\n", to_string(role),
                       path == "-" ? "<stdin>" : path, count(side.states, "state"),
                       count(pairing.sends.size(), "message"), count(pairing.local.size(), "step"));
    if (!all) continue;
    if (!pairing.sends.empty()) {
      out += fmt::format("    sent, and how the {} announces it\n", to_string(other(role)));
      out += matched_list(subject, role);
    }
    if (!pairing.local.empty()) {
      out += "    local\n" + names(subject, role, pairing.local);
    }
    if (!pairing.unsent.empty()) {
      out += fmt::format("    received, but never sent by the {}\n", to_string(other(role)));
      out += names(subject, role, pairing.unsent);
    }
    if (!pairing.unmatched.empty()) {
      out += fmt::format("    without a counterpart, but no run of the {} comes to it\n",
                         to_string(role));
      out += names(subject, role, pairing.unmatched);
    }
  }
  return out;
}

std::string pairing_json(const ComposeSubject& subject) {
  JsonWriter json;
  const auto& options = subject.composition->options;
  json.begin_object().field("bound", options.bound);
  json.field("reception", options.reception == ReceptionRule::now ? "now" : "later");
  json.field("full", options.full == FullRule::report ? "report" : "block");
  for (const auto role : kRoles) {
    const auto& pairing = subject.pairing->sides[index(role)];
    const auto& side = subject.composition->sides[index(role)];
    json.key(to_string(role)).begin_object();
    json.field("policy", subject.policies[index(role)]->path).field("states", side.states);
    json.field("joint_states", side.joint_states).key("sends");
    write_channel(json, subject, role, pairing.sends);
    json.key("local");
    write_names(json, subject, role, pairing.local);
    json.key("never_sent");
    write_names(json, subject, role, pairing.unsent);
    json.key("unreachable");
    write_names(json, subject, role, pairing.unmatched);
    json.end_object();
  }
  return json.end_object().take() + "\n";
}

std::string compose_text(const ComposeSubject& subject, const promela::ComposeReport& report,
                         bool colour) {
  std::string out = fmt::format("{:<12}  {:<32}  {:>10}  {:>6}  {:>8}  {:>8}\n", "result", "check",
                                "states", "depth", "time", "memory");
  for (const auto& r : report.results) {
    out +=
        fmt::format("{}  {:<32}  {:>10}  {:>6}  {:>6.2f} s  {:>5.0f} MB\n", verdict_word(r, colour),
                    title(subject, r.failure), r.states, r.depth, r.seconds, r.memory_mb);
  }
  for (const auto& r : report.results) {
    if (r.verdict != Verdict::not_finished) continue;
    out += fmt::format("\n{}  {}: {}\n", verdict_word(r, colour), title(subject, r.failure), r.why);
  }
  for (const auto& r : report.results) {
    if (r.verdict == Verdict::fails) out += details(subject, r, colour);
  }
  return out + scope(subject, report);
}

std::string compose_json(const ComposeSubject& subject, const promela::ComposeReport& report) {
  std::string out;
  for (const auto& r : report.results) out += result_json(subject, r);
  return out;
}

}  // namespace spl::driver
