// Automata that never finish, statecalls that are never accepted.
//
// Automata that share no statecall, not even through others, do not influence each other: the
// policy falls apart into groups, and each is explored by itself. That keeps policies of many small
// automata cheap.
#include "passes/lint_joint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace spl::lints {
namespace {

/// Union-find over automata: which of them are linked by shared statecalls.
std::vector<std::vector<AutomatonId>> groups_of(const Program& program) {
  std::vector<std::uint32_t> parent(program.automata.size());
  std::iota(parent.begin(), parent.end(), 0U);
  const auto root = [&](std::uint32_t i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
  };
  for (const auto& users : program.mentioned_by) {
    for (const auto user : users) {
      const auto a = root(index(users[0]));
      const auto b = root(index(user));
      parent[std::max(a, b)] = std::min(a, b);
    }
  }
  std::vector<std::vector<AutomatonId>> groups(parent.size());
  for (std::uint32_t i = 0; i < parent.size(); ++i) groups[root(i)].push_back(AutomatonId{i});
  std::erase_if(groups, [](const auto& group) { return group.empty(); });
  return groups;
}

/// A joint state costs a copy of the tuple for every move of every automaton.
std::uint64_t states_for(std::uint64_t limit, std::size_t width) {
  return limit / (1 + width * width / 64);
}

class Joint {
 public:
  Joint(const Program& program, std::span<const std::optional<Dfa>> dfas,
        const std::vector<StatecallUse>& uses, const LintLimits& limits, Diagnostics& diagnostics)
      : program_(program), dfas_(dfas), uses_(uses), limits_(limits), diagnostics_(diagnostics) {}

  void run() {
    for (const auto& group : groups_of(program_)) {
      std::vector<Dfa> members;
      for (const auto id : group) {
        if (!dfas_[index(id)]) break;
        members.push_back(*dfas_[index(id)]);
      }
      if (members.size() == group.size()) examine(group, members);
    }
  }

 private:
  static constexpr std::size_t kMaxNotes = 3;

  void examine(const std::vector<AutomatonId>& group, std::vector<Dfa>& members) {
    std::vector<bool> finishes_alone;
    for (const auto& dfa : members) {
      finishes_alone.push_back(std::any_of(dfa.states.begin(), dfa.states.end(),
                                           [](const Dfa::State& s) { return s.finished; }));
    }
    // Statecall ids are made dense over the group: a report is as long as its alphabet.
    const auto alphabet = renumber(members);
    const auto report = explore(members, static_cast<std::uint32_t>(alphabet.size()),
                                states_for(limits_.joint_states, members.size()), ExploreFor::seen);
    for (std::size_t i = 0; i < group.size(); ++i) {
      if (members[i].states[0].dead) continue;  // reported as violates_at_start
      if (!finishes_alone[i]) {
        never_finishes(group[i], "",
                       "no way leads to its end; turn this warning off if that is meant");
      } else if (report.complete && !report.finishes[i]) {
        never_finishes(group[i], " together with the automata that share its statecalls",
                       "by itself it can: one of the others refuses every statecall that leads "
                       "there");
      }
    }
    if (!report.complete) return;
    const auto refusers = never_alone(members, alphabet.size());
    for (std::size_t s = 0; s < alphabet.size(); ++s) {
      if (!report.accepted[s]) never_accepted(alphabet[s], group, members, refusers[s]);
    }
  }

  /// Per statecall, the members that have it and by themselves never accept it.
  static std::vector<std::vector<std::uint32_t>> never_alone(const std::vector<Dfa>& members,
                                                             std::size_t statecalls) {
    std::vector<std::vector<std::uint32_t>> result(statecalls);
    std::vector<std::uint32_t> last(statecalls, 0);  // 1 + the member that accepted it last
    for (std::uint32_t i = 0; i < members.size(); ++i) {
      for (const auto& state : members[i].states) {
        for (const auto& t : state.transitions) last[index(t.statecall)] = i + 1;
      }
      for (const auto s : members[i].alphabet) {
        if (last[index(s)] != i + 1) result[index(s)].push_back(i);
      }
    }
    return result;
  }

  static std::vector<StatecallId> renumber(std::vector<Dfa>& members) {
    std::vector<StatecallId> all;
    for (const auto& dfa : members) {
      all.insert(all.end(), dfa.alphabet.begin(), dfa.alphabet.end());
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    const auto local = [&](StatecallId& s) {
      const auto at = std::lower_bound(all.begin(), all.end(), s) - all.begin();
      s = StatecallId(static_cast<std::uint32_t>(at));
    };
    for (auto& dfa : members) {
      for (auto& s : dfa.alphabet) local(s);
      for (auto& state : dfa.states) {
        for (auto& t : state.transitions) local(t.statecall);
        state.refused.clear();
      }
    }
    return all;
  }

  void never_finishes(AutomatonId id, const char* how, std::string hint) {
    const auto& automaton = program_.automata[index(id)];
    diagnostics_.report(DiagnosticCode::never_finishes, automaton.range,
                        fmt::format("automaton '{}' can never finish{}", automaton.name, how),
                        std::move(hint));
  }

  void never_accepted(StatecallId id, const std::vector<AutomatonId>& group,
                      const std::vector<Dfa>& members, const std::vector<std::uint32_t>& refusers) {
    const auto& use = uses_[index(id)];
    // One that stands only in text never reached is reported there.
    if (!use.first.valid() || use.refused) return;
    std::vector<Label> notes;
    for (const auto i : refusers) {
      if (members[i].states[0].dead) return;  // reported as violates_at_start
      if (notes.size() == kMaxNotes) continue;
      const auto& automaton = program_.automata[index(group[i])];
      notes.push_back(
          {automaton.range, fmt::format("automaton '{}' never accepts it", automaton.name)});
    }
    const char* hint = notes.empty()
                           ? "the automata that have it are never ready for it at the same time"
                           : "if it is meant to be refused, say so: write 'abort;' right after it";
    diagnostics_.report(DiagnosticCode::statecall_never_accepted, use.first,
                        fmt::format("'{}' is never accepted", program_.vocabulary.name(id)), hint,
                        std::move(notes));
  }

  const Program& program_;
  std::span<const std::optional<Dfa>> dfas_;
  const std::vector<StatecallUse>& uses_;
  const LintLimits& limits_;
  Diagnostics& diagnostics_;
};

}  // namespace

void lint_joint(const Program& program, std::span<const std::optional<Dfa>> dfas,
                const std::vector<StatecallUse>& uses, const LintLimits& limits,
                Diagnostics& diagnostics) {
  Joint(program, dfas, uses, limits, diagnostics).run();
}

}  // namespace spl::lints
