// Going back is running again from the last checkpoint, so that a long run costs little memory.
#include "driver/stepper_session.hpp"

#include <algorithm>

namespace spl::driver {
namespace {

constexpr std::size_t kCheckpoint = 64;

}  // namespace

StepperSession::StepperSession(const Program& program)
    : interpreter_(program), checkpoints_{interpreter_} {}

Interpreter::Verdict StepperSession::tick(StatecallId statecall) {
  auto verdict = interpreter_.tick(statecall);
  if (verdict.outcome != Interpreter::Outcome::accepted) return verdict;
  trace_.push_back(statecall);
  if (trace_.size() % kCheckpoint == 0) checkpoints_.push_back(interpreter_);
  return verdict;
}

std::size_t StepperSession::undo(std::size_t steps) {
  steps = std::min(steps, trace_.size());
  if (steps == 0) return 0;
  const auto length = trace_.size() - steps;
  trace_.resize(length);
  checkpoints_.resize(length / kCheckpoint + 1, checkpoints_.front());
  interpreter_ = checkpoints_.back();
  for (auto i = (checkpoints_.size() - 1) * kCheckpoint; i < length; ++i) {
    interpreter_.tick(trace_[i]);  // accepted before, so accepted now
  }
  return steps;
}

void StepperSession::reset() {
  undo(trace_.size());
}

std::size_t Dice::below(std::size_t bound) {
  // splitmix64; the bias of the remainder is far below what a walk would show.
  state_ += 0x9e3779b97f4a7c15U;
  auto z = state_;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return static_cast<std::size_t>((z ^ (z >> 31U)) % bound);
}

}  // namespace spl::driver
