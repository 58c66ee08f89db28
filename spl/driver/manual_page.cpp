// The same help as manual pages, in the man macros of troff.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>
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

std::string upper_case(std::string text) {
  for (auto& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

/// As a NAME line wants it: "check a policy", but "DFAs" stays.
std::string lower_start(std::string text) {
  if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  }
  return text;
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

void description(std::string& out, const CommandHelp& c) {
  out += ".SH DESCRIPTION\n";
  bool first = true;
  for (const auto& p : c.paragraphs) {
    out += (first ? "" : ".PP\n") + troff(p) + "\n";
    first = false;
  }
}

void options(std::string& out, const CommandHelp& c) {
  out += ".SH OPTIONS\n";
  for (const auto& o : c.options) option(out, o);
  option(out, help_option());
}

std::string title(std::string_view name) {
  return fmt::format(".TH {} 1 \"\" \"splc {}\" \"User Commands\"\n.nh\n.ad l\n", troff(name),
                     SPL_VERSION);
}

/// "See also", without the page itself.
std::string see_also(const Manual& manual, std::string_view self) {
  std::string out;
  const auto add = [&](const std::string& page, int section = 1) {
    if (page == self) return;
    out += fmt::format("{}.BR {} ({})", out.empty() ? "" : ",\n", troff(page), section);
  };
  add("splc");
  for (const auto& c : manual.commands) add("splc-" + c.name);
  add("spl", 5);
  for (const auto* other : {"spin", "dot"}) add(other);
  return ".SH SEE ALSO\n" + out + "\n";
}

constexpr std::string_view kExitStatus =
    ".SH EXIT STATUS\n"
    ".TP\n.B 0\nAll is well.\n"
    ".TP\n.B 1\nThe policy, a property or a trace is at fault.\n"
    ".TP\n.B 2\nsplc could not do its work: wrong usage, files that cannot be read or written,\n"
    "a tool that is missing, a limit that was reached.\n";
constexpr std::string_view kEnvironment =
    ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\n"
    "If set and not empty, nothing is coloured unless asked for.\n";

}  // namespace

std::string render_man(const Manual& manual) {
  auto out = title("SPLC");
  out += fmt::format(".SH NAME\nsplc \\- {}\n", troff(manual.splc.summary));
  out += fmt::format(".SH SYNOPSIS\n.B splc\n{}\n", troff(manual.splc.usage));
  description(out, manual.splc);
  out += ".SH COMMANDS\n";
  for (const auto& c : manual.commands) {
    out += fmt::format(".TP\n.BR splc\\-{} (1)\n{}.\n", troff(c.name), troff(c.summary));
  }
  options(out, manual.splc);
  out += kExitStatus;
  out += kEnvironment;
  return out + see_also(manual, "splc");
}

std::string render_man(const Manual& manual, const CommandHelp& command) {
  const auto page = "splc-" + command.name;
  auto out = title(upper_case(page));
  out += fmt::format(".SH NAME\n{} \\- {}\n", troff(page), troff(lower_start(command.summary)));
  out += fmt::format(".SH SYNOPSIS\n.B splc {}\n{}\n", troff(command.name), troff(command.usage));
  description(out, command);
  options(out, command);
  out += ".SH EXAMPLES\n";
  for (const auto& e : command.examples) {
    out += fmt::format("{}\n.PP\n.RS 4\n.EX\n{}\n.EE\n.RE\n.PP\n", troff(e.text), troff(e.command));
  }
  out += kExitStatus;
  out += kEnvironment;
  return out + see_also(manual, page);
}

}  // namespace spl::driver
