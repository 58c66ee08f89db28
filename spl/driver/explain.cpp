// Words for places and refusals.
#include "driver/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace spl::driver {
namespace {

constexpr std::size_t kPlaces = 8;  // shown of the places where an automaton waits
constexpr std::size_t kWidth = 88;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string short_place(const SourceMap& sources, SourceRange range) {
  return fmt::format("{}:{}", sources.name(range.file), sources.begin_of(range).line);
}

std::string waiting_list(const Automaton& a, const std::vector<NodeId>& waiting,
                         const SourceMap& sources) {
  std::vector<std::string> places;
  std::set<std::string> seen;
  for (const auto node : waiting) {
    auto place = wait_place(a, node, sources);
    if (seen.insert(place).second) places.push_back(std::move(place));
  }
  std::string text;
  for (std::size_t i = 0; i < std::min(places.size(), kPlaces); ++i)
    text += "      " + places[i] + "\n";
  if (places.size() > kPlaces) text += fmt::format("      and {} more\n", places.size() - kPlaces);
  return text;
}

}  // namespace

std::string printable(std::string_view text, std::size_t limit) {
  std::string out;
  for (const char c : text) {
    if (out.size() >= limit) return out + "...";
    if (c >= 0x20 && c < 0x7f) {
      out += c;
    } else {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string source_line(const SourceMap& sources, SourceRange range) {
  if (!range.valid()) return "(nowhere)";
  const auto line = trimmed(sources.line(range.file, sources.begin_of(range).line));
  return fmt::format("{}: {}", short_place(sources, range), printable(line, 72));
}

std::string wait_place(const Automaton& a, NodeId id, const SourceMap& sources) {
  const auto& node = a[id];
  auto text = node.kind == Node::Kind::final ? fmt::format("{}: the end of automaton {}",
                                                           short_place(sources, a.range), a.name)
                                             : source_line(sources, node.range);
  if (node.call != CallId::none) {
    text += fmt::format("  (called at {})", short_place(sources, a.calls[raw(node.call)].range));
  }
  return text;
}

std::string name_list(const Program& program, const std::vector<StatecallId>& names,
                      std::size_t indent, std::size_t limit) {
  std::string text;
  std::size_t column = 0;
  for (std::size_t i = 0; i < names.size() && i < limit; ++i) {
    const auto& name = program.vocabulary.name(names[i]);
    if (column != 0 && column + 2 + name.size() > kWidth) {
      text += '\n';
      column = 0;
    }
    const std::size_t gap = column == 0 ? indent : 2;
    text.append(gap, ' ');
    text += name;
    column += gap + name.size();
  }
  if (names.size() > limit) {
    text += '\n';
    text.append(indent, ' ');
    text += fmt::format("and {} more", names.size() - limit);
  }
  return text.empty() ? text : text + "\n";
}

std::string explain_violation(const Program& program, const SourceMap& sources,
                              const std::vector<Interpreter::AutomatonRefusal>& why,
                              const std::vector<StatecallId>& expected, std::size_t limit) {
  std::string text;
  for (const auto& refusal : why) {
    const auto& a = program.automata[index(refusal.automaton)];
    text += fmt::format("  automaton {}: {}", a.name, to_string(refusal.refusal.reason));
    if (refusal.refusal.where.valid()) {
      text += fmt::format(" at\n      {}\n", source_line(sources, refusal.refusal.where));
      if (!refusal.waiting.empty()) text += "    it was waiting at\n";
    } else {
      text += refusal.waiting.empty() ? "\n" : "; it was waiting at\n";
    }
    text += waiting_list(a, refusal.waiting, sources);
  }
  if (expected.empty()) return text + "  nothing would have been accepted here\n";
  return text + "  accepted here would have been\n" + name_list(program, expected, 6, limit);
}

void write_place(JsonWriter& json, const SourceMap& sources, SourceRange range) {
  if (!range.valid()) {
    json.null();
    return;
  }
  const auto at = sources.begin_of(range);
  json.begin_object().field("file", sources.name(range.file));
  json.field("line", at.line).field("column", at.column).end_object();
}

void write_reason(JsonWriter& json, const Program& program, const SourceMap& sources,
                  const Interpreter::AutomatonRefusal& refusal) {
  const auto& a = program.automata[index(refusal.automaton)];
  json.begin_object().field("automaton", a.name);
  json.field("reason", to_string(refusal.refusal.reason)).key("where");
  write_place(json, sources, refusal.refusal.where);
  json.key("waiting").begin_array();
  for (const auto node : refusal.waiting) write_place(json, sources, a[node].range);
  json.end_array().end_object();
}

std::string count(std::uint64_t n, std::string_view noun, std::string_view plural) {
  if (n == 1) return fmt::format("1 {}", noun);
  return plural.empty() ? fmt::format("{} {}s", n, noun) : fmt::format("{} {}", n, plural);
}

}  // namespace spl::driver
