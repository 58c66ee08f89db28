// The map of a log, line by line. An error in one line does not hide those of others.
#include "spl/log_map.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "passes/word_lines.hpp"
#include "spl/diagnostic.hpp"
#include "spl/maps.hpp"

namespace spl {
namespace {

using Line = std::vector<Word>;
using Words = std::span<const Word>;

constexpr std::size_t kLongName = 200;  // past that, no wish to know what was meant

class LogMapReader {
 public:
  explicit LogMapReader(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {}

  void line(const Line& words) {
    const auto& kind = words.front();
    if (kind.is("key")) {
      key(words);
    } else if (kind.is("when") || kind.is("end") || kind.is("otherwise")) {
      entry(words);
    } else {
      error(kind.range, "a line does not start with '" + kind.text + "'",
            "lines start with key, when, end or otherwise");
    }
  }

  /// All of the map was read.
  void finish(FileId file) {
    if (errors.empty() && map.entries.empty()) {
      errors.push_back({SourceRange{file, 0, 0}, "the map says of no line what it means",
                        "for example: when event = login : Receive_Login"});
    }
  }

  LogMap map;
  std::vector<TextError> errors;

 private:
  void error(const SourceRange& range, std::string message, std::string hint = {}) {
    if (errors.size() < kMaxMapErrors) {
      errors.push_back({range, std::move(message), std::move(hint)});
    }
  }

  void key(const Line& words) {
    if (!map.key.empty()) error(words.front().range, "a second key", "name all fields in one line");
    if (words.size() < 2) error(words.front().range, "expected: key FIELD ...");
    for (std::size_t i = 1; i < words.size(); ++i) map.key.push_back(words[i].text);
  }

  void entry(const Line& words) {
    const auto& kind = words.front();
    if (all_fit_before_) {
      error(kind.range, "this entry is never reached", "the line 'otherwise' comes last");
    }
    const auto colon = std::ranges::find_if(words, [](const Word& w) { return w.is(":"); });
    const bool otherwise = kind.is("otherwise");
    if (colon == words.end() || colon + 1 == words.end()) {
      error(kind.range,
            otherwise ? "expected: otherwise : Statecall ..."
                      : "expected: " + kind.text + " FIELD = VALUE ... : Statecall ...",
            "- stands for no statecall; there are blanks around : and =");
      return;
    }
    LogMap::Entry entry;
    entry.ends = kind.is("end");
    conditions({words.begin() + 1, colon}, kind, entry);
    statecalls({colon + 1, words.end()}, entry);
    all_fit_before_ = all_fit_before_ || otherwise;
    map.entries.push_back(std::move(entry));
  }

  void conditions(Words words, const Word& kind, LogMap::Entry& entry) {
    const bool otherwise = kind.is("otherwise");
    if (words.empty() != otherwise) {
      error(kind.range, otherwise ? "'otherwise' has no conditions" : "there is no condition",
            otherwise ? "for conditions: when FIELD = VALUE ... : Statecall ..."
                      : "for all lines: otherwise : Statecall ...");
      return;
    }
    for (std::size_t i = 0; i < words.size(); i += 3) {
      if (words.size() - i < 3 || !words[i + 1].is("=")) {
        error(words[i].range, "expected FIELD = VALUE here",
              "a value with blanks stands in quotes");
        return;
      }
      const auto& value = words[i + 2];
      entry.conditions.push_back(
          {words[i].text, value.is("*") ? std::nullopt : std::optional(value.text)});
    }
  }

  void statecalls(Words words, LogMap::Entry& entry) {
    if (words.size() == 1 && words.front().is("-")) return;
    for (const auto& word : words) {
      if (const auto id = vocabulary_.find(word.text)) {
        entry.statecalls.push_back(*id);
        continue;
      }
      std::vector<std::string> names;
      if (word.text.size() <= kLongName) {
        for (const auto& s : vocabulary_.all()) names.push_back(s.name);
      }
      const auto near = nearest_name(word.text, names);
      error(word.range, "the policy has no statecall '" + word.text + "'",
            near.empty() ? "" : "did you mean " + near + "?");
    }
  }

  const Vocabulary& vocabulary_;
  bool all_fit_before_ = false;
};

}  // namespace

std::variant<LogMap, std::vector<TextError>> read_log_map(FileId file, const SourceMap& sources,
                                                          const Vocabulary& vocabulary) {
  LogMapReader reader(vocabulary);
  for (const auto& line : word_lines(file, sources, reader.errors)) reader.line(line);
  reader.finish(file);
  if (!reader.errors.empty()) return std::move(reader.errors);
  return std::move(reader.map);
}

}  // namespace spl
