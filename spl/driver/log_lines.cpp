// One line: its fields, the entry of the map that fits, the trace that it belongs to.
#include "driver/log_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "driver/explain.hpp"
#include "driver/json_scan.hpp"

namespace spl::driver {

LogLines::LogLines(const LogMap& map, const Vocabulary& vocabulary, TraceSink& sink)
    : map_(map), vocabulary_(vocabulary), sink_(sink) {}

const LogMap::Entry* LogLines::entry_for(const Fields& fields) const {
  const auto holds = [&](const LogMap::Condition& condition) {
    const auto field = fields.find(condition.field);
    return field != fields.end() && (!condition.value || field->second == *condition.value);
  };
  for (const auto& entry : map_.entries) {
    if (std::ranges::all_of(entry.conditions, holds)) return &entry;
  }
  return nullptr;
}

std::optional<std::string> LogLines::key_of(const Fields& fields, std::string& missing) const {
  std::string key;
  for (const auto& name : map_.key) {
    const auto field = fields.find(name);
    if (field == fields.end()) {
      missing = name;
      return std::nullopt;
    }
    if (!key.empty()) key += ' ';
    key += field->second;
  }
  return key;
}

TraceError LogLines::unfit(const Fields& fields, std::uint64_t number) const {
  std::string has;
  for (const auto& entry : map_.entries) {
    for (const auto& condition : entry.conditions) {
      const auto field = fields.find(condition.field);
      if (field == fields.end()) continue;
      const auto text = fmt::format("{} = {}", condition.field, printable(field->second, 40));
      if (has.find(text) == std::string::npos) has += (has.empty() ? "" : ", ") + text;
    }
  }
  return {number,
          fmt::format("no entry of the map fits this line ({})",
                      has.empty() ? "it has none of the fields that the map asks for"
                                  : printable(has, 200)),
          "to pass over such lines, end the map with: otherwise : -"};
}

std::optional<TraceError> LogLines::line(std::string_view text, std::uint64_t number) {
  std::string why;
  Fields fields;
  const auto take = [&](std::string_view name, std::string_view value) {
    fields.insert_or_assign(std::string(name), std::string(value));
  };
  if (!fields_of_json(text, take, why)) {
    return TraceError{number, "not a JSON object: " + why, "a line of the log holds {...}"};
  }
  const auto* entry = entry_for(fields);
  if (entry == nullptr) return unfit(fields, number);
  if (entry->statecalls.empty() && !entry->ends) return std::nullopt;
  std::string missing;
  auto key = key_of(fields, missing);
  if (!key) {
    return TraceError{number, fmt::format("the line has no field '{}'", printable(missing)),
                      "the map's line 'key' says that the trace is told by it"};
  }
  auto at = by_key_.find(*key);
  if (at == by_key_.end()) {
    traces_.push_back({*key, number, {}});
    at = by_key_.emplace(std::move(*key), std::prev(traces_.end())).first;
  }
  auto& trace = *at->second;
  for (const auto s : entry->statecalls) trace.steps.push_back({s, number});
  held_ += entry->statecalls.size();
  if (held_ > kMaxHeld) {
    return TraceError{number,
                      fmt::format("more than {} statecalls wait for their traces to end", kMaxHeld),
                      "a line 'end' in the map says when a trace is over"};
  }
  if (!entry->ends) return std::nullopt;
  deliver(trace);
  held_ -= trace.steps.size();
  traces_.erase(at->second);
  by_key_.erase(at);
  return std::nullopt;
}

void LogLines::deliver(const Trace& trace) {
  sink_.begin({++delivered_, trace.line, trace.key});
  for (const auto& step : trace.steps) {
    if (!sink_.statecall(vocabulary_.name(step.statecall), {step.line})) break;
  }
  sink_.end({});
}

void LogLines::finish() {
  for (const auto& trace : traces_) deliver(trace);
  traces_.clear();
  by_key_.clear();
}

}  // namespace spl::driver
