// Makes charts: turns places and values into texts, and gathers the lines of the policy concerned.
#include "spl/chart.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace spl {
namespace {

constexpr std::uint32_t kContext = 2;    // lines shown above and below one that a step names
constexpr std::size_t kWaitPlaces = 12;  // of a refusal

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

Direction direction_of(std::string_view statecall) {
  if (statecall.starts_with("Receive_")) return Direction::received;
  if (statecall.starts_with("Transmit_")) return Direction::sent;
  return Direction::local;
}

ChartBuilder::ChartBuilder(const Program& program, const SourceMap& sources)
    : program_(&program), sources_(&sources) {
  static_cast<void>(finish());
}

ChartBuilder::Pending& ChartBuilder::add(Chart::Step::Kind kind, std::string_view statecall) {
  auto& added = steps_.emplace_back();
  added.step.kind = kind;
  added.step.statecall = std::string(statecall);
  added.step.direction = direction_of(statecall);
  return added;
}

void ChartBuilder::at(Pending& step, SourceRange range) const {
  if (!range.valid()) return;
  step.places.push_back({range.file, sources_->begin_of(range).line});
}

void ChartBuilder::changes_of(const TraceStep& step, std::vector<std::string>& out) {
  for (const auto& v : step.variables) {
    auto& last = values_[index(v.automaton)][raw(v.variable)];
    auto now = v.text();
    if (now == last) continue;
    out.push_back(v.name + " = " + now);
    last = std::move(now);
  }
}

void ChartBuilder::accepted(const TraceStep& step) {
  auto& added = add(Chart::Step::Kind::accepted, program_->vocabulary.name(step.statecall));
  for (const auto& place : step.places) at(added, place.range);
  changes_of(step, added.step.notes);
}

void ChartBuilder::refused(std::string_view statecall,
                           std::span<const Interpreter::AutomatonRefusal> why) {
  auto& added = add(Chart::Step::Kind::refused, statecall);
  for (const auto& refusal : why) {
    const auto& automaton = program_->automata[index(refusal.automaton)];
    auto note = "refused by " + automaton.name + ": " + to_string(refusal.refusal.reason);
    if (refusal.refusal.where.valid()) {
      at(added, refusal.refusal.where);
    } else {
      for (std::size_t i = 0; i < std::min(refusal.waiting.size(), kWaitPlaces); ++i) {
        at(added, automaton[refusal.waiting[i]].range);
      }
      if (!refusal.waiting.empty()) note += "; it was waiting at these lines";
    }
    added.step.notes.push_back(std::move(note));
  }
}

void ChartBuilder::unknown(std::string_view statecall, bool is_refused) {
  auto& added =
      add(is_refused ? Chart::Step::Kind::refused : Chart::Step::Kind::ignored, statecall);
  added.step.notes.emplace_back(is_refused ? "refused: no automaton mentions it"
                                           : "ignored: no automaton mentions it");
}

Chart ChartBuilder::finish() {
  Chart chart;
  std::map<At, std::vector<std::uint32_t>> used;
  std::set<At> shown;
  for (std::uint32_t i = 0; i < steps_.size(); ++i) {
    auto& places = steps_[i].places;
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
    for (const auto& place : places) used[place].push_back(i);
  }
  for (const auto& [place, unused] : used) {
    const auto first = place.line > kContext ? place.line - kContext : 1;
    for (auto line = first; line <= place.line + kContext; ++line) shown.insert({place.file, line});
  }
  std::map<std::string_view, std::set<std::string_view>> paths;  // by file name
  for (const auto& place : shown) {
    const auto& path = sources_->name(place.file);
    paths[file_name(path)].insert(path);
  }
  std::map<At, std::uint32_t> numbers;
  for (const auto& place : shown) {
    const auto text = sources_->line(place.file, place.line);
    const auto steps = used.find(place);
    const auto whole = sources_->text(place.file);
    const bool past_the_end = text.data() == nullptr || text.data() == whole.data() + whole.size();
    if (steps == used.end() && past_the_end) continue;
    const auto& path = sources_->name(place.file);
    const bool unique = paths[file_name(path)].size() == 1;
    numbers[place] = static_cast<std::uint32_t>(chart.lines.size());
    chart.lines.push_back(
        {path, std::string(unique ? file_name(path) : path) + ":" + std::to_string(place.line),
         place.line, std::string(text),
         steps == used.end() ? std::vector<std::uint32_t>() : steps->second});
  }
  for (auto& pending : steps_) {
    for (const auto& place : pending.places) pending.step.lines.push_back(numbers.at(place));
    chart.steps.push_back(std::move(pending.step));
  }
  steps_.clear();
  values_.assign(program_->automata.size(), {});
  for (const auto& v : initial_values(*program_)) {
    values_[index(v.automaton)].push_back(v.text());
  }
  return chart;
}

}  // namespace spl
