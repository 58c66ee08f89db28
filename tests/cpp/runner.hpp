// What a compiled bundle of monitors does: runs traces through them and prints what they say.
//
// Included by generated sources only (bundle.cpp), so that it sees the runtime as a host does. The
// format of a report is matched by interpreter_report(). As little as possible is a template: with
// thousands of policies it is the instantiations that take time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "spl/rt/explain.hpp"
#include "spl/rt/monitor.hpp"

namespace bundle {

/// One monitor, behind an interface that is the same for all policies.
class Engine {
 public:
  using Waiting = std::function<void(const spl::rt::Place&)>;
  using Refused = std::function<void(std::uint32_t, spl::rt::Reason, const spl::rt::Place*)>;

  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;
  virtual spl::rt::Verdict tick(std::uint32_t statecall) = 0;
  [[nodiscard]] virtual bool accepts(std::uint32_t statecall) const = 0;
  [[nodiscard]] virtual bool finished(std::uint32_t automaton) const = 0;
  [[nodiscard]] virtual bool finished() const = 0;
  virtual void refusals(std::uint32_t statecall, const Refused& refused) const = 0;
  virtual void waiting(std::uint32_t automaton, const Waiting& waiting) const = 0;
  [[nodiscard]] virtual std::string states() const = 0;
  /// Checks of a thorough bundle before a tick: what else must hold of a tick of this statecall.
  [[nodiscard]] virtual std::string broken_contract(std::uint32_t statecall) const = 0;

  std::uint32_t statecalls = 0;
  std::uint32_t automata = 0;
};

struct CountingObserver {
  int accepted = 0, refused = 0, ignored = 0;
  void on_accepted(const auto&, auto) { ++accepted; }
  void on_refused(const auto&, auto) { ++refused; }
  void on_ignored(const auto&, auto) { ++ignored; }
};

/// What every monitor must do on a statecall, in every way there is to ask it. "" if it does.
template <class Monitor, class Statecall>
std::string check_contract(const Monitor& before, Statecall s) {
  using spl::rt::Verdict;
  auto after = before;
  const auto verdict = after.tick(s);
  if (before.would_answer(s) != verdict) return "BUG: would_answer() differs from tick()\n";
  if (before.allowed().contains(s) != (verdict == Verdict::accepted)) {
    return "BUG: allowed() differs from tick()\n";
  }
  auto thrower = before;
  bool threw = false;
  try {
    (void)thrower.tick_or_throw(s);
  } catch (const spl::rt::BadStatecall& bad) {
    threw = bad.id() == static_cast<std::uint32_t>(s) && bad.what()[0] != '\0';
  }
  if (threw != spl::rt::is_refusal(verdict)) return "BUG: tick_or_throw() differs from tick()\n";
  spl::rt::Monitor<typename Monitor::policy, CountingObserver, Monitor::kUnknown> observed(before);
  const auto seen_verdict = observed.tick(s);
  const auto& seen = observed.observer();
  if (seen_verdict != verdict || seen.accepted != (verdict == Verdict::accepted ? 1 : 0) ||
      seen.refused != (spl::rt::is_refusal(verdict) ? 1 : 0) ||
      seen.ignored != (verdict == Verdict::ignored ? 1 : 0)) {
    return "BUG: an observer sees something else\n";
  }
  Monitor restored;
  if (restored.restore(before.snapshot()) != spl::rt::Restored::ok ||
      !std::equal(before.states(), before.states() + Monitor::kStateWords, restored.states())) {
    return "BUG: restore() does not undo snapshot()\n";
  }
  const auto explanation = explain(before, s);
  if (explanation.verdict() != verdict || explanation.to_string().empty()) {
    return "BUG: explain() differs from tick()\n";
  }
  return {};
}

template <class Policy, spl::rt::Unknown unknown, bool thorough>
class EngineOf final : public Engine {
 public:
  using Statecall = typename Policy::Statecall;
  using Automaton = typename Policy::Automaton;

  EngineOf() {
    statecalls = Policy::statecall_count;
    automata = Policy::automaton_count;
  }
  spl::rt::Verdict tick(std::uint32_t s) override {
    return monitor_.tick(static_cast<Statecall>(s));
  }
  bool accepts(std::uint32_t s) const override {
    return monitor_.would_accept(static_cast<Statecall>(s));
  }
  bool finished(std::uint32_t a) const override {
    return monitor_.finished(static_cast<Automaton>(a));
  }
  bool finished() const override { return monitor_.finished(); }
  void refusals(std::uint32_t s, const Refused& refused) const override {
    const auto call = [&](Automaton a, spl::rt::Reason reason, const spl::rt::Place* why) {
      refused(static_cast<std::uint32_t>(a), reason, why);
    };
    explain(monitor_, static_cast<Statecall>(s)).each_refusal(call);
  }
  void waiting(std::uint32_t a, const Waiting& waiting) const override {
    each_waiting(monitor_, static_cast<Automaton>(a), waiting);
  }
  std::string states() const override {
    std::string out;
    for (std::uint32_t a = 0; a < automata; ++a) {
      out += std::to_string(monitor_.state(static_cast<Automaton>(a))) + " ";
    }
    return out;
  }
  std::string broken_contract([[maybe_unused]] std::uint32_t s) const override {
    if constexpr (thorough) {
      return check_contract(monitor_, static_cast<Statecall>(s));
    } else {
      return {};
    }
  }

 private:
  spl::rt::Monitor<Policy, spl::rt::NoObserver, unknown> monitor_;
};

using Factory = std::unique_ptr<Engine> (*)(bool strict);

/// Strict mode is for thorough bundles only: null in others.
template <class Policy, bool thorough>
std::unique_ptr<Engine> make(bool strict) {
  if (!strict) return std::make_unique<EngineOf<Policy, spl::rt::Unknown::ignore, thorough>>();
  if constexpr (thorough) {
    return std::make_unique<EngineOf<Policy, spl::rt::Unknown::refuse, thorough>>();
  } else {
    return nullptr;
  }
}

/// The report of one run.
std::string run(Engine& engine, const std::vector<std::uint32_t>& trace);

}  // namespace bundle
