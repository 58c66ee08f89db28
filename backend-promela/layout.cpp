// From a question to a model: the observed automata, their moves by statecall, and all names.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "model.hpp"
#include "names.hpp"
#include "slice.hpp"

namespace spl::promela {

Observations::Result Observations::get(AutomatonId automaton, const std::vector<VarId>& observed,
                                       bool refusals) {
  Entry* entry = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    entry = &entries_[Key{index(automaton), observed, refusals}];
  }
  std::call_once(entry->once, [&] {
    entry->result = std::make_shared<const std::variant<ObservedAutomaton, Obstacle>>(
        observe(program_.automata[index(automaton)], observed,
                refusals ? KeepRefusals::yes : KeepRefusals::no, state_bound_));
  });
  return entry->result;
}

namespace {

void name_events(Model& model, NameTable& table) {
  std::map<StatecallId, std::size_t> sizes;
  for (const auto& [s, of] : model.question.events) ++sizes[of];
  model.names.events.assign(model.program->vocabulary.size(), "none");
  for (const auto& [s, of] : model.question.events) {
    auto& name = model.names.events[index(s)];
    if (s != of) {
      name = model.names.events[index(of)];
    } else {
      const auto& own = model.names.statecalls[index(s)];
      name = sizes[of] == 1 ? own : table.take(own + "_or_alike");
    }
  }
}

void name_all(Model& model) {
  NameTable table;
  const auto& program = *model.program;
  for (const auto& s : program.vocabulary.all()) {
    model.names.statecalls.push_back(table.take(s.name));
  }
  name_events(model, table);
  for (const auto* a : model.automata) {
    model.names.locations.push_back(table.take("at_" + program.automata[index(a->automaton)].name));
  }
  for (const auto* a : model.automata) {
    auto& names = model.names.variables.emplace_back();
    const auto& automaton = program.automata[index(a->automaton)];
    for (const auto v : a->observed) {
      names.push_back(table.take(automaton.name + "__" + automaton[v].name));
    }
  }
  for (std::size_t i = 0; i < model.question.past.size(); ++i) {
    const bool once = model.question.past[i]->op == ast::FormulaOp::once;
    model.names.history.push_back(table.take(fmt::format("{}_{}", once ? "once" : "since", i + 1)));
  }
}

void index_moves(Model& model) {
  for (const auto* a : model.automata) {
    auto& rows = model.rows.emplace_back();
    for (std::uint32_t s = 0; s < a->states.size(); ++s) {
      for (const auto& move : a->states[s].moves) {
        rows[move.statecall].push_back({s, &move.targets});
        model.guesses = model.guesses || move.targets.empty();
      }
    }
  }
}

void collect_refusals(Model& model) {
  std::set<Refusal> all;
  for (const auto* a : model.automata) {
    for (const auto& state : a->states) {
      for (const auto& r : state.refused) {
        if (r.refusal.reason != Reason::none_accepts) all.insert(r.refusal);
      }
    }
  }
  model.refusals.assign(all.begin(), all.end());
  for (const auto* a : model.automata) {
    auto& rows = model.refused.emplace_back();
    for (std::uint32_t s = 0; s < a->states.size(); ++s) {
      for (const auto& r : a->states[s].refused) {
        if (r.refusal.reason == Reason::none_accepts) continue;
        const auto place =
            std::lower_bound(model.refusals.begin(), model.refusals.end(), r.refusal) -
            model.refusals.begin();
        rows[r.statecall].push_back({s, static_cast<std::uint32_t>(place)});
      }
    }
  }
}

}  // namespace

std::variant<Model, ModelError> lay_out(const Program& program, const SourceMap& sources,
                                        Question question, Observations& observations) {
  Model model(std::move(question));
  model.program = &program;
  model.sources = &sources;
  for (std::uint32_t a = 0; a < program.automata.size(); ++a) {
    if (model.question.leaves_out(a)) {
      model.observations.push_back(
          std::make_shared<const std::variant<ObservedAutomaton, Obstacle>>(
              anything(program, AutomatonId{a}, model.question.left_out)));
      model.automata.push_back(&std::get<ObservedAutomaton>(*model.observations.back()));
      continue;
    }
    auto result =
        observations.get(AutomatonId{a}, model.question.observed[a], model.question.refusals);
    if (const auto* obstacle = std::get_if<Obstacle>(result.get())) {
      return ModelError{obstacle->message, obstacle->hint, obstacle->where};
    }
    model.automata.push_back(&std::get<ObservedAutomaton>(*result));
    model.observations.push_back(std::move(result));
  }
  model.starts = !model.question.past.empty() ||
                 std::any_of(model.automata.begin(), model.automata.end(),
                             [](const auto* a) { return a->initial.size() != 1; });
  name_all(model);
  index_moves(model);
  if (model.question.refusals) collect_refusals(model);
  return model;
}

}  // namespace spl::promela
