// The engines behind one interface. The DFA engine follows language.md section 6 just as the
// interpreter does: first ask every automaton concerned, then move all of them or none.
#include "driver/engine.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "spl/cpp/table_monitor.hpp"

namespace spl::driver {
namespace {

class InterpreterEngine : public Engine {
 public:
  explicit InterpreterEngine(const Program& program) : interpreter_(program) {}
  void reset() override { interpreter_.reset(); }
  Interpreter::Verdict tick(StatecallId s) override { return interpreter_.tick(s); }
  [[nodiscard]] std::vector<StatecallId> allowed() const override { return interpreter_.allowed(); }
  [[nodiscard]] bool finished(AutomatonId a) const override { return interpreter_.finished(a); }
  [[nodiscard]] std::string position() const override {
    std::string text;
    for (const auto& automaton : interpreter_.program().automata) {
      text += fmt::format("{}{}:", text.empty() ? "" : " ", automaton.name);
      for (const auto& c : interpreter_.configurations(automaton.id)) {
        text += fmt::format(" {}({})", raw(c.at), fmt::join(c.values, ","));
      }
    }
    return text;
  }

 private:
  Interpreter interpreter_;
};

class DfaEngine : public Engine {
 public:
  DfaEngine(const Program& program, std::vector<Dfa> dfas)
      : program_(program), dfas_(std::move(dfas)), states_(dfas_.size(), 0) {}

  void reset() override { states_.assign(dfas_.size(), 0); }

  Interpreter::Verdict tick(StatecallId s) override {
    Interpreter::Verdict verdict;
    const auto& ticking = program_.mentioned_by[index(s)];
    if (ticking.empty()) verdict.outcome = Interpreter::Outcome::ignored;
    std::vector<std::uint32_t> targets;
    for (const auto id : ticking) {
      const auto& dfa = dfas_[index(id)];
      const auto at = states_[index(id)];
      if (const auto target = dfa.next(at, s)) {
        targets.push_back(*target);
      } else {
        verdict.refusals.push_back({id, dfa.why_refused(at, s), dfa.states[at].waiting});
      }
    }
    if (!verdict.refusals.empty()) {
      verdict.outcome = Interpreter::Outcome::violation;
      return verdict;
    }
    for (std::size_t i = 0; i < ticking.size(); ++i) states_[index(ticking[i])] = targets[i];
    return verdict;
  }

  [[nodiscard]] std::vector<StatecallId> allowed() const override {
    std::vector<StatecallId> result;
    for (std::uint32_t s = 0; s < program_.vocabulary.size(); ++s) {
      bool accepted = !program_.mentioned_by[s].empty();
      for (const auto id : program_.mentioned_by[s]) {
        accepted = accepted && dfas_[index(id)].next(states_[index(id)], StatecallId{s});
      }
      if (accepted) result.push_back(StatecallId{s});
    }
    return result;
  }

  [[nodiscard]] bool finished(AutomatonId a) const override {
    return dfas_[index(a)].states[states_[index(a)]].finished;
  }
  [[nodiscard]] std::string position() const override {
    return fmt::format("states {}", fmt::join(states_, " "));
  }

 private:
  const Program& program_;
  std::vector<Dfa> dfas_;
  std::vector<std::uint32_t> states_;
};

class MonitorEngine : public Engine {
 public:
  MonitorEngine(const Program& program, std::vector<Dfa> dfas)
      : program_(program), dfas_(std::move(dfas)), monitor_(program, dfas_) {}

  void reset() override { monitor_.reset(); }

  Interpreter::Verdict tick(StatecallId s) override {
    Interpreter::Verdict verdict;
    switch (monitor_.tick(s)) {
      case TableMonitor::Verdict::accepted:
        break;
      case TableMonitor::Verdict::ignored:
        verdict.outcome = Interpreter::Outcome::ignored;
        break;
      case TableMonitor::Verdict::violation:
        verdict.outcome = Interpreter::Outcome::violation;
        for (const auto id : monitor_.refusing(s)) {
          const auto& dfa = dfas_[index(id)];
          const auto at = monitor_.states()[index(id)];
          verdict.refusals.push_back({id, dfa.why_refused(at, s), dfa.states[at].waiting});
        }
        break;
    }
    return verdict;
  }

  [[nodiscard]] std::vector<StatecallId> allowed() const override {
    std::vector<StatecallId> result;
    for (std::uint32_t s = 0; s < program_.vocabulary.size(); ++s) {
      const auto answer = monitor_.would_answer(StatecallId{s});
      if (answer == TableMonitor::Verdict::accepted) result.push_back(StatecallId{s});
    }
    return result;
  }

  [[nodiscard]] bool finished(AutomatonId a) const override { return monitor_.finished(a); }
  [[nodiscard]] std::string position() const override {
    return fmt::format("states {}", fmt::join(monitor_.states(), " "));
  }

 private:
  const Program& program_;
  std::vector<Dfa> dfas_;
  TableMonitor monitor_;
};

}  // namespace

std::unique_ptr<Engine> interpreter_engine(const Program& program) {
  return std::make_unique<InterpreterEngine>(program);
}

std::unique_ptr<Engine> dfa_engine(const Program& program, std::vector<Dfa> dfas) {
  return std::make_unique<DfaEngine>(program, std::move(dfas));
}

std::unique_ptr<Engine> monitor_engine(const Program& program, std::vector<Dfa> dfas) {
  return std::make_unique<MonitorEngine>(program, std::move(dfas));
}

}  // namespace spl::driver
