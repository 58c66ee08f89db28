// Several observers as one: BasicMonitor<Observers<FlightRecorder<32>, OwnMode, MyLog>>.
//
// Each is told in the order given, and only what it has a member for; at most one of them may have
// a mode(), and at most one may be a recorder. Empty ones take no bytes. Each is a base class, so
// that monitor.observer() has the members of all; get<MyLog>() picks one.
#pragma once

#include "spl/rt/observing.hpp"

namespace spl::rt {

template <class... Each>
class Observers : public Each... {
 public:
  constexpr Observers() = default;
  /// One for each, in order.
  constexpr explicit Observers(Each... each) requires(sizeof...(Each) > 0)
      : Each(static_cast<Each&&>(each))... {}

  template <class One>
  [[nodiscard]] constexpr One& get() noexcept {
    return *this;
  }
  template <class One>
  [[nodiscard]] constexpr const One& get() const noexcept {
    return *this;
  }

  template <class M, class S>
  requires(detail::SeesAccepted<Each, M, S> || ...) constexpr void on_accepted(
      const M& monitor, S s) noexcept((detail::AcceptedNothrow<Each, M, S> && ...)) {
    const auto tell = [&]<class O>(O& one) {
      if constexpr (detail::SeesAccepted<O, M, S>) one.on_accepted(monitor, s);
    };
    (tell(get<Each>()), ...);
  }
  template <class M, class S>
  requires(detail::SeesRefused<Each, M, S> || ...) constexpr void on_refused(
      const M& monitor, S s) noexcept((detail::RefusedNothrow<Each, M, S> && ...)) {
    const auto tell = [&]<class O>(O& one) {
      if constexpr (detail::SeesRefused<O, M, S>) one.on_refused(monitor, s);
    };
    (tell(get<Each>()), ...);
  }
  template <class M, class S>
  requires(detail::SeesIgnored<Each, M, S> || ...) constexpr void on_ignored(
      const M& monitor, S s) noexcept((detail::IgnoredNothrow<Each, M, S> && ...)) {
    const auto tell = [&]<class O>(O& one) {
      if constexpr (detail::SeesIgnored<O, M, S>) one.on_ignored(monitor, s);
    };
    (tell(get<Each>()), ...);
  }
};

}  // namespace spl::rt
