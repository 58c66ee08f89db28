// Interpreter: the meaning of a whole policy (language.md section 6).
#include "spl/interpreter.hpp"

#include <algorithm>

namespace spl {

Interpreter::Interpreter(const Program& program, std::size_t limit)
    : program_(&program), limit_(limit) {
  reset();
}

void Interpreter::reset() {
  sets_.clear();
  start_refusals_.clear();
  start_too_large_.reset();
  for (const auto& automaton : program_->automata) {
    auto result = Stepper(automaton, limit_).start();
    if (result.too_large) start_too_large_ = result.too_large;
    sets_.push_back(std::move(result.configurations));
    start_refusals_.push_back(result.refusal);
  }
}

Interpreter::Verdict Interpreter::tick(StatecallId statecall) {
  Verdict verdict;
  if (start_too_large_) {
    verdict.outcome = Outcome::too_large;
    verdict.too_large = start_too_large_;
    return verdict;
  }
  const auto& ticking = program_->mentioned_by[index(statecall)];
  if (ticking.empty()) {
    verdict.outcome = Outcome::ignored;
    return verdict;
  }
  std::vector<ConfigurationSet> moved;
  for (const auto id : ticking) {
    const auto& automaton = program_->automata[index(id)];
    const auto& set = sets_[index(id)];
    auto result = Stepper(automaton, limit_).tick(set, statecall);
    if (result.too_large) {
      verdict.outcome = Outcome::too_large;
      verdict.too_large = result.too_large;
      return verdict;
    }
    if (result.refusal) {
      AutomatonRefusal refusal{id, *result.refusal, {}};
      if (set.empty() && start_refusals_[index(id)]) refusal.refusal = *start_refusals_[index(id)];
      for (const auto& c : set) refusal.waiting.push_back(c.at);
      refusal.waiting.erase(std::unique(refusal.waiting.begin(), refusal.waiting.end()),
                            refusal.waiting.end());
      verdict.refusals.push_back(std::move(refusal));
    }
    moved.push_back(std::move(result.configurations));
  }
  if (!verdict.refusals.empty()) {
    verdict.outcome = Outcome::violation;
    return verdict;
  }
  for (std::size_t i = 0; i < ticking.size(); ++i) sets_[index(ticking[i])] = std::move(moved[i]);
  return verdict;
}

std::vector<StatecallId> Interpreter::allowed() const {
  // A statecall is allowed if every automaton that has it in its alphabet accepts it.
  std::vector<std::uint32_t> accepted(program_->vocabulary.size(), 0);
  for (std::size_t i = 0; i < sets_.size(); ++i) {
    for (const auto& [s, result] : Stepper(program_->automata[i], limit_).all_ticks(sets_[i])) {
      if (!result.refusal && !result.too_large) ++accepted[index(s)];
    }
  }
  std::vector<StatecallId> result;
  for (std::uint32_t s = 0; s < accepted.size(); ++s) {
    if (accepted[s] != 0 && accepted[s] == program_->mentioned_by[s].size()) {
      result.push_back(StatecallId{s});
    }
  }
  return result;
}

bool Interpreter::finished(AutomatonId automaton) const {
  return is_finished(program_->automata[index(automaton)], sets_[index(automaton)]);
}

bool Interpreter::finished() const {
  for (std::uint32_t i = 0; i < sets_.size(); ++i) {
    if (!finished(AutomatonId{i})) return false;
  }
  return true;
}

const ConfigurationSet& Interpreter::configurations(AutomatonId automaton) const {
  return sets_[index(automaton)];
}

}  // namespace spl
