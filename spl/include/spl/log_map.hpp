// Maps for logs of JSON lines: which lines belong together, and what a line means in statecalls.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "spl/source.hpp"
#include "spl/text_error.hpp"
#include "spl/vocabulary.hpp"

namespace spl {

/// Lines of the form
///   key FIELD ...                        lines with the same values there make one trace
///   when FIELD = VALUE ... : A B | -     such a line is announced as A, then B; or not at all
///   end FIELD = VALUE ... : A B | -      the same, and the trace ends with it
///   otherwise : A B | -                  any other line
/// The first entry that fits counts. A field within an object is OUTER.INNER; the value * is any
/// value.
struct LogMap {
  struct Condition {
    std::string field;
    std::optional<std::string> value;  // nullopt: any, but the field has to be there
  };
  struct Entry {
    std::vector<Condition> conditions;  // all have to hold
    std::vector<StatecallId> statecalls;
    bool ends = false;
  };
  std::vector<std::string> key;  // empty: the whole log is one trace
  std::vector<Entry> entries;
};

[[nodiscard]] std::variant<LogMap, std::vector<TextError>> read_log_map(
    FileId file, const SourceMap& sources, const Vocabulary& vocabulary);

}  // namespace spl
