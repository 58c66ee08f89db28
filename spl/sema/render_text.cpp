// Diagnostics for people, the way clang and rustc print them:
//
//   ping.spl:3:5: error: statecall 'Pin' is not declared [SPL0033 undeclared-statecall]
//     3 |     Pin;
//       |     ^~~
//   ping.spl:1:14: note: ...
//   hint: did you mean 'Ping'?
#include <fmt/format.h>

#include <algorithm>

#include "sema/excerpt.hpp"
#include "spl/diagnostic.hpp"

namespace spl {
namespace {

constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kError = "\x1b[1;31m";
constexpr std::string_view kWarning = "\x1b[1;35m";
constexpr std::string_view kNote = "\x1b[1;36m";
constexpr std::string_view kMark = "\x1b[1;32m";
constexpr std::string_view kGutter = "\x1b[2m";

class TextRenderer {
 public:
  TextRenderer(const SourceMap& sources, bool colour) : sources_(sources), colour_(colour) {}

  void diagnostic(const Diagnostic& d) {
    const bool error = d.severity == Severity::error;
    const auto& entry = info(d.code);
    place(d.range);
    styled(error ? kError : kWarning, error ? "error: " : "warning: ");
    styled(kBold, printable(d.message));
    out_ += fmt::format(" [{} {}{}]\n", id_of(d.code), entry.name,
                        error && entry.severity == Severity::warning ? ", -Werror" : "");
    source(d.range);
    for (const auto& note : d.notes) {
      place(note.range);
      styled(kNote, "note: ");
      out_ += printable(note.text) + "\n";
      source(note.range);
    }
    if (!d.hint.empty()) {
      styled(kMark, "hint: ");
      out_ += printable(d.hint) + "\n";
    }
    out_ += '\n';
  }

  void summary(const Diagnostics& diagnostics) {
    const auto count = [](int n, std::string_view what) {
      return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
    };
    const int errors = std::min(diagnostics.errors(), Diagnostics::kMaxErrors);
    const int warnings = diagnostics.warnings();
    if (errors > 0) out_ += count(errors, "error");
    if (errors > 0 && warnings > 0) out_ += ", ";
    if (warnings > 0) out_ += count(warnings, "warning");
    if (warnings > Diagnostics::kMaxWarnings) {
      out_ += fmt::format(" (the first {} are shown)", Diagnostics::kMaxWarnings);
    }
    out_ += '\n';
  }

  std::string take() { return std::move(out_); }

 private:
  void styled(std::string_view style, std::string_view text) {
    if (!colour_) {
      out_ += text;
      return;
    }
    out_ += style;
    out_ += text;
    out_ += "\x1b[0m";
  }

  void place(SourceRange range) {
    if (range.valid()) styled(kBold, printable(sources_.describe(range)) + ": ");
  }

  void source(SourceRange range) {
    if (!range.valid() || sources_.text(range.file).empty()) return;
    const auto part = excerpt(range, sources_);
    auto text = part.text;
    while (!text.empty() && text.back() == ' ') text.pop_back();
    const auto number = fmt::format("{:>5}", part.line);
    styled(kGutter, number + " |");
    out_ += text.empty() ? "\n" : " " + text + "\n";
    styled(kGutter, std::string(number.size(), ' ') + " |");
    const auto caret = part.marks.find('^');
    out_ += " " + part.marks.substr(0, caret);
    styled(kMark, std::string_view(part.marks).substr(caret));
    out_ += '\n';
  }

  const SourceMap& sources_;
  bool colour_;
  std::string out_;
};

}  // namespace

std::string render_text(const Diagnostics& diagnostics, const SourceMap& sources, bool colour) {
  if (diagnostics.all().empty()) return {};
  TextRenderer renderer(sources, colour);
  for (const auto& d : diagnostics.all()) renderer.diagnostic(d);
  renderer.summary(diagnostics);
  return renderer.take();
}

}  // namespace spl
