// The words of the TCP services' command line.
#include "app/options.hpp"

#include <gmock/gmock.h>

namespace xenrt::app {
namespace {

std::variant<Options, OptionError> parse(std::vector<std::string_view> words) {
  return parse_options(words);
}
std::string error_of(std::vector<std::string_view> words) {
  const auto result = parse(std::move(words));
  const auto* error = std::get_if<OptionError>(&result);
  return error == nullptr ? "" : error->message + " | " + error->hint;
}

TEST(Options, AreTaken) {
  const auto result =
      parse({"ip=10.0.2.20/24", "gw=10.0.2.2", "ip6=2001:db8::20/64", "echo=4007", "chargen=off",
             "memory=8M", "call=[2001:db8::2]:70", "noslaac", "dns=10.0.2.3"});
  const auto* o = std::get_if<Options>(&result);
  ASSERT_NE(o, nullptr);
  EXPECT_EQ(to_string(o->net.ipv4->address), "10.0.2.20");
  EXPECT_EQ(o->net.ipv4->prefix, 24);
  EXPECT_EQ(to_string(o->net.ipv6->address), "2001:db8::20");
  EXPECT_EQ(o->echo, 4007);
  EXPECT_EQ(o->discard, 9);
  EXPECT_EQ(o->chargen, 0);
  EXPECT_EQ(o->net.memory, std::size_t{8} << 20U);
  EXPECT_EQ(o->call->host, "2001:db8::2");
  EXPECT_EQ(o->call->port, 70);
  EXPECT_EQ(o->net.dns.size(), 1U);
  EXPECT_FALSE(o->net.slaac);
}

TEST(Options, AreRefusedWithAReason) {
  using testing::HasSubstr;
  for (const auto* word :
       {"ip=10.0.2.20", "ip=10.0.2/24", "ip=10.0.2.20/33", "ip=2001:db8::1/64", "ip=010.0.2.20/24",
        "gw=", "echo=0", "echo=65536", "echo=x", "memory=1K", "call=10.0.0.1",
        "call=2001:db8::2:70", "call=10.0.0.1:0", "call=:7", "call=[x]:7", "dns=x", "hostname="}) {
    EXPECT_THAT(error_of({word}), HasSubstr("'" + std::string(word) + "'")) << word;
  }
  EXPECT_THAT(error_of({"ecko=7"}), HasSubstr("echo=PORT"));
  EXPECT_THAT(error_of({"dhcp", "ip=10.0.2.20/24"}), HasSubstr("both"));
  EXPECT_THAT(error_of({"ip=10.0.2.20/24", "echo=80"}), HasSubstr("two services"));
  EXPECT_THAT(error_of({"noslaac"}), HasSubstr("no way to an address"));
}

TEST(Addresses, AreWrittenAsTheyShould) {
  for (const auto* text :
       {"::", "::1", "2001:db8::1", "1:2:3:4:5:6:7:8", "1:0:2::3", "0.0.0.0", "255.255.255.255"}) {
    const auto address = IpAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(to_string(*address), text);
  }
  EXPECT_EQ(to_string(*IpAddress::parse("2001:0DB8:0:0:0:0:0:1")), "2001:db8::1");
  EXPECT_EQ(to_string(*IpAddress::parse("::ffff:10.0.0.1")), "::ffff:a00:1");
  for (const auto* text :
       {"", ":", ":::", "1::2::3", "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1.2.3",
        "1.2.3.4.5", "256.1.1.1", "1:2:3:4:5:6:7:"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
}

}  // namespace
}  // namespace xenrt::app
