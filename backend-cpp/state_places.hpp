// What the source maps of both languages hold of one automaton. Internal.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "emit.hpp"
#include "places.hpp"

namespace spl::cpp {

struct StatePlaces {
  struct Refused {
    StatecallId statecall{};
    Reason reason = Reason::none_accepts;
    std::optional<std::uint32_t> place;
    std::uint32_t rank = 0;  // among the automaton's refusals: the least is reported
  };
  std::vector<std::uint32_t> waiting_first;  // states + 1, into `waiting`
  std::vector<std::uint32_t> waiting;        // places, in order of the text
  std::vector<std::uint32_t> refused_first;  // states + 1, into `refused`
  std::vector<Refused> refused;              // per state ascending by statecall
  Reason dead = Reason::none_accepts;        // not none_accepts: it violates at its start
  std::optional<std::uint32_t> dead_place;
};

/// Of automaton number `a`; adds the places that it meets.
[[nodiscard]] StatePlaces places_of_states(const Context& context, std::size_t a,
                                           PlaceTable& places);

}  // namespace spl::cpp
