// The two kinds of maps, read line by line. An error in one line does not hide those of others.
#include "spl/maps.hpp"

#include <utility>

#include "passes/map_errors.hpp"

namespace spl {
namespace {

// ---- renaming ----

class RenameReader {
 public:
  RenameReader(const Vocabulary& old_policy, const Vocabulary& new_policy)
      : old_(old_policy), new_(new_policy) {}

  void line(const Line& words) {
    if (words.size() != 3 || !words[1].is("=")) {
      errors.add(words.front().range, "expected a line of the form Old_Name = New_Name");
      return;
    }
    const auto from = errors.statecall(words[0], old_, "the old policy");
    const auto to = errors.statecall(words[2], new_, "the new policy");
    if (!from || !to) return;
    if (!map.try_emplace(words[0].text, words[2].text).second) {
      errors.add(words[0].range, "'" + words[0].text + "' is renamed a second time");
      return;
    }
    if (!targets_.try_emplace(words[2].text, words[2].range).second) {
      errors.add(words[2].range, "two statecalls of the old policy become '" + words[2].text + "'");
    }
  }

  /// A name that another statecall takes over must be renamed itself.
  void finish() {
    for (const auto& [name, range] : targets_) {
      if (!old_.find(name) || map.contains(name)) continue;
      errors.add(range, "the old policy has a statecall '" + name + "' already",
                 "if it is another one, it has to be renamed, too");
    }
  }

  RenameMap map;
  MapErrors errors;

 private:
  const Vocabulary& old_;
  const Vocabulary& new_;
  std::map<std::string, SourceRange> targets_;
};

// ---- symbols ----

class SymbolReader {
 public:
  explicit SymbolReader(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {}

  void line(const Line& words) {
    const auto& kind = words.front();
    if (kind.is("start")) {
      sequence(words, map.start);
    } else if (kind.is("silent")) {
      sequence(words, map.silent);
    } else if (kind.is("unsent")) {
      unsent(words);
    } else if (kind.is("input")) {
      symbol(words, map.inputs, /*refusal=*/false);
    } else if (kind.is("output") || kind.is("refusal")) {
      symbol(words, map.outputs, kind.is("refusal"));
    } else {
      errors.add(kind.range, "a line does not start with '" + kind.text + "'",
                 "lines start with input, output, refusal, unsent, start or silent");
    }
  }

  SymbolMap map;
  MapErrors errors;

 private:
  void sequence(const Line& words, std::vector<StatecallId>& into) {
    const auto& kind = words.front();
    if (words.size() < 3 || !words[1].is("=")) {
      errors.add(kind.range, "expected: " + kind.text + " = Statecall ...");
      return;
    }
    for (std::size_t i = 2; i < words.size(); ++i) {
      const auto id = errors.statecall(words[i], vocabulary_, "the policy");
      if (id) into.push_back(*id);
    }
  }

  void unsent(const Line& words) {
    if (words.size() != 2) {
      errors.add(words.front().range, "expected: unsent SYMBOL",
                 "what was never sent means no statecall");
      return;
    }
    SymbolMeaning meaning;
    meaning.alternatives.emplace_back();
    meaning.unsent = true;
    put(words[1], map.outputs, std::move(meaning));
  }

  void symbol(const Line& words, std::map<std::string, SymbolMeaning, std::less<>>& into,
              bool refusal) {
    const auto& kind = words.front();
    if (words.size() < 4 || !words[2].is("=")) {
      errors.add(kind.range, "expected: " + kind.text + " SYMBOL = Statecall ...",
                 "- stands for no statecall");
      return;
    }
    SymbolMeaning meaning;
    meaning.refusal = refusal;
    bool wants_more = true;  // an alternative has begun, and nothing of it has come
    for (std::size_t i = 3; i < words.size(); ++i) {
      if (words[i].is("|")) {
        if (wants_more) errors.add(words[i].range, "there is nothing before this |");
        wants_more = true;
        continue;
      }
      if (std::exchange(wants_more, false)) meaning.alternatives.emplace_back();
      if (words[i].is("-")) continue;
      const auto id = errors.statecall(words[i], vocabulary_, "the policy");
      if (id) meaning.alternatives.back().push_back(*id);
    }
    if (wants_more) errors.add(words.back().range, "there is nothing after this |");
    put(words[1], into, std::move(meaning));
  }

  void put(const Word& name, std::map<std::string, SymbolMeaning, std::less<>>& into,
           SymbolMeaning meaning) {
    if (into.try_emplace(name.text, std::move(meaning)).second) return;
    errors.add(name.range, "'" + name.text + "' is given a meaning a second time");
  }

  const Vocabulary& vocabulary_;
};

}  // namespace

std::variant<RenameMap, std::vector<TextError>> read_rename_map(FileId file,
                                                                const SourceMap& sources,
                                                                const Vocabulary& old_policy,
                                                                const Vocabulary& new_policy) {
  RenameReader reader(old_policy, new_policy);
  for (const auto& line : word_lines(file, sources, reader.errors.list)) reader.line(line);
  reader.finish();
  if (!reader.errors.list.empty()) return std::move(reader.errors.list);
  return std::move(reader.map);
}

std::variant<SymbolMap, std::vector<TextError>> read_symbol_map(FileId file,
                                                                const SourceMap& sources,
                                                                const Vocabulary& vocabulary) {
  SymbolReader reader(vocabulary);
  for (const auto& line : word_lines(file, sources, reader.errors.list)) reader.line(line);
  if (!reader.errors.list.empty()) return std::move(reader.errors.list);
  return std::move(reader.map);
}

}  // namespace spl
