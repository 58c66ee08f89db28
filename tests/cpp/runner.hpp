// What a compiled bundle of monitors does: runs traces through them and prints what they say.
//
// Included by generated sources only (bundle.cpp), so that it sees the runtime as a host does. The
// format of a report is matched by interpreter_report().
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "spl/rt/explain.hpp"
#include "spl/rt/monitor.hpp"

namespace bundle {

using RunFunction = std::string (*)(const std::vector<std::uint32_t>& trace, bool strict);

struct CountingObserver {
  int accepted = 0, refused = 0, ignored = 0;
  void on_accepted(const auto&, auto) { ++accepted; }
  void on_refused(const auto&, auto) { ++refused; }
  void on_ignored(const auto&, auto) { ++ignored; }
};

inline std::string place_text(const spl::rt::Place& place) {
  return std::string(place.file) + ":" + std::to_string(place.line) + ":" +
         std::to_string(place.column) + (place.is_end ? "(end)" : "");
}

template <class Monitor>
std::string state_text(const Monitor& monitor) {
  std::string out = " allowed";
  for (const auto s : monitor.allowed()) out += " " + std::to_string(static_cast<std::uint32_t>(s));
  out += " finished ";
  for (std::uint32_t a = 0; a < Monitor::kAutomata; ++a) {
    out += monitor.finished(static_cast<typename Monitor::Automaton>(a)) ? '1' : '0';
  }
  return out + (monitor.finished() ? " all\n" : "\n");
}

template <class Explanation>
std::string refusals_text(const Explanation& explanation) {
  std::string out;
  using Automaton = typename Explanation::Automaton;
  explanation.each_refusal([&](Automaton a, spl::rt::Reason reason, const spl::rt::Place* why) {
    out += "  " + std::to_string(static_cast<std::uint32_t>(a)) + " ";
    out += spl::rt::to_string(reason);
    if (why != nullptr) out += " at " + place_text(*why);
    out += " waiting";
    explanation.each_waiting(a, [&](const spl::rt::Place& p) { out += " " + place_text(p); });
    out += "\n";
  });
  return out;
}

/// Things that hold of every monitor at every statecall; "" if they do.
template <class Monitor, class Statecall>
std::string broken_contract(const Monitor& before, Statecall s, spl::rt::Verdict verdict,
                            const Monitor& after) {
  if (before.would_answer(s) != verdict) return "BUG: would_answer() differs from tick()\n";
  if (before.allowed().contains(s) != (verdict == spl::rt::Verdict::accepted)) {
    return "BUG: allowed() differs from tick()\n";
  }
  if (verdict != spl::rt::Verdict::accepted) {
    for (std::uint32_t a = 0; a < Monitor::kAutomata; ++a) {
      if (before.states()[a] != after.states()[a]) return "BUG: a refused tick moved\n";
    }
  }
  auto thrower = before;
  bool threw = false;
  try {
    (void)thrower.tick_or_throw(s);
  } catch (const spl::rt::BadStatecall& bad) {
    threw = bad.id() == static_cast<std::uint32_t>(s) && bad.what()[0] != '\0';
  }
  if (threw != spl::rt::is_refusal(verdict)) return "BUG: tick_or_throw() differs from tick()\n";
  return {};
}

template <class Policy, spl::rt::Unknown unknown>
std::string run_as(const std::vector<std::uint32_t>& trace) {
  using Observed = spl::rt::Monitor<Policy, CountingObserver, unknown>;
  spl::rt::Monitor<Policy, spl::rt::NoObserver, unknown> monitor;
  Observed observed;
  std::string out = "start" + state_text(monitor);
  for (const auto id : trace) {
    const auto s = static_cast<typename Policy::Statecall>(id);
    const auto before = monitor;
    const auto verdict = monitor.tick(s);
    out += std::to_string(id) + " ";
    out += spl::rt::to_string(verdict);
    out += state_text(monitor);
    out += refusals_text(explain(before, s));
    out += broken_contract(before, s, verdict, monitor);
    if (observed.tick(s) != verdict) out += "BUG: an observer changes the verdict\n";
    if (explain(before, s).to_string().empty()) out += "BUG: an empty explanation\n";
  }
  const auto& seen = observed.observer();
  if (static_cast<std::size_t>(seen.accepted + seen.refused + seen.ignored) != trace.size()) {
    out += "BUG: the observer missed a tick\n";
  }
  return out;
}

template <class Policy>
std::string run(const std::vector<std::uint32_t>& trace, bool strict) {
  return strict ? run_as<Policy, spl::rt::Unknown::refuse>(trace)
                : run_as<Policy, spl::rt::Unknown::ignore>(trace);
}

}  // namespace bundle
