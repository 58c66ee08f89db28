// Diagnostics as the protocol has them.
#include "language_server/features.hpp"
#include "language_server/protocol_numbers.hpp"

namespace spl::lsp {
namespace {

/// A range of nothing is shown as one character, where there is one.
Span visible(SourceRange r, std::string_view text) {
  if (r.begin != r.end || r.begin >= text.size() || text[r.begin] == '\n') return {r.begin, r.end};
  return {r.begin, r.begin + 1};
}

class Ranges {
 public:
  Ranges(const Analysis& analysis, Encoding encoding) : analysis_(analysis), encoding_(encoding) {}

  json::object of(SourceRange r) {
    if (!r.valid()) return range_value({}, {});
    const auto text = analysis_.sources.text(r.file);
    const auto& lines = lines_.try_emplace(r.file, text, encoding_).first->second;
    const auto at = visible(r, text);
    const auto begin = lines.position(at.begin);
    return range_value(begin, lines.position(at.end));
  }

 private:
  const Analysis& analysis_;
  Encoding encoding_;
  std::map<FileId, Lines> lines_;
};

const std::string& path_in(const Analysis& analysis, SourceRange r) {
  return analysis.paths[static_cast<std::size_t>(r.file)];
}

json::object value_of(const Workspace& workspace, const Analysis& analysis, const Diagnostic& d,
                      Ranges& ranges) {
  json::array related;
  for (const auto& note : d.notes) {
    if (!note.range.valid()) continue;
    related.push_back(
        json::object{{"location",
                      {{"uri", text_value(workspace.uri(path_in(analysis, note.range)))},
                       {"range", ranges.of(note.range)}}},
                     {"message", text_value(note.text)}});
  }
  const auto message = d.hint.empty() ? d.message : d.message + "\n" + d.hint;
  json::object value{
      {"range", ranges.of(d.range)},
      {"severity", d.severity == Severity::error ? severity::kError : severity::kWarning},
      {"code", id_of(d.code)},
      {"source", "splc"},
      {"message", text_value(message)}};
  const bool unused = d.code == DiagnosticCode::unused_statecall ||
                      d.code == DiagnosticCode::unused_function ||
                      d.code == DiagnosticCode::unreachable_statement;
  if (unused) value["tags"] = json::array{1};
  if (!related.empty()) value["relatedInformation"] = std::move(related);
  return value;
}

}  // namespace

json::object diagnostic_value(const Workspace& workspace, const Analysis& analysis,
                              const Diagnostic& d, Encoding encoding) {
  Ranges ranges(analysis, encoding);
  return value_of(workspace, analysis, d, ranges);
}

std::map<std::string, json::array> diagnostics_by_file(const Workspace& workspace,
                                                       const Analysis& analysis,
                                                       Encoding encoding) {
  std::map<std::string, json::array> result;
  for (const auto& path : analysis.paths) result[path];
  if (analysis.paths.empty()) return result;
  Ranges ranges(analysis, encoding);
  for (const auto& d : analysis.diagnostics) {
    // What speaks of the whole run is told of the file that was asked for, which comes first.
    const auto& path = d.range.valid() ? path_in(analysis, d.range) : analysis.paths.front();
    result[path].push_back(value_of(workspace, analysis, d, ranges));
  }
  return result;
}

}  // namespace spl::lsp
