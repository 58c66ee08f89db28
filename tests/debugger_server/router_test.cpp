// Addresses and tokens.
#include <gtest/gtest.h>
#include <unistd.h>

#include <set>
#include <stdexcept>
#include <system_error>

#include "spl/debug/server.hpp"

namespace spl::debug {
namespace {

TEST(Token, IsLongAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const auto token = make_token();
    EXPECT_EQ(token.size(), 32U);
    EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789-_"),
              token.npos);
    EXPECT_TRUE(seen.insert(token).second);
  }
}

TEST(Listening, SaysWhichPortItGot) {
  const auto listening = listen_on("127.0.0.1:0");
  EXPECT_TRUE(listening.address.starts_with("127.0.0.1:"));
  EXPECT_NE(listening.address, "127.0.0.1:0");
  EXPECT_THROW((void)listen_on(listening.address), std::system_error);  // taken
  ::close(listening.socket);
  EXPECT_EQ(page_url("[::1]:80", "abc"), "http://[::1]:80/abc/");
}

TEST(Listening, OnlyOnTheLoopbackUnlessForced) {
  EXPECT_THROW((void)listen_on("0.0.0.0:0"), std::invalid_argument);
  EXPECT_THROW((void)listen_on("[::]:0"), std::invalid_argument);
  EXPECT_THROW((void)listen_on("192.0.2.1:0"), std::invalid_argument);
  const auto listening = listen_on("0.0.0.0:0", true);
  EXPECT_TRUE(listening.address.starts_with("0.0.0.0:"));
  ::close(listening.socket);
}

TEST(Listening, RefusesWhatIsNoAddress) {
  for (const char* text :
       {"", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:80x",
        "localhost:80", "::1:80", "[::1:80", "[]:80", "1.2.3:1", "127.0.0.1 :80"}) {
    EXPECT_THROW((void)listen_on(text), std::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace spl::debug
