// statecall-sftp-server: SFTP on standard input and output, as sshd's Subsystem and `sftp -D` run
// it. The options are those of OpenSSH's sftp-server(8), and -r.
#include <getopt.h>
#include <pwd.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "host/run_sftp.hpp"
#include "spl/rt/version.hpp"

namespace {

constexpr const char* kHelp =
    "usage: statecall-sftp-server [-ehR] [-d directory] [-r root] [-u umask]\n"
    "                             [-P denied] [-p allowed] [-Q requests] [--version]\n"
    "Serves the SSH file transfer protocol, version 3, on standard input and output.\n"
    "  -d DIR    where relative paths begin (%d: home directory, %u: user's name, %%: %)\n"
    "  -e        accepted; messages go to standard error in any case\n"
    "  -h        this text\n"
    "  -P LIST   refuse these requests (names between commas)\n"
    "  -p LIST   refuse all requests but these\n"
    "  -Q requests\n"
    "            list the names of requests\n"
    "  -R        read only\n"
    "  -r DIR    nothing outside of this directory; to the client it is /\n"
    "  -u UMASK  for new files and directories, octal\n";

int fail(const std::string& text) {
  std::fprintf(stderr, "statecall-sftp-server: %s\n", text.c_str());
  return 2;
}

std::string expand(const std::string& text) {
  const passwd* account = getpwuid(getuid());
  std::string to;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '%' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (next == 'd' && account != nullptr) {
      to += account->pw_dir;
    } else if (next == 'u' && account != nullptr) {
      to += account->pw_name;
    } else if (next == '%') {
      to += '%';
    } else {
      to += text[i];
      continue;
    }
    ++i;
  }
  return to;
}

/// False if the text is no umask.
bool parse_umask(const char* text, ssh::SftpOptions& options) {
  char* end = nullptr;
  const unsigned long value = std::strtoul(text, &end, 8);
  if (*text < '0' || *text > '7' || *end != '\0' || value > 0777) return false;
  options.umask = static_cast<mode_t>(value);
  return true;
}

int list_requests(const std::string& what) {
  if (what != "requests") return fail("-Q knows only 'requests'");
  for (const auto name : ssh::sftp::RequestSet::names()) {
    std::printf("%.*s\n", static_cast<int>(name.size()), name.data());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  ssh::SftpOptions options;
  auto denied = ssh::sftp::RequestSet::none();
  const option longs[] = {{"version", no_argument, nullptr, 'V'},
                          {"help", no_argument, nullptr, 'h'},
                          {nullptr, 0, nullptr, 0}};
  for (int c = 0; (c = getopt_long(argc, argv, "d:ehP:p:Q:Rr:u:", longs, nullptr)) != -1;) {
    switch (c) {
      case 'd':
        options.files.start = expand(optarg);
        break;
      case 'e':
        break;
      case 'h':
        std::fputs(kHelp, stdout);
        return 0;
      case 'P':
      case 'p': {
        const auto set = ssh::sftp::RequestSet::parse(optarg);
        if (!set) return fail(set.error().text);
        (c == 'P' ? denied : options.requests.allowed) = *set;
        break;
      }
      case 'Q':
        return list_requests(optarg);
      case 'R':
        options.requests.read_only = true;
        break;
      case 'r':
        options.files.root = optarg;
        break;
      case 'u':
        if (!parse_umask(optarg, options)) return fail(std::string("no umask: ") + optarg);
        break;
      case 'V':
        std::printf("statecall-sftp-server %d.%d.%d\n", SPL_RT_VERSION_MAJOR, SPL_RT_VERSION_MINOR,
                    SPL_RT_VERSION_PATCH);
        return 0;
      default:
        std::fputs(kHelp, stderr);
        return 2;
    }
  }
  if (optind != argc) return fail(std::string("what is ") + argv[optind] + "?");
  options.requests.allowed = options.requests.allowed.without(denied);
  std::signal(SIGPIPE, SIG_IGN);
  return ssh::run_sftp_server(options, STDIN_FILENO, STDOUT_FILENO);
}
