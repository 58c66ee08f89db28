#include "web/history.hpp"

#include <algorithm>
#include <iterator>

#include "web/events.hpp"

namespace spl::debug::web {
namespace {

constexpr std::size_t kChunk = 1U << 16U;

/// Chunks of about kChunk bytes; steps that follow each other in one event.
class Telling {
 public:
  void event(std::string_view json) {
    close_steps();
    text_ += framed(json);
    ship(kChunk);
  }
  void step(const Step& step) {
    if (steps_.size() > kChunk) close_steps();
    steps_ += steps_.empty() ? std::string(kStepsBegin) : ",";
    steps_ += step_item(step);
  }
  std::vector<ChunkPtr> take() {
    close_steps();
    ship(0);
    return std::move(chunks_);
  }

 private:
  void close_steps() {
    if (steps_.empty()) return;
    text_ += framed(steps_ + std::string(kStepsEnd));
    steps_.clear();
    ship(kChunk);
  }
  void ship(std::size_t at_least) {
    if (text_.size() <= at_least) return;
    chunks_.push_back(std::make_shared<const Chunk>(Chunk{std::move(text_), 0}));
    text_.clear();
  }

  std::vector<ChunkPtr> chunks_;
  std::string text_;
  std::string steps_;
};

}  // namespace

void History::begin(Subject subject) {
  forget(subject.id);
  if (subjects_.size() - ended_.size() >= limits_.subjects) return;
  const auto id = subject.id;
  subjects_[id] = {std::move(subject), next_order_++, {}, {}};
}

void History::step(const Step& step) {
  add(step.subject, {0, step, {}});
}

void History::event(std::uint64_t subject, std::uint64_t number, std::string json) {
  Step about;
  about.number = number;
  add(subject, {0, about, std::move(json)});
}

void History::add(std::uint64_t subject, Entry entry) {
  const auto found = subjects_.find(subject);
  if (found == subjects_.end()) return;
  entry.order = next_order_++;
  oldest_.emplace_back(entry.order, subject);
  found->second.entries.push_back(std::move(entry));
  ++entries_;
  if (found->second.entries.size() > limits_.steps_per_subject) forget_first(found->second);
  while (entries_ > limits_.steps || oldest_.size() > 2 * limits_.steps) {
    const auto [order, owner] = oldest_.front();
    oldest_.pop_front();
    const auto it = subjects_.find(owner);
    if (it == subjects_.end()) continue;
    auto& entries = it->second.entries;
    while (!entries.empty() && entries.front().order <= order) forget_first(it->second);
  }
}

void History::forget_first(Remembered& remembered) {
  auto& first = remembered.entries.front();
  if (first.event.empty()) {
    remembered.subject.states = std::move(first.step.states);
  }
  remembered.subject.seen = std::max(remembered.subject.seen, first.step.number);
  remembered.subject.from_start = false;
  remembered.entries.pop_front();
  --entries_;
}

void History::forget_last(Remembered& remembered) {
  remembered.entries.pop_back();
  --entries_;
}

void History::undone(std::uint64_t subject, std::uint64_t number) {
  const auto found = subjects_.find(subject);
  if (found == subjects_.end()) return;
  auto& remembered = found->second;
  while (!remembered.entries.empty() && remembered.entries.back().step.number > number) {
    forget_last(remembered);
  }
  if (remembered.subject.seen > number) {  // before all that is remembered
    remembered.subject.seen = number;
    std::fill(remembered.subject.states.begin(), remembered.subject.states.end(),
              kUnknownSituation);
  }
}

void History::end(std::uint64_t subject, std::string json) {
  const auto found = subjects_.find(subject);
  if (found == subjects_.end() || !found->second.end.empty()) return;
  found->second.end = std::move(json);
  ended_.push_back(subject);
  if (ended_.size() > limits_.ended_subjects) forget(ended_.front());
}

void History::forget(std::uint64_t subject) {
  const auto found = subjects_.find(subject);
  if (found == subjects_.end()) return;
  if (!found->second.end.empty()) ended_.erase(std::find(ended_.begin(), ended_.end(), subject));
  entries_ -= found->second.entries.size();
  subjects_.erase(found);
}

bool History::situation(std::string json) {
  if (situations_.size() >= limits_.situations) return false;
  situations_.push_back(std::move(json));
  return true;
}

void History::clear() {
  subjects_.clear();
  oldest_.clear();
  ended_.clear();
  entries_ = 0;
}

std::vector<ChunkPtr> History::replay() const {
  Telling telling;
  for (const auto& json : situations_) telling.event(json);
  std::vector<const Remembered*> subjects;
  std::vector<const Entry*> entries;
  for (const auto& [id, remembered] : subjects_) {
    subjects.push_back(&remembered);
    for (const auto& entry : remembered.entries) entries.push_back(&entry);
  }
  std::ranges::sort(subjects, {}, &Remembered::began);  // parents before their children
  std::ranges::sort(entries, {}, &Entry::order);
  for (const auto* remembered : subjects) telling.event(subject_event(remembered->subject));
  for (const auto* entry : entries) {
    if (entry->event.empty()) {
      telling.step(entry->step);
    } else {
      telling.event(entry->event);
    }
  }
  for (const auto* remembered : subjects) {
    if (!remembered->end.empty()) telling.event(remembered->end);
  }
  return telling.take();
}

}  // namespace spl::debug::web
