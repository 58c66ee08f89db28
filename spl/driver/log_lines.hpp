// Logs of JSON lines, sorted into traces by a map.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "driver/trace_reader.hpp"
#include "spl/log_map.hpp"
#include "spl/vocabulary.hpp"

namespace spl::driver {

/// Takes the lines of one log. A trace is held back until it ends, for the lines of several are
/// mixed; those that never end come last, in the order in which they began.
class LogLines {
 public:
  /// Statecalls held back at once, of all traces together.
  static constexpr std::size_t kMaxHeld = 50'000'000;

  /// All must outlive the object.
  LogLines(const LogMap& map, const Vocabulary& vocabulary, TraceSink& sink);

  /// An error if the line is not JSON, or the map does not cover it.
  [[nodiscard]] std::optional<TraceError> line(std::string_view text, std::uint64_t number);
  /// The log ends.
  void finish();

 private:
  struct Step {
    StatecallId statecall{};
    std::uint64_t line = 0;
  };
  struct Trace {
    std::string key;
    std::uint64_t line = 0;
    std::vector<Step> steps;
  };
  using Traces = std::list<Trace>;
  using Fields = std::unordered_map<std::string, std::string>;

  [[nodiscard]] const LogMap::Entry* entry_for(const Fields& fields) const;
  /// nullopt: a field is missing, which is then `missing`.
  [[nodiscard]] std::optional<std::string> key_of(const Fields& fields, std::string& missing) const;
  [[nodiscard]] TraceError unfit(const Fields& fields, std::uint64_t number) const;
  void deliver(const Trace& trace);

  const LogMap& map_;
  const Vocabulary& vocabulary_;
  TraceSink& sink_;
  Traces traces_;  // in the order in which they began
  std::unordered_map<std::string, Traces::iterator> by_key_;
  std::size_t held_ = 0;
  std::uint64_t delivered_ = 0;  // traces
};

}  // namespace spl::driver
