// The configuration's language: what it says, and what is said of mistakes.
#include "bastion/config.hpp"

#include <gmock/gmock.h>

#include <random>

#include "ssh/libcrypto_provider.hpp"

namespace bastion {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Keys {
  std::string host, user;
  Keys() {
    const auto private_key = ssh::generate_private_key("ssh-ed25519", "host");
    host = "host-key\n" + ssh::write_private_key(**private_key);
    user = ssh::write_public_key(**ssh::generate_private_key("ssh-ed25519", "someone"));
  }
};
const Keys& keys() {
  static const Keys all;
  return all;
}

std::string whole(const std::string& settings, const std::string& in_user = "") {
  return settings + keys().host + "user alice\n  key " + keys().user + in_user;
}

std::vector<std::string> mistakes(const std::string& text) {
  std::vector<std::string> all;
  const auto parsed = parse_config(text);
  EXPECT_EQ(parsed.config == nullptr, !parsed.mistakes.empty());
  for (const auto& mistake : parsed.mistakes) all.push_back(to_string(mistake));
  return all;
}

TEST(BastionConfig, SaysWhatItSays) {
  const auto parsed = parse_config(
      whole("# a comment\r\nhostname gate\naddress 10.0.2.20/24\n gateway\t10.0.2.2 \ndns 10.0.2.3 "
            "10.0.2.4\nlisten 2222\nbanner Go\nbanner away\nlogin-grace 1m\nidle-timeout 1h\n"
            "max-auth-tries 3\nmax-connections 50\nmax-startups 5:50:10\nwindow 64K\n"
            "network-memory 8M\nsyslog udp 10.0.2.3:514\nsyslog tcp [2001:db8::3]:601\n"
            "log-level debug\nslaac no\n",
            "  jump 10.0.0.0/8:22 *.internal:22,8000-8010 [2001:db8::]/32:*\n  console yes\n"
            "  listen-for 9000\n  principal ops team\n"));
  ASSERT_TRUE(parsed.config) << to_string(parsed.mistakes.front());
  const auto& c = *parsed.config;
  EXPECT_EQ(c.net.hostname, "gate");
  EXPECT_EQ(c.net.ipv4->prefix, 24);
  EXPECT_EQ(to_string(*c.net.gateway), "10.0.2.2");
  EXPECT_EQ(c.net.dns.size(), 2U);
  EXPECT_FALSE(c.net.slaac);
  EXPECT_EQ(c.port, 2222);
  EXPECT_EQ(c.banner, "Go\r\naway\r\n");
  EXPECT_EQ(c.login_grace.count(), 60);
  EXPECT_EQ(c.idle_timeout.count(), 3600);
  EXPECT_EQ(c.startups.begin, 5U);
  EXPECT_EQ(c.startups.full, 10U);
  EXPECT_EQ(c.window, 65536U);
  EXPECT_EQ(c.net.memory, std::size_t{8} << 20U);
  ASSERT_EQ(c.remote_logs.size(), 2U);
  EXPECT_TRUE(c.remote_logs[1].tcp);
  EXPECT_EQ(to_string(c.remote_logs[1].to), "[2001:db8::3]:601");
  ASSERT_EQ(c.users.size(), 1U);
  const auto& user = c.users[0];
  EXPECT_EQ(user.keys.size(), 1U);
  EXPECT_TRUE(user.console);
  EXPECT_THAT(user.principals, ElementsAre("ops", "team"));
  EXPECT_TRUE(contains(user.listens, 9000));
  EXPECT_FALSE(contains(user.listens, 9001));
}

TEST(BastionConfig, EveryMistakeHasItsLine) {
  EXPECT_THAT(mistakes(whole("listen 0\nnonsense\nhostname a b\nwindow 1\nlogin-grace 2d\n")),
              ElementsAre(HasSubstr("line 1: listen: '0' is no number from 1 to 65535"),
                          HasSubstr("line 2: 'nonsense' is no keyword"),
                          HasSubstr("line 3: as in: hostname NAME"), HasSubstr("line 4: window: "),
                          HasSubstr("line 5: login-grace: '2d' is no time")));
  EXPECT_THAT(mistakes(whole("jump 10.0.0.1:22\n")),
              ElementsAre(HasSubstr("line 1: jump belongs to a user")));
  EXPECT_THAT(mistakes(whole("hostnam x\n")), ElementsAre(HasSubstr("do you mean hostname?")));
  EXPECT_THAT(mistakes(whole("", "user alice\n")), ElementsAre(HasSubstr("is there already")));
  EXPECT_THAT(mistakes(whole("login-grace 0\n")), ElementsAre(HasSubstr("must not be 0")));
}

TEST(BastionConfig, WhatIsMissing) {
  EXPECT_THAT(mistakes(""), ElementsAre(HasSubstr("no host key"), HasSubstr("no users")));
  EXPECT_THAT(mistakes(keys().host + "user bob\n"), ElementsAre(HasSubstr("user bob has no key")));
  EXPECT_THAT(mistakes(whole("dhcp yes\naddress 10.0.0.1/8\n")),
              ElementsAre(HasSubstr("both given")));
  EXPECT_THAT(mistakes(whole("slaac no\n")), ElementsAre(HasSubstr("no way to an address")));
}

TEST(BastionConfig, HostKeysThatAreNone) {
  EXPECT_THAT(mistakes("host-key\nlisten 22\n"),
              testing::Contains(HasSubstr("below it there must")));
  EXPECT_THAT(mistakes("host-key\n-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n"),
              testing::Contains(HasSubstr("does not end with")));
  EXPECT_THAT(mistakes("host-key\n-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n"
                       "-----END OPENSSH PRIVATE KEY-----\n"),
              testing::Contains(HasSubstr("line 1: host-key: ")));
  EXPECT_THAT(mistakes(keys().host.substr(9)),
              testing::Contains(HasSubstr("a private key stands below 'host-key'")));
}

TEST(BastionConfig, UsersKeys) {
  EXPECT_THAT(mistakes(whole("", "  key command=\"date\" " + keys().user)),
              ElementsAre(HasSubstr("there are no programs")));
  EXPECT_THAT(mistakes(whole("", "  key ssh-ed25519 AAAA\n")), ElementsAre(HasSubstr("key: ")));
  EXPECT_THAT(mistakes(whole("", "  key nonsense\n")), ElementsAre(HasSubstr("as in: key")));
}

// Whatever is cut off, doubled or changed: a configuration, or mistakes with lines that are there.
TEST(BastionConfig, AnyChangeIsOneOrTheOther) {
  const std::string good = whole("hostname gate\naddress 10.0.2.20/24\nmax-startups 5:50:10\n",
                                 "  jump 10.0.0.0/8:22 *.internal:22,8000-8010\n  listen-for *\n");
  std::mt19937 random(1);
  for (int i = 0; i < 3000; ++i) {
    auto text = good;
    const auto at = random() % text.size();
    switch (i % 3) {
      case 0:
        text.resize(at);
        break;
      case 1:
        text[at] = static_cast<char>(random());
        break;
      default:
        text.insert(at, text.substr(random() % text.size(), random() % 100));
    }
    const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
    for (const auto& mistake : parse_config(text).mistakes) EXPECT_LE(mistake.line, lines);
  }
}

TEST(BastionConfig, HelpHasEveryKeyword) {
  const auto help = keyword_help();
  for (const auto* name : {"hostname", "host-key", "user NAME", "listen-for", "jump", "syslog"}) {
    EXPECT_THAT(help, HasSubstr(name));
  }
}

using Verdict = Destinations::Verdict;

Destinations destinations(std::initializer_list<std::string_view> all) {
  Destinations result;
  for (const auto text : all) {
    auto parsed = parse_destination(text);
    EXPECT_TRUE(parsed) << text;
    if (parsed) result.add(std::move(*parsed));
  }
  return result;
}

TEST(BastionDestinations, Judges) {
  const auto some = destinations({"10.0.0.0/8:22", "*.internal:22,8000-8010", "[2001:db8::]/32:*"});
  EXPECT_EQ(some.judge("10.1.2.3", 22), Verdict::allowed);
  EXPECT_EQ(some.judge("::ffff:10.1.2.3", 22), Verdict::allowed);
  EXPECT_EQ(some.judge("10.1.2.3", 23), Verdict::refused);
  EXPECT_EQ(some.judge("11.1.2.3", 22), Verdict::refused);
  EXPECT_EQ(some.judge("2001:db8:1::", 1), Verdict::allowed);
  EXPECT_EQ(some.judge("A.Internal", 8005), Verdict::allowed);
  EXPECT_EQ(some.judge("a.external", 22), Verdict::depends_on_address);
  EXPECT_EQ(some.judge("a.external", 23), Verdict::depends_on_address);  // 2001:db8::/32 has it
  const auto names = destinations({"*.internal:22"});
  EXPECT_EQ(names.judge("a.external", 22), Verdict::refused);
  EXPECT_EQ(names.judge("10.0.0.1", 22), Verdict::refused) << "a name's pattern is no address's";
  EXPECT_EQ(destinations({}).judge("x", 22), Verdict::refused);
  EXPECT_TRUE(some.allows_address(*ssh::parse_address("10.0.0.1"), 22));
  EXPECT_FALSE(some.allows_address(*ssh::parse_address("12.0.0.1"), 22));
}

TEST(BastionDestinations, PatternsForNamesSayNothingOfAddresses) {
  const auto all = destinations({"*:22"});
  EXPECT_EQ(all.judge("any.name", 22), Verdict::allowed);
  EXPECT_EQ(all.judge("10.0.0.1", 22), Verdict::refused);
}

TEST(BastionDestinations, WhatIsNone) {
  for (const auto* text : {"", ":22", "10.0.0.1", "10.0.0.1:", "10.0.0.1:0", "10.0.0.1:70000",
                           "10.0.0.1:30-20", "10.0.0.0/33:22", "10.0.0.1/8:22", "2001:db8::1:22",
                           "[2001:db8::1:22", "[x]:22", "[10.0.0.1", "name/8:22", "a:22,"}) {
    EXPECT_FALSE(parse_destination(text)) << text;
  }
}

}  // namespace
}  // namespace bastion
