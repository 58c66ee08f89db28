// What the compiler has to say to its user: errors, warnings, hints, and how they are shown.
//
// A diagnostic has a stable id (SPL0012), which never changes meaning once released, a short name
// (undeclared-statecall) usable in -W options alike, a range, and a hint. The catalogue of all of
// them is in spl/sema/catalogue.cpp; a meta test checks that each has a golden case.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "spl/source.hpp"

namespace spl {

enum class Severity : std::uint8_t { error, warning };

/// Index into catalogue(). Enumerators keep their SPL number: D::undeclared_statecall is SPL0033.
/// 00xx syntax and input, 003x-005x static rules, 006x properties, 01xx lints, 02xx limits.
enum class DiagnosticCode : std::uint16_t {
  // input and syntax
  cannot_read = 1,
  import_cycle = 2,
  bad_character = 3,
  unterminated_comment = 4,
  unterminated_string = 5,
  integer_too_large = 6,
  syntax_error = 7,
  nesting_too_deep = 8,
  input_too_large = 9,
  bad_utf8 = 10,
  too_many_errors = 11,
  // static rules (language.md section 4)
  duplicate_routine = 30,
  duplicate_parameter = 31,
  no_automaton = 32,
  undeclared_statecall = 33,
  unknown_function = 35,
  call_of_automaton = 36,
  wrong_argument_count = 37,
  wrong_argument_type = 38,
  argument_twice = 39,
  recursion = 40,
  unknown_variable = 41,
  type_mismatch = 42,
  bad_initial_value = 43,
  empty_int_range = 44,
  endless_silent_loop = 45,
  // properties (section 8)
  duplicate_property = 60,
  unknown_automaton = 61,
  unknown_property_variable = 62,
  ambiguous_variable = 63,
  property_type = 64,
  property_statecall = 65,
  future_inside_past = 66,
  misplaced_pattern = 67,
  // lints (warnings)
  multiple_never_completes = 100,
  unused_statecall = 101,
  similar_statecalls = 102,
  unreachable_statement = 103,
  guard_always_false = 104,
  handle_never_fires = 105,
  never_finishes = 106,
  statecall_never_accepted = 107,
  variable_never_read = 108,
  variable_never_written = 109,
  unused_function = 110,
  handle_consumes_nothing = 111,
  allow_before_exit = 112,
  violates_at_start = 113,
  initial_value_ignored = 114,
  duplicate_in_list = 115,
  not_explored = 116,
  // limits
  expansion_too_large = 200,
  too_many_states = 201,
};

struct DiagnosticInfo {
  DiagnosticCode code;
  std::string_view name;     // "undeclared-statecall"
  Severity severity;         // as it is without any -W option
  std::string_view summary;  // one line for the reference and for SARIF
};

/// All diagnostics, by ascending code.
[[nodiscard]] std::span<const DiagnosticInfo> catalogue();
[[nodiscard]] const DiagnosticInfo& info(DiagnosticCode code);
/// "SPL0033".
[[nodiscard]] std::string id_of(DiagnosticCode code);
/// Accepts "SPL0033" (any case) and "undeclared-statecall"; nullptr if there is none.
[[nodiscard]] const DiagnosticInfo* find_diagnostic(std::string_view id_or_name);

/// A second place that helps to understand a diagnostic ("first declared here").
struct Label {
  SourceRange range;
  std::string text;
};

struct Diagnostic {
  DiagnosticCode code{};
  Severity severity = Severity::error;
  SourceRange range;
  std::string message;       // one line, no full stop
  std::string hint;          // what to do about it; may be empty
  std::vector<Label> notes;  // may be empty
  std::string replacement;   // text that would put `range` right; empty if none is known
};

/// What to do about a diagnostic: in words, and where it is as simple as that, the text to put in
/// place of the diagnostic's range (for editors' quick fixes).
struct Hint {
  Hint() = default;
  Hint(std::string words, std::string in_place = {})  // NOLINT: most hints are words only
      : text(std::move(words)), replacement(std::move(in_place)) {}
  Hint(const char* words) : text(words) {}  // NOLINT
  [[nodiscard]] bool empty() const { return text.empty(); }

  std::string text;
  std::string replacement;
};

/// -Werror, -Wno-ID, -WID, -Werror=ID. Errors of the language itself cannot be turned off.
struct WarningOptions {
  bool warnings_are_errors = false;
  std::vector<DiagnosticCode> disabled;
  std::vector<DiagnosticCode> as_errors;
};

/// Collects diagnostics of one run. After kMaxErrors errors the rest is dropped and one
/// too_many_errors says so; after kMaxWarnings warnings the rest is only counted. Very long
/// messages are shortened. Not thread-safe.
class Diagnostics {
 public:
  static constexpr int kMaxErrors = 100;
  static constexpr int kMaxWarnings = 1000;

  Diagnostics() = default;
  explicit Diagnostics(WarningOptions options) : options_(std::move(options)) {}

  /// Takes severity from the catalogue and the options; a disabled warning is dropped.
  void report(DiagnosticCode code, SourceRange range, std::string message, Hint hint = {},
              std::vector<Label> notes = {});

  [[nodiscard]] bool has_errors() const { return errors_ != 0; }
  /// Errors of the language itself, which later stages cannot work past. Warnings made errors by
  /// the options do not count: -Werror hides none of the warnings that come later.
  [[nodiscard]] bool has_language_errors() const { return language_errors_; }
  [[nodiscard]] int errors() const { return errors_; }
  [[nodiscard]] int warnings() const { return warnings_; }
  [[nodiscard]] const std::vector<Diagnostic>& all() const { return all_; }
  /// Orders by file and place (stable), which is how people read them. Call once, before showing.
  void sort();

 private:
  WarningOptions options_;
  std::vector<Diagnostic> all_;
  int errors_ = 0;
  int warnings_ = 0;
  bool language_errors_ = false;
};

/// The way clang and rustc print: header, source line, caret range, notes, hint. Long lines are
/// cut around the caret; control characters and bad UTF-8 are shown escaped. Ends with a summary
/// line ("2 errors, 1 warning") if there is anything to show.
[[nodiscard]] std::string render_text(const Diagnostics& diagnostics, const SourceMap& sources,
                                      bool colour);
/// {"version":1,"diagnostics":[{"id","name","severity","file","line","column","endLine",
/// "endColumn","message","hint","notes":[...]}]}: stable, one object.
[[nodiscard]] std::string render_json(const Diagnostics& diagnostics, const SourceMap& sources);
class JsonWriter;
/// The array of render_json() by itself, as part of a larger object.
void write_diagnostics(JsonWriter& json, const Diagnostics& diagnostics, const SourceMap& sources);
/// SARIF 2.1.0, one run, rules from the catalogue.
[[nodiscard]] std::string render_sarif(const Diagnostics& diagnostics, const SourceMap& sources);

/// The candidate nearest to `name` by Damerau-Levenshtein distance (at most a third of its length,
/// at least 1, and never all of it; names made of the same '_' parts in another order count as
/// near), or "". The name itself does not count.
[[nodiscard]] std::string nearest_name(std::string_view name,
                                       std::span<const std::string> candidates);

}  // namespace spl
