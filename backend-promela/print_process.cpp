// The process of a model: an endless choice between statecalls, one indivisible step each.
//
// A statecall that leads one automaton to several states (alternatives that differ in what the
// property reads) becomes several options; one that the followed alternative cannot take, though
// another could, ends this run by a wrong guess.
#include <fmt/format.h>

#include <algorithm>

#include "names.hpp"
#include "print.hpp"
#include "text.hpp"

namespace spl::promela {
namespace {

constexpr std::size_t kMaxOptionsPerStatecall = 4096;

/// Where an automaton goes by one statecall, for one way of choosing among its targets.
struct Group {
  std::uint32_t target = 0;
  std::vector<bool> from;
  std::size_t size = 0;
  bool moves = true;  // to `target`; else these states stay as they are
};

class ProcessPrinter {
 public:
  explicit ProcessPrinter(const Model& model) : model_(model) {}

  std::variant<std::string, ModelError> run() {
    text_ = "\nactive proctype policy() {\n";
    if (model_.starts && !start()) return too_many("the start", {});
    text_ += "end:\n  do\n";
    for (std::uint32_t s = 0; s < model_.program->vocabulary.size(); ++s) {
      if (!statecall(StatecallId{s})) {
        return too_many("'" + model_.program->vocabulary.name(StatecallId{s}) + "'",
                        model_.program->vocabulary[StatecallId{s}].first_use);
      }
    }
    finish();
    return std::move(text_);
  }

 private:
  static ModelError too_many(const std::string& where, SourceRange range) {
    return {"too many alternatives at " + where + " to choose from",
            "read fewer variables in one property", range};
  }

  [[nodiscard]] const ObservedAutomaton& automaton(std::size_t a) const {
    return *model_.automata[a];
  }

  /// Assignments that take automaton `a` to `target`; of variables those that some state in `from`
  /// (all, if empty) has otherwise.
  [[nodiscard]] std::string assignments(std::size_t a, std::uint32_t target,
                                        const std::vector<bool>& from) const {
    const auto& states = automaton(a).states;
    std::string text;
    if (states.size() > 1) text = fmt::format("{} = {}", model_.names.locations[a], target);
    for (std::size_t v = 0; v < automaton(a).observed.size(); ++v) {
      const auto value = states[target].values[v];
      bool differs = from.empty();
      for (std::size_t s = 0; s < from.size() && !differs; ++s) {
        differs = from[s] && states[s].values[v] != value;
      }
      if (!differs) continue;
      text += fmt::format("{}{} = {}", text.empty() ? "" : "; ", model_.names.variables[a][v],
                          number(value));
    }
    return text;
  }

  /// The values that a trace cannot tell from the policy alone.
  [[nodiscard]] std::string report(std::string head, const std::vector<std::size_t>& users) const {
    std::string arguments;
    for (const auto a : users) {
      if (automaton(a).deterministic) continue;
      for (const auto& name : model_.names.variables[a]) {
        head += fmt::format(" {}=%d", name);
        arguments += ", " + name;
      }
    }
    return fmt::format("printf(\"{}\\n\"{})", head, arguments);
  }

  [[nodiscard]] std::string epilogue(const std::string& event) const {
    std::string text;
    if (!model_.question.events.empty()) text += fmt::format("; ev = {}", event);
    if (!model_.question.past.empty()) text += "; remember()";
    return text;
  }

  bool start() {
    std::size_t combinations = 1;
    std::vector<std::size_t> all;
    for (std::size_t a = 0; a < model_.automata.size(); ++a) {
      all.push_back(a);
      combinations *= automaton(a).initial.size();
      if (combinations > kMaxOptionsPerStatecall) return false;
    }
    text_ += "  if\n";
    for (std::size_t i = 0; i < combinations; ++i) {
      text_ += "  :: d_step { started = true";
      auto rest = i;
      for (const auto a : all) {
        const auto& initial = automaton(a).initial;
        if (initial.size() > 1) {
          text_ += "; " + assignments(a, initial[rest % initial.size()], {});
        }
        rest /= initial.size();
      }
      text_ += fmt::format("{}; {} }}\n", model_.question.past.empty() ? "" : "; remember()",
                           report("start", all));
    }
    text_ += "  fi;\n";
    return true;
  }

  /// The policy lines that name the statecall, as a comment.
  void comment(StatecallId s, const std::vector<std::size_t>& users) {
    constexpr std::size_t kMaxPlaces = 6;
    std::vector<std::string> places;
    for (const auto a : users) {
      for (const auto& node : model_.program->automata[a].nodes) {
        if (node.kind != Node::Kind::wait || node.statecall != s) continue;
        auto place = fmt::format("{}:{}", model_.sources->name(node.range.file),
                                 model_.sources->begin_of(node.range).line);
        if (std::find(places.begin(), places.end(), place) != places.end()) continue;
        places.push_back(places.size() == kMaxPlaces ? "..." : std::move(place));
        if (places.size() > kMaxPlaces) break;
      }
      if (places.size() > kMaxPlaces) break;
    }
    std::string line = model_.program->vocabulary.name(s);
    for (std::size_t i = 0; i < places.size(); ++i) line += (i == 0 ? ": " : ", ") + places[i];
    text_ += fmt::format("  /* {} */\n", comment_text(line));
  }

  [[nodiscard]] const std::vector<Row>& rows(std::size_t a, StatecallId s) const {
    static const std::vector<Row> kNone;
    const auto at = model_.rows[a].find(s);
    return at == model_.rows[a].end() ? kNone : at->second;
  }

  bool statecall(StatecallId s) {
    std::vector<std::size_t> users;
    for (const auto a : model_.program->mentioned_by[index(s)]) users.push_back(index(a));
    if (users.empty()) return true;
    if (model_.question.refusals) refusals(s, users);
    std::vector<std::size_t> widths;
    std::size_t combinations = 1;
    bool guess = false;
    for (const auto a : users) {
      const auto& list = rows(a, s);
      if (list.empty()) return true;  // never accepted: never offered
      std::size_t width = 0;
      for (const auto& row : list) {
        width = std::max(width, row.targets->size());
        guess = guess || row.targets->empty();
      }
      widths.push_back(width);
      combinations *= width;
      if (combinations > kMaxOptionsPerStatecall) return false;
    }
    comment(s, users);
    for (std::size_t i = 0; i < combinations; ++i) option(s, users, widths, i);
    if (guess) wrong_guess(s, users);
    return true;
  }

  void option(StatecallId s, const std::vector<std::size_t>& users,
              const std::vector<std::size_t>& widths, std::size_t combination) {
    std::string guard;
    std::string body;
    for (std::size_t u = 0; u < users.size(); ++u) {
      const auto choice = combination % widths[u];
      combination /= widths[u];
      const auto groups = group(users[u], rows(users[u], s), choice);
      std::vector<bool> from(automaton(users[u]).states.size());
      for (const auto& g : groups) {
        for (std::size_t i = 0; i < from.size(); ++i) from[i] = from[i] || g.from[i];
      }
      conjoin(guard, located(model_, users[u], from));
      body += update(users[u], groups);
    }
    text_ += fmt::format("  :: d_step {{ {} ->\n{}       {}{} }}\n", guard.empty() ? "true" : guard,
                         body, report("statecall " + model_.names.statecalls[index(s)], users),
                         epilogue(model_.names.events[index(s)]));
  }

  static void conjoin(std::string& guard, const std::string& more) {
    if (more.empty()) return;
    guard += (guard.empty() ? "" : " && ") + more;
  }

  /// The moves by target, ascending. First those that stay where they are, if any.
  [[nodiscard]] std::vector<Group> group(std::size_t a, const std::vector<Row>& list,
                                         std::size_t choice) const {
    std::map<std::pair<bool, std::uint32_t>, Group> groups;
    for (const auto& row : list) {
      if (row.targets->size() <= choice) continue;
      const auto target = (*row.targets)[choice];
      const bool moves = target != row.from;
      auto& g = groups[{moves, moves ? target : 0}];
      g.target = target;
      g.moves = moves;
      g.from.resize(automaton(a).states.size());
      g.from[row.from] = true;
      ++g.size;
    }
    std::vector<Group> result;
    for (auto& [key, g] : groups) result.push_back(std::move(g));
    return result;
  }

  [[nodiscard]] std::string update(std::size_t a, const std::vector<Group>& groups) const {
    const auto body = [&](const Group& g) {
      return g.moves ? assignments(a, g.target, g.from) : std::string("skip");
    };
    if (groups.size() == 1) {
      return groups[0].moves ? fmt::format("       {};\n", body(groups[0])) : std::string{};
    }
    std::size_t rest = 0;  // the group of most states needs no condition
    for (std::size_t i = 1; i < groups.size(); ++i) {
      if (groups[i].size > groups[rest].size) rest = i;
    }
    std::string text = "       if\n";
    for (std::size_t i = 0; i < groups.size(); ++i) {
      if (i == rest) continue;
      text +=
          fmt::format("       :: {} -> {}\n", located(model_, a, groups[i].from), body(groups[i]));
    }
    return text + fmt::format("       :: else -> {}\n       fi;\n", body(groups[rest]));
  }

  /// The policy accepts `s`, but not by the alternative that this run follows.
  void wrong_guess(StatecallId s, const std::vector<std::size_t>& users) {
    std::string guard;
    std::string wrong;
    for (const auto a : users) {
      std::vector<bool> accepted(automaton(a).states.size());
      std::vector<bool> empty(accepted.size());
      for (const auto& row : rows(a, s)) {
        accepted[row.from] = true;
        empty[row.from] = row.targets->empty();
      }
      conjoin(guard, located(model_, a, accepted));
      const auto here = located(model_, a, empty);
      if (here != "false") wrong += (wrong.empty() ? "" : " || ") + (here.empty() ? "true" : here);
    }
    conjoin(guard, "(" + wrong + ")");
    text_ += fmt::format("  :: d_step {{ {} -> wrong_guess = true }}; break\n", guard);
  }

  /// Options that show which aborts and faults `s` reaches, where no automaton simply refuses it.
  void refusals(StatecallId s, const std::vector<std::size_t>& users) {
    for (std::size_t k = 0; k < model_.refusals.size(); ++k) {
      for (const auto a : users) {
        std::vector<bool> here(automaton(a).states.size());
        for (std::size_t i = 0; i < here.size(); ++i) {
          here[i] = refuses(automaton(a).states[i], s, &model_.refusals[k]);
        }
        if (std::find(here.begin(), here.end(), true) == here.end()) continue;
        auto guard = located(model_, a, here);
        for (const auto b : users) {
          if (b != a) conjoin(guard, located(model_, b, takes(b, s)));
        }
        text_ +=
            fmt::format("  :: d_step {{ {} -> refused = {}; printf(\"refused {}\\n\") }}; break\n",
                        guard.empty() ? "true" : guard, k + 1, model_.names.statecalls[index(s)]);
      }
    }
  }

  /// It reaches this (any, if null) abort or fault by `s`.
  static bool refuses(const ObservedAutomaton::State& state, StatecallId s, const Refusal* which) {
    return std::any_of(state.refused.begin(), state.refused.end(), [&](const RefusedMove& r) {
      return r.statecall == s && r.refusal.reason != Reason::none_accepts &&
             (which == nullptr || r.refusal == *which);
    });
  }

  /// The states that have some move by `s`, violating or not.
  [[nodiscard]] std::vector<bool> takes(std::size_t a, StatecallId s) const {
    std::vector<bool> result(automaton(a).states.size());
    for (std::size_t i = 0; i < result.size(); ++i) {
      result[i] = refuses(automaton(a).states[i], s, nullptr);
    }
    for (const auto& row : rows(a, s)) result[row.from] = true;
    return result;
  }

  void finish() {
    std::string body = epilogue("none") + "; printf(\"end\\n\")";
    if (model_.question.ended) body += "; ended = true";
    text_ += "  /* nothing more is accepted: the run stays as it is */\n";
    text_ += fmt::format("  :: d_step {{ else -> {} }}\n  od", body.substr(2));
    // A run that is over steps in place; claims look away.
    if (model_.guesses) {
      text_ += ";\n  do :: wrong_guess od";
    } else if (model_.question.refusals) {
      text_ += ";\n  do :: refused != 0 od";
    }
    text_ += "\n}\n";
  }

  const Model& model_;
  std::string text_;
};

}  // namespace

std::variant<std::string, ModelError> print_process(const Model& model) {
  return ProcessPrinter(model).run();
}

}  // namespace spl::promela
