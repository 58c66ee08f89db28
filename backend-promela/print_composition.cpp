// The model of two roles: a process each, a channel each way, and a claim per failure. A role is
// one location variable, since compose() has taken its automata together; an option is one
// statecall, in one indivisible step, or several options where spin could not take so long a one.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "composition.hpp"
#include "names.hpp"
#include "text.hpp"

namespace spl::promela {
namespace {

using Arcs = std::vector<Composition::Arc>;

// As in print_process.cpp: spin bounds the length of a d_step.
constexpr std::size_t kMaxGroups = 200;
constexpr std::size_t kMaxMtypes = 254;  // mtype values are bytes, 0 is not one
constexpr std::size_t kMaxAlike = 6;     // named in a comment

class Printer {
 public:
  Printer(const Composition& composition, const RolePolicies& policies)
      : composition_(composition), policies_(policies), names_(composition, policies) {}

  std::variant<std::string, ModelError> run(const std::vector<ComposeFailure>& failures) {
    if (names_.mtypes.size() > kMaxMtypes) {
      return ModelError{fmt::format("the roles have {} kinds of messages; Spin takes {}",
                                    names_.mtypes.size(), kMaxMtypes),
                        "compose them layer by layer",
                        {}};
    }
    head();
    for (const auto role : kRoles) process(role);
    for (const auto failure : failures) claim(failure);
    return std::move(text_);
  }

 private:
  [[nodiscard]] const Composition::Side& side(Role role) const {
    return composition_.sides[index(role)];
  }
  [[nodiscard]] const std::string& name(Role role, StatecallId s) const {
    return policies_[index(role)].program->vocabulary.name(s);
  }

  void head() {
    text_ =
        "/* PROMELA model of two SPL policies that talk to each other, made by splc. Each role is\n"
        "   one process; every option below is one statecall of its policy. What one role sends\n"
        "   waits in a channel until the other receives it. */\n";
    if (!names_.mtypes.empty()) {
      text_ += "\n/* the messages, by the names their senders have for them */\nmtype = {\n";
      for (std::size_t i = 0; i < names_.mtypes.size(); ++i) {
        text_ += fmt::format("  {}{}\n", names_.mtypes[i], i + 1 < names_.mtypes.size() ? "," : "");
      }
      text_ += "};\n";
    }
    text_ += "\n";
    for (const auto role : kRoles) {
      text_ += fmt::format("chan {} = [{}] of {{ mtype }};\n", channel(role),
                           composition_.options.bound);
    }
    for (const auto role : kRoles) {
      const auto states = side(role).states;
      text_ += fmt::format(
          "\n/* {}: {} states, {} before those that behave alike were merged */\n{} {};\n",
          comment_text(policies_[index(role)].name), states, side(role).joint_states,
          states <= 256      ? "byte"
          : states <= 32'768 ? "short"
                             : "int",
          location(role));
    }
  }

  void process(Role role) {
    text_ += fmt::format("\nactive proctype {}() {{\nend:\n  do\n", to_string(role));
    const auto& own = side(role);
    const auto to = channel(other(role));
    for (std::size_t i = 0; i < own.locals.size(); ++i) {
      comment(role, own.locals[i].alike);
      options({role, ComposeStep::Kind::local, i}, own.locals[i].arcs, "", "");
    }
    for (std::size_t i = 0; i < own.sends.size(); ++i) {
      std::vector<StatecallId> alike;
      for (const auto& m : own.sends[i].alike) alike.push_back(m.sent);
      comment(role, alike);
      const auto send = fmt::format("{}!{}", to, names_.letters[index(role)][i]);
      const auto room = fmt::format("len({}) < {}", to, composition_.options.bound);
      const auto gone = gone_when(other(role));
      if (gone.empty()) {
        options({role, ComposeStep::Kind::send, i}, own.sends[i].sending, room, send + "; ");
      } else {
        // Where nobody reads any more, what there is no room for is lost.
        options({role, ComposeStep::Kind::send, i}, own.sends[i].sending,
                fmt::format("({} || {})", room, gone),
                fmt::format("if :: {} -> {} :: else -> skip fi; ", room, send));
      }
    }
    const auto& theirs = side(other(role)).sends;
    for (std::size_t i = 0; i < theirs.size(); ++i) {
      std::vector<StatecallId> alike;
      for (const auto& m : theirs[i].alike) alike.push_back(m.received);
      const auto& letter = names_.letters[index(other(role))][i];
      comment(role, alike);
      options({role, ComposeStep::Kind::receive, i}, theirs[i].receiving,
              fmt::format("{}?[{}]", channel(role), letter),
              fmt::format("{}?{}; ", channel(role), letter));
    }
    if (!any_) text_ += "  :: false\n";
    any_ = false;
    text_ += "  od\n}\n";
  }

  /// "" for a role that never ends.
  [[nodiscard]] std::string gone_when(Role role) const {
    const auto& ended = side(role).ended;
    if (ended.empty()) return {};
    const auto text = among(location(role), ended, side(role).states);
    return text.empty() ? "true" : text;
  }

  /// The statecalls of an option, with the policy's lines.
  void comment(Role role, const std::vector<StatecallId>& alike) {
    std::string line;
    for (std::size_t i = 0; i < alike.size() && i < kMaxAlike; ++i) {
      const auto at = policies_[index(role)].program->vocabulary[alike[i]].first_use;
      if (i > 0 && alike[i] == alike[i - 1]) continue;
      line += (i == 0 ? "" : ", ") + name(role, alike[i]);
      if (i > 0 || !at.valid()) continue;
      const auto& sources = *policies_[index(role)].sources;
      line += fmt::format(" ({}:{})", sources.name(at.file), sources.begin_of(at).line);
    }
    if (alike.size() > kMaxAlike) line += fmt::format(", and {} more", alike.size() - kMaxAlike);
    text_ += fmt::format("  /* {} */\n", comment_text(line));
  }

  void options(const ModelStep& step, const Arcs& arcs, const std::string& guard,
               const std::string& action) {
    std::map<std::uint32_t, std::vector<std::uint32_t>> by_target;
    std::vector<std::uint32_t> stay;
    for (const auto& arc : arcs) {
      (arc.from == arc.to ? stay : by_target[arc.to]).push_back(arc.from);
    }
    std::vector<std::pair<std::vector<std::uint32_t>, std::string>> groups;
    if (!stay.empty()) groups.emplace_back(std::move(stay), "skip");
    for (auto& [target, from] : by_target) {
      groups.emplace_back(std::move(from), fmt::format("{} = {}", location(step.role), target));
    }
    for (std::size_t i = 0; i < groups.size(); i += kMaxGroups) {
      option(step, std::span(groups).subspan(i, std::min(kMaxGroups, groups.size() - i)), guard,
             action);
    }
  }

  void option(const ModelStep& step,
              std::span<const std::pair<std::vector<std::uint32_t>, std::string>> groups,
              const std::string& guard, const std::string& action) {
    const auto at = location(step.role);
    const auto states = side(step.role).states;
    std::vector<std::uint32_t> all;
    for (const auto& [from, move] : groups) all.insert(all.end(), from.begin(), from.end());
    std::ranges::sort(all);
    auto when = guard;
    const auto here = among(at, all, states);
    if (!here.empty()) when += (when.empty() ? "" : " && ") + here;
    text_ += fmt::format("  :: d_step {{ {} -> ", when.empty() ? "true" : when);
    if (groups.size() == 1) {
      if (groups[0].second != "skip") text_ += groups[0].second + "; ";
    } else {
      text_ += "\n       if\n";
      for (const auto& [from, move] : groups) {
        text_ += fmt::format("       :: {} -> {}\n", among(at, from, states), move);
      }
      text_ += "       fi;\n       ";
    }
    text_ += fmt::format("{}printf(\"{}\\n\") }}\n", action, names_.line(step));
    any_ = true;
  }

  void claim(ComposeFailure failure) {
    static const std::map<ComposeFailure, const char*> kMeaning = {
        {ComposeFailure::deadlock, "neither role can move, nobody is sent anything, not all done"},
        {ComposeFailure::reception, "the oldest message to a role is one it has no place for"},
        {ComposeFailure::orphan, "all is done, and a message is left that nobody will receive"},
        {ComposeFailure::overflow, "a role sends where the channel is full"}};
    text_ += fmt::format("\n/* {} */\nnever {} {{\n  do\n  :: assert(!({}))\n  od\n}}\n",
                         kMeaning.at(failure), to_string(failure),
                         condition(composition_, names_, failure));
  }

  const Composition& composition_;
  const RolePolicies& policies_;
  CompositionNames names_;
  std::string text_;
  bool any_ = false;  // the process has an option
};

/// Terms with an operator between them; `empty` if there are none.
class Terms {
 public:
  Terms(const char* join, const char* empty) : join_(join), empty_(empty) {}
  void add(const std::string& term) {
    text_ += (text_.empty() ? "" : join_) + term;
    ++count_;
  }
  [[nodiscard]] std::string text() const {
    return count_ == 0 ? empty_ : count_ == 1 ? text_ : "(" + text_ + ")";
  }

 private:
  const char* join_;
  const char* empty_;
  std::string text_;
  int count_ = 0;
};

std::string both(const std::string& a, const std::string& b) {
  return b.empty() ? a : fmt::format("({} && {})", a, b);
}

class Conditions {
 public:
  Conditions(const Composition& composition, const CompositionNames& names)
      : composition_(composition), names_(names) {}

  [[nodiscard]] std::string deadlock() const {
    Terms moves(" || ", "false");
    Terms done(" && ", "true");
    Terms idle(" && ", "true");
    for (const auto role : kRoles) {
      moves.add(receives(role));
      moves.add(in(role, sources_of_locals(role)));
      moves.add(both(room(other(role)), in(role, senders(role))));
      done.add(in(role, side(role).finished));
      Terms nothing(" || ", "false");
      nothing.add(fmt::format("len({}) == 0", channel(role)));
      nothing.add(in(role, side(role).ended));
      idle.add(nothing.text());
    }
    Terms why(" || ", "false");
    why.add(idle.text());
    if (composition_.options.full == FullRule::block) why.add(overflow());
    return fmt::format("!({}) && !({}) && {}", moves.text(), done.text(), why.text());
  }

  [[nodiscard]] std::string reception() const {
    Terms terms(" || ", "false");
    for (const auto role : kRoles) {
      const auto& letters = side(other(role)).sends;
      for (std::size_t i = 0; i < letters.size(); ++i) {
        if (letters[i].refused.empty()) continue;
        terms.add(
            both(head_is(role, i), among(location(role), letters[i].refused, side(role).states)));
      }
    }
    return terms.text();
  }

  [[nodiscard]] std::string orphan() const {
    Terms left(" || ", "false");
    Terms done(" && ", "true");
    for (const auto role : kRoles) {
      done.add(in(role, side(role).finished));
      left.add(both(fmt::format("len({}) > 0", channel(role)), in(role, side(role).ended)));
    }
    return fmt::format("{} && {}", done.text(), left.text());
  }

  [[nodiscard]] std::string overflow() const {
    Terms terms(" || ", "false");
    for (const auto role : kRoles) {
      terms.add(both(no_room(other(role)), in(role, senders(role))));
    }
    return terms.text();
  }

 private:
  [[nodiscard]] const Composition::Side& side(Role role) const {
    return composition_.sides[index(role)];
  }

  [[nodiscard]] std::string in(Role role, const std::vector<std::uint32_t>& states) const {
    const auto text = among(location(role), states, side(role).states);
    return text.empty() ? "true" : text;
  }

  // By len(): spin takes no negation of what nfull() and its like stand in.
  [[nodiscard]] std::string room(Role to) const {
    return fmt::format("(len({}) < {} || {})", channel(to), composition_.options.bound,
                       in(to, side(to).ended));
  }
  [[nodiscard]] std::string no_room(Role to) const {
    return fmt::format("(len({}) == {} && !({}))", channel(to), composition_.options.bound,
                       in(to, side(to).ended));
  }

  [[nodiscard]] std::string head_is(Role role, std::size_t letter) const {
    return fmt::format("{}?[{}]", channel(role), names_.letters[index(other(role))][letter]);
  }

  [[nodiscard]] std::string receives(Role role) const {
    Terms terms(" || ", "false");
    const auto& letters = side(other(role)).sends;
    for (std::size_t i = 0; i < letters.size(); ++i) {
      std::vector<std::uint32_t> from;
      for (const auto& arc : letters[i].receiving) from.push_back(arc.from);
      if (from.empty()) continue;
      terms.add(both(head_is(role, i), among(location(role), from, side(role).states)));
    }
    return terms.text();
  }

  [[nodiscard]] std::vector<std::uint32_t> sources_of_locals(Role role) const {
    std::set<std::uint32_t> from;
    for (const auto& l : side(role).locals) {
      for (const auto& arc : l.arcs) from.insert(arc.from);
    }
    return {from.begin(), from.end()};
  }

  [[nodiscard]] std::vector<std::uint32_t> senders(Role role) const {
    std::set<std::uint32_t> from;
    for (const auto& l : side(role).sends) {
      for (const auto& arc : l.sending) from.insert(arc.from);
    }
    return {from.begin(), from.end()};
  }

  const Composition& composition_;
  const CompositionNames& names_;
};

}  // namespace

std::string condition(const Composition& composition, const CompositionNames& names,
                      ComposeFailure failure) {
  const Conditions conditions(composition, names);
  switch (failure) {
    case ComposeFailure::deadlock:
      return conditions.deadlock();
    case ComposeFailure::reception:
      return conditions.reception();
    case ComposeFailure::orphan:
      return conditions.orphan();
    case ComposeFailure::overflow:
      return conditions.overflow();
  }
  return "false";
}

std::variant<std::string, ModelError> print_composition(
    const Composition& composition, const RolePolicies& policies,
    const std::vector<ComposeFailure>& failures) {
  return Printer(composition, policies).run(failures);
}

std::variant<std::string, ModelError> print_composition(const Composition& composition,
                                                        const RolePolicies& policies) {
  std::vector<ComposeFailure> failures(kComposeFailures.begin(), kComposeFailures.end());
  if (composition.options.full == FullRule::block) std::erase(failures, ComposeFailure::overflow);
  return Printer(composition, policies).run(failures);
}

}  // namespace spl::promela
