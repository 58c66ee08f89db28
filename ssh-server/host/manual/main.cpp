// Prints the manual page statecall-sshd_config(5) from the one table of keywords. Run by the build,
// not installed.
#include <cstdio>
#include <string>

#include "host/config/keywords.hpp"

namespace {

/// Text that troff prints as it stands.
std::string troff(std::string_view text) {
  std::string out;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) out += "\\&";
    line_start = c == '\n';
    switch (c) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";
        break;
      case '\'':
        out += "\\(aq";
        break;
      case '^':
        out += "\\(ha";
        break;
      case '~':
        out += "\\(ti";
        break;
      default:
        out += c;
    }
  }
  return out;
}

constexpr const char* kHead = R"(.TH STATECALL-SSHD_CONFIG 5 "" "Statecall" "File formats"
.SH NAME
statecall\-sshd_config \- configuration of the policed SSH server
.SH DESCRIPTION
.BR statecall\-sshd (8)
reads the syntax of OpenSSH's
.BR sshd_config (5)
and the keywords below. Keywords are the same in upper and lower case, words with blanks are quoted,
and what follows a # is a comment. Of a keyword that stands twice the first counts, unless it is said to
accumulate. A
.B Match
line begins a block that counts for the connections it names, by User, Group, Host, Address, LocalAddress, LocalPort
or All.
.PP
A keyword that OpenSSH knows and this server does not is an error, and so is one that nobody knows: a
server that is less strict than its file says is not started. All errors of a file are shown at once
.RB ( "statecall\-sshd \-t" ).
.SH KEYWORDS
)";

constexpr const char* kTail = R"(.SH EXAMPLE
.nf
Port 22
HostKey /etc/statecall\-sshd/ssh_host_ed25519_key
PasswordAuthentication no
AllowGroups admins jump
Match Group jump
    AllowTcpForwarding local
    PermitOpen 10.0.0.5:22
    PermitTTY no
    ForceCommand /usr/sbin/nologin
.fi
.SH SEE ALSO
.BR statecall\-sshd (8),
.BR sshd_config (5)
)";

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: sshd_config_manual FILE\n", stderr);
    return 2;
  }
  std::string page = kHead;
  for (const auto& keyword : ssh::config::keywords()) {
    page += ".TP\n.BI " + troff(keyword.name) + " \" " + troff(keyword.values) + "\"\n" +
            troff(keyword.help);
    if (keyword.merge != ssh::config::Keyword::Merge::first) page += " Lines accumulate.";
    if (keyword.scope == ssh::config::Keyword::Scope::match) page += " May stand in a Match block.";
    page += '\n';
  }
  page += kTail;
  std::FILE* const file = std::fopen(argv[1], "w");
  if (file == nullptr) {
    std::perror(argv[1]);
    return 1;
  }
  const bool written = std::fputs(page.c_str(), file) >= 0;
  return std::fclose(file) == 0 && written ? 0 : 1;
}
