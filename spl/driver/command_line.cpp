// From argv to Options: one CLI11 parser for all sub-commands, errors in our own words.
#include "driver/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <memory>

#include "driver/describe_commands.hpp"
#include "spl/diagnostic.hpp"

namespace spl::driver {
namespace {

/// The parser with all that its callbacks write to.
struct CommandLine {
  Options options;
  RawCommon raw;
  bool version = false;
  bool list_diagnostics = false;
  bool man = false;
  std::string man_pages;
  std::optional<Shell> completion;
  std::string output;
  Manual manual;
  CLI::App app;
  std::vector<CLI::App*> commands;  // as in command_table()
};

void describe_splc(CommandLine& line) {
  auto& help = line.manual.splc;
  help.summary = "prove a protocol policy, then enforce it";
  help.usage = "COMMAND [options] ...";
  CommandBuilder b(line.app, help);
  b.paragraph(
      "A policy says in which order a program may announce the steps of its protocol, its "
      "statecalls. splc checks a policy, proves its properties with the model checker Spin, and "
      "compiles it to a C++ monitor that refuses the first step the policy does not allow.");
  b.flag("--version", line.version, "Print the version");
  b.flag("--list-diagnostics", line.list_diagnostics,
         "Print the id, name, severity and meaning of every error and warning");
  b.flag("--man", line.man, "Print the manual page, in the form that man(1) reads");
  b.option("--man-pages", line.man_pages, "DIR",
           "Write splc.1, and a page for each command (splc-check.1), to DIR");
  b.choice("--completion", line.completion, "SHELL",
           {{"bash", std::optional(Shell::bash)},
            {"zsh", std::optional(Shell::zsh)},
            {"fish", std::optional(Shell::fish)}},
           "Print a completion script");
  b.option("-o,--output", line.output, "FILE", "Write what these options print to FILE");
}

std::unique_ptr<CommandLine> build() {
  auto line = std::make_unique<CommandLine>();
  line->app.set_help_flag("-h,--help");
  describe_splc(*line);
  line->manual.commands.resize(command_table().size());
  for (std::size_t i = 0; i < command_table().size(); ++i) {
    const auto& entry = command_table()[i];
    auto* app = line->app.add_subcommand(entry.name, entry.summary);
    app->set_help_flag("-h,--help");
    auto& help = line->manual.commands[i];
    help.name = entry.name;
    help.summary = entry.summary;
    CommandBuilder builder(*app, help);
    entry.describe(builder, line->options, line->raw);
    app->callback(
        [&options = line->options, command = entry.command] { options.command = command; });
    line->commands.push_back(app);
  }
  return line;
}

// ---- -W
// ------------------------------------------------------------------------------------------

std::optional<UsageError> apply_warning(const std::string& what, WarningOptions& options) {
  if (what == "error") {
    options.warnings_are_errors = true;
    return std::nullopt;
  }
  const bool as_error = what.starts_with("error=");
  const bool off = !as_error && what.starts_with("no-");
  const auto id = what.substr(as_error ? 6 : off ? 3 : 0);
  const auto* found = find_diagnostic(id);
  if (found == nullptr) {
    std::vector<std::string> names;
    for (const auto& d : catalogue()) names.emplace_back(d.name);
    const auto near = nearest_name(id, names);
    return UsageError{fmt::format("-W{}: there is no diagnostic '{}'", what, id),
                      near.empty() ? "splc --list-diagnostics shows all of them"
                                   : fmt::format("did you mean '{}'?", near)};
  }
  if (found->severity == Severity::error) {
    if (!off) return std::nullopt;  // it is on, and an error
    return UsageError{fmt::format("-W{}: {} is an error of the language and cannot be turned off",
                                  what, id_of(found->code)),
                      ""};
  }
  std::erase(options.disabled, found->code);
  if (off) options.disabled.push_back(found->code);
  if (as_error) options.as_errors.push_back(found->code);
  return std::nullopt;
}

// ---- errors and notices
// ----------------------------------------------------------------------------

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const auto& entry : command_table()) names.emplace_back(entry.name);
  return names;
}

UsageError unknown_command(const std::string& word) {
  const auto near = nearest_name(word, command_names());
  if (!near.empty()) {
    return {fmt::format("there is no command '{}'", word), fmt::format("did you mean '{}'?", near)};
  }
  if (word.ends_with(".spl")) {
    return {fmt::format("'{}' is not a command", word), fmt::format("try: splc check {}", word)};
  }
  return {fmt::format("there is no command '{}'", word), "splc --help lists the commands"};
}

/// The option names of a sub-command (or of splc itself), each by itself.
std::vector<std::string> option_names(const CommandHelp& help) {
  std::vector<std::string> names{"--help"};
  for (const auto& option : help.options) {
    if (option.positional) continue;
    for (auto& name : CLI::detail::split(option.names, ',')) names.push_back(std::move(name));
  }
  return names;
}

UsageError unexpected(const CLI::App& app, const CommandHelp& help,
                      const std::string& manual_hint) {
  auto extras = app.remaining(true);
  const auto option = std::find_if(extras.begin(), extras.end(), [](const std::string& s) {
    return s.size() > 1 && s[0] == '-';
  });
  if (option == extras.end()) {
    return {fmt::format("unexpected argument '{}'", extras.empty() ? "" : extras.front()),
            manual_hint};
  }
  const auto name = option->substr(0, option->find('='));
  const auto near = nearest_name(name, option_names(help));
  return {fmt::format("there is no option '{}'", name),
          near.empty() ? manual_hint : fmt::format("did you mean '{}'?", near)};
}

std::variant<Options, Notice, UsageError> explain(CommandLine& line, const CLI::ParseError& error) {
  std::size_t chosen = 0;
  while (chosen < line.commands.size() && !line.commands[chosen]->parsed()) ++chosen;
  const bool in_command = chosen < line.commands.size();
  const auto& help = in_command ? line.manual.commands[chosen] : line.manual.splc;
  if (dynamic_cast<const CLI::CallForHelp*>(&error) != nullptr) {
    return Notice{{{in_command ? render_help(help) : render_overview(line.manual), {}}}};
  }
  const auto hint =
      in_command ? fmt::format("see: splc {} --help", help.name) : std::string("see: splc --help");
  const bool required = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
  const auto extras = line.app.remaining(true);
  const bool odd_option = std::any_of(extras.begin(), extras.end(),
                                      [](const std::string& s) { return s.starts_with("-"); });
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr || (required && odd_option)) {
    return unexpected(line.app, help, hint);
  }
  std::string message = error.what();
  if (required) message = message.substr(0, message.find(' ')) + " is missing";
  return UsageError{message, hint};
}

std::string list_of_diagnostics() {
  std::string text;
  for (const auto& d : catalogue()) {
    text += fmt::format("{} {:<26} {:<8} {}\n", id_of(d.code), d.name,
                        d.severity == Severity::error ? "error" : "warning", d.summary);
  }
  return text;
}

Notice man_pages(const Manual& manual, const std::string& directory) {
  Notice notice{{{render_man(manual), directory + "/splc.1"}}, directory};
  for (const auto& command : manual.commands) {
    notice.files.push_back(
        {render_man(manual, command), fmt::format("{}/splc-{}.1", directory, command.name)});
  }
  return notice;
}

}  // namespace

std::variant<Options, Notice, UsageError> parse_command_line(int argc, const char* const* argv) {
  if (argc > 1 && argv[1][0] != '-') {
    const auto names = command_names();
    if (std::find(names.begin(), names.end(), argv[1]) == names.end()) {
      return unknown_command(argv[1]);
    }
  }
  const auto line = build();
  try {
    line->app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return explain(*line, error);
  }
  const auto notice = [&](std::string text) { return Notice{{{std::move(text), line->output}}}; };
  if (line->version) return notice("splc " SPL_VERSION "\n");
  if (line->list_diagnostics) return notice(list_of_diagnostics());
  if (line->man) return notice(render_man(line->manual));
  if (!line->man_pages.empty()) return man_pages(line->manual, line->man_pages);
  if (line->completion) return notice(render_completion(line->manual, *line->completion));
  if (line->options.command == Command::none) {
    return UsageError{"no command was given", "splc --help lists the commands"};
  }
  for (const auto& what : line->raw.warnings) {
    if (auto error = apply_warning(what, line->options.common.warnings)) return *error;
  }
  return line->options;
}

Manual manual() {
  return build()->manual;
}

}  // namespace spl::driver
