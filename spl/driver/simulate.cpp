// `splc simulate`: step through a policy by hand. Reads commands from standard input, a line each,
// so a script can drive it as well as a person.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <set>

#include "driver/commands.hpp"
#include "driver/compilation.hpp"
#include "driver/explain.hpp"
#include "driver/files.hpp"
#include "driver/stepper_session.hpp"

namespace spl::driver {
namespace {

constexpr std::size_t kMaxWalk = 1'000'000;
constexpr std::size_t kPlaces = 10;
constexpr std::size_t kMaxCommand = 4096;
constexpr std::size_t kWidth = 96;
constexpr std::size_t kOneColumn = 12;  // more than this are listed in columns

constexpr std::string_view kHelp =
    "  NAME or NUMBER   announce a statecall (the start of its name is enough if it is unique)\n"
    "  random [N]       N random steps among those allowed (1)\n"
    "  undo [N]         take back N steps (1)\n"
    "  reset            back to the start\n"
    "  allowed          what is allowed now\n"
    "  state            where each automaton waits, and its variables\n"
    "  trace            the statecalls so far\n"
    "  save FILE        write them to a file that splc replay reads\n"
    "  help, quit\n";

/// Small letters only: commands; a capital letter starts a statecall.
class Simulation {
 public:
  Simulation(const Compilation& c, const SimulateOptions& options, Console& console)
      : c_(c), console_(console), session_(*c.program), dice_(options.seed) {}

  void run(bool interactive) {
    if (interactive) console_.out("Type a statecall or its number; help lists the commands.\n");
    show_state();
    show_allowed();
    std::string line;
    while (read_line(interactive, line)) {
      if (!obey(line) || console_.failed()) return;
    }
    if (interactive) console_.out("\n");
  }

 private:
  bool read_line(bool interactive, std::string& line) {
    if (interactive) console_.out(paint("> ", "1", console_.colour_out()));
    if (!console_.flush()) return false;
    line.clear();
    int c = 0;
    while ((c = std::cin.get()) != std::char_traits<char>::eof() && c != '\n') {
      if (line.size() < kMaxCommand) line += static_cast<char>(c);
    }
    return c == '\n' || !line.empty();
  }

  /// False to quit.
  bool obey(std::string_view line) {
    const auto first = std::min(line.find_first_not_of(" \t\r"), line.size());
    line.remove_prefix(first);
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    if (line.empty() || line[0] == '#') return true;
    const auto word = line.substr(0, line.find(' '));
    const auto rest = word.size() < line.size() ? line.substr(word.size() + 1) : std::string_view();
    if (word == "quit" || word == "exit" || word == "q") return false;
    if (word == "help" || word == "?") {
      console_.out(kHelp);
    } else if (word == "undo" || word == "u") {
      undo(rest);
    } else if (word == "random" || word == "r") {
      walk(rest);
    } else if (word == "reset") {
      session_.reset();
      console_.out("back at the start\n");
      show_state();
      show_allowed();
    } else if (word == "allowed" || word == "a") {
      show_allowed();
    } else if (word == "state" || word == "s") {
      show_state();
    } else if (word == "trace" || word == "t") {
      console_.out(session_.trace().empty() ? "  nothing yet\n"
                                            : name_list(*c_.program, session_.trace(), 2, 100'000));
    } else if (word == "save") {
      save(std::string(rest));
    } else {
      announce(line);
    }
    return true;
  }

  /// The number after a command; `otherwise` if there is none. nullopt after a message.
  std::optional<std::size_t> number(std::string_view text, std::size_t otherwise) {
    if (text.empty()) return otherwise;
    std::size_t n = 0;
    const auto end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, n);
    if (error == std::errc() && stop == end && n <= kMaxWalk) return n;
    console_.out(fmt::format("'{}' is not a number up to {}\n", printable(text), kMaxWalk));
    return std::nullopt;
  }

  void undo(std::string_view rest) {
    const auto n = number(rest, 1);
    if (!n) return;
    const auto undone = session_.undo(*n);
    console_.out(undone == 0 ? std::string("there is nothing to undo\n")
                             : fmt::format("took back {}\n", count(undone, "step")));
    show_state();
    show_allowed();
  }

  void walk(std::string_view rest) {
    const auto n = number(rest, 1);
    if (!n) return;
    for (std::size_t i = 0; i < *n; ++i) {
      const auto allowed = session_.now().allowed();
      if (allowed.empty()) {
        console_.out("nothing is allowed any more\n");
        break;
      }
      const auto s = allowed[dice_.below(allowed.size())];
      session_.tick(s);
      console_.out(
          fmt::format("{:>5}  {}\n", session_.trace().size(), c_.program->vocabulary.name(s)));
    }
    show_state();
    show_allowed();
  }

  void save(const std::string& path) {
    if (path.empty()) {
      console_.out("save wants a file name\n");
      return;
    }
    std::string text;
    for (const auto s : session_.trace()) text += c_.program->vocabulary.name(s) + "\n";
    const auto why = write_file(path, text);
    console_.out(
        why ? fmt::format("cannot write '{}': {}\n", path, *why)
            : fmt::format("wrote {} to '{}'\n", count(session_.trace().size(), "statecall"), path));
  }

  // ---- statecalls ------------------------------------------------------------------------------

  void announce(std::string_view text) {
    const auto s = resolve(text);
    if (!s) return;
    const auto& name = c_.program->vocabulary.name(*s);
    const bool colour = console_.colour_out();
    const auto verdict = session_.tick(*s);
    switch (verdict.outcome) {
      case Interpreter::Outcome::accepted:
        console_.out(fmt::format("{:>5}  {}  {}\n", session_.trace().size(), name,
                                 paint("accepted", "32", colour)));
        for (const auto id : c_.program->mentioned_by[index(*s)]) {
          show_automaton(c_.program->automata[index(id)]);
        }
        show_allowed();
        return;
      case Interpreter::Outcome::ignored:
        console_.out(fmt::format("{} is in no automaton: ignored\n", name));
        return;
      case Interpreter::Outcome::violation:
        console_.out(fmt::format("{}  {}; nothing has moved\n", name,
                                 paint("violates the policy", "1;31", colour)));
        console_.out(
            explain_violation(*c_.program, c_.sources, verdict.refusals, session_.now().allowed()));
        return;
      case Interpreter::Outcome::too_large:
        console_.out(fmt::format("more than {} alternatives at once, from {}\n",
                                 verdict.too_large->limit,
                                 source_line(c_.sources, verdict.too_large->where)));
        return;
    }
  }

  std::optional<StatecallId> resolve(std::string_view text) {
    const auto& vocabulary = c_.program->vocabulary;
    if (text[0] >= '0' && text[0] <= '9') {
      const auto allowed = session_.now().allowed();
      const auto n = number(text, 0);
      if (n && *n >= 1 && *n <= allowed.size()) return allowed[*n - 1];
      if (n) console_.out(fmt::format("there is no number {} among what is allowed\n", *n));
      return std::nullopt;
    }
    if (const auto exact = vocabulary.find(text)) return exact;
    std::vector<StatecallId> starts;
    std::vector<std::string> names;
    for (std::uint32_t s = 0; s < vocabulary.size(); ++s) {
      names.push_back(vocabulary.name(StatecallId{s}));
      if (names.back().starts_with(text)) starts.push_back(StatecallId{s});
    }
    if (starts.size() == 1) return starts.front();
    if (starts.size() > 1) {
      console_.out(
          fmt::format("'{}' could be\n{}", printable(text), name_list(*c_.program, starts, 2)));
      return std::nullopt;
    }
    const auto near = nearest_name(text, names);
    const bool capital = text[0] >= 'A' && text[0] <= 'Z';
    console_.out(fmt::format("there is no {} '{}'{}\n", capital ? "statecall" : "command",
                             printable(text),
                             !near.empty() ? fmt::format("; did you mean {}?", near)
                             : capital     ? ""
                                           : "; help lists them"));
    return std::nullopt;
  }

  // ---- what is shown ---------------------------------------------------------------------------

  /// Numbered; in columns if there are many.
  void show_allowed() {
    const auto allowed = session_.now().allowed();
    std::size_t width = 0;
    for (const auto id : allowed) width = std::max(width, c_.program->vocabulary.name(id).size());
    const std::size_t columns =
        allowed.size() <= kOneColumn ? 1 : std::max<std::size_t>(1, kWidth / (width + 8));
    const auto rows = (allowed.size() + columns - 1) / columns;
    std::string text = allowed.empty() ? "nothing is allowed\n" : "allowed:\n";
    for (std::size_t row = 0; row < rows; ++row) {
      std::string line;
      for (auto i = row; i < allowed.size(); i += rows) {
        line +=
            fmt::format("{:>5}  {:<{}} ", i + 1, c_.program->vocabulary.name(allowed[i]), width);
      }
      line.erase(line.find_last_not_of(' ') + 1);
      text += line + "\n";
    }
    if (session_.now().finished()) text += "every automaton is finished\n";
    console_.out(text);
  }

  void show_state() {
    for (const auto& a : c_.program->automata) show_automaton(a);
  }

  void show_automaton(const Automaton& a) {
    const auto& set = session_.now().configurations(a.id);
    auto text = fmt::format("{}{}\n{}", paint(a.name, "1", console_.colour_out()),
                            session_.now().finished(a.id) ? " (finished)" : "", variables(a, set));
    std::set<NodeId> nodes;
    for (const auto& configuration : set) nodes.insert(configuration.at);
    std::size_t shown = 0;
    for (const auto node : nodes) {
      if (shown++ == kPlaces) {
        text += fmt::format("    and {} more places\n", nodes.size() - kPlaces);
        break;
      }
      text += "    " + wait_place(a, node, c_.sources) + "\n";
    }
    if (nodes.empty()) text += "    nowhere: it violates at its start and refuses everything\n";
    console_.out(text);
  }

  [[nodiscard]] static std::string variables(const Automaton& a, const ConfigurationSet& set) {
    std::string text;
    std::string line;
    for (std::uint32_t v = 0; v < a.parameters; ++v) {
      std::set<std::int32_t> values;
      for (const auto& configuration : set) values.insert(configuration.values[v]);
      const bool is_bool = a.variables[v].type == ast::Type::boolean;
      std::string all;
      for (const auto value : values) {
        all += all.empty() ? "" : " or ";
        all += is_bool ? (value != 0 ? "true" : "false") : std::to_string(value);
      }
      const auto piece = fmt::format("{} = {}", a.variables[v].name, all);
      if (!line.empty() && line.size() + piece.size() + 4 > kWidth) {
        text += line + "\n";
        line.clear();
      }
      line += "  " + piece;
    }
    return line.empty() ? text : text + line + "\n";
  }

  const Compilation& c_;
  Console& console_;
  StepperSession session_;
  Dice dice_;
};

}  // namespace

Exit run_simulate(const SimulateOptions& options, const CommonOptions& common, Console& console) {
  if (options.policy == "-") {
    console.error("the policy must be a file: commands are read from standard input");
    return Exit::failure;
  }
  Compilation c(options.policy, Until::lowered, common);
  show_diagnostics(c, common, console);
  if (!c.ok()) return c.exit();
  Simulation(c, options, console).run(isatty(STDIN_FILENO) != 0);
  return Exit::ok;
}

}  // namespace spl::driver
