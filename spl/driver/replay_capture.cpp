// Captures through the policy: read, judge, tell. A connection is told when it is over, so that
// only open ones are held.
#include "driver/replay_capture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "driver/capture_reader.hpp"
#include "driver/explain.hpp"
#include "spl/json.hpp"

namespace spl::driver {
namespace {

using capture::Connection;
using capture::Leaves;
using capture::Side;

/// What a run adds up to.
struct Totals {
  std::uint64_t packets = 0;
  std::uint64_t segments = 0;
  std::array<std::uint64_t, capture::kSkippedKinds> skipped{};
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
  std::uint64_t open_accepted = 0;  // of those that were open when the capture begins
  std::uint64_t open_refused = 0;
  std::uint64_t one_sided = 0;
  std::uint64_t missing = 0;
  std::uint64_t given_up = 0;
  std::uint64_t most_held = 0;

  [[nodiscard]] std::uint64_t all_refused() const { return refused + open_refused; }
  [[nodiscard]] std::uint64_t connections() const {
    return accepted + open_accepted + all_refused();
  }
};

/// What had become of it when it was last seen.
const char* outcome(const Connection& c) {
  const auto& client = c.flows[c.client];
  const auto& server = c.flows[1U - c.client];
  if (c.reset()) {
    const bool never = server.reset && !server.syn && !c.open_at_start;
    return never ? "refused" : "reset";
  }
  if (client.fin_seen && server.fin_seen) return "closed";
  if (client.fin_seen || server.fin_seen) return "half-closed";
  if (c.open_at_start || (client.acked && server.known)) return "open";
  return "opening";
}

std::string in_seconds(std::uint64_t nanoseconds) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  return fmt::format("{}.{:06}", nanoseconds / kSecond, nanoseconds % kSecond / 1000);
}

std::string flags_of(const capture::Glance& g) {
  std::string flags;
  for (const auto& [set, name] : {std::pair{g.syn, "SYN"}, {g.fin, "FIN"}, {g.rst, "RST"}}) {
    if (set) flags += (flags.empty() ? "" : "+") + std::string(name);
  }
  if (flags.empty() && g.length != 0) return count(g.length, "byte");
  if (flags.empty()) return g.has_ack ? "ACK" : "nothing";
  if (g.has_ack) flags += "+ACK";
  return g.length == 0 ? flags : flags + ", " + count(g.length, "byte");
}

/// Tells of the connections of one file after the other.
class Teller : public CaptureListener {
 public:
  Teller(const Compilation& c, const ReplayOptions& options, bool quiet, Console& console)
      : c_(c), options_(options), quiet_(quiet), console_(console) {}

  void set_file(std::string name) {
    file_ = std::move(name);
    before_ = totals.connections();
    start_.reset();
  }
  void packet(std::uint64_t nanoseconds) override {
    ++totals.packets;
    if (!start_) start_ = nanoseconds;
  }
  void skipped(capture::Skipped why) override { ++totals.skipped[static_cast<std::size_t>(why)]; }
  void segment() override { ++totals.segments; }

  void connection(const Connection& c, Leaves why) override {
    const bool bad = c.violation != nullptr;
    auto& counter = c.open_at_start ? (bad ? totals.open_refused : totals.open_accepted)
                                    : (bad ? totals.refused : totals.accepted);
    ++counter;
    if (why == Leaves::given_up) ++totals.given_up;
    if (c.one_sided()) ++totals.one_sided;
    if (c.flows[0].missing || c.flows[1].missing) ++totals.missing;
    console_.out(options_.json ? json(c, why) : text(c, why));
  }

  void summary() const { console_.out(options_.json ? summary_json() : summary_text()); }

  Totals totals;

 private:
  [[nodiscard]] std::uint64_t number(const Connection& c) const { return before_ + c.number; }

  [[nodiscard]] std::string since_start(std::uint64_t nanoseconds) const {
    const auto start = start_.value_or(0);
    return nanoseconds >= start ? in_seconds(nanoseconds - start)
                                : "-" + in_seconds(start - nanoseconds);
  }

  /// "capture.pcap: #3 192.0.2.1:4000 > 192.0.2.2:80"
  [[nodiscard]] std::string title(const Connection& c) const {
    return fmt::format("{}: #{} {}", file_, number(c), connection_name(c));
  }

  [[nodiscard]] std::string text(const Connection& c, Leaves why) const {
    const bool colour = console_.colour_out();
    if (c.violation) return violation_text(c, why);
    if (quiet_) return {};
    return fmt::format("{}: {} ({}, frames {}-{}, {}{})\n", title(c),
                       paint("accepted", "1;32", colour), count(c.segments(), "segment"),
                       c.begins.frame, c.last.frame, outcome(c), connection_remarks(c, why));
  }

  [[nodiscard]] std::string violation_text(const Connection& c, Leaves why) const {
    const auto& v = *c.violation;
    const bool colour = console_.colour_out();
    auto out = fmt::format(
        "{}: {} at frame {}, {} s: {}{}\n", title(c), paint("violation", "1;31", colour),
        v.place.frame, since_start(v.place.nanoseconds),
        violation_words(v, paint(v.statecall, "1", colour)), connection_remarks(c, why));
    out += "  the last segments were\n";
    for (std::size_t i = 0; i < Connection::kGlances; ++i) {
      const auto& g = c.glances[(first_glance(c) + i) % Connection::kGlances];
      if (g.frame == 0) continue;
      out += fmt::format("      frame {:<6} {}: {}\n", g.frame, g.from_client ? "client" : "server",
                         flags_of(g));
    }
    return out + explain_violation(*c_.program, c_.sources, v.refusals, v.expected);
  }

  /// The glances stop at the violation.
  [[nodiscard]] static std::size_t first_glance(const Connection& c) {
    const auto last = std::ranges::max_element(c.glances, {}, &capture::Glance::frame);
    return static_cast<std::size_t>(last - c.glances.begin()) + 1;
  }

  [[nodiscard]] std::string json(const Connection& c, Leaves why) const {
    JsonWriter json;
    json.begin_object().field("connection", number(c));
    json.field("verdict", c.violation ? "violation" : "accepted");
    json.field("client", to_string(c.ends[c.client]));
    json.field("server", to_string(c.ends[1U - c.client]));
    json.field("outcome", outcome(c)).field("open_at_start", c.open_at_start);
    json.field("file", file_).field("first_frame", c.begins.frame);
    json.field("last_frame", c.last.frame).field("start", in_seconds(c.begins.nanoseconds));
    json.field("client_segments", c.flows[c.client].segments);
    json.field("server_segments", c.flows[1U - c.client].segments);
    json.field("missing", c.flows[0].missing || c.flows[1].missing);
    json.field("data_in_syn", c.syn_data).field("given_up", why == Leaves::given_up);
    write_violation(json, c);
    return json.end_object().take() + "\n";
  }

  void write_violation(JsonWriter& json, const Connection& c) const {
    if (!c.violation) {
      json.field("deduced", false);
      for (const auto* name : {"side", "statecall", "frame", "time"}) json.key(name).null();
      for (const auto* name : {"automata", "expected", "reasons"}) {
        json.key(name).begin_array().end_array();
      }
      return;
    }
    const auto& v = *c.violation;
    json.field("side", to_string(v.side)).field("statecall", v.statecall);
    json.field("deduced", v.deduced);
    json.field("frame", v.place.frame).field("time", in_seconds(v.place.nanoseconds));
    json.key("automata").begin_array();
    for (const auto& r : v.refusals) json.value(c_.program->automata[index(r.automaton)].name);
    json.end_array().key("expected").begin_array();
    for (const auto s : v.expected) json.value(c_.program->vocabulary.name(s));
    json.end_array().key("reasons").begin_array();
    for (const auto& r : v.refusals) write_reason(json, *c_.program, c_.sources, r);
    json.end_array();
  }

  [[nodiscard]] std::string summary_json() const {
    const auto& t = totals;
    JsonWriter json;
    json.begin_object().field("verdict", t.all_refused() == 0 ? "accepted" : "violations");
    json.field("connections", t.connections()).field("accepted", t.accepted);
    json.field("refused", t.refused).field("open_at_start_accepted", t.open_accepted);
    json.field("open_at_start_refused", t.open_refused).field("one_sided", t.one_sided);
    json.field("missing", t.missing).field("given_up", t.given_up);
    json.field("most_held", t.most_held).field("packets", t.packets);
    json.field("segments", t.segments);
    static constexpr std::array<const char*, capture::kSkippedKinds> kNames{
        "not_ip", "not_tcp", "fragments", "truncated", "malformed"};
    for (std::size_t i = 0; i < kNames.size(); ++i) json.field(kNames[i], t.skipped[i]);
    return json.end_object().take() + "\n";
  }

  [[nodiscard]] std::string summary_text() const {
    const auto& t = totals;
    auto out = fmt::format("\n{}, {} of {}\n", count(t.packets, "packet"),
                           count(t.segments, "TCP segment"), count(t.connections(), "connection"));
    const auto row = [&](const char* name, std::uint64_t n, std::uint64_t refused) {
      if (n + refused == 0) return;
      out += fmt::format("  {:<32}{:>9} accepted {:>9} refused\n", name, n, refused);
    };
    row("from their beginning", t.accepted, t.refused);
    row("open when the capture begins", t.open_accepted, t.open_refused);
    const auto line = [&](const char* name, std::uint64_t n) {
      if (n != 0) out += fmt::format("  {:<32}{:>9}\n", name, n);
    };
    line("one direction only", t.one_sided);
    line("segments missing", t.missing);
    for (std::size_t i = 0; i < capture::kSkippedKinds; ++i) {
      const auto name =
          fmt::format("packets left out, {}", to_string(static_cast<capture::Skipped>(i)));
      line(name.c_str(), t.skipped[i]);
    }
    line("connections given up", t.given_up);
    return out;
  }

  const Compilation& c_;
  const ReplayOptions& options_;
  bool quiet_;  // accepted connections go unmentioned
  Console& console_;
  std::string file_;
  std::uint64_t before_ = 0;  // connections of earlier files
  std::optional<std::uint64_t> start_;
};

}  // namespace

Exit replay_captures(const Compilation& c, const std::vector<Dfa>& dfas,
                     const ReplayOptions& options, bool quiet, Console& console) {
  auto judge = capture_judge(c.path, *c.program, dfas, options.form.side, console);
  if (!judge) return Exit::failure;
  Teller teller(c, options, quiet, console);
  auto exit = Exit::ok;
  for (const auto& path : options.traces) {
    const auto name = path == "-" ? std::string("<stdin>") : path;
    teller.set_file(name);
    std::size_t most_held = 0;
    const auto error = read_capture(path, *judge, options.form.max_connections, teller, most_held);
    auto& most = teller.totals.most_held;
    most = std::max<std::uint64_t>(most, most_held);
    if (!error) continue;
    console.error(fmt::format("{}: {}", name, error->message), error->hint);
    exit = Exit::failure;
  }
  if (teller.totals.packets != 0 && (options.json || !quiet)) teller.summary();
  if (teller.totals.given_up != 0) {
    console.note(
        fmt::format("more than {} connections were open at once: {} given up before their "
                    "end (--max-connections)",
                    options.form.max_connections, teller.totals.given_up));
  }
  return worse(exit, teller.totals.all_refused() == 0 ? Exit::ok : Exit::problems);
}

}  // namespace spl::driver
