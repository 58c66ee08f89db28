// The process of a model: an endless choice between statecalls, one indivisible step each.
//
// A statecall that leads one automaton to several states (alternatives that differ in what the
// property reads) becomes several options; one that the followed alternative cannot take, though
// another could, ends this run by a wrong guess.
#include <fmt/format.h>

#include <algorithm>

#include "moves.hpp"
#include "names.hpp"
#include "print.hpp"

namespace spl::promela {
namespace {

constexpr std::size_t kMaxOptionsPerStatecall = 4096;
// spin bounds the length of a d_step and the branches of one `if`; longer ones are split in two.
constexpr std::size_t kMaxGroups = 200;

class ProcessPrinter {
 public:
  explicit ProcessPrinter(const Model& model) : model_(model) {}

  std::variant<std::string, ModelError> run() {
    find_places();
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
    return text + update_history(model_, event);
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
          text_ += "; " + assign_all(model_, a, initial[rest % initial.size()]);
        }
        rest /= initial.size();
      }
      text_ += fmt::format("{}; {} }}\n", update_history(model_, "none"), report("start", all));
    }
    text_ += "  fi;\n";
    return true;
  }

  /// The policy lines that name each statecall; the last may be "...".
  void find_places() {
    constexpr std::size_t kMaxPlaces = 6;
    places_.resize(model_.program->vocabulary.size());
    for (const auto& automaton : model_.program->automata) {
      for (const auto& node : automaton.nodes) {
        if (node.kind != Node::Kind::wait || !node.range.valid()) continue;
        auto& places = places_[index(node.statecall)];
        if (places.size() > kMaxPlaces) continue;
        auto place = fmt::format("{}:{}", model_.sources->name(node.range.file),
                                 model_.sources->begin_of(node.range).line);
        if (std::find(places.begin(), places.end(), place) != places.end()) continue;
        places.push_back(places.size() == kMaxPlaces ? "..." : std::move(place));
      }
    }
  }

  void comment(StatecallId s) {
    const auto& places = places_[index(s)];
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
    comment(s);
    for (std::size_t i = 0; i < combinations; ++i) option(s, users, widths, i);
    if (guess) wrong_guess(s, users);
    return true;
  }

  void option(StatecallId s, const std::vector<std::size_t>& users,
              const std::vector<std::size_t>& widths, std::size_t combination) {
    std::vector<std::vector<MoveGroup>> moves;
    for (std::size_t u = 0; u < users.size(); ++u) {
      moves.push_back(group_moves(model_, users[u], rows(users[u], s), combination % widths[u]));
      combination /= widths[u];
    }
    split(s, users, std::move(moves));
  }

  /// One option, or several with a part of the moves each.
  void split(StatecallId s, const std::vector<std::size_t>& users,
             std::vector<std::vector<MoveGroup>> moves) {
    for (auto& groups : moves) {
      if (groups.size() <= kMaxGroups) continue;
      const auto all = std::move(groups);
      for (std::size_t i = 0; i < all.size(); i += kMaxGroups) {
        const auto end = std::min(i + kMaxGroups, all.size());
        groups.assign(all.begin() + static_cast<std::ptrdiff_t>(i),
                      all.begin() + static_cast<std::ptrdiff_t>(end));
        split(s, users, moves);
      }
      return;
    }
    std::string guard;
    std::string body;
    for (std::size_t u = 0; u < users.size(); ++u) {
      std::vector<std::uint32_t> from;
      for (const auto& g : moves[u]) from.insert(from.end(), g.from.begin(), g.from.end());
      std::sort(from.begin(), from.end());
      conjoin(guard, located(model_, users[u], from));
      body += print_moves(model_, users[u], moves[u]);
    }
    text_ += fmt::format("  :: d_step {{ {} ->\n{}       {}{} }}\n", guard.empty() ? "true" : guard,
                         body, report("statecall " + model_.names.statecalls[index(s)], users),
                         epilogue(model_.names.events[index(s)]));
  }

  static void conjoin(std::string& guard, const std::string& more) {
    if (more.empty()) return;
    guard += (guard.empty() ? "" : " && ") + more;
  }

  /// The policy accepts `s`, but not by the alternative that this run follows.
  void wrong_guess(StatecallId s, const std::vector<std::size_t>& users) {
    std::string guard;
    std::string wrong;
    for (const auto a : users) {
      std::vector<std::uint32_t> accepted;
      std::vector<std::uint32_t> empty;
      for (const auto& row : rows(a, s)) {
        accepted.push_back(row.from);
        if (row.targets->empty()) empty.push_back(row.from);
      }
      conjoin(guard, located(model_, a, accepted));
      const auto here = located(model_, a, empty);
      if (here != "false") wrong += (wrong.empty() ? "" : " || ") + (here.empty() ? "true" : here);
    }
    conjoin(guard, "(" + wrong + ")");
    text_ += fmt::format("  :: d_step {{ {} -> wrong_guess = true; printf(\"end\\n\") }}; break\n",
                         guard);
  }

  /// Options that show which aborts and faults `s` reaches, where no automaton simply refuses it.
  void refusals(StatecallId s, const std::vector<std::size_t>& users) {
    for (const auto a : users) {
      std::map<std::uint32_t, std::vector<std::uint32_t>> by_place;
      for (const auto& row : refused(a, s)) by_place[row.place].push_back(row.from);
      if (by_place.empty()) continue;
      std::string others;
      for (const auto b : users) {
        if (b != a) conjoin(others, located(model_, b, takes(b, s)));
      }
      for (const auto& [place, from] : by_place) {
        auto guard = located(model_, a, from);
        conjoin(guard, others);
        text_ += fmt::format(
            "  :: d_step {{ {} -> refused = {}; printf(\"refused {}\\n\") }}; break\n",
            guard.empty() ? "true" : guard, place + 1, model_.names.statecalls[index(s)]);
      }
    }
  }

  [[nodiscard]] const std::vector<RefusedRow>& refused(std::size_t a, StatecallId s) const {
    static const std::vector<RefusedRow> kNone;
    const auto at = model_.refused[a].find(s);
    return at == model_.refused[a].end() ? kNone : at->second;
  }

  /// The states that have some move by `s`, violating or not.
  [[nodiscard]] std::vector<std::uint32_t> takes(std::size_t a, StatecallId s) const {
    std::vector<std::uint32_t> result;
    for (const auto& row : rows(a, s)) result.push_back(row.from);
    for (const auto& row : refused(a, s)) result.push_back(row.from);
    std::sort(result.begin(), result.end());
    return result;
  }

  void finish() {
    if (!model_.question.left_out.empty()) {
      text_ += "  /* a step, or the end, of the automata that are left out */\n";
      text_ +=
          fmt::format("  :: d_step {{ true -> {} }}\n", "printf(\"other\\n\")" + epilogue("none"));
    }
    std::string body = epilogue("none") + "; printf(\"end\\n\")";
    if (model_.question.ended) body += "; ended = true";
    text_ += "  /* nothing more is accepted: the run stays as it is */\n";
    text_ += fmt::format("  :: d_step {{ else -> {} }}\n  od", body.substr(2));
    // A run that is over steps in place; claims look away.
    if (model_.guesses) {
      text_ += ";\n  do :: d_step { wrong_guess -> printf(\"end\\n\") } od";
    } else if (model_.question.refusals) {
      text_ += ";\n  do :: d_step { refused != 0 -> printf(\"end\\n\") } od";
    }
    text_ += "\n}\n";
  }

  const Model& model_;
  std::string text_;
  std::vector<std::vector<std::string>> places_;  // by StatecallId
};

}  // namespace

std::variant<std::string, ModelError> print_process(const Model& model) {
  return ProcessPrinter(model).run();
}

}  // namespace spl::promela
