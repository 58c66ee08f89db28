// STEM.h: the statecalls, the monitor, and the contract of every function.
#include <fmt/format.h>

#include "c_emit.hpp"
#include "names.hpp"

namespace spl::cpp {
namespace {

constexpr std::string_view kMonitorTypes = R"(
/* What a tick answers. */
typedef enum $_verdict {
  $_accepted = 0,  /* every automaton that knows the statecall has moved */
  $_ignored = 1,   /* no automaton knows it; nothing has moved */
  $_violation = 2, /* the policy forbids it here; nothing has moved */
  $_unknown = 3    /* the value is no statecall; $_tick_strict(): no automaton knows it */
} $_verdict;

/* A monitor is a value of a fixed size: copy it, compare it, keep it in your connection. Zeroed
   memory is a monitor at its start. One thread at a time; the tables are constant and shared. */
typedef struct $_monitor {
  uint32_t state[$_state_words];
} $_monitor;

)";

constexpr std::string_view kFunctions =
    R"(/* True for the verdicts that a program must not let pass: violation and unknown. */
static inline bool $_is_refusal($_verdict verdict) {
  return verdict >= $_violation;
}

/* Back to the start. */
void $_reset($_monitor *monitor);

/* Moves every automaton that knows the statecall, or, unless the verdict is $_accepted, none.
   Any value may be given: one that is no statecall is $_unknown. */
$_verdict $_tick($_monitor *monitor, uint32_t statecall);

/* The same, but a statecall that no automaton knows is $_unknown instead of $_ignored. */
$_verdict $_tick_strict($_monitor *monitor, uint32_t statecall);

/* What $_tick() would answer. */
$_verdict $_would_answer(const $_monitor *monitor, uint32_t statecall);
bool $_would_accept(const $_monitor *monitor, uint32_t statecall);

/* The first statecall from `from` on that $_tick() would accept, or $_statecall_count:
   for (s = $_next_allowed(&m, 0); s < $_statecall_count; s = $_next_allowed(&m, s + 1)) ... */
uint32_t $_next_allowed(const $_monitor *monitor, uint32_t from);

/* True if this automaton by itself refuses the statecall now. */
bool $_refuses(const $_monitor *monitor, uint32_t automaton, uint32_t statecall);

/* All automata, or that one, may stop here. */
bool $_finished(const $_monitor *monitor);
bool $_finished_one(const $_monitor *monitor, uint32_t automaton);

/* The policy's own spelling; "?" for a value that is no statecall (no automaton, no verdict). */
const char *$_name(uint32_t statecall);
const char *$_name_of_automaton(uint32_t automaton);
const char *$_name_of_verdict($_verdict verdict);

/* The statecall of a name of `length` bytes, or $_statecall_count. */
uint32_t $_parse(const char *name, size_t length);

)";

constexpr std::string_view kSets =
    R"(/* Some automata of this policy are sets of configurations: whether that one is alive now. */
bool $_is_alive(const $_monitor *monitor, uint32_t automaton, uint32_t configuration);

)";

constexpr std::string_view kExplanations =
    R"(/* ---- Explanations: in @_source_map.c. A program that calls none of these need not link it. ---- */

/* Why an automaton refuses. */
typedef enum $_reason {
  $_abort_reached = 0,
  $_overflow = 1,
  $_division_by_zero = 2,
  $_out_of_range = 3,
  $_none_accepts = 4
} $_reason;

/* A place in the policy. Lines and columns count from 1. */
typedef struct $_place {
  const char *file;
  uint32_t line;
  uint32_t column;
  const char *text; /* the line, cut around the place if it is long */
  uint32_t caret;   /* where in `text` the place begins, in bytes, and how far it goes */
  uint32_t length;
  bool is_end; /* the automaton's final point rather than a statement */
} $_place;

/* Writes what the monitor says of a statecall and why, as a compiler writes an error. As snprintf:
   at most size - 1 characters and a NUL; returns the length of the whole text. Call it before the
   monitor moves on: a refused tick has not moved it. Needs neither heap nor C library. */
size_t $_explain(const $_monitor *monitor, uint32_t statecall, char *buffer, size_t size);

/* The places where an automaton waits now, one a call, NULL after the last. *cursor starts at 0. */
const $_place *$_waiting(const $_monitor *monitor, uint32_t automaton, uint32_t *cursor);

/* Why this automaton by itself refuses the statecall now; false if it does not. *where is NULL
   unless the reason has a place of its own (an abort, an arithmetic error). */
bool $_refusal(const $_monitor *monitor, uint32_t automaton, uint32_t statecall, $_reason *reason,
               const $_place **where);

/* "abort reached", ... */
const char *$_name_of_reason($_reason reason);
)";

/// An identifier of C from a stem, for the include guard.
std::string guard(const Context& context) {
  std::string out = "SPL_GENERATED_" + context.options.name_space + "_";
  for (const char c : context.options.stem) out += c == '-' || c == '.' ? '_' : c;
  return out + "_H";
}

void print_statecalls(std::string& out, const Context& context) {
  const auto& vocabulary = context.program.vocabulary;
  const auto& prefix = context.options.name_space;
  for (const auto& s : vocabulary.all()) {
    const auto name = prefix + "_" + s.name;
    if (!looks_like_macro(name)) continue;
    out += fmt::format(
        "#ifdef {0}\n#error \"{0} is a macro here: undefine it, or use another prefix "
        "(--namespace)\"\n#endif\n",
        name);
  }
  out += "/* The policy's statecalls; a value is the id that the model and traces use. */\n";
  out += fmt::format("enum {}_statecall {{\n", prefix);
  for (std::uint32_t s = 0; s < vocabulary.size(); ++s) {
    out += fmt::format("  {}_{} = {}{}\n", prefix, vocabulary.name(StatecallId{s}), s,
                       s + 1 < vocabulary.size() ? "," : "");
  }
  if (vocabulary.size() == 0) out += fmt::format("  {}_no_statecall = 0\n", prefix);
  out += "};\n\n/* The policy's automata. */\n";
  out += fmt::format("enum {}_automaton {{\n", prefix);
  const auto& automata = context.program.automata;
  for (std::size_t a = 0; a < automata.size(); ++a) {
    out += fmt::format("  {}_automaton_{} = {}{}\n", prefix, automata[a].name, a,
                       a + 1 < automata.size() ? "," : "");
  }
  out += fmt::format(
      "}};\n\nenum {{\n  {0}_statecall_count = {1},\n  {0}_automata_count = {2},\n"
      "  {0}_state_words = {3} /* 32 bits each */\n}};\n",
      prefix, vocabulary.size(), automata.size(), state_words(context.layout));
}

}  // namespace

std::string with_prefix(std::string_view text, const Context& context) {
  std::string out;
  for (const char c : text) {
    if (c == '$') {
      out += context.options.name_space;
    } else if (c == '@') {
      out += context.options.stem;
    } else {
      out += c;
    }
  }
  return out;
}

std::string c_banner(const Context& context) {
  auto text = banner(context).substr(3);
  text.pop_back();
  // A file may be called anything, but must not end the comment.
  for (auto at = text.find("*/"); at != text.npos; at = text.find("*/", at)) text[at] = '?';
  return "/* " + text + " */\n";
}

std::string print_c_header(const Context& context) {
  auto out = c_banner(context);
  out.resize(out.size() - 4);  // the comment goes on
  out += "\n\n   What it costs, at most:\n" + print_cost(context, "     ", false);
  out.pop_back();
  out += fmt::format(" */\n#ifndef {0}\n#define {0}\n\n", guard(context));
  out +=
      "#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n\n"
      "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  print_statecalls(out, context);
  out += with_prefix(kMonitorTypes, context);
  out += fmt::format(
      "/* What it costs, as stated above. */\n"
      "typedef char {0}_monitor_size_is_stated[sizeof({0}_monitor) == {1} ? 1 : -1];\n\n",
      context.options.name_space, 4 * state_words(context.layout));
  out += with_prefix(kFunctions, context);
  if (has_sets(context.layout)) out += with_prefix(kSets, context);
  out += with_prefix(kExplanations, context);
  return out + "\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
}

}  // namespace spl::cpp
