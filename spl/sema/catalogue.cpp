// All diagnostics of the compiler, in one table.
//
// An id never changes its meaning once released: a new diagnostic takes a new number, a retired
// one leaves a gap. The table is sorted by code, which the binary search below relies on.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "spl/diagnostic.hpp"

namespace spl {
namespace {

using D = DiagnosticCode;
constexpr auto kError = Severity::error;
constexpr auto kWarning = Severity::warning;

constexpr std::array kCatalogue = {
    // input and syntax
    DiagnosticInfo{D::cannot_read, "cannot-read", kError,
                   "a policy file or an imported file cannot be read"},
    DiagnosticInfo{D::import_cycle, "import-cycle", kError, "files import each other in a circle"},
    DiagnosticInfo{D::bad_character, "bad-character", kError,
                   "a character that starts no token stands outside a comment"},
    DiagnosticInfo{D::unterminated_comment, "unterminated-comment", kError,
                   "a comment is opened and never closed"},
    DiagnosticInfo{D::unterminated_string, "unterminated-string", kError,
                   "a string is not closed on its line"},
    DiagnosticInfo{D::integer_too_large, "integer-too-large", kError,
                   "an integer does not fit 32 bits"},
    DiagnosticInfo{D::syntax_error, "syntax-error", kError, "the text does not follow the grammar"},
    DiagnosticInfo{D::nesting_too_deep, "nesting-too-deep", kError,
                   "blocks or expressions nest too deeply, or an expression is too long"},
    DiagnosticInfo{D::input_too_large, "input-too-large", kError,
                   "a policy file is larger than the compiler accepts"},
    DiagnosticInfo{D::bad_utf8, "bad-utf8", kError, "the text is not UTF-8"},
    DiagnosticInfo{D::too_many_errors, "too-many-errors", kError,
                   "there were more errors than are shown"},
    // static rules
    DiagnosticInfo{D::duplicate_routine, "duplicate-routine", kError,
                   "two functions or automata have one name"},
    DiagnosticInfo{D::duplicate_parameter, "duplicate-parameter", kError,
                   "two parameters of a function or automaton have one name"},
    DiagnosticInfo{D::no_automaton, "no-automaton", kError, "a policy has no automaton"},
    DiagnosticInfo{D::undeclared_statecall, "undeclared-statecall", kError,
                   "a statecall is used that the policy's statecalls declaration does not list"},
    DiagnosticInfo{D::unknown_function, "unknown-function", kError,
                   "a call names a function that does not exist"},
    DiagnosticInfo{D::call_of_automaton, "call-of-automaton", kError,
                   "a call names an automaton; only functions can be called"},
    DiagnosticInfo{D::wrong_argument_count, "wrong-argument-count", kError,
                   "a call has more or fewer arguments than the function has parameters"},
    DiagnosticInfo{D::wrong_argument_type, "wrong-argument-type", kError,
                   "an argument's type differs from its parameter's"},
    DiagnosticInfo{D::argument_twice, "argument-twice", kError,
                   "one variable is passed twice in one call"},
    DiagnosticInfo{D::recursion, "recursion", kError,
                   "a function calls itself, directly or through others"},
    DiagnosticInfo{D::unknown_variable, "unknown-variable", kError,
                   "a name is used that is no parameter of the enclosing function or automaton"},
    DiagnosticInfo{D::type_mismatch, "type-mismatch", kError,
                   "an expression has another type than its place asks for"},
    DiagnosticInfo{D::bad_initial_value, "bad-initial-value", kError,
                   "an initial value has the wrong type or lies outside its parameter's range"},
    DiagnosticInfo{D::empty_int_range, "empty-int-range", kError,
                   "an int range has no value in it"},
    DiagnosticInfo{D::endless_silent_loop, "endless-silent-loop", kError,
                   "a loop consumes no statecall and changes an int without bound"},
    // properties
    DiagnosticInfo{D::duplicate_property, "duplicate-property", kError,
                   "two properties have one name"},
    DiagnosticInfo{D::unknown_automaton, "unknown-automaton", kError,
                   "a property names an automaton that does not exist"},
    DiagnosticInfo{D::unknown_property_variable, "unknown-property-variable", kError,
                   "a property names a variable that no automaton has"},
    DiagnosticInfo{D::ambiguous_variable, "ambiguous-variable", kError,
                   "a property names a variable of several automata without saying which"},
    DiagnosticInfo{D::property_type, "property-type", kError,
                   "a part of a property has another type than its place asks for"},
    DiagnosticInfo{D::property_statecall, "property-statecall", kError,
                   "a property names a statecall that no automaton has"},
    DiagnosticInfo{D::future_inside_past, "future-inside-past", kError,
                   "a future operator stands inside a past operator"},
    DiagnosticInfo{D::misplaced_pattern, "misplaced-pattern", kError,
                   "a pattern that speaks of whole runs stands inside another formula"},
    // lints
    DiagnosticInfo{D::multiple_never_completes, "multiple-never-completes", kWarning,
                   "the lower bound of a multiple is above its upper bound"},
    DiagnosticInfo{D::unused_statecall, "unused-statecall", kWarning,
                   "a statecall is declared and never used"},
    DiagnosticInfo{D::similar_statecalls, "similar-statecalls", kWarning,
                   "two statecalls, each used once, differ so little that one may be a slip"},
    DiagnosticInfo{D::unreachable_statement, "unreachable-statement", kWarning,
                   "no run reaches a statement"},
    DiagnosticInfo{D::guard_always_false, "guard-always-false", kWarning,
                   "the guard of a branch never holds"},
    DiagnosticInfo{D::handle_never_fires, "handle-never-fires", kWarning, "no run enters a handle"},
    DiagnosticInfo{D::never_finishes, "never-finishes", kWarning,
                   "no run brings an automaton to its end"},
    DiagnosticInfo{D::statecall_never_accepted, "statecall-never-accepted", kWarning,
                   "no reachable joint state of the automata accepts a statecall"},
    DiagnosticInfo{D::variable_never_read, "variable-never-read", kWarning,
                   "a variable is never read"},
    DiagnosticInfo{D::variable_never_written, "variable-never-written", kWarning,
                   "a variable is read but never written"},
    DiagnosticInfo{D::unused_function, "unused-function", kWarning,
                   "no automaton calls a function"},
    DiagnosticInfo{D::handle_consumes_nothing, "handle-consumes-nothing", kWarning,
                   "a way through a handle consumes no statecall and is not followed"},
    DiagnosticInfo{D::allow_before_exit, "allow-before-exit", kWarning,
                   "an always_allow list is in force only before the statecalls of its block"},
    DiagnosticInfo{D::violates_at_start, "violates-at-start", kWarning,
                   "an automaton violates before any statecall and so refuses them all"},
    DiagnosticInfo{D::initial_value_ignored, "initial-value-ignored", kWarning,
                   "the initial value of a function's parameter is never used"},
    DiagnosticInfo{D::duplicate_in_list, "duplicate-in-list", kWarning,
                   "a statecall stands twice in one list"},
    DiagnosticInfo{D::not_explored, "not-explored", kWarning,
                   "an automaton has too many states for the warnings that need all its runs"},
    // limits
    DiagnosticInfo{D::expansion_too_large, "expansion-too-large", kError,
                   "a policy grows too large once its calls are expanded"},
    DiagnosticInfo{D::too_many_states, "too-many-states", kError,
                   "an automaton has more states than the bound allows"},
};

constexpr bool by_code(const DiagnosticInfo& a, const DiagnosticInfo& b) {
  return a.code < b.code;
}
static_assert(std::is_sorted(kCatalogue.begin(), kCatalogue.end(), by_code));

const DiagnosticInfo* find_code(DiagnosticCode code) {
  const auto at =
      std::lower_bound(kCatalogue.begin(), kCatalogue.end(), code,
                       [](const DiagnosticInfo& i, DiagnosticCode c) { return i.code < c; });
  return at != kCatalogue.end() && at->code == code ? &*at : nullptr;
}

/// The number in "SPL0033", or -1.
int number_of(std::string_view id) {
  constexpr std::string_view kPrefix = "spl";
  if (id.size() != kPrefix.size() + 4) return -1;
  int number = 0;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const char c = id[i];
    if (i < kPrefix.size()) {
      const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      if (lower != kPrefix[i]) return -1;
    } else {
      if (c < '0' || c > '9') return -1;
      number = number * 10 + (c - '0');
    }
  }
  return number;
}

}  // namespace

std::span<const DiagnosticInfo> catalogue() {
  return kCatalogue;
}

const DiagnosticInfo& info(DiagnosticCode code) {
  // A code outside the table can only come from a cast; the first entry keeps the program sane.
  const auto* found = find_code(code);
  return found != nullptr ? *found : kCatalogue.front();
}

std::string id_of(DiagnosticCode code) {
  return fmt::format("SPL{:04}", static_cast<unsigned>(code));
}

const DiagnosticInfo* find_diagnostic(std::string_view id_or_name) {
  if (const int number = number_of(id_or_name); number >= 0) {
    return find_code(static_cast<DiagnosticCode>(number));
  }
  const auto at = std::find_if(kCatalogue.begin(), kCatalogue.end(),
                               [&](const DiagnosticInfo& i) { return i.name == id_or_name; });
  return at == kCatalogue.end() ? nullptr : &*at;
}

}  // namespace spl
