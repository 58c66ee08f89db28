// Why a statecall was refused, in terms of the policy's own lines.
//
// The generated STEM_source_map.hpp holds the data and an explain() for its policy. Nothing here is
// needed, or paid for, by a program that never asks. Writes into any sink; needs no heap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "spl/rt/json.hpp"
#include "spl/rt/monitor.hpp"
#include "spl/rt/names.hpp"
#include "spl/rt/printer.hpp"
#include "spl/rt/verdict.hpp"

#if SPL_RT_HOSTED
#include <string>
#endif

namespace spl::rt {

/// A refusal that has a reason of its own in some state.
struct RefusedAt {
  std::uint32_t statecall = 0;
  Reason reason = Reason::none_accepts;
  std::uint32_t place = 0;  // index into places
  std::uint32_t rank = 0;   // of several in one set of configurations, the least is reported
};

inline constexpr std::uint32_t kNoPlace = 0xffffffffU;

/// One automaton: per state where it waits and what it refuses for a reason.
struct AutomatonMap {
  std::string_view name;
  const std::uint32_t* waiting_first = nullptr;  // states + 1, into `waiting`
  const std::uint32_t* waiting = nullptr;        // indices into places, in order of the text
  const std::uint32_t* refused_first = nullptr;  // states + 1, into `refused`
  const RefusedAt* refused = nullptr;            // per state ascending by statecall
  Reason dead = Reason::none_accepts;            // not none_accepts: it violates at its start
  std::uint32_t dead_place = kNoPlace;
};

struct SourceMap {
  const Place* places = nullptr;
  const AutomatonMap* automata = nullptr;
};

/// One of the last statecalls before an explanation was asked for.
template <class Statecall>
struct Recent {
  Statecall statecall{};
  Verdict verdict = Verdict::accepted;
  bool has_age = false;
  std::int64_t age = 0;  // nanoseconds before the newest one
};

/// Calls f(const Place&) for each place where an automaton of the monitor waits now, in the order
/// of the text. For displays and flight recorders; explanations use it, too.
template <class Policy, class Observer, Unknown unknown, class F>
constexpr void each_waiting(const SourceMap& map, const Monitor<Policy, Observer, unknown>& monitor,
                            typename Policy::Automaton automaton, F&& f) {
  const auto a = static_cast<std::uint32_t>(automaton);
  if (a >= Policy::automaton_count) return;
  const auto& lists = map.automata[a];
  const auto waits_at = [&](std::uint32_t state, std::uint32_t place) {
    for (auto i = lists.waiting_first[state]; i < lists.waiting_first[state + 1]; ++i) {
      if (lists.waiting[i] == place) return true;
    }
    return false;
  };
  monitor.each_state(automaton, [&](std::uint32_t state) {
    for (auto i = lists.waiting_first[state]; i < lists.waiting_first[state + 1]; ++i) {
      // Several configurations may wait at one place: it is shown once.
      bool shown = false;
      monitor.each_state(automaton, [&](std::uint32_t other) {
        shown = shown || (other < state && waits_at(other, lists.waiting[i]));
      });
      if (!shown) f(map.places[lists.waiting[i]]);
    }
  });
}

/// What a policy says to a statecall in given states. Copies the states, and the last statecalls if
/// the monitor has a FlightRecorder, so it stays valid when the monitor moves on.
template <class Policy>
class Explanation {
 public:
  using Statecall = typename Policy::Statecall;
  using Automaton = typename Policy::Automaton;

  template <class Observer, Unknown unknown>
  constexpr Explanation(const SourceMap& map, const Monitor<Policy, Observer, unknown>& monitor,
                        Statecall statecall)
      : map_(map),
        statecall_(statecall),
        verdict_(monitor.would_answer(statecall)),
        monitor_(monitor) {
    if constexpr (requires { monitor.observer().flight_recorder(); }) {
      remember(monitor.observer().flight_recorder());
    }
  }

  [[nodiscard]] constexpr Statecall statecall() const { return statecall_; }
  [[nodiscard]] constexpr Verdict verdict() const { return verdict_; }
  /// What the whole policy would have accepted.
  [[nodiscard]] constexpr auto expected() const { return monitor_.allowed(); }

  /// f(Automaton, Reason, const Place* why) per automaton that refuses; `why` is null unless the
  /// reason has a place (an abort, an arithmetic error).
  template <class F>
  constexpr void each_refusal(F&& f) const {
    monitor_.each_refusal(statecall_, [&](Automaton a, std::uint32_t) {
      const auto& automaton = map_.automata[static_cast<std::uint32_t>(a)];
      Reason reason = automaton.dead;
      std::uint32_t place = automaton.dead_place;
      std::uint32_t least = kNoPlace;
      monitor_.each_state(a, [&](std::uint32_t state) {
        for (auto i = automaton.refused_first[state]; i < automaton.refused_first[state + 1]; ++i) {
          const auto& refused = automaton.refused[i];
          if (refused.statecall != static_cast<std::uint32_t>(statecall_)) continue;
          if (refused.rank >= least) continue;
          least = refused.rank;
          reason = refused.reason;
          place = refused.place;
        }
      });
      f(a, reason, place == kNoPlace ? nullptr : &map_.places[place]);
    });
  }

  /// f(const Place&) per place where an automaton waits.
  template <class F>
  constexpr void each_waiting(Automaton a, F&& f) const {
    rt::each_waiting(map_, monitor_, a, f);
  }

  /// The expected statecall that is spelt most like this one, if one is.
  [[nodiscard]] constexpr Maybe<Statecall> suggestion() const {
    const auto id = static_cast<std::uint32_t>(statecall_);
    if (id >= Policy::statecall_count) return {};
    const auto set = expected();
    const auto names = Policy::names();
    return Maybe<Statecall>::from_id(nearest(names, names[id], [&](std::uint32_t other) {
      return set.contains(static_cast<Statecall>(other));
    }));
  }

  /// How many of the last statecalls an explanation keeps.
  static constexpr std::uint32_t kRecent = 8;
  /// f(const Recent<Statecall>&) per statecall that the monitor's recorder held, the oldest first,
  /// the refused one included if it was ticked. None without a recorder.
  template <class F>
  constexpr void each_recent(F&& f) const {
    for (std::uint32_t i = 0; i < recent_count_; ++i) f(recent_[i]);
  }

  /// The whole text, ending in a newline, piece by piece to out(std::string_view).
  template <class Out>
  constexpr void write(Out&& out) const {
    detail::Printer<std::remove_reference_t<Out>> print(out);
    header(print);
    if (verdict_ == Verdict::violation) {
      each_refusal([&](Automaton a, Reason reason, const Place* why) {
        waiting(print, a);
        if (why != nullptr) because(print, *why, reason);
      });
    }
    if (is_refusal(verdict_)) footer(print);
  }

  /// One JSON object in one line, without a newline; its fields are in docs/json.md.
  template <class Out>
  constexpr void write_json(Out&& out) const {
    detail::Json<std::remove_reference_t<Out>> json(out);
    json.begin('{').key(detail::text("statecall"));
    named(json, statecall_);
    json.key(detail::text("id")).number(static_cast<std::uint32_t>(statecall_));
    json.key(detail::text("verdict")).string(rt::to_string(verdict_));
    json.key(detail::text("automata")).begin('[');
    each_refusal([&](Automaton a, Reason, const Place*) { json.string(name(a)); });
    json.end(']').key(detail::text("expected")).begin('[');
    for (const auto s : expected()) json.string(name(s));
    json.end(']').key(detail::text("suggestion"));
    if (const auto near = suggestion()) {
      json.string(name(*near));
    } else {
      json.null();
    }
    json.key(detail::text("reasons")).begin('[');
    each_refusal([&](Automaton a, Reason reason, const Place* why) {
      json.begin('{').key(detail::text("automaton")).string(name(a));
      json.key(detail::text("reason")).string(to_string(reason));
      json.key(detail::text("where"));
      if (why == nullptr) {
        json.null();
      } else {
        write_place(json, *why);
      }
      json.key(detail::text("waiting")).begin('[');
      each_waiting(a, [&](const Place& place) { write_place(json, place); });
      json.end(']').end('}');
    });
    json.end(']').key(detail::text("recent")).begin('[');
    each_recent([&](const Recent<Statecall>& recent) { write_recent(json, recent); });
    json.end(']').end('}');
  }

  /// Like snprintf: writes at most size - 1 characters and a NUL; returns the whole text's length.
  constexpr std::size_t write_to(char* buffer, std::size_t size) const {
    std::size_t length = 0;
    write([&](std::string_view piece) {
      for (const char c : piece) {
        if (length + 1 < size) buffer[length] = c;
        ++length;
      }
    });
    if (size != 0) buffer[length < size ? length : size - 1] = '\0';
    return length;
  }

#if SPL_RT_HOSTED
  [[nodiscard]] std::string to_string() const {
    std::string text;
    write([&](std::string_view piece) { text += piece; });
    return text;
  }
  [[nodiscard]] std::string to_json() const {
    std::string text;
    write_json([&](std::string_view piece) { text += piece; });
    return text;
  }
#endif

 private:
  [[nodiscard]] constexpr std::string_view name(Statecall s) const {
    return Policy::names()[static_cast<std::uint32_t>(s)];
  }
  [[nodiscard]] static constexpr std::string_view name(Automaton a) {
    return Policy::automaton_name(static_cast<std::uint32_t>(a));
  }
  static constexpr std::string_view to_string(Reason reason) {
    return rt::to_string(reason);
  }

  template <class Printer>
  using Excerpts = detail::Excerpts<std::remove_reference_t<Printer>>;

  constexpr void header(auto& print) const {
    if (static_cast<std::uint32_t>(statecall_) >= Policy::statecall_count) {
      print << "value " << static_cast<std::uint32_t>(statecall_)
            << " is no statecall of this policy: refused\n";
      return;
    }
    print << "statecall '" << name(statecall_) << "' ";
    switch (verdict_) {
      case Verdict::accepted:
        print << "accepted here\n";
        return;
      case Verdict::ignored:
        print << "ignored: no automaton knows it\n";
        return;
      case Verdict::unknown:
        print << "refused: no automaton knows it\n";
        return;
      case Verdict::violation:
      case Verdict::tolerated:  // a mode's answer, never the policy's
        break;
    }
    bool any = false;
    each_refusal([&](Automaton a, Reason reason, const Place*) {
      print << (any ? detail::text(", '") : detail::text("refused by automaton '")) << name(a)
            << "': " << to_string(reason);
      any = true;
    });
    print << "\n";
  }

  constexpr void waiting(auto& print, Automaton a) const {
    constexpr std::uint32_t kShown = 8;
    const Place* shown[kShown] = {};
    std::uint32_t count = 0;
    std::uint32_t margin = 1;
    each_waiting(a, [&](const Place& place) {
      if (count < kShown) {
        shown[count] = &place;
        const auto digits = Excerpts<decltype(print)>::digits(place.line);
        if (digits > margin) margin = digits;
      }
      ++count;
    });
    if (count == 0) {
      print << "'" << name(a) << "' can accept nothing more\n";
      return;
    }
    print << "'" << name(a) << "' was waiting here:\n";
    Excerpts<decltype(print)> excerpts(print, margin, detail::text("--> "));
    for (std::uint32_t i = 0; i < count && i < kShown; ++i) {
      excerpts.add(*shown[i], shown[i]->is_end ? detail::text("at its end") : std::string_view());
    }
    excerpts.finish();
    if (count <= kShown) return;
    print.repeat(' ', margin + 1);
    print << "= and at " << count - kShown
          << (count == kShown + 1 ? detail::text(" more place\n") : detail::text(" more places\n"));
  }

  constexpr void because(auto& print, const Place& why, Reason reason) const {
    Excerpts<decltype(print)> excerpts(print, Excerpts<decltype(print)>::digits(why.line),
                                       detail::text("::: "));
    excerpts.add(why, to_string(reason));
    excerpts.finish();
  }

  constexpr void footer(auto& print) const {
    if (expected().empty()) {
      print << "nothing would have been accepted here\n";
    } else {
      print << "accepted here would have been\n";
      detail::NameList names(print);
      for (const auto s : expected()) names.add(name(s));
      (void)names.finish();
    }
    if (const auto near = suggestion()) print << "help: did you mean '" << name(*near) << "'?\n";
    if (recent_count_ != 0) print << "the last statecalls, the newest at the bottom\n";
    each_recent([&](const Recent<Statecall>& recent) {
      print.repeat(' ', 6);
      if (recent.has_age) age(print, recent.age);
      print << name(recent.statecall);
      if (recent.verdict != Verdict::accepted) {
        print << "  ("
              << (is_refusal(recent.verdict) ? detail::text("refused")
                                             : rt::to_string(recent.verdict))
              << ")";
      }
      print << "\n";
    });
  }

  /// "-   1.002003 s  "; ages of more than ten years are cut.
  static constexpr void age(auto& print, std::int64_t nanoseconds) {
    constexpr std::uint64_t kMost = 999'999'999;
    const auto age = static_cast<std::uint64_t>(nanoseconds < 0 ? 0 : nanoseconds);
    const auto seconds = age / 1'000'000'000 < kMost ? age / 1'000'000'000 : kMost;
    print << (age == 0 ? " " : "-");
    print.number(seconds, 1) << ".";
    print.number(age / 1000 % 1'000'000, 6) << " s  ";
  }

  constexpr void named(auto& json, Statecall s) const {
    if (static_cast<std::uint32_t>(s) < Policy::statecall_count) {
      json.string(name(s));
    } else {
      json.null();
    }
  }
  constexpr void write_recent(auto& json, const Recent<Statecall>& recent) const {
    json.begin('{').key(detail::text("statecall"));
    named(json, recent.statecall);
    json.key(detail::text("verdict")).string(rt::to_string(recent.verdict));
    json.key(detail::text("age_ns"));
    if (recent.has_age) {
      json.number(recent.age);
    } else {
      json.null();
    }
    json.end('}');
  }
  static constexpr void write_place(auto& json, const Place& place) {
    json.begin('{').key(detail::text("file")).string(place.file);
    json.key(detail::text("line")).number(place.line);
    json.key(detail::text("column")).number(place.column);
    json.key(detail::text("text")).string(place.text).end('}');
  }

  constexpr void remember(const auto& recorder) {
    const std::uint32_t held = recorder.size();
    recent_count_ = held < kRecent ? held : kRecent;
    for (std::uint32_t i = 0; i < recent_count_; ++i) {
      const auto at = held - recent_count_ + i;
      const auto recorded = recorder[at];
      recent_[i].statecall = static_cast<Statecall>(recorded.statecall);
      recent_[i].verdict = recorded.verdict;
      if constexpr (requires { recorder.age(at); }) {
        recent_[i].has_age = true;
        recent_[i].age = recorder.age(at);
      }
    }
  }

  const SourceMap& map_;
  Statecall statecall_;
  Verdict verdict_;
  Monitor<Policy> monitor_;
  Recent<Statecall> recent_[kRecent] = {};
  std::uint32_t recent_count_ = 0;
};

}  // namespace spl::rt
