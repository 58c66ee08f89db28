// The product of a model and a claim. Semantics as printed: options move all automata of a
// statecall, then ev, then history; the claim reads the state before each step.
#include "product.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spl::promela {

using Op = ast::FormulaOp;

std::size_t Product::Hash::operator()(const Key& key) const {
  std::uint64_t h = 0x9e3779b97f4a7c15U;
  for (const auto v : key) {
    h = (h ^ v) * 0xff51afd7ed558ccdU;
    h ^= h >> 32U;
  }
  return h;
}

Product::Product(const Model& model, const Claim& claim)
    : model_(model), claim_(claim), width_(model.automata.size()) {}

bool Product::build(std::size_t max_nodes) {
  start();
  for (std::uint32_t node = 0; node < edges_.size(); ++node) {
    if (edges_.size() > max_nodes) return false;
    expand(node);
  }
  return true;
}

bool Product::accepting(std::uint32_t node) const {
  return claim_.automaton.states[keys_[node]->back()].accepting;
}

void Product::start() {
  std::vector<Key> keys{Key(width_ + 2 + model_.question.past.size())};
  for (std::size_t a = 0; a < width_; ++a) {
    std::vector<Key> more;
    for (const auto& key : keys) {
      for (const auto state : model_.automata[a]->initial) {
        more.push_back(key);
        more.back()[a] = state;
      }
    }
    keys = std::move(more);
  }
  for (auto& key : keys) {
    settle(key, 0);
    reach(key, kNone, {});
  }
}

void Product::reach(const Key& key, std::uint32_t from, std::optional<StatecallId> by) {
  const auto [at, added] = numbers_.emplace(key, static_cast<std::uint32_t>(edges_.size()));
  if (added) {
    keys_.push_back(&at->first);  // stays where it is: the map has nodes
    edges_.emplace_back();
    distance_.push_back(from == kNone ? 0 : distance_[from] + 1);
    parent_.push_back(from);
    entered_by_.push_back(by);
  }
  if (from != kNone) edges_[from].push_back({at->second, by});
}

void Product::expand(std::uint32_t node) {
  const auto from = *keys_[node];
  std::vector<std::uint32_t> claim_targets;
  for (const auto& t : claim_.automaton.states[from.back()].transitions) {
    const bool open = std::all_of(t.condition.begin(), t.condition.end(), [&](const Literal& l) {
      return holds(*claim_.formulas[l.atom], from) != l.negated;
    });
    if (open) claim_targets.push_back(t.target);
  }
  if (claim_targets.empty()) return;
  bool over = true;
  const auto add = [&](Key key, std::uint32_t event, std::optional<StatecallId> by) {
    settle(key, event);
    for (const auto target : claim_targets) {
      key.back() = target;
      reach(key, node, by);
    }
  };
  for (std::uint32_t s = 0; s < model_.program->vocabulary.size(); ++s) {
    std::vector<Key> after;
    if (!accept(from, StatecallId{s}, after)) continue;
    over = false;
    const auto event = model_.question.events.find(StatecallId{s});
    const auto number = event == model_.question.events.end() ? 0 : index(event->second) + 1;
    for (auto& key : after) add(std::move(key), number, StatecallId{s});
  }
  if (over) add(from, 0, {});
}

bool Product::accept(const Key& from, StatecallId s, std::vector<Key>& after) const {
  const auto& users = model_.program->mentioned_by[index(s)];
  if (users.empty()) return false;
  after.push_back(from);
  for (const auto user : users) {
    const auto a = index(user);
    const auto& moves = model_.automata[a]->states[from[a]].moves;
    const auto move = std::lower_bound(
        moves.begin(), moves.end(), s,
        [](const ObservedAutomaton::Move& m, StatecallId wanted) { return m.statecall < wanted; });
    if (move == moves.end() || move->statecall != s) return false;
    std::vector<Key> more;
    for (const auto& key : after) {
      for (const auto target : move->targets) {
        more.push_back(key);
        more.back()[a] = target;
      }
    }
    after = std::move(more);
  }
  return true;  // `after` may be empty: a wrong guess
}

void Product::settle(Key& key, std::uint32_t event) const {
  key[width_] = event;
  for (std::size_t i = 0; i < model_.question.past.size(); ++i) {
    const auto& f = *model_.question.past[i];
    auto& bit = key[width_ + 1 + i];
    if (f.op == Op::once) {
      bit = bit != 0 || holds(f.children[0], key) ? 1 : 0;
    } else {
      bit = holds(f.children[1], key) || (holds(f.children[0], key) && bit != 0) ? 1 : 0;
    }
  }
}

std::int32_t Product::value(const Term& term, const Key& key) const {
  if (!term.is_variable) return term.literal;
  const auto a = index(term.variable.automaton);
  const auto& observed = model_.automata[a]->observed;
  const auto at = std::lower_bound(observed.begin(), observed.end(), VarId{term.variable.param});
  return model_.automata[a]->states[key[a]].values[static_cast<std::size_t>(at - observed.begin())];
}

bool Product::holds(const ResolvedFormula& f, const Key& key) const {
  const auto child = [&](std::size_t i) { return holds(f.children[i], key); };
  switch (f.op) {
    case Op::constant:
      return f.value;
    case Op::variable:
      return value(f.left, key) != 0;
    case Op::finished:
      return model_.automata[index(f.automaton)]->states[key[index(f.automaton)]].finished;
    case Op::statecall:
      return key[width_] == index(model_.question.events.at(f.statecall)) + 1;
    case Op::compare: {
      const auto order = value(f.left, key) <=> value(f.right, key);
      switch (f.comparison) {
        case ast::BinaryOp::equal:
          return order == 0;
        case ast::BinaryOp::not_equal:
          return order != 0;
        case ast::BinaryOp::less:
          return order < 0;
        case ast::BinaryOp::less_equal:
          return order <= 0;
        case ast::BinaryOp::greater:
          return order > 0;
        default:
          return order >= 0;
      }
    }
    case Op::op_not:
      return !child(0);
    case Op::op_and:
      return child(0) && child(1);
    case Op::op_or:
      return child(0) || child(1);
    case Op::implies:
      return !child(0) || child(1);
    case Op::iff:
      return child(0) == child(1);
    default: {  // once, since
      const auto& past = model_.question.past;
      const auto at = std::find(past.begin(), past.end(), &f) - past.begin();
      return key[width_ + 1 + static_cast<std::size_t>(at)] != 0;
    }
  }
}

std::string Product::values(const std::vector<std::size_t>& automata, const Key& key) const {
  std::string text;
  for (const auto a : automata) {
    const auto& observed = *model_.automata[a];
    if (observed.deterministic) continue;
    for (std::size_t v = 0; v < observed.observed.size(); ++v) {
      text +=
          fmt::format(" {}={}", model_.names.variables[a][v], observed.states[key[a]].values[v]);
    }
  }
  return text;
}

std::string Product::line(std::uint32_t target, std::optional<StatecallId> by) const {
  if (!by) return "end";
  std::vector<std::size_t> users;
  for (const auto a : model_.program->mentioned_by[index(*by)]) users.push_back(index(a));
  return "statecall " + model_.names.statecalls[index(*by)] + values(users, *keys_[target]);
}

std::string Product::start_line(std::uint32_t node) const {
  std::vector<std::size_t> all;
  for (std::size_t a = 0; a < width_; ++a) all.push_back(a);
  return "start" + values(all, *keys_[node]);
}

}  // namespace spl::promela
