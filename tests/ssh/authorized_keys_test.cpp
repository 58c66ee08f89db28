// Lines of authorized_keys, patterns, addresses and dates: what sshd(8) and ssh_config(5) say, and
// what must not pass.
#include "ssh/authorized_keys.hpp"

#include <gtest/gtest.h>

#include "ssh/patterns.hpp"
#include "wire/base64.hpp"

namespace ssh {
namespace {

const std::string kKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS";

Result<KeyOptions> options(std::string_view text) {
  return parse_key_options(text, TimeZone{});
}
std::string error_of(std::string_view line) {
  const auto key = parse_authorized_key(line, TimeZone{});
  return key ? "" : key.error().text;
}

TEST(Base64, VectorsOfTheRfc) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : vectors) {
    EXPECT_EQ(wire::to_base64(as_bytes(plain)), text);
    const auto bytes = wire::from_base64(text);
    ASSERT_TRUE(bytes) << text;
    EXPECT_EQ(to_text(*bytes), plain);
  }
}

TEST(Base64, OnlyOneTextForEachBytes) {
  for (const auto* text : {"Zg", "Zg=", "Zh==", "Zm9=", "Zm 9v", "Zm9v\n",
                           "====", "Z===", "=Zg=", "Zg==Zg==", "Zm9_"}) {
    EXPECT_FALSE(wire::from_base64(text)) << text;
  }
  Bytes all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<std::uint8_t>(i));
  EXPECT_EQ(wire::from_base64(wire::to_base64(all)), all);
}

TEST(Patterns, StarsAndQuestionMarks) {
  for (const auto& [text, pattern] : {std::pair{"", ""},
                                      {"", "*"},
                                      {"a", "?"},
                                      {"abc", "a*c"},
                                      {"ac", "a*c"},
                                      {"abcbc", "a*bc"},
                                      {"x", "**"},
                                      {"abc", "*?c"},
                                      {"a.co.uk", "*.co.uk"},
                                      {"192.168.0.7", "192.168.0.?"}}) {
    EXPECT_TRUE(match_pattern(text, pattern)) << text << " " << pattern;
  }
  for (const auto& [text, pattern] : {std::pair{"", "?"},
                                      {"a", ""},
                                      {"ab", "a"},
                                      {"A", "a"},
                                      {"abd", "a*c"},
                                      {"192.168.0.10", "192.168.0.?"}}) {
    EXPECT_FALSE(match_pattern(text, pattern)) << text << " " << pattern;
  }
}

// What OpenSSH's own matcher once took exponential time for.
TEST(Patterns, ManyStarsAreCheap) {
  std::string pattern;
  for (int i = 0; i < 500; ++i) pattern += "*a";
  EXPECT_FALSE(match_pattern(std::string(5000, 'a') + "b", pattern + "c"));
}

TEST(Patterns, ListsOfTheManual) {
  const std::string list = "!*.dialup.example.com,*.example.com";
  EXPECT_EQ(match_pattern_list("a.example.com", list), ListMatch::positive);
  EXPECT_EQ(match_pattern_list("a.dialup.example.com", list), ListMatch::negative);
  EXPECT_EQ(match_pattern_list("example.org", list), ListMatch::none);
  EXPECT_EQ(match_pattern_list("host3", "!host1,!host2"), ListMatch::none);
  EXPECT_EQ(match_pattern_list("host3", "!host1,!host2,*"), ListMatch::positive);
  EXPECT_EQ(match_pattern_list("host1", "*,!host1"), ListMatch::negative);
}

TEST(Addresses, ComeBack) {
  for (const auto* text : {"0.0.0.0", "255.255.255.255", "10.0.0.1", "::", "::1", "1::",
                           "2001:db8::1", "fe80::1:0:0:1", "1:2:3:4:5:6:7:8", "1:0:2:0:3:0:4:0"}) {
    const auto address = parse_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(to_string(*address), text);
  }
  EXPECT_EQ(to_string(parse_address("2001:DB8:0:0:1:0:0:1").value()), "2001:db8::1:0:0:1");
  EXPECT_EQ(to_string(parse_address("::ffff:192.0.2.1").value()), "192.0.2.1");
  EXPECT_EQ(to_string(parse_address("fe80::1%eth0").value()), "fe80::1");
}

TEST(Addresses, WhatIsNone) {
  for (const auto* text : {"",
                           "1",
                           "1.2.3",
                           "1.2.3.4.5",
                           "1.2.3.256",
                           "01.2.3.4",
                           "0x1.2.3.4",
                           "1.2.3.4 ",
                           " 1.2.3.4",
                           "1.2.3.4%eth0",
                           ":",
                           ":::",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "1::2::3",
                           "12345::",
                           "g::",
                           "1:2:3:4:5:6:7:8::",
                           "::1.2.3",
                           "1.2.3.4::",
                           "-1.2.3.4",
                           "+1.2.3.4"}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
}

TEST(Addresses, Networks) {
  EXPECT_EQ(match_address_list("192.0.2.77", "192.0.2.0/24"), ListMatch::positive);
  EXPECT_EQ(match_address_list("192.0.3.77", "192.0.2.0/24"), ListMatch::none);
  EXPECT_EQ(match_address_list("192.0.2.130", "192.0.2.128/25,!192.0.2.130"), ListMatch::negative);
  EXPECT_EQ(match_address_list("2001:db8:ffff::1", "2001:db8::/32"), ListMatch::positive);
  EXPECT_EQ(match_address_list("2001:db9::1", "2001:db8::/32"), ListMatch::none);
  EXPECT_EQ(match_address_list("1.2.3.4", "0.0.0.0/0"), ListMatch::positive);
  EXPECT_EQ(match_address_list("::1", "0.0.0.0/0"), ListMatch::none);
  EXPECT_EQ(match_address_list("::ffff:192.0.2.1", "192.0.2.0/24"), ListMatch::positive);
  EXPECT_EQ(match_address_list("::ffff:192.0.2.1", "192.0.2.?"), ListMatch::positive);
  EXPECT_EQ(match_address_list("0:0:0:0:0:0:0:1", "::1"), ListMatch::positive);
  for (const auto* list : {"192.0.2.0/33", "192.0.2.0/8", "::/129", "1::/8", "192.0.2.0/",
                           "192.0.2.0/x", "1.2.3.4,,5.6.7.8", "", "!", "*,192.0.2.1/24"}) {
    EXPECT_FALSE(match_address_list("192.0.2.1", list)) << list;
  }
}

TEST(Addresses, NetworkListsOfCertificates) {
  EXPECT_EQ(match_network_list("10.1.2.3", "10.0.0.0/8,::1"), true);
  EXPECT_EQ(match_network_list("11.1.2.3", "10.0.0.0/8"), false);
  EXPECT_EQ(match_network_list("UNKNOWN", "0.0.0.0/0"), false);
  EXPECT_FALSE(match_network_list("10.1.2.3", "10.*"));
  EXPECT_FALSE(match_network_list("10.1.2.3", "!10.0.0.0/8"));
  EXPECT_FALSE(match_network_list("10.1.2.3", ""));
}

TEST(Addresses, UsersOfHosts) {
  EXPECT_EQ(match_user("ann", "", "10.0.0.1", "a*"), true);
  EXPECT_EQ(match_user("ann", "", "10.0.0.1", "ann@10.0.0.0/8"), true);
  EXPECT_EQ(match_user("ann", "", "11.0.0.1", "ann@10.0.0.0/8"), false);
  EXPECT_EQ(match_user("bob", "", "10.0.0.1", "ann@10.0.0.0/8"), false);
  EXPECT_EQ(match_user("ann@corp", "", "10.0.0.1", "ann@corp@10.*"), true);
  EXPECT_EQ(match_user("ann", "Host.Example.com", "10.0.0.1", "ann@*.example.COM"), true);
  EXPECT_FALSE(match_user("bob", "", "10.0.0.1", "ann@10.0.0.0/99"));
}

TEST(Timespec, OfTheManual) {
  EXPECT_EQ(parse_timespec("19700101Z", {}), 0);
  EXPECT_EQ(parse_timespec("20200229", {}), 1582934400);
  EXPECT_EQ(parse_timespec("202002291234", {}), 1582979640);
  EXPECT_EQ(parse_timespec("20200229123456Z", {}), 1582979696);
  // Two hours ahead of UTC, noon is earlier; with Z it is not.
  EXPECT_EQ(parse_timespec("202002291234", TimeZone{7200}), 1582979640 - 7200);
  EXPECT_EQ(parse_timespec("202002291234Z", TimeZone{7200}), 1582979640);
  for (const auto* text : {"", "Z", "2020", "20210229", "20201301", "20200100", "202001012400",
                           "202001010060", "20200101000061", "2020010112", "20200101T00",
                           "19690101", "-2020010", "20200101ZZ", "20200101 "}) {
    EXPECT_FALSE(parse_timespec(text, {})) << text;
  }
}

TEST(AuthorizedKeys, PlainLine) {
  const auto key = parse_authorized_key("  " + kKey + "  a comment here ", {});
  ASSERT_TRUE(key) << key.error().text;
  EXPECT_EQ(key->key.type, "ssh-ed25519");
  EXPECT_EQ(key->key.blob.size(), 51U);
  EXPECT_EQ(key->key.comment, "a comment here");
  EXPECT_TRUE(key->options.pty && key->options.port_forwarding && key->options.user_rc);
  EXPECT_TRUE(key->options.require_user_presence);
  EXPECT_FALSE(key->options.command || key->options.permit_open || key->options.cert_authority);
}

TEST(AuthorizedKeys, EveryOption) {
  const auto key = parse_authorized_key(
      "restrict,PTY,command=\"echo \\\"hi\\\" \\n, #\",from=\"10.0.0.0/8,!10.0.0.1\","
      "permitopen=\"db:5432\",permitopen=\"[::1]:*\",permitlisten=\"8080\","
      "environment=\"A=1\",environment=\"B=x=y\",environment=\"A=2\",expiry-time=\"20300101Z\","
      "expiry-time=\"20290101Z\",cert-authority,principals=\"ann,bob\",no-touch-required,"
      "verify-required,tunnel=\"0\" " +
          kKey,
      {});
  ASSERT_TRUE(key) << key.error().text;
  const KeyOptions& o = key->options;
  EXPECT_TRUE(o.pty);
  EXPECT_FALSE(o.port_forwarding || o.agent_forwarding || o.x11_forwarding || o.user_rc);
  EXPECT_EQ(o.command, "echo \"hi\" \\n, #");
  EXPECT_EQ(o.from, std::vector<std::string>{"10.0.0.0/8,!10.0.0.1"});
  EXPECT_EQ(o.permit_open,
            (std::vector<HostPort>{{"db", std::uint16_t{5432}}, {"::1", std::nullopt}}));
  EXPECT_EQ(o.permit_listen, (std::vector<HostPort>{{"*", std::uint16_t{8080}}}));
  EXPECT_EQ(o.environment,
            (std::vector<std::pair<std::string, std::string>>{{"A", "1"}, {"B", "x=y"}}));
  EXPECT_EQ(o.expires, 1861920000);
  EXPECT_TRUE(o.cert_authority);
  EXPECT_EQ(o.principals, (std::vector<std::string>{"ann", "bob"}));
  EXPECT_FALSE(o.require_user_presence);
  EXPECT_TRUE(o.require_user_verification);
}

TEST(AuthorizedKeys, FlagsBothWaysAndTheLastCounts) {
  const std::pair<const char*, bool KeyOptions::*> flags[] = {
      {"pty", &KeyOptions::pty},
      {"port-forwarding", &KeyOptions::port_forwarding},
      {"agent-forwarding", &KeyOptions::agent_forwarding},
      {"X11-forwarding", &KeyOptions::x11_forwarding},
      {"user-rc", &KeyOptions::user_rc}};
  for (const auto& [name, member] : flags) {
    const std::string flag = name;
    EXPECT_FALSE(options("no-" + flag).value().*member) << flag;
    EXPECT_FALSE(options("restrict").value().*member) << flag;
    EXPECT_TRUE(options("restrict," + flag).value().*member) << flag;
    EXPECT_FALSE(options(flag + ",no-" + flag).value().*member) << flag;
  }
}

TEST(AuthorizedKeys, WhatMakesALineUnusable) {
  for (const auto* bad : {"unknown",
                          "unknown=\"1\"",
                          "command=date",
                          "command=\"date",
                          "command=\"a\"b",
                          "command=\"a\",command=\"b\"",
                          "no-pty,",
                          ",no-pty",
                          "no-pty,,no-user-rc",
                          "no-pty=\"1\"",
                          "command",
                          "from=\"10.0.0.0/99\"",
                          "from=\"\"",
                          "from=\"*\",from=\"*\"",
                          "permitopen=\"db\"",
                          "permitopen=\"db:0\"",
                          "permitopen=\"db:65536\"",
                          "permitopen=\"db:+1\"",
                          "permitopen=\":22\"",
                          "permitopen=\"::1:22\"",
                          "permitopen=\"[::1]22\"",
                          "permitlisten=\"x\"",
                          "environment=\"A\"",
                          "environment=\"=1\"",
                          "environment=\"A-B=1\"",
                          "expiry-time=\"soon\"",
                          "principals=\"\"",
                          "principals=\"a,,b\"",
                          "principals=\"a\",principals=\"b\"",
                          "no-restrict",
                          "no-cert-authority",
                          "\"\"",
                          "="}) {
    EXPECT_NE(error_of(std::string(bad) + " " + kKey), "") << bad;
  }
  for (const std::string& bad :
       {std::string("ssh-ed25519"), std::string("ssh-ed25519 "), kKey.substr(0, kKey.size() - 1),
        kKey + "=", "ssh-rsa " + kKey.substr(12), std::string("ssh-dss AAAA"),
        std::string("restrict"), "restrict " + kKey.substr(12), kKey + " \x01",
        kKey + std::string(1, '\0'), kKey + std::string(17000, 'x'),
        std::string("ssh-ed25519-cert-v01@openssh.com AAAA")}) {
    EXPECT_NE(error_of(bad), "") << bad.substr(0, 120);
  }
}

TEST(AuthorizedKeys, ABadLineIsNotTheFilesEnd) {
  const std::string file = "# comment\n\n" + kKey + " one\r\nnonsense here\n  \t\n" + kKey + " two";
  const auto lines = parse_authorized_keys(file, {});
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].number, 3U);
  EXPECT_EQ(lines[0].entry.value().key.comment, "one");
  EXPECT_EQ(lines[1].number, 4U);
  EXPECT_FALSE(lines[1].entry);
  EXPECT_EQ(lines[2].number, 6U);
  EXPECT_EQ(lines[2].entry.value().key.comment, "two");
}

TEST(AuthorizedKeys, Principals) {
  const auto lines = parse_authorized_principals(
      "ann\n# bob\ncommand=\"a b\",no-pty carol\ncommand=\"a b\"\nnonsense dave\n", {});
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0].entry.value().name, "ann");
  EXPECT_EQ(lines[1].entry.value().name, "carol");
  EXPECT_EQ(lines[1].entry.value().options.command, "a b");
  EXPECT_FALSE(lines[1].entry.value().options.pty);
  EXPECT_FALSE(lines[2].entry);
  EXPECT_FALSE(lines[3].entry);
}

TEST(AuthorizedKeys, RevokedKeysAreAllReadOrNone) {
  EXPECT_EQ(parse_revoked_keys("# none\n").value().size(), 0U);
  EXPECT_EQ(parse_revoked_keys(kKey + "\n" + kKey + " x\n").value().size(), 2U);
  EXPECT_FALSE(parse_revoked_keys(kKey + "\nssh-ed25519 AAAA\n"));
  const auto krl = parse_revoked_keys(std::string("SSHKRL\n\0\0\0\0\1", 12));
  ASSERT_FALSE(krl);
  EXPECT_NE(krl.error().text.find("KRL"), std::string::npos);
}

TEST(KeyOptions, TheStricterOfTwo) {
  const auto a = options(
                     "no-pty,command=\"x\",expiry-time=\"20300101Z\",permitopen=\"a:1\","
                     "permitopen=\"*:2\",from=\"10.0.0.0/8\",no-touch-required")
                     .value();
  const auto b = options(
                     "no-user-rc,expiry-time=\"20290101Z\",permitopen=\"b:*\",verify-required,"
                     "from=\"*.1\"")
                     .value();
  const auto both = merge(a, b);
  ASSERT_TRUE(both);
  EXPECT_FALSE(both->pty || both->user_rc);
  EXPECT_TRUE(both->port_forwarding && both->require_user_presence);
  EXPECT_TRUE(both->require_user_verification);
  EXPECT_EQ(both->command, "x");
  EXPECT_EQ(both->expires, 1861920000);
  EXPECT_EQ(both->permit_open, (std::vector<HostPort>{{"b", std::uint16_t{2}}}));
  EXPECT_TRUE(check_place_and_time(*both, "", "10.0.0.1", 0));
  EXPECT_FALSE(check_place_and_time(*both, "", "10.0.0.2", 0));
  EXPECT_FALSE(check_place_and_time(*both, "", "11.0.0.1", 0));
  EXPECT_FALSE(merge(a, options("command=\"y\"").value()));
  EXPECT_TRUE(merge(a, options("command=\"x\"").value()));
  // Lists with nothing in common leave nothing, not everything.
  const auto nothing =
      merge(options("permitopen=\"a:1\"").value(), options("permitopen=\"b:1\"").value());
  EXPECT_FALSE(permits_open(nothing.value().permit_open, "a", 1));
}

TEST(KeyOptions, ExpiryIncludesItsSecond) {
  const auto o = options("expiry-time=\"20200101Z\"").value();
  EXPECT_TRUE(check_place_and_time(o, "", "1.2.3.4", 1577836800));
  EXPECT_FALSE(check_place_and_time(o, "", "1.2.3.4", 1577836801));
}

TEST(KeyOptions, Places) {
  const auto o = options(
                     "permitopen=\"Db.example:5432\",permitopen=\"*:80\",permitopen=\"d*:1\","
                     "permitlisten=\"*.example:80\",permitlisten=\"localhost:*\"")
                     .value();
  EXPECT_TRUE(permits_open(o.permit_open, "db.Example", 5432));
  EXPECT_FALSE(permits_open(o.permit_open, "db.example", 5433));
  EXPECT_TRUE(permits_open(o.permit_open, "anything", 80));
  EXPECT_FALSE(permits_open(o.permit_open, "db", 1));  // no pattern here
  EXPECT_TRUE(permits_listen(o.permit_listen, "a.example", 80));
  EXPECT_FALSE(permits_listen(o.permit_listen, "a.example", 81));
  EXPECT_TRUE(permits_listen(o.permit_listen, "localhost", 1));
  EXPECT_TRUE(permits_open(std::nullopt, "x", 1));
  EXPECT_FALSE(permits_open(std::vector<HostPort>{}, "x", 1));
  EXPECT_EQ(to_string(HostPort{"::1", std::nullopt}), "[::1]:*");
}

}  // namespace
}  // namespace ssh
