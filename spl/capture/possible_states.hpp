// Where a policy may be when only part of what happened is known.
//
// One end of a conversation is watched from outside. Some of its statecalls are never seen (calls
// of its program); what was sent to it is seen, but not whether and when it arrived. So the end is
// in one of a set of possibilities: a joint state of the policy's automata, and which of the
// offered statecalls it has taken. A set violates when no possibility is left.
//
// Sets and the moves between them are computed once and remembered, so that a long capture costs a
// table look-up for an event. One object serves any number of ends, each of which holds a SetId.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "spl/dfa.hpp"
#include "spl/interpreter.hpp"

namespace spl::capture {

enum class SetId : std::uint32_t {};
/// Bit i: statecall i of the list of offers.
using Offers = std::uint8_t;

/// What can be said of an end.
struct Event {
  enum class Kind : std::uint8_t {
    offer,          // from now on it may take these offers (each once), or not
    taken,          // it has taken one at least of these offers
    announced,      // `statecall` happened
    maybe,          // it may have happened
    unless_over,    // it happened, or this end was finished and it was none of its doing
    arrives,        // if it arrives at all, and this end is not finished, it is `statecall`...
    arrives_after,  // ... and it cannot be taken before `offers` were
  };
  Kind kind = Kind::maybe;
  Offers offers = 0;
  std::uint8_t statecall = 0;  // index into the list of statecalls
};

/// What was said of an end. A `likely` one is taken to have happened where nothing speaks against
/// it.
struct Said {
  Event event;
  bool likely = true;
};

/// One course of events among those that are possible.
struct Course {
  struct Step {
    StatecallId statecall{};
    std::size_t said =
        0;  // with which of the things that were said, an index; the first: or before
  };
  std::vector<Step> steps;
  bool refuses = false;  // what was asked for is refused after them
};

class PossibleStates {
 public:
  /// Statecalls by their ids; nullopt where the policy does not mention one: it is then ignored.
  using Names = std::vector<std::optional<StatecallId>>;

  /// `silent` may happen at any time, unseen; `offers` are at most 8. All must outlive the object.
  PossibleStates(const Program& program, std::span<const Dfa> dfas, Names statecalls, Names silent,
                 Names offers);

  /// Nothing has happened yet.
  [[nodiscard]] SetId start();
  /// Anything the policy allows may have happened.
  [[nodiscard]] SetId anywhere();
  /// nullopt: no possibility is left. The set `from` itself stays what it was.
  [[nodiscard]] std::optional<SetId> after(SetId from, Event event);

  /// A run of the policy that fits all of `said`, in this order, from start() or anywhere(); every
  /// set on the way must be there. If there is one after which `refused` is refused, it is such a
  /// one; with `whatever` only if it is refused after all of them. What may happen unseen happens
  /// no earlier than needed; what was sent to the end is taken as soon as can be.
  [[nodiscard]] Course course(SetId from, std::span<const Said> said,
                              std::optional<StatecallId> refused, bool whatever);

  /// The automata that refuse `statecall` in every possibility, or one in each; where they wait.
  [[nodiscard]] std::vector<Interpreter::AutomatonRefusal> why(SetId set,
                                                               StatecallId statecall) const;
  /// What some possibility accepts, ascending.
  [[nodiscard]] std::vector<StatecallId> expected(SetId set) const;
  /// Some possibility is at the end of all automata.
  [[nodiscard]] bool may_be_over(SetId set) const;
  [[nodiscard]] std::size_t sets() const { return sets_.size(); }
  /// More sets, or possibilities in one of them, than are followed: after() is not to be believed.
  [[nodiscard]] bool too_large() const { return too_large_; }

 private:
  class CourseFinder;
  struct Possibility {
    std::uint32_t joint = 0;
    Offers taken = 0;
    friend auto operator<=>(const Possibility&, const Possibility&) = default;
  };
  struct Set {
    Offers offered = 0;
    std::vector<Possibility> members;  // ascending
    friend auto operator<=>(const Set&, const Set&) = default;
  };

  [[nodiscard]] std::uint32_t intern_joint(const std::vector<std::uint32_t>& states);
  [[nodiscard]] SetId intern(Set set);
  /// The joint state after a statecall, or nullopt if it is refused.
  [[nodiscard]] std::optional<std::uint32_t> tick(std::uint32_t joint, StatecallId statecall);
  [[nodiscard]] bool finished(std::uint32_t joint) const;
  void close(Set& set);
  [[nodiscard]] std::optional<SetId> compute(const Set& from, const Event& event);
  [[nodiscard]] std::optional<SetId> arrive(Set set, const Event& event, StatecallId statecall);

  const Program& program_;
  std::span<const Dfa> dfas_;
  Names statecalls_;
  Names silent_;
  Names offers_;
  std::vector<std::vector<std::uint32_t>> joints_;  // states, one per automaton
  std::map<std::vector<std::uint32_t>, std::uint32_t> joint_ids_;
  std::vector<Set> sets_;
  std::map<Set, std::uint32_t> set_ids_;
  std::vector<std::vector<std::pair<std::uint32_t, std::uint32_t>>> moves_;  // per set: event, next
  bool too_large_ = false;
};

}  // namespace spl::capture
