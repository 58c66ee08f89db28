// The same help as a manual page and as a completion script.
#include <fmt/format.h>

#include <string_view>

#include "driver/help.hpp"

namespace spl::driver {
namespace {

/// Text that troff prints as it stands.
std::string troff(std::string_view text) {
  std::string out;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) out += "\\&";
    line_start = c == '\n';
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\'') {
      out += "\\(aq";
    } else if (c == '`') {
      out += "\\(ga";
    } else if (c == '^') {
      out += "\\(ha";
    } else if (c == '~') {
      out += "\\(ti";
    } else {
      out += c;
    }
  }
  return out;
}

void option(std::string& out, const OptionHelp& o) {
  out += ".TP\n";
  if (o.positional) {
    out += fmt::format(".I {}\n", troff(o.names));
  } else {
    std::string names;
    std::string_view rest = o.names;
    while (!rest.empty()) {
      const auto comma = std::min(rest.find(','), rest.size());
      names += fmt::format("{}\\fB{}\\fR", names.empty() ? "" : ", ", troff(rest.substr(0, comma)));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    const bool is_long = o.names.find("--") != std::string::npos;
    if (!o.argument.empty()) {
      names += fmt::format("{}\\fI{}\\fR", is_long ? "=" : " ", troff(o.argument));
    }
    out += names + "\n";
  }
  out += troff(o.text) + ".\n";
  if (o.choices.empty()) return;
  std::string choices;
  for (const auto& c : o.choices) choices += (choices.empty() ? "" : ", ") + c;
  out += fmt::format("One of: {}.\n", troff(choices));
}

void command(std::string& out, const CommandHelp& c) {
  out += fmt::format(".SS \"splc {} {}\"\n{}.\n", troff(c.name), troff(c.usage), troff(c.summary));
  for (const auto& p : c.paragraphs) out += ".PP\n" + troff(p) + "\n";
  for (const auto& o : c.options) option(out, o);
  for (const auto& e : c.examples) {
    out += fmt::format(".PP\n{}\n.PP\n.RS 4\n.EX\n{}\n.EE\n.RE\n", troff(e.text), troff(e.command));
  }
}

}  // namespace

std::string render_man(const Manual& manual) {
  std::string out = ".TH SPLC 1 \"\" \"splc " SPL_VERSION "\" \"User Commands\"\n";
  out += fmt::format(".SH NAME\nsplc \\- {}\n", troff(manual.splc.summary));
  out += fmt::format(".SH SYNOPSIS\n.B splc\n{}\n", troff(manual.splc.usage));
  out += ".SH DESCRIPTION\n";
  for (const auto& p : manual.splc.paragraphs) out += ".PP\n" + troff(p) + "\n";
  out += ".SH OPTIONS\n";
  for (const auto& o : manual.splc.options) option(out, o);
  out += ".SH COMMANDS\n";
  for (const auto& c : manual.commands) command(out, c);
  out +=
      ".SH EXIT STATUS\n.TP\n.B 0\nAll is well.\n.TP\n.B 1\nThe policy, a property or a trace is "
      "at "
      "fault.\n.TP\n.B 2\nsplc could not do its work: wrong usage, files that cannot be read or "
      "written,\na tool that is missing, a limit that was reached.\n";
  out +=
      ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nIf set and not empty, nothing is coloured unless asked "
      "for.\n";
  return out + ".SH SEE ALSO\n.BR spin (1),\n.BR dot (1)\n";
}

std::string render_bash_completion(const Manual& manual) {
  const auto options_of = [](const CommandHelp& c) {
    std::string words = "--help";
    for (const auto& o : c.options) {
      std::string_view rest = o.positional ? std::string_view() : std::string_view(o.names);
      while (!rest.empty()) {
        const auto comma = std::min(rest.find(','), rest.size());
        words += fmt::format(" {}", rest.substr(0, comma));
        rest.remove_prefix(std::min(comma + 1, rest.size()));
      }
    }
    return words;
  };
  std::string commands;
  std::string cases;
  for (const auto& c : manual.commands) {
    commands += (commands.empty() ? "" : " ") + c.name;
    cases += fmt::format("    {}) words=\"{}\" ;;\n", c.name, options_of(c));
  }
  return fmt::format(
      "# Completion for splc; source it, or install it as bash-completion/completions/splc.\n"
      "_splc() {{\n"
      "  local current=${{COMP_WORDS[COMP_CWORD]}} words\n"
      "  case ${{COMP_WORDS[1]}} in\n{}    *) words=\"{} {}\" ;;\n  esac\n"
      "  if [[ $COMP_CWORD -eq 1 ]]; then words=\"{} {}\"; fi\n"
      "  if [[ $COMP_CWORD -eq 1 || $current == -* ]]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
      "  else\n"
      "    mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
      "  fi\n"
      "}}\n"
      "complete -o filenames -F _splc splc\n",
      cases, commands, options_of(manual.splc), commands, options_of(manual.splc));
}

}  // namespace spl::driver
