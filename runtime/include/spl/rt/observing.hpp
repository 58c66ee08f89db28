// What an observer has members for, and whether they throw. Internal.
#pragma once

namespace spl::rt::detail {

template <class O, class M, class S>
concept SeesAccepted = requires(O& o, const M& m, S s) {
  o.on_accepted(m, s);
};
template <class O, class M, class S>
concept SeesRefused = requires(O& o, const M& m, S s) {
  o.on_refused(m, s);
};
template <class O, class M, class S>
concept SeesIgnored = requires(O& o, const M& m, S s) {
  o.on_ignored(m, s);
};
template <class O>
concept HasMode = requires(const O& o) {
  o.mode();
};

/// What is not there throws nothing.
template <class O, class M, class S>
concept AcceptedNothrow = !SeesAccepted<O, M, S> || requires(O & o, const M& m, S s) {
  { o.on_accepted(m, s) }
  noexcept;
};
template <class O, class M, class S>
concept RefusedNothrow = !SeesRefused<O, M, S> || requires(O & o, const M& m, S s) {
  { o.on_refused(m, s) }
  noexcept;
};
template <class O, class M, class S>
concept IgnoredNothrow = !SeesIgnored<O, M, S> || requires(O & o, const M& m, S s) {
  { o.on_ignored(m, s) }
  noexcept;
};
template <class O>
concept ModeNothrow = !HasMode<O> || requires(const O& o) {
  { o.mode() }
  noexcept;
};

}  // namespace spl::rt::detail
