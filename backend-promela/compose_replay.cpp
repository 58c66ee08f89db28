// A run of a composition's model, followed on two reference interpreters with queues between them.
// They know nothing of the model: no DFA, no merged statecalls. What they do not see is not shown.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>

#include "composition.hpp"
#include "spl/narrate.hpp"

namespace spl::promela {
namespace {

ToolFailure internal(std::string message) {
  ToolFailure failure;
  failure.kind = ToolFailure::Kind::internal_error;
  failure.message = std::move(message);
  failure.hint = "this is a bug in splc; please report it with the policies and the options";
  return failure;
}

/// One role at work.
class Actor {
 public:
  Actor(const Composition::Side& side, const Program& program)
      : program_(program), narrator_(program) {
    for (const auto& l : side.locals) locals_.insert(l.alike.begin(), l.alike.end());
    for (const auto& l : side.sends) {
      for (const auto& m : l.alike) sends_.insert(m.sent);
    }
  }

  Interpreter::Outcome step(StatecallId s, TraceStep& told) {
    return narrator_.tick(s, told).outcome;
  }

  [[nodiscard]] RoleEnd end() const {
    RoleEnd end{interpreter().finished(), false, interpreter().allowed()};
    end.ended = end.finished && end.allowed.empty();
    return end;
  }
  [[nodiscard]] bool accepts(StatecallId s) const {
    const auto allowed = interpreter().allowed();
    return std::ranges::binary_search(allowed, s);
  }
  [[nodiscard]] bool acts() const { return accepts_one_of(locals_); }
  [[nodiscard]] bool wants_to_send() const { return accepts_one_of(sends_); }
  [[nodiscard]] std::vector<Interpreter::AutomatonRefusal> refusals(StatecallId s) const {
    auto copy = interpreter();
    return copy.tick(s).refusals;
  }

  /// Accepts `s` after some steps of its own, or none. nullopt: too many ways to tell.
  [[nodiscard]] std::optional<bool> accepts_later(StatecallId s) const {
    constexpr std::size_t kMost = 50'000;
    std::set<std::vector<ConfigurationSet>> seen{sets(interpreter())};
    std::deque<Interpreter> work{interpreter()};
    for (; !work.empty(); work.pop_front()) {
      for (const auto next : work.front().allowed()) {
        if (next == s) return true;
        if (!locals_.contains(next) && !sends_.contains(next)) continue;
        auto copy = work.front();
        copy.tick(next);
        if (seen.insert(sets(copy)).second) work.push_back(std::move(copy));
      }
      if (seen.size() > kMost) return std::nullopt;
    }
    return false;
  }

 private:
  [[nodiscard]] const Interpreter& interpreter() const { return narrator_.interpreter(); }

  [[nodiscard]] bool accepts_one_of(const std::set<StatecallId>& some) const {
    return std::ranges::any_of(interpreter().allowed(),
                               [&](StatecallId s) { return some.contains(s); });
  }

  [[nodiscard]] std::vector<ConfigurationSet> sets(const Interpreter& interpreter) const {
    std::vector<ConfigurationSet> result;
    for (const auto& a : program_.automata) result.push_back(interpreter.configurations(a.id));
    return result;
  }

  const Program& program_;
  Narrator narrator_;
  std::set<StatecallId> locals_;
  std::set<StatecallId> sends_;
};

class Replay {
 public:
  Replay(const Composition& composition, const RolePolicies& policies)
      : composition_(composition),
        actors_{Actor(composition.sides[0], *policies[0].program),
                Actor(composition.sides[1], *policies[1].program)} {}

  /// `violation` if it is no step of the two interpreters and the queues.
  Interpreter::Outcome step(const ModelStep& step, ComposeStep& out) {
    out.role = step.role;
    out.kind = step.kind;
    const auto sender = step.kind == ComposeStep::Kind::receive ? other(step.role) : step.role;
    const auto& side = composition_.sides[index(sender)];
    auto& queue = channels_[index(sender)];
    StatecallId statecall{};
    if (step.kind == ComposeStep::Kind::local) {
      statecall = side.locals[step.which].alike.front();
    } else {
      const auto& message = side.sends[step.which].alike.front();
      if (step.kind == ComposeStep::Kind::send) {
        statecall = message.sent;
        if (queue.size() < composition_.options.bound) {
          queue.push_back(message);
        } else if (!actors_[index(other(step.role))].end().ended) {
          return Interpreter::Outcome::violation;
        }
      } else {
        if (queue.empty() || queue.front() != message) return Interpreter::Outcome::violation;
        statecall = message.received;
        queue.pop_front();
      }
    }
    const auto outcome = actors_[index(step.role)].step(statecall, out.told);
    for (const auto role : kRoles) {
      const auto& q = channels_[index(role)];
      out.channels[index(role)].assign(q.begin(), q.end());
    }
    return outcome;
  }

  /// Fills what there is to say of the failure; an error if it is not there.
  std::optional<ToolFailure> judge(ComposeResult& result) {
    for (const auto role : kRoles) ends_[index(role)] = actors_[index(role)].end();
    result.ends = ends_;
    switch (result.failure) {
      case ComposeFailure::deadlock:
        if (deadlock()) return std::nullopt;
        break;
      case ComposeFailure::reception:
        return reception(result);
      case ComposeFailure::orphan:
        if (orphan(result)) return std::nullopt;
        break;
      case ComposeFailure::overflow:
        if (overflow(result)) return std::nullopt;
        break;
    }
    return disagree(result);
  }

 private:
  static ToolFailure disagree(const ComposeResult& result) {
    return internal(fmt::format("Spin found a failure ({}) that the interpreters do not see",
                                to_string(result.failure)));
  }

  /// The channel that leads to a role.
  [[nodiscard]] const std::deque<Message>& waiting(Role role) const {
    return channels_[index(other(role))];
  }
  [[nodiscard]] bool has_room(Role sender) const {
    return channels_[index(sender)].size() < composition_.options.bound ||
           ends_[index(other(sender))].ended;
  }
  [[nodiscard]] bool all_finished() const { return ends_[0].finished && ends_[1].finished; }

  [[nodiscard]] bool deadlock() const {
    bool idle = true;
    bool wants_room = false;
    for (const auto role : kRoles) {
      const auto& actor = actors_[index(role)];
      if (actor.acts()) return false;
      if (!waiting(role).empty()) {
        if (actor.accepts(waiting(role).front().received)) return false;
        idle = idle && ends_[index(role)].ended;
      }
      if (!actor.wants_to_send()) continue;
      if (has_room(role)) return false;
      wants_room = true;
    }
    if (all_finished()) return false;
    return idle || (composition_.options.full == FullRule::block && wants_room);
  }

  std::optional<ToolFailure> reception(ComposeResult& result) const {
    for (const auto role : kRoles) {
      if (waiting(role).empty() || ends_[index(role)].ended) continue;
      const auto& actor = actors_[index(role)];
      const auto& message = waiting(role).front();
      if (actor.accepts(message.received)) continue;
      result.later = actor.accepts_later(message.received);
      if (composition_.options.reception == ReceptionRule::later && result.later == true) continue;
      result.role = role;
      result.message = message;
      result.refusals = actor.refusals(message.received);
      return std::nullopt;
    }
    return disagree(result);
  }

  bool orphan(ComposeResult& result) const {
    if (!all_finished()) return false;
    for (const auto role : kRoles) {
      if (waiting(role).empty() || !ends_[index(role)].ended) continue;
      result.role = role;
      result.message = waiting(role).front();
      return true;
    }
    return false;
  }

  bool overflow(ComposeResult& result) const {
    for (const auto role : kRoles) {
      if (has_room(role) || !actors_[index(role)].wants_to_send()) continue;
      result.role = role;
      for (const auto& l : composition_.sides[index(role)].sends) {
        if (!actors_[index(role)].accepts(l.alike.front().sent)) continue;
        result.message = l.alike.front();
        return true;
      }
    }
    return false;
  }

  const Composition& composition_;
  std::array<Actor, 2> actors_;
  std::array<std::deque<Message>, 2> channels_;  // by sender
  std::array<RoleEnd, 2> ends_;
};

}  // namespace

std::optional<ToolFailure> tell_composition(const Composition& composition,
                                            const RolePolicies& policies,
                                            const std::vector<ModelStep>& run,
                                            ComposeResult& result) {
  Replay replay(composition, policies);
  for (const auto& step : run) {
    const auto outcome = replay.step(step, result.trace.emplace_back());
    if (outcome == Interpreter::Outcome::accepted) continue;
    if (outcome == Interpreter::Outcome::too_large) {
      result.verdict = Verdict::not_finished;
      result.why = "a run was found that is too large to be followed on the interpreters";
      result.trace.clear();
      return std::nullopt;
    }
    return internal(fmt::format("step {} of a run from Spin is refused by the interpreters",
                                result.trace.size()));
  }
  return replay.judge(result);
}

}  // namespace spl::promela
