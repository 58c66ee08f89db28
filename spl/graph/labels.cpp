#include "graph/labels.hpp"

#include "spl/json.hpp"

namespace spl::graph {

/// DOT strings are JSON strings, but for \u escapes; those occur only in odd file names.
std::string quoted(std::string_view text) {
  return json_quote(text);
}

std::string html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t limit) {
  std::vector<std::string> lines;
  while (text.size() > limit) {
    const auto good = text.find_last_of(" _", limit - 1);
    // A break far to the left would only make things longer.
    const auto end = good == std::string_view::npos || good * 3 < limit ? limit : good + 1;
    auto line = text.substr(0, end);
    text.remove_prefix(end);
    while (line.ends_with(' ')) line.remove_suffix(1);
    lines.emplace_back(line);
  }
  lines.emplace_back(text);
  return lines;
}

std::string wrapped_html(std::string_view text, std::size_t limit) {
  std::string out;
  const auto lines = wrapped(text, limit);
  for (const auto& line : lines) {
    out += html(line);
    if (lines.size() > 1) out += "<br align=\"left\"/>";
  }
  return out;
}

}  // namespace spl::graph
