// Changes that the editor offers: quick fixes, and the canonical layout.
#include <fmt/format.h>

#include <algorithm>

#include "language_server/features.hpp"

namespace spl::lsp {
namespace {

json::object edit_value(Request& r, const ProjectFile& file, Span at, std::string_view by) {
  return {{"range", r.places.range(*file.index, at)}, {"newText", text_value(by)}};
}

json::object action(Request& r, const Analysis& analysis, const Diagnostic& d,
                    std::string_view title, const ProjectFile& file, Span at, std::string_view by,
                    bool preferred) {
  json::object changes;
  changes[text_value(r.workspace.uri(file.path))] = json::array{edit_value(r, file, at, by)};
  return {{"title", text_value(title)},
          {"kind", "quickfix"},
          {"isPreferred", preferred},
          {"diagnostics", json::array{diagnostic_value(r.workspace, analysis, d, r.encoding)}},
          {"edit", {{"changes", std::move(changes)}}}};
}

/// A name of a list and the comma after it, or else the one before it; its line, if nothing else
/// is on it.
Span with_comma(const FileIndex& file, Span name) {
  const auto token = file.token_before(name.begin + 1);
  auto at = name;
  if (token == kNone) return at;
  if (token + 1 < file.tokens.size() && file.spelt(file.tokens[token + 1]) == ",") {
    at.end = file.tokens[token + 1].range.end;
  } else if (token > 0 && file.spelt(file.tokens[token - 1]) == ",") {
    at.begin = file.tokens[token - 1].range.begin;
    return at;
  }
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  auto begin = at.begin;
  while (begin > 0 && blank(file.text[begin - 1])) --begin;
  auto end = at.end;
  while (end < file.text.size() && blank(file.text[end])) ++end;
  const bool own_line = (begin == 0 || file.text[begin - 1] == '\n') && end < file.text.size() &&
                        file.text[end] == '\n';
  if (own_line) return {begin, end + 1};
  return {at.begin, end};
}

/// Adds a name at the end of the first list of statecalls there is.
void declare(Request& r, const Analysis& analysis, const Diagnostic& d, std::string_view name,
             json::array& actions) {
  for (const auto& file : r.project.files) {
    if (file.index->statecall_lists.empty()) continue;
    const auto list = file.index->statecall_lists.back();
    const auto last = file.index->token_before(list.end);
    if (last == kNone || last == 0 || file.index->text[list.end - 1] != '}') continue;
    const auto& before = file.index->tokens[last - 1];
    const auto word = file.index->spelt(before);
    const bool comma = word != "," && word != "{";
    const bool many_lines = file.index->spelt(list).find('\n') != std::string::npos;
    const auto text = fmt::format("{}{}{}{}", comma ? "," : "", many_lines ? "\n  " : " ", name,
                                  word == "," || many_lines ? "," : "");
    actions.push_back(action(r, analysis, d, fmt::format("Declare '{}'", name), file,
                             {before.range.end, before.range.end}, text, false));
    return;
  }
}

void fixes(Request& r, const Analysis& analysis, const Diagnostic& d, json::array& actions) {
  const auto& file = r.index();
  const Span at{d.range.begin, d.range.end};
  if (at.end > file.text.size()) return;
  if (!d.replacement.empty()) {
    const auto title = d.code == DiagnosticCode::syntax_error
                           ? std::string("Add ';'")
                           : fmt::format("Change to '{}'", d.replacement);
    actions.push_back(action(r, analysis, d, title, r.file(), at, d.replacement, true));
  }
  if (d.code == DiagnosticCode::unused_statecall) {
    const auto title = fmt::format("Remove '{}'", file.spelt(at));
    actions.push_back(
        action(r, analysis, d, title, r.file(), with_comma(file, at), "", d.replacement.empty()));
  }
  if (d.code == DiagnosticCode::undeclared_statecall) {
    declare(r, analysis, d, file.spelt(at), actions);
  }
}

}  // namespace

json::value code_actions(Request& r, const Analysis& analysis, Span at) {
  json::array actions;
  for (const auto& d : analysis.diagnostics) {
    if (!d.range.valid()) continue;
    const auto number = static_cast<std::size_t>(d.range.file);
    if (analysis.paths[number] != r.file().path) continue;
    if (d.range.begin > at.end || d.range.end < at.begin) continue;
    fixes(r, analysis, d, actions);
  }
  return actions;
}

json::value formatting(Request& r) {
  const auto& file = r.index();
  json::array edits;
  if (file.text.size() > kMaxInputBytes) return edits;
  SourceMap sources;
  Diagnostics diagnostics;
  const auto id = sources.add("", file.text);
  const auto after = format(id, sources, diagnostics);
  if (!after || *after == file.text) return edits;
  // Only what differs is replaced, so that cursors elsewhere stay.
  const auto& before = file.text;
  const auto front = std::mismatch(before.begin(), before.end(), after->begin(), after->end());
  auto begin = static_cast<std::size_t>(front.first - before.begin());
  begin = before.rfind('\n', begin == 0 ? 0 : begin - 1);  // whole lines: no half characters
  begin = begin == std::string::npos ? 0 : begin + 1;
  std::size_t tail = 0;
  const auto most = std::min(before.size(), after->size()) - begin;
  while (tail < most && before[before.size() - 1 - tail] == (*after)[after->size() - 1 - tail])
    ++tail;
  while (tail > 0 && before[before.size() - tail - 1] != '\n') --tail;
  const Span at{static_cast<std::uint32_t>(begin),
                static_cast<std::uint32_t>(before.size() - tail)};
  edits.push_back(edit_value(r, r.file(), at,
                             std::string_view(*after).substr(begin, after->size() - tail - begin)));
  return edits;
}

}  // namespace spl::lsp
