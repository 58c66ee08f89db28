// A flight recorder: the last statecalls of a monitor and what became of them, in fixed memory.
//
//   ping::BasicMonitor<spl::rt::FlightRecorder<32>> monitor;
//
// An observer. Explanations of a monitor that has one end with the last statecalls. It costs a few
// stores a tick, and a reading of the clock if it has one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "spl/rt/verdict.hpp"

namespace spl::rt {

/// No timestamps, no bytes for them.
struct NoClock {};

/// One statecall that was ticked.
struct Recorded {
  std::uint32_t statecall = 0;  // static_cast it to the policy's Statecall
  Verdict verdict = Verdict::accepted;
};

namespace detail {

/// Ticks of a clock as nanoseconds: a std::chrono time point, or nanoseconds as they are. By duck
/// typing, for <chrono> is not freestanding.
template <class Time>
constexpr std::int64_t nanoseconds_between(const Time& from, const Time& to) {
  if constexpr (requires { typename Time::duration::period; }) {
    using Period = typename Time::duration::period;
    const auto count = static_cast<std::int64_t>((to - from).count());
    constexpr std::int64_t kBillion = 1'000'000'000;
    if constexpr (kBillion % Period::den == 0) {
      return count * (kBillion / Period::den * Period::num);
    } else {
      return count * Period::num / (Period::den / kBillion);
    }
  } else {
    return static_cast<std::int64_t>(to - from);
  }
}

template <class Clock, std::uint32_t size>
struct Times {
  using Time = decltype(Clock::now());
  static constexpr bool kNothrow = noexcept(Clock::now());
  constexpr void stamp(std::uint32_t i) noexcept(kNothrow) { times[i] = Clock::now(); }
  Time times[size] = {};
};
template <std::uint32_t size>
struct Times<NoClock, size> {
  static constexpr bool kNothrow = true;
  constexpr void stamp(std::uint32_t) noexcept {}
};

}  // namespace detail

/// The last `size_v` statecalls. Bytes: 5 each and 20 more, rounded up; with a clock its time point
/// each, besides. Clock::now() gives a std::chrono time point or an integer in nanoseconds. As the
/// monitor that it is part of: one thread at a time.
///
/// A recorder goes on over reset() and restore(): clear() it where a new session begins.
template <std::uint32_t size_v, class Clock = NoClock>
class FlightRecorder {
  static_assert(size_v > 0);
  using Stamps = detail::Times<Clock, size_v>;

 public:
  static constexpr bool kHasTimes = !std::is_same_v<Clock, NoClock>;

  constexpr void on_accepted(const auto&, auto s) noexcept(Stamps::kNothrow) {
    record(static_cast<std::uint32_t>(s), Verdict::accepted);
  }
  constexpr void on_ignored(const auto&, auto s) noexcept(Stamps::kNothrow) {
    record(static_cast<std::uint32_t>(s), Verdict::ignored);
  }
  constexpr void on_refused(const auto& monitor, auto s) noexcept(Stamps::kNothrow) {
    ++refused_;
    record(static_cast<std::uint32_t>(s), monitor.would_answer(s));
  }

  /// How many can be held, and how many are.
  [[nodiscard]] static constexpr std::uint32_t capacity() noexcept { return size_v; }
  [[nodiscard]] constexpr std::uint32_t size() const noexcept {
    return seen_ < size_v ? static_cast<std::uint32_t>(seen_) : size_v;
  }
  /// How many there ever were since the start or clear(), and how many of them were refused.
  [[nodiscard]] constexpr std::uint64_t seen() const noexcept { return seen_; }
  [[nodiscard]] constexpr std::uint64_t refused() const noexcept { return refused_; }

  /// The i-th of those held, the oldest first; i < size().
  [[nodiscard]] constexpr Recorded operator[](std::uint32_t i) const noexcept {
    const auto at = slot(i);
    return {statecalls_[at], verdicts_[at]};
  }
  /// When that was; only with a clock.
  [[nodiscard]] constexpr auto time(std::uint32_t i) const noexcept requires kHasTimes {
    return stamps_.times[slot(i)];
  }
  /// How long that was before the newest one, in nanoseconds; only with a clock.
  [[nodiscard]] constexpr std::int64_t age(std::uint32_t i) const noexcept requires kHasTimes {
    return detail::nanoseconds_between(time(i), time(size() - 1));
  }

  constexpr void clear() noexcept {
    next_ = 0;
    seen_ = refused_ = 0;
  }

  /// What explanations look for in an observer.
  [[nodiscard]] constexpr const FlightRecorder& flight_recorder() const noexcept { return *this; }

 private:
  constexpr void record(std::uint32_t s, Verdict verdict) noexcept(Stamps::kNothrow) {
    stamps_.stamp(next_);
    statecalls_[next_] = s;
    verdicts_[next_] = verdict;
    next_ = next_ + 1 == size_v ? 0 : next_ + 1;
    ++seen_;
  }
  [[nodiscard]] constexpr std::uint32_t slot(std::uint32_t i) const noexcept {
    const auto first = seen_ < size_v ? 0 : next_;
    const auto at = first + i;
    return at < size_v ? at : at - size_v;
  }

  std::uint64_t seen_ = 0;
  std::uint64_t refused_ = 0;
  std::uint32_t next_ = 0;
  std::uint32_t statecalls_[size_v] = {};
  Verdict verdicts_[size_v] = {};
  [[no_unique_address]] Stamps stamps_;
};

}  // namespace spl::rt
