// The monitor: runs the tables that `splc cpp` printed.
//
// A tick costs one dependent load per automaton: next = table[column of the statecall][state]. The
// column is known from the statecall alone, so its look-up overlaps with whatever came before.
// States are kept in 32 bits: narrower stores forward to the next tick's load far more slowly.
// All next states are computed before any is tested, so that the loads of several automata overlap,
// and nothing is stored before all were accepted: a refused tick leaves the monitor unchanged.
//
// Needs no heap, exceptions, RTTI or operating system. Contract: runtime/README.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "spl/rt/observing.hpp"
#include "spl/rt/snapshot.hpp"
#include "spl/rt/statecall_set.hpp"
#include "spl/rt/tables.hpp"
#include "spl/rt/verdict.hpp"

#if SPL_RT_HOSTED
#include "spl/rt/bad_statecall.hpp"
#endif

namespace spl::rt {

/// Sees nothing and costs nothing.
struct NoObserver {};

/// Policy is a struct that splc generated. An Observer may have any of
///   void on_accepted(const Monitor&, Statecall)   after the move
///   void on_refused(const Monitor&, Statecall)    nothing has moved
///   void on_ignored(const Monitor&, Statecall)
///   Mode mode() const                             asked after a refusal only: see mode.hpp
/// as members (or member templates); those it lacks cost nothing. It must not change the monitor.
template <class Policy, class Observer = NoObserver, Unknown unknown = Unknown::ignore>
class Monitor {
 public:
  using policy = Policy;
  using Statecall = typename Policy::Statecall;
  using Automaton = typename Policy::Automaton;
  using Set = StatecallSet<Statecall, Policy::statecall_count>;

  static constexpr std::uint32_t kAutomata = Policy::automaton_count;
  /// 32-bit words of states: one an automaton, more for a set of configurations.
  static constexpr std::uint32_t kStateWords = Policy::state_words;
  static constexpr Unknown kUnknown = unknown;

  constexpr Monitor() = default;
  constexpr explicit Monitor(Observer observer) : observer_(static_cast<Observer&&>(observer)) {}
  /// The same states, with an observer of its own.
  template <class OtherObserver, Unknown other>
  constexpr explicit Monitor(const Monitor<Policy, OtherObserver, other>& from,
                             Observer observer = {})
      : observer_(static_cast<Observer&&>(observer)) {
    for (std::uint32_t w = 0; w < kStateWords; ++w) state_[w] = from.states()[w];
  }

  /// Moves every automaton that knows the statecall, or none.
  /// Throws only what the observer throws.
  SPL_RT_INLINE constexpr Verdict tick(Statecall statecall) noexcept(kNothrow) {
    const auto s = static_cast<std::uint32_t>(statecall);
    if (s >= Policy::statecall_count) [[unlikely]]
      return not_accepted(statecall);
    std::uint32_t next[kStateWords];
    if (!detail::step<Policy>(state_, s, next)) [[unlikely]]
      return not_accepted(statecall);
    detail::commit<Policy>(state_, s, next);
    if constexpr (kSeesAccepted) observer_.on_accepted(*this, statecall);
    return Verdict::accepted;
  }

  /// What tick() would answer.
  [[nodiscard]] constexpr Verdict would_answer(Statecall statecall) const noexcept {
    const auto s = static_cast<std::uint32_t>(statecall);
    if (s < Policy::statecall_count) {
      std::uint32_t next[kStateWords];
      if (detail::step<Policy>(state_, s, next)) return Verdict::accepted;
    }
    return verdict_without_move(s);
  }
  [[nodiscard]] constexpr bool would_accept(Statecall statecall) const noexcept {
    return would_answer(statecall) == Verdict::accepted;
  }

  /// Every statecall that tick() would accept now.
  [[nodiscard]] constexpr Set allowed() const noexcept {
    Set set;
    for (std::uint32_t s = 0; s < Policy::statecall_count; ++s) {
      if (would_accept(static_cast<Statecall>(s))) set.insert(static_cast<Statecall>(s));
    }
    return set;
  }

  /// Calls f(Automaton, state(automaton)) for each automaton that refuses the statecall now.
  template <class F>
  constexpr void each_refusal(Statecall statecall, F&& f) const {
    const auto s = static_cast<std::uint32_t>(statecall);
    if (s >= Policy::statecall_count) return;
    for (std::uint32_t a = 0; a < kAutomata; ++a) {
      const auto automaton = static_cast<Automaton>(a);
      if (detail::refuses<Policy>(a, state_, s)) f(automaton, state(automaton));
    }
  }

  /// All automata are finished.
  [[nodiscard]] constexpr bool finished() const noexcept {
    for (std::uint32_t a = 0; a < kAutomata; ++a) {
      if (!finished(static_cast<Automaton>(a))) return false;
    }
    return true;
  }
  [[nodiscard]] constexpr bool finished(Automaton automaton) const noexcept {
    const auto a = static_cast<std::uint32_t>(automaton);
    return a < kAutomata && detail::finished<Policy>(a, state_);
  }

  /// Back to the start. The observer is kept.
  constexpr void reset() noexcept {
    for (auto& state : state_) state = 0;
  }

  /// The states as bytes: see snapshot.hpp. The observer is not part of them.
  using Snapshot = SnapshotBytes<kStateWords>;
  [[nodiscard]] constexpr Snapshot snapshot() const noexcept {
    Snapshot bytes;
    detail::write_snapshot(Policy::fingerprint, state_, kStateWords, bytes.data());
    return bytes;
  }
  /// Takes the states of a snapshot, if it is a whole one of this very policy; any bytes are safe.
  /// If not `ok`, the monitor is as before. The observer is kept.
  [[nodiscard]] constexpr Restored restore(const std::uint8_t* bytes, std::size_t size) noexcept {
    const auto restored = detail::check_snapshot(Policy::fingerprint, kStateWords, bytes, size);
    if (restored != Restored::ok) return restored;
    std::uint32_t states[kStateWords] = {};
    for (std::uint32_t w = 0; w < kStateWords; ++w) {
      states[w] = detail::get32(bytes + detail::kSnapshotHead + std::size_t{4} * w);
    }
    using Checks = detail::StateChecks<typename Policy::automata>;
    for (std::uint32_t a = 0; a < kAutomata; ++a) {
      if (!Checks::valid[a](states + detail::offset_of<Policy>(a))) return Restored::bad_state;
    }
    for (std::uint32_t w = 0; w < kStateWords; ++w) state_[w] = states[w];
    return Restored::ok;
  }
  [[nodiscard]] constexpr Restored restore(const Snapshot& snapshot) noexcept {
    return restore(snapshot.data(), Snapshot::size());
  }

  /// Calls f(number) for each state that an automaton is in: one; of a set of configurations, each
  /// that is alive, ascending. The source map knows what each waits for.
  template <class F>
  constexpr void each_state(Automaton automaton, F&& f) const {
    const auto a = static_cast<std::uint32_t>(automaton);
    if (a < kAutomata) detail::each_state_of<Policy>(a, state_, f);
  }

  /// The number of an automaton's state. Of a set of configurations: how many are alive.
  [[nodiscard]] constexpr std::uint32_t state(Automaton automaton) const noexcept {
    const auto a = static_cast<std::uint32_t>(automaton);
    if (a >= kAutomata) return 0;
    if constexpr (detail::kHasSets<Policy>) {
      if (Policy::is_set[a]) {
        std::uint32_t alive = 0;
        each_state(automaton, [&](std::uint32_t) { ++alive; });
        return alive;
      }
    }
    return state_[detail::offset_of<Policy>(a)];
  }
  /// All states, kStateWords of them: to compare monitors, or to keep one. 0 everywhere is the
  /// start.
  [[nodiscard]] constexpr const std::uint32_t* states() const noexcept { return state_; }

  [[nodiscard]] constexpr Observer& observer() noexcept { return observer_; }
  [[nodiscard]] constexpr const Observer& observer() const noexcept { return observer_; }

#if SPL_RT_HOSTED
  /// As tick(); a refused one throws BadStatecall, with the monitor unchanged.
  SPL_RT_INLINE Verdict tick_or_throw(Statecall statecall) {
    const auto verdict = tick(statecall);
    if (is_refusal(verdict)) [[unlikely]]
      throw_bad(statecall);
    return verdict;
  }
#endif

 private:
  static constexpr bool kSeesAccepted = detail::SeesAccepted<Observer, Monitor, Statecall>;
  static constexpr bool kSeesRefused = detail::SeesRefused<Observer, Monitor, Statecall>;
  static constexpr bool kSeesIgnored = detail::SeesIgnored<Observer, Monitor, Statecall>;
  static constexpr bool kHasMode = detail::HasMode<Observer>;
  static constexpr bool kNothrow = detail::AcceptedNothrow<Observer, Monitor, Statecall> &&
                                   detail::RefusedNothrow<Observer, Monitor, Statecall> &&
                                   detail::IgnoredNothrow<Observer, Monitor, Statecall> &&
                                   detail::ModeNothrow<Observer>;

  SPL_RT_COLD static constexpr Verdict verdict_without_move(std::uint32_t s) noexcept {
    if (s >= Policy::statecall_count) return Verdict::unknown;
    if (detail::mentioned<Policy>(s)) return Verdict::violation;
    return unknown == Unknown::refuse ? Verdict::unknown : Verdict::ignored;
  }

  SPL_RT_INLINE constexpr Verdict not_accepted(Statecall statecall) noexcept(kNothrow) {
    // Without an observer the monitor itself is not passed on, so that a compiler may keep the
    // states of a local one in registers.
    if constexpr (kSeesRefused || kSeesIgnored || kHasMode) {
      return notify(statecall);
    } else {
      return verdict_without_move(static_cast<std::uint32_t>(statecall));
    }
  }

  SPL_RT_COLD constexpr Verdict notify(Statecall statecall) noexcept(kNothrow) {
    const auto verdict = verdict_without_move(static_cast<std::uint32_t>(statecall));
    if (!is_refusal(verdict)) {
      if constexpr (kSeesIgnored) observer_.on_ignored(*this, statecall);
      return verdict;
    }
    Mode mode = Mode::enforce;
    if constexpr (kHasMode) mode = std::as_const(observer_).mode();
    if constexpr (kSeesRefused) {
      if (mode != Mode::off) observer_.on_refused(*this, statecall);
    }
    return mode == Mode::enforce ? verdict : Verdict::tolerated;
  }

#if SPL_RT_HOSTED
  [[noreturn]] SPL_RT_COLD void throw_bad(Statecall statecall) const {
    BadStatecall::Builder builder(Policy::names()[static_cast<std::uint32_t>(statecall)],
                                  static_cast<std::uint32_t>(statecall));
    each_refusal(statecall, [&](Automaton a, std::uint32_t) {
      builder.refused_by(Policy::automaton_name(static_cast<std::uint32_t>(a)));
    });
    for (const auto s : allowed()) builder.expected(Policy::names()[static_cast<std::uint32_t>(s)]);
    throw builder.build();
  }
#endif

  std::uint32_t state_[kStateWords] = {};
  [[no_unique_address]] Observer observer_{};
};

}  // namespace spl::rt
