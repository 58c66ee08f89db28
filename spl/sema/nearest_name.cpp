// "Did you mean ...?": the declared name nearest to a misspelt one.
//
// Distance is Damerau-Levenshtein in its optimal string alignment form (insert, delete, replace,
// swap two neighbours: one each). Names above kMaxLength are not compared: no person types them,
// and the comparison is quadratic in their length.
#include <algorithm>
#include <vector>

#include "spl/diagnostic.hpp"

namespace spl {
namespace {

constexpr std::size_t kMaxLength = 128;

/// The distance, or anything above `limit` as soon as it must exceed it.
std::size_t distance(std::string_view a, std::string_view b, std::size_t limit) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    std::size_t least = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
      least = std::min(least, row[j]);
    }
    // A swap reaches back two rows, so one row above the limit does not end it by itself.
    const auto least_above = *std::min_element(above.begin(), above.end());
    if (std::min(least, least_above) > limit) return limit + 1;
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

std::vector<std::string_view> sorted_parts(std::string_view name) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= name.size();) {
    const auto end = std::min(name.find('_', begin), name.size());
    parts.push_back(name.substr(begin, end - begin));
    begin = end + 1;
  }
  std::sort(parts.begin(), parts.end());
  return parts;
}

}  // namespace

std::string nearest_name(std::string_view name, std::span<const std::string> candidates) {
  if (name.empty() || name.size() > kMaxLength) return {};
  std::size_t limit = std::max<std::size_t>(1, name.size() / 3);
  const auto parts = sorted_parts(name);
  const std::string* best = nullptr;
  for (const auto& candidate : candidates) {
    if (candidate == name || candidate.size() > kMaxLength) continue;
    const auto longer = std::max(name.size(), candidate.size());
    const auto shorter = std::min(name.size(), candidate.size());
    auto d = limit + 1;
    if (longer - shorter <= limit) d = distance(name, candidate, limit);
    if (d > 1 && longer == shorter && parts.size() > 1 && sorted_parts(candidate) == parts) d = 1;
    // Nothing in common ("x" for "y") is no help, however short the names.
    if (d > limit || d >= longer || (best != nullptr && d == limit)) continue;
    best = &candidate;
    limit = d;
    if (d == 1) break;
  }
  return best != nullptr ? *best : std::string();
}

}  // namespace spl
