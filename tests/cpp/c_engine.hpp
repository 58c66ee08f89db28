// The C monitors of a bundle behind the interface of the C++ ones. Included by generated sources
// only (bundle.cpp), next to the C headers, which must therefore be fit for C++.
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "runner.hpp"

// A C policy as a type: what its prefix names, without the prefix.
#define BUNDLE_C_POLICY(prefix)                                            \
  struct CPolicy_##prefix {                                                \
    using Monitor = prefix##_monitor;                                      \
    using Verdict = prefix##_verdict;                                      \
    using Reason = prefix##_reason;                                        \
    using Place = prefix##_place;                                          \
    static constexpr std::uint32_t statecalls = prefix##_statecall_count;  \
    static constexpr std::uint32_t automata = prefix##_automata_count;     \
    static constexpr auto reset = &prefix##_reset;                         \
    static constexpr auto tick = &prefix##_tick;                           \
    static constexpr auto tick_strict = &prefix##_tick_strict;             \
    static constexpr auto would_answer = &prefix##_would_answer;           \
    static constexpr auto would_accept = &prefix##_would_accept;           \
    static constexpr auto next_allowed = &prefix##_next_allowed;           \
    static constexpr auto refuses = &prefix##_refuses;                     \
    static constexpr auto finished = &prefix##_finished;                   \
    static constexpr auto finished_one = &prefix##_finished_one;           \
    static constexpr auto name = &prefix##_name;                           \
    static constexpr auto parse = &prefix##_parse;                         \
    static constexpr auto is_refusal = &prefix##_is_refusal;               \
    static constexpr auto name_of_verdict = &prefix##_name_of_verdict;     \
    static constexpr auto name_of_reason = &prefix##_name_of_reason;       \
    static constexpr auto name_of_automaton = &prefix##_name_of_automaton; \
    static constexpr auto explain = &prefix##_explain;                     \
    static constexpr auto waiting = &prefix##_waiting;                     \
    static constexpr auto refusal = &prefix##_refusal;                     \
  };

namespace bundle {

inline spl::rt::Place place_of(const auto& c) {
  return {c.file, c.line, c.column, c.text, c.caret, c.length, c.is_end};
}

/// `Twin` is the Policy of the same monitor in C++, or void.
template <class C, class Twin>
class CEngine final : public Engine {
 public:
  explicit CEngine(bool strict) : strict_(strict) {
    statecalls = C::statecalls;
    automata = C::automata;
  }
  spl::rt::Verdict tick(std::uint32_t s) override {
    if constexpr (!std::is_void_v<Twin>) {
      (void)twin_.tick(static_cast<typename Twin::Statecall>(s));
    }
    return static_cast<spl::rt::Verdict>(strict_ ? C::tick_strict(&monitor_, s)
                                                 : C::tick(&monitor_, s));
  }
  bool accepts(std::uint32_t s) const override { return C::would_accept(&monitor_, s); }
  bool finished(std::uint32_t a) const override { return C::finished_one(&monitor_, a); }
  bool finished() const override { return C::finished(&monitor_); }
  void refusals(std::uint32_t s, const Refused& refused) const override {
    for (std::uint32_t a = 0; a <= automata; ++a) {
      typename C::Reason reason{};
      const typename C::Place* where = nullptr;
      if (!C::refusal(&monitor_, a, s, &reason, &where)) continue;
      const auto place = where == nullptr ? spl::rt::Place{} : place_of(*where);
      refused(a, static_cast<spl::rt::Reason>(reason), where == nullptr ? nullptr : &place);
    }
  }
  void waiting(std::uint32_t a, const Waiting& waiting) const override {
    std::uint32_t cursor = 0;
    while (const auto* place = C::waiting(&monitor_, a, &cursor)) waiting(place_of(*place));
  }
  std::string states() const override {
    std::string out;
    for (const auto word : monitor_.state) out += std::to_string(word) + " ";
    return out;
  }
  std::string broken_contract(std::uint32_t s) const override {
    auto after = monitor_;
    const auto verdict = C::tick(&after, s);
    if (C::would_answer(&monitor_, s) != verdict) return "BUG: would_answer() differs\n";
    if (C::is_refusal(verdict) != spl::rt::is_refusal(static_cast<spl::rt::Verdict>(verdict))) {
      return "BUG: is_refusal() differs\n";
    }
    const bool allowed = s < statecalls && C::next_allowed(&monitor_, s) == s;
    if (allowed != (static_cast<int>(verdict) == 0)) return "BUG: next_allowed() differs\n";
    std::vector<char> text(C::explain(&monitor_, s, nullptr, 0) + 1, 'x');
    if (C::explain(&monitor_, s, text.data(), text.size()) + 1 != text.size() ||
        std::strlen(text.data()) + 1 != text.size()) {
      return "BUG: explain() does not keep to its buffer\n";
    }
    if (s < statecalls && C::parse(C::name(s), std::strlen(C::name(s))) != s) {
      return "BUG: parse() does not undo name()\n";
    }
    if constexpr (!std::is_void_v<Twin>) {
      const auto wanted = explain(twin_, static_cast<typename Twin::Statecall>(s)).to_string();
      if (wanted != text.data()) return "BUG: C explains:\n" + std::string(text.data()) + wanted;
    }
    return {};
  }

 private:
  struct Nothing {};
  bool strict_;
  typename C::Monitor monitor_ = {};
  [[no_unique_address]]
  typename std::conditional_t<std::is_void_v<Twin>, std::type_identity<Nothing>,
                              std::type_identity<spl::rt::Monitor<Twin>>>::type twin_;
};

template <class C, class Twin = void>
std::unique_ptr<Engine> make_c(bool strict) {
  return std::make_unique<CEngine<C, Twin>>(strict);
}

}  // namespace bundle
