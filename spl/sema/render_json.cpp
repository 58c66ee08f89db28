// Diagnostics for programs: one JSON object, version 1. Fields are only ever added.
//
// Lines and columns count from 1, columns in bytes, the end is exclusive. A diagnostic without a
// place has null for file and for all four numbers.
#include "spl/diagnostic.hpp"
#include "spl/json.hpp"

namespace spl {
namespace {

void place(JsonWriter& json, SourceRange range, const SourceMap& sources) {
  if (!range.valid()) {
    for (const auto* name : {"file", "line", "column", "endLine", "endColumn"}) {
      json.key(name).null();
    }
    return;
  }
  const auto begin = sources.begin_of(range);
  const auto end = sources.locate(range.file, range.end);
  json.field("file", sources.name(range.file)).field("line", begin.line);
  json.field("column", begin.column).field("endLine", end.line).field("endColumn", end.column);
}

}  // namespace

void write_diagnostics(JsonWriter& json, const Diagnostics& diagnostics, const SourceMap& sources) {
  json.begin_array();
  for (const auto& d : diagnostics.all()) {
    json.begin_object().field("id", id_of(d.code)).field("name", info(d.code).name);
    json.field("severity", d.severity == Severity::error ? "error" : "warning");
    place(json, d.range, sources);
    json.field("message", d.message).field("hint", d.hint).key("notes").begin_array();
    for (const auto& note : d.notes) {
      json.begin_object();
      place(json, note.range, sources);
      json.field("message", note.text).end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();
}

std::string render_json(const Diagnostics& diagnostics, const SourceMap& sources) {
  JsonWriter json;
  json.begin_object().field("version", 1).key("diagnostics");
  write_diagnostics(json, diagnostics, sources);
  json.end_object();
  return json.take() + "\n";
}

}  // namespace spl
