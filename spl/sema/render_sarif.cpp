// Diagnostics as SARIF 2.1.0 (OASIS), which code hosts and editors read: one run, all rules of the
// catalogue. Columns are in Unicode code points, as columnKind says.
#include <fmt/format.h>

#include <map>
#include <vector>

#include "spl/diagnostic.hpp"
#include "spl/json.hpp"

namespace spl {
namespace {

/// Counts code points before an offset, in time independent of the length of the text after the
/// first question: sums are kept per block.
class CodePoints {
 public:
  explicit CodePoints(std::string_view text) : text_(text) {
    std::uint32_t sum = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (at % kBlock == 0) sums_.push_back(sum);
      sum += starts_character(at);
    }
    if (text.size() % kBlock == 0) sums_.push_back(sum);
  }

  [[nodiscard]] std::uint32_t before(std::size_t offset) const {
    auto count = sums_[offset / kBlock];
    for (auto at = offset / kBlock * kBlock; at < offset; ++at) count += starts_character(at);
    return count;
  }

 private:
  static constexpr std::size_t kBlock = 1024;

  [[nodiscard]] std::uint32_t starts_character(std::size_t at) const {
    return (static_cast<unsigned char>(text_[at]) & 0xc0U) != 0x80U ? 1 : 0;
  }

  std::string_view text_;
  std::vector<std::uint32_t> sums_;
};

/// A path as a URI reference (RFC 3986): all but unreserved characters and '/' percent-encoded.
std::string uri_of(std::string_view path) {
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

class SarifRenderer {
 public:
  explicit SarifRenderer(const SourceMap& sources) : sources_(sources) {}

  std::string render(const Diagnostics& diagnostics) {
    json_.begin_object().field("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    json_.field("version", "2.1.0").key("runs").begin_array().begin_object();
    tool();
    json_.field("columnKind", "unicodeCodePoints").key("results").begin_array();
    for (const auto& d : diagnostics.all()) result(d);
    json_.end_array().end_object().end_array().end_object();
    return json_.take() + "\n";
  }

 private:
  static const char* level(Severity severity) {
    return severity == Severity::error ? "error" : "warning";
  }

  void text(const char* key, std::string_view value) {
    json_.key(key).begin_object().field("text", value).end_object();
  }

  void tool() {
    json_.key("tool").begin_object().key("driver").begin_object().field("name", "splc");
    json_.key("rules").begin_array();
    for (const auto& entry : catalogue()) {
      json_.begin_object().field("id", id_of(entry.code)).field("name", entry.name);
      text("shortDescription", entry.summary);
      json_.key("defaultConfiguration").begin_object().field("level", level(entry.severity));
      json_.end_object().end_object();
    }
    json_.end_array().end_object().end_object();
  }

  void result(const Diagnostic& d) {
    json_.begin_object().field("ruleId", id_of(d.code));
    json_.field("ruleIndex", &info(d.code) - catalogue().data()).field("level", level(d.severity));
    text("message", d.hint.empty() ? d.message : d.message + " (" + d.hint + ")");
    if (d.range.valid()) {
      json_.key("locations").begin_array();
      location(d.range, {});
      json_.end_array();
    }
    if (!d.notes.empty()) {
      json_.key("relatedLocations").begin_array();
      for (const auto& note : d.notes) location(note.range, note.text);
      json_.end_array();
    }
    json_.end_object();
  }

  void location(SourceRange range, std::string_view message) {
    json_.begin_object();
    if (!message.empty()) text("message", message);
    if (range.valid()) {
      json_.key("physicalLocation").begin_object();
      json_.key("artifactLocation").begin_object();
      json_.field("uri", uri_of(sources_.name(range.file))).end_object();
      json_.key("region").begin_object();
      place("startLine", "startColumn", range.file, range.begin);
      place("endLine", "endColumn", range.file, range.end);
      json_.end_object().end_object();
    }
    json_.end_object();
  }

  void place(const char* line_key, const char* column_key, FileId file, std::uint32_t offset) {
    const auto at = sources_.locate(file, offset);
    const auto& points = counts_.try_emplace(file, sources_.text(file)).first->second;
    offset = std::min(offset, static_cast<std::uint32_t>(sources_.text(file).size()));
    const auto line_start = offset - (at.column - 1);
    json_.field(line_key, at.line);
    json_.field(column_key, points.before(offset) - points.before(line_start) + 1);
  }

  const SourceMap& sources_;
  JsonWriter json_;
  std::map<FileId, CodePoints> counts_;
};

}  // namespace

std::string render_sarif(const Diagnostics& diagnostics, const SourceMap& sources) {
  return SarifRenderer(sources).render(diagnostics);
}

}  // namespace spl
