// Collecting diagnostics: severities, limits, order.
//
// What is kept is bounded whatever the input: kMaxErrors errors, kMaxWarnings warnings, and texts
// of at most kMaxText bytes (a message may quote a name of ten megabytes).
#include <algorithm>
#include <tuple>

#include "sema/utf8.hpp"
#include "spl/diagnostic.hpp"

namespace spl {
namespace {

constexpr std::size_t kMaxText = 1000;

std::string shortened(std::string text) {
  if (text.size() <= kMaxText) return text;
  constexpr std::size_t kTail = 100;  // what follows a long quoted name still matters
  const auto head = utf8::floor_boundary(text, kMaxText - kTail);
  const auto tail = utf8::floor_boundary(text, text.size() - kTail);
  return text.substr(0, head) + "..." + text.substr(tail);
}

bool contains(const std::vector<DiagnosticCode>& codes, DiagnosticCode code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

}  // namespace

void Diagnostics::report(DiagnosticCode code, SourceRange range, std::string message, Hint hint,
                         std::vector<Label> notes) {
  auto severity = info(code).severity;
  if (severity == Severity::warning) {
    if (contains(options_.disabled, code)) return;
    if (options_.warnings_are_errors || contains(options_.as_errors, code)) {
      severity = Severity::error;
    }
  }
  if (info(code).severity == Severity::error) language_errors_ = true;
  if (errors_ > kMaxErrors) return;
  if (severity == Severity::error) {
    if (++errors_ > kMaxErrors) {
      errors_ = kMaxErrors + 1;
      all_.push_back({DiagnosticCode::too_many_errors,
                      Severity::error,
                      {},
                      "more than " + std::to_string(kMaxErrors) + " errors; the rest is not shown",
                      "fix these first, later ones often follow from them",
                      {},
                      {}});
      return;
    }
  } else if (++warnings_ > kMaxWarnings) {
    return;  // counted, not kept
  }
  for (auto& note : notes) note.text = shortened(std::move(note.text));
  // Half a replacement would be none.
  if (hint.replacement.size() > kMaxText) hint.replacement.clear();
  all_.push_back({code, severity, range, shortened(std::move(message)),
                  shortened(std::move(hint.text)), std::move(notes), std::move(hint.replacement)});
}

void Diagnostics::sort() {
  // Diagnostics without a place come last: they speak of the whole run.
  std::stable_sort(all_.begin(), all_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tuple(a.range.file, a.range.begin) < std::tuple(b.range.file, b.range.begin);
  });
}

}  // namespace spl
