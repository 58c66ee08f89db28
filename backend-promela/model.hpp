// Internal: what a model consists of, before it is printed.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "buchi.hpp"
#include "spl/dfa.hpp"
#include "spl/promela/model.hpp"

namespace spl::promela {

/// What a model must show.
struct Question {
  std::vector<std::vector<VarId>> observed;  // per automaton, ascending
  /// What `ev` tells apart: statecall -> the least one of its class. Statecalls that the formula
  /// names only together, in the same disjunctions, are one event.
  std::map<StatecallId, StatecallId> events;
  std::vector<const ResolvedFormula*> past;  // once and since, inner ones first
  bool ended = false;                        // show that nothing is accepted any more
  bool refusals = false;                     // show ticks that reach an abort or a fault
  /// Per automaton: left out of the model, which then allows more runs than the policy has
  /// (slice.hpp). Empty: none is.
  std::vector<bool> left_out;

  explicit Question(const Program& program) : observed(program.automata.size()) {}
  /// Adds what a formula reads. It must outlive the question.
  void read(const ResolvedFormula& formula);
  [[nodiscard]] bool leaves_out(std::size_t a) const { return !left_out.empty() && left_out[a]; }
  /// Tells every statecall of the program apart.
  void tell_all(const Program& program);

 private:
  void walk(const ResolvedFormula& formula);
  void walk_disjunction(const ResolvedFormula& formula, std::uint32_t number);
  std::map<StatecallId, std::vector<std::uint32_t>> mentions_;  // the disjunctions it stands in
  std::uint32_t disjunctions_ = 0;
};

/// True if the formula says something of one state and its past only.
[[nodiscard]] bool is_state_formula(const ResolvedFormula& formula);

/// observe() of this program, each question once. Thread-safe.
class Observations {
 public:
  using Result = std::shared_ptr<const std::variant<ObservedAutomaton, Obstacle>>;
  Observations(const Program& program, std::size_t state_bound)
      : program_(program), state_bound_(state_bound) {}
  [[nodiscard]] Result get(AutomatonId automaton, const std::vector<VarId>& observed,
                           bool refusals);

 private:
  using Key = std::tuple<std::uint32_t, std::vector<VarId>, bool>;
  struct Entry {
    std::once_flag once;
    Result result;
  };
  const Program& program_;
  std::size_t state_bound_;
  std::mutex mutex_;
  std::map<Key, Entry> entries_;
};

/// The names of everything in a model.
struct ModelNames {
  std::vector<std::string> statecalls;  // by StatecallId
  std::vector<std::string> events;  // by StatecallId: the value of ev; "none" where not told apart
  std::vector<std::string> locations;               // by automaton
  std::vector<std::vector<std::string>> variables;  // by automaton, by position in `observed`
  std::vector<std::string> history;                 // by position in Question::past
};

/// One statecall of one automaton: where it is accepted and where it leads.
struct Row {
  std::uint32_t from = 0;
  const std::vector<std::uint32_t>* targets = nullptr;  // empty: a wrong guess
};

/// A statecall that reaches an abort or a fault: from where, and which (in Model::refusals).
struct RefusedRow {
  std::uint32_t from = 0;
  std::uint32_t place = 0;
};

struct Model {
  const Program* program = nullptr;
  const SourceMap* sources = nullptr;
  Question question;
  std::vector<Observations::Result> observations;  // keeps `automata` alive
  std::vector<const ObservedAutomaton*> automata;
  std::vector<std::map<StatecallId, std::vector<Row>>> rows;  // per automaton
  ModelNames names;
  std::vector<std::map<StatecallId, std::vector<RefusedRow>>> refused;  // the same
  std::vector<Refusal> refusals;  // with Question::refusals: those some automaton can reach alone
  bool guesses = false;           // some move is a wrong guess
  bool starts = false;            // the start is a step of its own: choices, or history to set

  explicit Model(Question q) : question(std::move(q)) {}
  /// Once it is printed, the rows are not needed any more; they are large.
  void forget_rows() {
    rows.clear();
    refused.clear();
  }
};

[[nodiscard]] std::variant<Model, ModelError> lay_out(const Program& program,
                                                      const SourceMap& sources, Question question,
                                                      Observations& observations);

/// A state formula in PROMELA over the model's variables.
[[nodiscard]] std::string condition(const Model& model, const ResolvedFormula& formula);
/// What a step by `event` (a value of ev) does to the history: "; once_1 = true", or "". To be run
/// after everything else of the step.
[[nodiscard]] std::string update_history(const Model& model, const std::string& event);
/// Automaton `a` is in one of the states (ascending). "" if that is always so.
[[nodiscard]] std::string located(const Model& model, std::size_t a,
                                  const std::vector<std::uint32_t>& states);

/// A search for a run: a never claim.
struct Claim {
  std::string name;     // an identifier
  std::string comment;  // what it is, in the policy's words
  Buchi automaton;
  std::vector<std::string> atoms;                // PROMELA conditions
  std::vector<const ResolvedFormula*> formulas;  // the same, of a property's claim
};

/// The claim whose runs violate the property, or, for `reachable`, witness it.
[[nodiscard]] std::variant<Claim, ModelError> make_claim(const Model& model,
                                                         const Property& property,
                                                         std::string name);
/// The claim that some state satisfies a condition.
[[nodiscard]] Claim eventually_claim(std::string name, std::string comment, std::string condition);

/// The whole text.
[[nodiscard]] std::variant<std::string, ModelError> print(const Model& model,
                                                          const std::vector<Claim>& claims);

}  // namespace spl::promela
