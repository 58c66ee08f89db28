// sshd_config: every keyword, what is refused and with which words, Match, Include, and the same
// files read by Debian's sshd.
#include "host/config/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "host/config/keywords.hpp"

namespace ssh::config {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

AlgorithmLists lists() {
  return {{"curve25519-sha256", "ecdh-sha2-nistp256", "diffie-hellman-group16-sha512"},
          {"chacha20-poly1305@openssh.com", "aes128-ctr", "aes256-ctr"},
          {"hmac-sha2-256-etm@openssh.com", "hmac-sha2-256"},
          {"ssh-ed25519", "ecdsa-sha2-nistp256", "sk-ssh-ed25519@openssh.com", "rsa-sha2-512",
           "rsa-sha2-256"}};
}

ParsedConfig parse(const std::string& text, const IncludeReader& include = {}) {
  const std::vector<ConfigFile> files = {{"cfg", text}};
  return parse_config(files, lists(), include);
}

/// The diagnostics, one a line.
std::string said(const ParsedConfig& parsed) {
  std::string text;
  for (const auto& diagnostic : parsed.diagnostics) text += to_string(diagnostic) + "\n";
  return text;
}

ServerOptions options(const std::string& text) {
  const auto parsed = parse(text);
  EXPECT_EQ(said(parsed), "") << text;
  return effective(parsed.config);
}

/// What is printed of a keyword, values joined with "|".
std::string printed(const std::string& text, const std::string& keyword) {
  std::istringstream in(print_effective(options(text)));
  std::string values;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(keyword + " ")) {
      values += (values.empty() ? "" : "|") + line.substr(keyword.size() + 1);
    }
  }
  return values;
}

struct Case {
  const char* line;
  const char* printed;
};

// Keyword by keyword: a value that is not the default, and what -T says of it.
const Case kCases[] = {
    {"Port 2222", "2222"},
    {"AddressFamily inet", "inet"},
    {"ListenAddress 127.0.0.1:2200", "127.0.0.1:2200"},
    {"HostKey /k", "/k"},
    {"HostKeyAlgorithms rsa-sha2-512,ssh-ed25519", "rsa-sha2-512,ssh-ed25519"},
    {"KexAlgorithms ^ecdh-*", "ecdh-sha2-nistp256,curve25519-sha256,diffie-hellman-group16-sha512"},
    {"Ciphers -aes*", "chacha20-poly1305@openssh.com"},
    {"MACs hmac-sha2-256", "hmac-sha2-256"},
    {"PubkeyAcceptedAlgorithms ssh-ed25519*", "ssh-ed25519-cert-v01@openssh.com,ssh-ed25519"},
    {"CASignatureAlgorithms ssh-ed25519", "ssh-ed25519"},
    {"Compression no", "no"},
    {"RekeyLimit 1G 1h", "1073741824 3600"},
    {"VersionAddendum hello there", "hello there"},
    {"LoginGraceTime 1m30s", "90"},
    {"MaxAuthTries 3", "3"},
    {"MaxSessions 0", "0"},
    {"MaxStartups 5:50:20", "5:50:20"},
    {"PerSourceMaxStartups 4", "4"},
    {"PerSourceNetBlockSize 24:64", "24:64"},
    {"PerSourcePenalties crash:2m overflow:deny-all",
     "crash:120 authfail:5 noauth:1 grace-exceeded:10 refuseconnection:10 max:600 min:15 "
     "max-sources4:65536 max-sources6:65536 overflow:deny-all overflow6:deny-all"},
    {"PerSourcePenaltyExemptList 10.0.0.0/8,::1", "10.0.0.0/8,::1"},
    {"ClientAliveInterval 15", "15"},
    {"ClientAliveCountMax 5", "5"},
    {"TCPKeepAlive no", "no"},
    {"AuthorizedKeysFile /etc/keys/%u %h/.k", "/etc/keys/%u %h/.k"},
    {"TrustedUserCAKeys /ca", "/ca"},
    {"AuthorizedPrincipalsFile /p/%u", "/p/%u"},
    {"RevokedKeys /r", "/r"},
    {"PubkeyAuthentication no", "no"},
    {"PasswordAuthentication no", "no"},
    {"KbdInteractiveAuthentication no", "no"},
    {"PermitEmptyPasswords yes", "yes"},
    {"UsePAM yes", "yes"},
    {"PAMServiceName other-sshd", "other-sshd"},
    {"AuthenticationMethods publickey,password publickey,keyboard-interactive:pam",
     "publickey,password publickey,keyboard-interactive:pam"},
    {"Banner /b", "/b"},
    {"PermitRootLogin forced-commands-only", "forced-commands-only"},
    {"StrictModes no", "no"},
    {"AllowUsers ann b*@10.0.0.0/8", "ann|b*@10.0.0.0/8"},
    {"DenyUsers eve", "eve"},
    {"AllowGroups a b", "a|b"},
    {"DenyGroups c", "c"},
    {"AllowTcpForwarding local", "local"},
    {"AllowStreamLocalForwarding remote", "remote"},
    {"AllowAgentForwarding no", "no"},
    {"DisableForwarding yes", "yes"},
    {"PermitOpen db:5432 [::1]:*", "db:5432 [::1]:*"},
    {"PermitListen none", "none"},
    {"GatewayPorts clientspecified", "clientspecified"},
    {"PermitTTY no", "no"},
    {"PermitUserEnvironment LANG,LC_*", "LANG,LC_*"},
    {"PermitUserRC no", "no"},
    {"AcceptEnv LANG LC_*", "LANG|LC_*"},
    {"SetEnv A=1 A=2", "A=1"},
    {"ForceCommand echo \"a b\" # c", "echo \"a b\" # c"},
    {"ChrootDirectory %h", "%h"},
    {"Subsystem sftp internal-sftp -u 022", "sftp internal-sftp -u 022"},
    {"PrintMotd no", "no"},
    {"PrintLastLog no", "no"},
    {"StreamLocalBindMask 0111", "0111"},
    {"StreamLocalBindUnlink yes", "yes"},
    {"X11Forwarding no", "no"},
    {"UseDNS no", "no"},
    {"LogLevel VERBOSE", "VERBOSE"},
    {"SyslogFacility LOCAL3", "LOCAL3"},
    {"PidFile none", "none"},
    {"StatecallUsersFile /u", "/u"},
    {"StatecallLogFormat json", "json"},
    {"StatecallLogFile journal", "journal"},
    {"StatecallMetricsAddress 127.0.0.1:9100", "127.0.0.1:9100"},
    {"StatecallDebugger 127.0.0.1:8022", "127.0.0.1:8022"},
    {"StatecallDebugger [::1]:8022", "[::1]:8022"},
    {"StatecallDebugger 0.0.0.0:8022 any-address", "0.0.0.0:8022 any-address"},
    {"StatecallDebugger none", "none"},
    {"StatecallWorkers 4", "4"},
};

std::string keyword_of(const std::string& line) {
  return lower_case(line.substr(0, line.find(' ')));
}

TEST(Config, EveryKeyword) {
  std::set<std::string> tested;
  for (const Case& c : kCases) {
    EXPECT_EQ(printed(c.line, keyword_of(c.line)), c.printed) << c.line;
    tested.insert(keyword_of(c.line));
  }
  for (const Keyword& keyword : keywords()) {
    EXPECT_TRUE(tested.contains(lower_case(keyword.name))) << keyword.name << " has no test";
    EXPECT_FALSE(keyword.help.empty() || keyword.values.empty()) << keyword.name;
  }
}

// What -T prints is a file that says the same.
TEST(Config, WhatIsPrintedComesBack) {
  std::string all;
  for (const Case& c : kCases) {
    // Of the methods it names, other lines disable all.
    if (keyword_of(c.line) != "authenticationmethods") all += std::string(c.line) + "\n";
  }
  for (const std::string& text : {std::string(), all}) {
    const std::string once = print_effective(options(text));
    EXPECT_EQ(print_effective(options(once)), once);
  }
}

TEST(Config, EveryKeywordAsksForAValue) {
  for (const Keyword& keyword : keywords()) {
    const std::string name(keyword.name);
    EXPECT_EQ(said(parse(name)), "cfg:1: error: " + name + ": nothing follows\n");
    if (keyword.most_words != 0) {
      EXPECT_THAT(said(parse(name + " \"open")), HasSubstr("quotes that do not end"));
      EXPECT_EQ(said(parse(name + " # x")), "cfg:1: error: " + name + ": nothing follows\n");
    }
  }
}

TEST(Config, WhatIsRefused) {
  const Case cases[] = {
      {"Port 0", "\"0\" is no number from 1 to 65535"},
      {"Port 65536", "no number"},
      {"Port 22x", "no number"},
      {"Port -1", "no number"},
      {"Port 22 23", "too many words: \"23\""},
      {"ListenAddress ::1:2:3:4:5:6:7:8:9", "no IPv6 address"},
      {"ListenAddress [::1", "has no ]"},
      {"ListenAddress [::1]22", "no [host]:port"},
      {"ListenAddress 127.0.0.1:0", "no number from 1"},
      {"ListenAddress :22", "has no host"},
      {"ListenAddress unix:relative", "no unix:/PATH"},
      {"ListenAddress 127.0.0.1 rdomain 1", "too many words"},
      {"HostKey relative", "no absolute path"},
      {"Ciphers aes128-crt",
       "there is no algorithm \"aes128-crt\" here, did you mean \"aes128-ctr\"?"},
      {"Ciphers aes128-ctr,", "there is no algorithm \"\""},
      {"Ciphers -*", "no algorithm is left"},
      {"Ciphers nothing*", "no algorithm is left"},
      {"MACs +hmac-md5", "no algorithm \"hmac-md5\""},
      {"HostKeyAlgorithms sk-ssh-ed25519@openssh.com", "no algorithm"},
      {"Compression maybe", "\"maybe\" is none of yes, no"},
      {"RekeyLimit 1", "fewer than 16 bytes"},
      {"RekeyLimit 1X", "no number of bytes"},
      {"RekeyLimit 99999999999999999999G", "no number of bytes"},
      {"RekeyLimit 18446744073709551615K", "no number of bytes"},
      {"RekeyLimit 1G 1y", "no time"},
      {"LoginGraceTime 1h30", ""},
      {"LoginGraceTime", "nothing follows"},
      {"LoginGraceTime -1", "no time"},
      {"LoginGraceTime h", "no time"},
      {"LoginGraceTime 99999999w", "too long a time"},
      {"MaxAuthTries 0", "from 1 to 20"},
      {"MaxAuthTries 21", "from 1 to 20"},
      {"MaxStartups 10:30", "neither NUMBER nor"},
      {"MaxStartups 10:0:20", "from 1 to 100"},
      {"MaxStartups 20:30:10", "START is more than FULL"},
      {"PerSourceNetBlockSize 33", "from 0 to 32"},
      {"PerSourceNetBlockSize 32:129", "from 0 to 128"},
      {"PerSourcePenalties crash", "\"crash\" is no penalty"},
      {"PerSourcePenalties crash:x", "no time"},
      {"PerSourcePenalties overflow:maybe", "permissive, deny-all"},
      {"PerSourcePenaltyExemptList 10.0.0.0/33", "no such mask"},
      {"PerSourcePenaltyExemptList 10.0.0.1/8", "bits set behind its mask"},
      {"PAMServiceName ../shadow", "no name of a service"},
      {"PAMServiceName .hidden", "no name of a service"},
      {"AuthorizedKeysFile %q", "none of %%, %h, %u and %U"},
      {"AuthorizedKeysFile none .k", "stands alone"},
      {"AuthorizedKeysFile a%", "none of %%"},
      {"TrustedUserCAKeys relative", "no absolute path"},
      {"ChrootDirectory jail", "no absolute path"},
      {"AuthenticationMethods publikey", "did you mean \"publickey\"?"},
      {"AuthenticationMethods hostbased", "no method \"hostbased\""},
      {"AuthenticationMethods publickey any", "stands alone"},
      {"PermitRootLogin perhaps", "none of without-password, prohibit-password"},
      {"AllowUsers ann@10.0.0.0/99", "no such mask"},
      {"DenyGroups \"\"", "a word is empty"},
      {"PermitOpen db", "no host:port"},
      {"PermitOpen any db:1", "stands alone"},
      {"AcceptEnv A=1", "is no name"},
      {"SetEnv A", "no NAME=VALUE"},
      {"Subsystem sftp", "a name and a command are wanted"},
      {"StreamLocalBindMask 888", "no octal number"},
      {"StreamLocalBindMask 7777", "no octal number"},
      {"X11Forwarding yes", "not supported here: only \"no\" is possible"},
      {"UseDNS yes", "not supported here"},
      {"LogLevel LOUD", "none of QUIET"},
      {"VersionAddendum \x80", "not printable"},
      {"StatecallLogFile relative", "none of stderr"},
      {"StatecallMetricsAddress 0.0.0.0:9100", "no 127.0.0.1:PORT"},
      {"StatecallMetricsAddress localhost:9100", "no 127.0.0.1:PORT"},
      {"StatecallMetricsAddress 127.0.0.1", "no 127.0.0.1:PORT"},
      {"StatecallDebugger 0.0.0.0:8022", "not of the loopback interface"},
      {"StatecallDebugger [::]:8022", "not of the loopback interface"},
      {"StatecallDebugger 192.0.2.1:8022", "not of the loopback interface"},
      {"StatecallDebugger localhost:8022", "no 127.0.0.1:PORT"},
      {"StatecallDebugger 127.0.0.1", "no 127.0.0.1:PORT"},
      {"StatecallDebugger 127.0.0.1:0", "from 1 to 65535"},
      {"StatecallDebugger unix:/x", "no 127.0.0.1:PORT"},
      {"StatecallDebugger 127.0.0.1:8022 anywhere", "is not any-address"},
      {"StatecallWorkers 0", "from 1 to 256"},
  };
  for (const Case& c : cases) {
    const auto parsed = parse(std::string("\n") + c.line);
    EXPECT_EQ(parsed.ok(), *c.printed == '\0') << c.line;
    EXPECT_THAT(said(parsed), HasSubstr(c.printed)) << c.line;
    if (*c.printed != '\0') {
      EXPECT_THAT(said(parsed), testing::StartsWith("cfg:2: error: ")) << c.line;
    }
  }
}

TEST(Config, AllErrorsAreReported) {
  const auto parsed = parse("Prot 22\nAuthorizedKeysCommand /x\nProtocol 2\nPort x\nnonsense y\n");
  EXPECT_EQ(
      said(parsed),
      "cfg:1: error: unknown keyword \"Prot\", did you mean \"Port\"?\n"
      "cfg:2: error: AuthorizedKeysCommand is a keyword of OpenSSH that is not supported here\n"
      "cfg:3: warning: Protocol has no effect: it is obsolete, in OpenSSH too\n"
      "cfg:4: error: Port: \"x\" is no number from 1 to 65535\n"
      "cfg:5: error: unknown keyword \"nonsense\"\n");
  EXPECT_FALSE(parsed.ok());
}

TEST(Config, MethodsThatNobodyCanComplete) {
  const std::string lines = "PasswordAuthentication no\n\nAuthenticationMethods publickey,password";
  EXPECT_EQ(said(parse(lines)),
            "cfg:3: error: AuthenticationMethods: each list has a method that is disabled\n");
  EXPECT_TRUE(parse(lines + " publickey\n").ok());
  EXPECT_FALSE(parse("AuthenticationMethods none\n").ok());
  EXPECT_TRUE(parse("AuthenticationMethods none\nPermitEmptyPasswords yes\n").ok());
}

// Leaving out what is not there is harmless, unless it was meant to be something else.
TEST(Config, LeavingOutTheUnknownIsAWarning) {
  const auto parsed = parse("Ciphers -3des-cbc,aes128-crt\n");
  EXPECT_TRUE(parsed.ok());
  EXPECT_EQ(
      said(parsed),
      "cfg:1: warning: Ciphers: there is no algorithm \"3des-cbc\" here to be left out\n"
      "cfg:1: warning: Ciphers: there is no algorithm \"aes128-crt\" here to be left out, did "
      "you mean \"aes128-ctr\"?\n");
}

TEST(Config, Syntax) {
  EXPECT_EQ(printed("PORT=2222", "port"), "2222");
  EXPECT_EQ(printed("  port \t = 2222  # x\r\n", "port"), "2222");
  EXPECT_EQ(printed("Port \"2222\"", "port"), "2222");
  EXPECT_EQ(printed("Banner \"/a b\"", "banner"), "/a b");
  EXPECT_EQ(printed("Banner /a\\ b", "banner"), "/a b");
  EXPECT_EQ(printed("Banner '/a \"b'", "banner"), "/a \"b");
  EXPECT_EQ(printed("Banner /a#b", "banner"), "/a#b");
  EXPECT_EQ(printed("SetEnv \"A=two words\" B='a b'", "setenv"), "A=two words|B=a b");
  EXPECT_EQ(printed("# Port 1\n\n \t\nPort 2", "port"), "2");
  EXPECT_EQ(printed("ChallengeResponseAuthentication no", "kbdinteractiveauthentication"), "no");
  EXPECT_FALSE(parse(std::string("Port 2\0002", 8)).ok());
}

TEST(Config, TheFirstCountsOrAllDo) {
  EXPECT_EQ(printed("MaxAuthTries 2\nMaxAuthTries 3", "maxauthtries"), "2");
  EXPECT_EQ(printed("AuthorizedKeysFile a\nAuthorizedKeysFile b", "authorizedkeysfile"), "a");
  EXPECT_EQ(printed("SetEnv A=1\nSetEnv B=1", "setenv"), "A=1");
  EXPECT_EQ(printed("Port 1\nPort 2", "port"), "1|2");
  EXPECT_EQ(printed("AllowUsers a\nAllowUsers b c", "allowusers"), "a|b|c");
  EXPECT_EQ(printed("AcceptEnv a\nAcceptEnv b", "acceptenv"), "a|b");
  EXPECT_EQ(printed("HostKey /a\nHostKey /b", "hostkey"), "/a|/b");
  EXPECT_EQ(printed("Subsystem sftp a\nSubsystem x b\nSubsystem sftp c", "subsystem"),
            "sftp a|x b");
  EXPECT_THAT(printed("PerSourcePenalties crash:1 crash:2\nPerSourcePenalties crash:3 max:4",
                      "persourcepenalties"),
              HasSubstr("crash:1 authfail:5 noauth:1 grace-exceeded:10 refuseconnection:10 max:4"));
  EXPECT_EQ(printed("PerSourcePenalties no", "persourcepenalties"), "no");
}

TEST(Config, Listening) {
  EXPECT_EQ(printed("", "listenaddress"), "[::]:22|0.0.0.0:22");
  EXPECT_EQ(printed("AddressFamily inet\nPort 1\nPort 2", "listenaddress"), "0.0.0.0:1|0.0.0.0:2");
  EXPECT_EQ(printed("ListenAddress ::1\nListenAddress [::2]:5\nListenAddress unix:/run/s\n"
                    "ListenAddress host:6\nListenAddress localhost\nPort 7",
                    "listenaddress"),
            "[::1]:7|[::2]:5|unix:/run/s|host:6|localhost:7");
}

TEST(Config, MatchOverrides) {
  const auto parsed = parse(
      "MaxAuthTries 5\nAllowUsers x\nAcceptEnv A\nSubsystem sftp one\nSubsystem other o\n"
      "Match User ann,b*,!bob\n  MaxAuthTries 1\n  PermitTTY no\n  Subsystem sftp two\n"
      "Match Group staff\n  MaxAuthTries 2\n  AllowUsers y\n"
      "Match Address 10.0.0.0/8 LocalPort 2222\n  MaxAuthTries 3\n  AllowUsers z\n"
      "Match LocalAddress ::1\n  Banner /six\n"
      "Match Host *.example.com\n  Banner /host\n"
      "Match All\n  ClientAliveInterval 7\n");
  ASSERT_EQ(said(parsed), "");
  const auto with = [&](ConnectionFacts facts) { return effective(parsed.config, facts); };
  EXPECT_EQ(effective(parsed.config).max_auth_tries, 5U);
  EXPECT_EQ(effective(parsed.config).client_alive_interval.count(), 0);
  EXPECT_EQ(with({.user = "eve"}).max_auth_tries, 5U);
  EXPECT_EQ(with({.user = "eve"}).client_alive_interval.count(), 7);
  const auto ann = with({.user = "ann", .groups = {"staff"}});
  EXPECT_EQ(ann.max_auth_tries, 1U);  // the first that matches
  EXPECT_FALSE(ann.permit_tty);
  EXPECT_THAT(ann.allow_users, ElementsAre("y"));  // in place of the global ones
  EXPECT_THAT(ann.accept_env, ElementsAre("A"));
  ASSERT_EQ(ann.subsystems.size(), 2U);
  EXPECT_EQ(ann.subsystems[0].command, "two");
  EXPECT_EQ(ann.subsystems[1].command, "o");
  EXPECT_TRUE(with({.user = "bob"}).permit_tty);
  EXPECT_FALSE(with({.user = "bill"}).permit_tty);
  EXPECT_EQ(with({.address = "10.1.1.1", .local_port = 2222}).max_auth_tries, 3U);
  EXPECT_EQ(with({.address = "10.1.1.1", .local_port = 22}).max_auth_tries, 5U);
  EXPECT_EQ(with({.address = "11.1.1.1", .local_port = 2222}).max_auth_tries, 5U);
  EXPECT_EQ(with({.local_address = "::1"}).banner, "/six");
  EXPECT_EQ(with({.host = "A.example.com"}).banner, "/host");
  // Two blocks that hold add up.
  EXPECT_THAT(with({.groups = {"staff"}, .address = "10.1.1.1", .local_port = 2222}).allow_users,
              ElementsAre("y", "z"));
}

TEST(Config, MatchErrors) {
  const Case cases[] = {
      {"Match", "nothing follows"},
      {"Match User", "nothing follows User"},
      {"Match Usr ann", "none of User, Group"},
      {"Match All User ann", "stands alone"},
      {"Match Address 10.0.0.0/99", "no such mask"},
      {"Match LocalPort x", "no number"},
      {"Match Final", "not supported here"},
      {"Match RDomain 1", "not supported here"},
      {"Match User \"ann", "quotes that do not end"},
  };
  for (const Case& c : cases) {
    // What stands under a wrong line holds for nobody.
    const auto parsed = parse(std::string(c.line) + "\nPermitTTY no\n");
    EXPECT_THAT(said(parsed), HasSubstr(c.printed)) << c.line;
    EXPECT_EQ(parsed.diagnostics.size(), 1U) << said(parsed);
    EXPECT_TRUE(effective(parsed.config, {.user = "ann"}).permit_tty) << c.line;
    EXPECT_TRUE(effective(parsed.config).permit_tty) << c.line;
  }
  EXPECT_EQ(said(parse("Match User ann\nPort 1\n")),
            "cfg:2: error: Port cannot stand under Match\n");
}

TEST(Config, Include) {
  const std::map<std::string, std::vector<ConfigFile>> files = {
      {"/etc/ssh/a.conf", {{"/etc/ssh/a.conf", "MaxAuthTries 2\nMatch User bob\nPermitTTY no\n"}}},
      {"/d/*", {{"/d/1", "PermitUserRC no\n"}, {"/d/2", "PermitUserRC yes\nPrt 1\n"}}},
      {"/loop", {{"/loop", "Include /loop\nInclude /loop\n"}}},
      {"/none/*", {}},
  };
  const IncludeReader reader = [&](const std::string& path) -> Result<std::vector<ConfigFile>> {
    const auto found = files.find(path);
    if (found == files.end()) return failure("cannot read " + path);
    return found->second;
  };
  const auto a = parse("Include a.conf /none/*\nMaxAuthTries 3\nPrintMotd no\n", reader);
  ASSERT_EQ(said(a), "");
  EXPECT_EQ(effective(a.config).max_auth_tries, 2U);
  EXPECT_FALSE(effective(a.config).print_motd);  // the file's Match ends with the file
  EXPECT_FALSE(effective(a.config, {.user = "bob"}).permit_tty);

  const auto d = parse("Match User ann\nInclude /d/* a.conf\n", reader);
  EXPECT_EQ(said(d), "/d/2:2: error: unknown keyword \"Prt\", did you mean \"Port\"?\n");
  EXPECT_FALSE(effective(d.config, {.user = "ann"}).permit_user_rc);
  EXPECT_TRUE(effective(d.config, {.user = "eve"}).permit_user_rc);
  // Match within a file that is included under Match: both have to hold.
  EXPECT_TRUE(effective(d.config, {.user = "bob"}).permit_tty);

  EXPECT_EQ(said(parse("Include /gone\n", reader)), "cfg:1: error: Include: cannot read /gone\n");
  EXPECT_EQ(said(parse("Include x\n")), "cfg:1: error: Include: no files can be included here\n");
  const auto loop = parse("Include /loop\n", reader);
  EXPECT_FALSE(loop.ok());
  EXPECT_LT(loop.diagnostics.size(), 1001U);
}

TEST(Config, OfTheCommandLineComesFirst) {
  const std::vector<ConfigFile> files = {{"command line", "Port 1\nMaxAuthTries 1\n"},
                                         {"cfg", "Port 2\nMaxAuthTries 2\n"}};
  const auto parsed = parse_config(files, lists(), {});
  EXPECT_EQ(effective(parsed.config).max_auth_tries, 1U);
  EXPECT_THAT(effective(parsed.config).ports, ElementsAre(1, 2));
}

TEST(Config, HugeFilesAreRefused) {
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += "AllowUsers a\n";
  EXPECT_THAT(said(parse(many)), HasSubstr("too many lines"));
  EXPECT_FALSE(parse(std::string(5U << 20, '#')).ok());
  std::string words = "AllowUsers";
  for (int i = 0; i < 2000; ++i) words += " a";
  EXPECT_THAT(said(parse(words)), HasSubstr("more than 1024 words"));
}

TEST(Config, Tokens) {
  const UserFacts ann{"ann", "/home/ann", 1000};
  EXPECT_EQ(expand_tokens("%h/.ssh/%u-%U%%", ann), "/home/ann/.ssh/ann-1000%");
  EXPECT_FALSE(expand_tokens("%x", ann));
  EXPECT_FALSE(expand_tokens("x%", ann));
}

TEST(Config, Access) {
  const auto o =
      options("DenyUsers eve bad@10.0.0.0/8\nAllowUsers * \nDenyGroups no\nAllowGroups staff a*\n");
  const auto reason = [&](std::string_view user, const Names& groups,
                          std::string_view address = "10.0.0.1") {
    const auto allowed = check_access(o, user, groups, "", address);
    return allowed ? "" : allowed.error().text;
  };
  EXPECT_EQ(reason("ann", {"staff"}), "");
  EXPECT_EQ(reason("ann", {"x", "admin"}), "");
  EXPECT_EQ(reason("eve", {"staff"}), "user is listed in DenyUsers");
  EXPECT_EQ(reason("bad", {"staff"}), "user is listed in DenyUsers");
  EXPECT_EQ(reason("bad", {"staff"}, "11.0.0.1"), "");
  EXPECT_EQ(reason("ann", {"staff", "no"}), "a group of the user is listed in DenyGroups");
  EXPECT_EQ(reason("ann", {}), "no group of the user is listed in AllowGroups");
  EXPECT_TRUE(check_access(options(""), "ann", {}, "", ""));
  EXPECT_FALSE(check_access(options("AllowUsers bob"), "ann", {}, "", ""));
}

/// OpenSSH has it not at all, or not in Debian 12's release.
bool is_newer_or_ours(const std::string& keyword) {
  return keyword.starts_with("statecall") || keyword.starts_with("persourcepenal") ||
         keyword == "pamservicename";
}

/// Debian's sshd, if it is here.
class Openssh : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists("/usr/sbin/sshd")) GTEST_SKIP() << "no sshd to compare with";
    // It asks for this directory even to read a file.
    fs::create_directories("/run/sshd");
    char name[] = "/tmp/sshd_config.XXXXXX";
    directory_ = mkdtemp(name);
    run("ssh-keygen -q -t ed25519 -N '' -f " + directory_ + "/key");
  }
  void TearDown() override {
    if (!directory_.empty()) fs::remove_all(directory_);
  }
  void run(const std::string& command) { ASSERT_EQ(std::system(command.c_str()), 0) << command; }
  using Lines = std::multimap<std::string, std::string>;
  static Lines lines_of(std::istream&& in) {
    Lines lines;
    for (std::string line; std::getline(in, line);) {
      const auto blank = line.find(' ');
      lines.emplace(line.substr(0, blank),
                    blank == std::string::npos ? "" : line.substr(blank + 1));
    }
    return lines;
  }
  /// What sshd -T says of the file; `arguments` for a connection.
  Lines sshd(const std::string& text, const std::string& arguments = "") {
    std::ofstream(directory_ + "/config") << text;
    run("/usr/sbin/sshd -T " + arguments + " -f " + directory_ + "/config >" + directory_ +
        "/out 2>" + directory_ + "/err || { cat " + directory_ + "/err; false; }");
    return lines_of(std::ifstream(directory_ + "/out"));
  }
  /// Compares all keywords that both know, but those whose defaults differ on purpose.
  void compare(const Lines& theirs, const ServerOptions& ours, const std::set<std::string>& apart) {
    const Lines mine = lines_of(std::istringstream(print_effective(ours)));
    int compared = 0;
    for (const Keyword& keyword : keywords()) {
      const std::string name = lower_case(keyword.name);
      if (apart.contains(name)) continue;
      const auto values = [&](const Lines& lines) {
        std::multiset<std::string> found;
        const auto [begin, end] = lines.equal_range(name);
        for (auto it = begin; it != end; ++it) found.insert(it->second);
        return found;
      };
      if (!theirs.contains(name) && is_newer_or_ours(name)) {
        continue;
      }
      EXPECT_EQ(values(mine), values(theirs)) << name;
      ++compared;
    }
    EXPECT_GT(compared, 45);
  }
  std::string with_key(const std::string& text) const {
    return "HostKey " + directory_ + "/key\n" + text;
  }

  std::string directory_;
};

/// Lists whose defaults come from the provider, and where each has a file of its own.
const std::set<std::string> kDefaultsApart = {
    "hostkeyalgorithms",        "kexalgorithms",         "ciphers", "macs",
    "pubkeyacceptedalgorithms", "casignaturealgorithms", "pidfile"};

TEST_F(Openssh, HasTheSameDefaults) {
  const std::string text = with_key("");
  compare(sshd(text), options(text), kDefaultsApart);
}

TEST_F(Openssh, ReadsTheSameFileInTheSameWay) {
  std::string text = with_key("");
  for (const Case& c : kCases) {
    const std::string keyword = keyword_of(c.line);
    const bool ours = is_newer_or_ours(keyword);
    // There is but one key, no patterns in its lists of methods, and all methods are disabled.
    if (!ours && keyword != "hostkey" && keyword != "hostkeyalgorithms" &&
        keyword != "kexalgorithms" && keyword != "authenticationmethods") {
      text += std::string(c.line) + "\n";
    }
  }
  text += "Port 22\nAllowUsers c d\nAcceptEnv X\nMaxAuthTries 9\nSubsystem x /bin/x 'a' b\n";
  compare(sshd(text), options(text),
          {"hostkeyalgorithms", "pubkeyacceptedalgorithms", "kexalgorithms", "ciphers"});
}

TEST_F(Openssh, MatchesTheSameConnections) {
  const std::string text = with_key(
      "PasswordAuthentication no\nAllowUsers a\nMaxSessions 4\n"
      "AuthenticationMethods publickey,password publickey,keyboard-interactive\n"
      "Match User ann,!bob Address 10.0.0.0/8,!10.0.0.9\n  PasswordAuthentication yes\n"
      "  AllowUsers b c\n  ForceCommand echo \"hi  there\" # no comment\n  MaxSessions 1\n"
      "Match Address 10.0.0.0/8\n  MaxSessions 2\n  AllowUsers d\n  X11Forwarding no\n"
      "Match LocalPort 2222\n  Banner /x\n"
      "Match Host *.example.com User \"*\"\n  PermitTTY no\n"
      "Match all\n  ClientAliveInterval 5m\n");
  const auto parsed = parse(text);
  ASSERT_EQ(said(parsed), "");
  for (const ConnectionFacts& facts :
       {ConnectionFacts{"ann", {}, "h.example.com", "10.0.0.1", "127.0.0.1", 22},
        ConnectionFacts{"ann", {}, "h", "10.0.0.9", "127.0.0.1", 2222},
        ConnectionFacts{"bob", {}, "h", "10.0.0.1", "127.0.0.1", 22},
        ConnectionFacts{"eve", {}, "h", "2001:db8::1", "127.0.0.1", 22}}) {
    const auto theirs = sshd(text, "-C user=" + facts.user + ",host=" + facts.host +
                                       ",addr=" + facts.address + ",laddr=" + facts.local_address +
                                       ",lport=" + std::to_string(facts.local_port));
    compare(theirs, effective(parsed.config, facts), kDefaultsApart);
  }
}

}  // namespace
}  // namespace ssh::config
