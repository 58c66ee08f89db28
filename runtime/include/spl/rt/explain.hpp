// Why a statecall was refused, in terms of the policy's own lines.
//
// The generated STEM_source_map.hpp holds the data and an explain() for its policy. Nothing here is
// needed, or paid for, by a program that never asks. Writes into any sink; needs no heap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "spl/rt/monitor.hpp"
#include "spl/rt/names.hpp"
#include "spl/rt/verdict.hpp"

#if SPL_RT_HOSTED
#include <string>
#endif

namespace spl::rt {

/// A place in a policy, with the text of its line (cut around the place if the line is long).
struct Place {
  std::string_view file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;  // both count from 1
  std::string_view text;
  std::uint32_t caret = 0;  // where in `text` the place begins, and how far it goes
  std::uint32_t length = 0;
  bool is_end = false;  // the automaton's final point rather than a statement
};

/// A refusal that has a reason of its own in some state.
struct RefusedAt {
  std::uint32_t statecall = 0;
  Reason reason = Reason::none_accepts;
  std::uint32_t place = 0;  // index into places
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

namespace detail {

/// UTF-8: one column per character, however many bytes it has.
constexpr bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
}

/// Lays an explanation out as a compiler does an error. `Out` is called with pieces of text.
template <class Out>
class Printer {
 public:
  explicit constexpr Printer(Out& out) : out_(out) {}

  constexpr Printer& operator<<(std::string_view text) {
    out_(text);
    return *this;
  }
  template <std::size_t size>
  constexpr Printer& operator<<(const char (&literal)[size]) {
    return *this << text(literal);
  }
  constexpr Printer& operator<<(std::uint32_t n) {
    char digits[10] = {};
    std::size_t at = sizeof digits;
    do {
      digits[--at] = static_cast<char>('0' + n % 10);
      n /= 10;
    } while (n != 0);
    out_(std::string_view(digits + at, sizeof digits - at));
    return *this;
  }
  constexpr void repeat(char c, std::uint32_t n) {
    for (; n != 0; --n) out_(std::string_view(&c, 1));
  }

  /// "  --> file:line:column" and the line with a caret range below.
  constexpr void place(const Place& p, std::string_view arrow, std::string_view note) {
    std::uint32_t margin = 1;
    for (auto n = p.line; n >= 10; n /= 10) ++margin;
    repeat(' ', margin);
    *this << arrow << p.file << ":" << p.line << ":" << p.column << "\n";
    repeat(' ', margin + 1);
    *this << "|\n" << p.line << " | " << p.text << "\n";
    repeat(' ', margin + 1);
    *this << "| ";
    for (std::uint32_t i = 0; i < p.caret && i < p.text.size(); ++i) {
      if (starts_character(p.text[i])) repeat(p.text[i] == '\t' ? '\t' : ' ', 1);
    }
    std::uint32_t carets = p.length == 0 ? 1 : 0;
    for (std::uint32_t i = 0; i < p.length && p.caret + i < p.text.size(); ++i) {
      carets += starts_character(p.text[p.caret + i]) ? 1 : 0;
    }
    repeat('^', carets);
    if (!note.empty()) *this << " " << note;
    *this << "\n";
  }

 private:
  Out& out_;
};

}  // namespace detail

/// Calls f(const Place&) for each place where an automaton of the monitor waits now, in the order
/// of the text. For displays and flight recorders; explanations use it, too.
template <class Policy, class Observer, Unknown unknown, class F>
constexpr void each_waiting(const SourceMap& map, const Monitor<Policy, Observer, unknown>& monitor,
                            typename Policy::Automaton automaton, F&& f) {
  const auto a = static_cast<std::uint32_t>(automaton);
  if (a >= Policy::automaton_count) return;
  const auto& lists = map.automata[a];
  const auto state = monitor.state(automaton);
  for (auto i = lists.waiting_first[state]; i < lists.waiting_first[state + 1]; ++i) {
    f(map.places[lists.waiting[i]]);
  }
}

/// What a policy says to a statecall in given states. Copies the states, so it stays valid when the
/// monitor moves on.
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
        monitor_(monitor) {}

  [[nodiscard]] constexpr Statecall statecall() const { return statecall_; }
  [[nodiscard]] constexpr Verdict verdict() const { return verdict_; }
  /// What the whole policy would have accepted.
  [[nodiscard]] constexpr auto expected() const { return monitor_.allowed(); }

  /// f(Automaton, Reason, const Place* why) per automaton that refuses; `why` is null unless the
  /// reason has a place (an abort, an arithmetic error).
  template <class F>
  constexpr void each_refusal(F&& f) const {
    monitor_.each_refusal(statecall_, [&](Automaton a, std::uint32_t state) {
      const auto& automaton = map_.automata[static_cast<std::uint32_t>(a)];
      Reason reason = automaton.dead;
      std::uint32_t place = automaton.dead_place;
      for (auto i = automaton.refused_first[state]; i < automaton.refused_first[state + 1]; ++i) {
        const auto& refused = automaton.refused[i];
        if (refused.statecall != static_cast<std::uint32_t>(statecall_)) continue;
        reason = refused.reason;
        place = refused.place;
      }
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

  /// The whole text, ending in a newline, piece by piece to out(std::string_view).
  template <class Out>
  constexpr void write(Out&& out) const {
    detail::Printer<Out> print(out);
    header(print);
    if (verdict_ != Verdict::violation) return;
    each_refusal([&](Automaton a, Reason reason, const Place* why) {
      waiting(print, a);
      if (why != nullptr) print.place(*why, detail::text("::: "), to_string(reason));
    });
    footer(print);
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
#endif

 private:
  [[nodiscard]] constexpr std::string_view name(Statecall s) const {
    return Policy::names()[static_cast<std::uint32_t>(s)];
  }
  static constexpr std::string_view to_string(Reason reason) {
    return rt::to_string(reason);
  }

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
        break;
    }
    bool any = false;
    each_refusal([&](Automaton a, Reason reason, const Place*) {
      print << (any ? detail::text(", '") : detail::text("refused by automaton '"))
            << Policy::automaton_name(static_cast<std::uint32_t>(a)) << "': " << to_string(reason);
      any = true;
    });
    print << "\n";
  }

  constexpr void waiting(auto& print, Automaton a) const {
    constexpr std::uint32_t kWithLines = 6;
    const auto automaton = Policy::automaton_name(static_cast<std::uint32_t>(a));
    std::uint32_t n = 0;
    each_waiting(a, [&](const Place& place) {
      if (n == 0) print << "'" << automaton << "' was waiting here:\n";
      if (n < kWithLines) {
        print.place(place, detail::text("--> "),
                    place.is_end ? detail::text("at its end") : std::string_view());
      } else {
        print << "  and at " << place.file << ":" << place.line << ":" << place.column << "\n";
      }
      ++n;
    });
    if (n == 0) print << "'" << automaton << "' can accept nothing more\n";
  }

  constexpr void footer(auto& print) const {
    const auto set = expected();
    bool first = true;
    print << "expected: ";
    for (const auto s : set) {
      print << (first ? std::string_view() : detail::text(", ")) << name(s);
      first = false;
    }
    if (first) print << "nothing: the policy accepts no statecall here";
    print << "\n";
    if (const auto near = suggestion()) print << "help: did you mean '" << name(*near) << "'?\n";
  }

  const SourceMap& map_;
  Statecall statecall_;
  Verdict verdict_;
  Monitor<Policy> monitor_;
};

}  // namespace spl::rt
