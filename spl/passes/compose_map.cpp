// read_compose_map(): which statecalls of two roles announce the same message.
#include <map>
#include <optional>

#include "passes/map_errors.hpp"
#include "spl/maps.hpp"

namespace spl {
namespace {

class ComposeReader {
 public:
  ComposeReader(const Vocabulary& client, const Vocabulary& server)
      : vocabularies_{&client, &server} {}

  void line(const Line& words) {
    const auto& first = words.front();
    if (!first.is("client") && !first.is("server")) {
      errors.add(first.range, "a line does not start with '" + first.text + "'",
                 "lines start with client or server");
      return;
    }
    if (words.size() < 4 || !words[2].is("=")) {
      errors.add(first.range, "expected: " + first.text + " Statecall = Statecall ...",
                 "- stands for a statecall that concerns the " + first.text + " alone");
      return;
    }
    const auto role = first.is("client") ? Role::client : Role::server;
    const auto sent = statecall(words[1], role);
    auto received = receptions(words, other(role));
    if (!sent || !received) return;
    if (!map.sides[index(role)].try_emplace(*sent, std::move(*received)).second) {
      errors.add(words[1].range, "'" + words[1].text + "' is given a meaning a second time");
    }
  }

  /// What arrives must not be sent as well.
  void finish() {
    for (const auto role : kRoles) {
      for (const auto& [s, range] : arrivals_[index(role)]) {
        if (!map.sides[index(role)].contains(s)) continue;
        errors.add(range,
                   "'" + vocabularies_[index(role)]->name(s) +
                       "' stands on the right here and has a line of its own, too",
                   "a statecall is sent, received, or local");
      }
    }
  }

  ComposeMap map;
  MapErrors errors;

 private:
  std::optional<StatecallId> statecall(const Word& word, Role role) {
    return errors.statecall(word, *vocabularies_[index(role)],
                            std::string("the ") + to_string(role));
  }

  /// "-", or names with | between them.
  std::optional<std::vector<StatecallId>> receptions(const Line& words, Role role) {
    std::vector<StatecallId> result;
    if (words.size() == 4 && words[3].is("-")) return result;
    bool good = true;
    for (std::size_t i = 3; i < words.size(); ++i) {
      const bool name_is_due = i % 2 == 1;
      if (words[i].is("|") == name_is_due || words[i].is("-")) {
        errors.add(words[i].range, "expected names with | between them");
        return std::nullopt;
      }
      if (!name_is_due) continue;
      const auto id = statecall(words[i], role);
      good = good && id;
      if (!id) continue;
      result.push_back(*id);
      arrivals_[index(role)].emplace(*id, words[i].range);
    }
    if (words.size() % 2 == 1) {
      errors.add(words.back().range, "there is nothing after this |");
      return std::nullopt;
    }
    return good ? std::optional(std::move(result)) : std::nullopt;
  }

  std::array<const Vocabulary*, 2> vocabularies_;
  std::array<std::map<StatecallId, SourceRange>, 2> arrivals_;  // what stands on the right
};

}  // namespace

std::variant<ComposeMap, std::vector<TextError>> read_compose_map(FileId file,
                                                                  const SourceMap& sources,
                                                                  const Vocabulary& client,
                                                                  const Vocabulary& server) {
  ComposeReader reader(client, server);
  for (const auto& line : word_lines(file, sources, reader.errors.list)) reader.line(line);
  reader.finish();
  if (!reader.errors.list.empty()) return std::move(reader.errors.list);
  return std::move(reader.map);
}

}  // namespace spl
