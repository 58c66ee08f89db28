// Errors in maps, with the name that may have been meant.
#include "passes/map_errors.hpp"

#include "spl/diagnostic.hpp"
#include "spl/maps.hpp"

namespace spl {

void MapErrors::add(const SourceRange& range, std::string message, std::string hint) {
  if (list.size() < kMaxMapErrors) list.push_back({range, std::move(message), std::move(hint)});
}

std::optional<StatecallId> MapErrors::statecall(const Word& word, const Vocabulary& vocabulary,
                                                const std::string& whose) {
  const auto id = vocabulary.find(word.text);
  if (id || list.size() >= kMaxMapErrors) return id;
  constexpr std::size_t kLongName = 200;  // past that, no wish to know what was meant
  std::vector<std::string> names;
  for (const auto& s : vocabulary.all()) names.push_back(s.name);
  const auto near = word.text.size() > kLongName ? "" : nearest_name(word.text, names);
  add(word.range, whose + " has no statecall '" + word.text + "'",
      near.empty() ? "" : "did you mean " + near + "?");
  return id;
}

}  // namespace spl
