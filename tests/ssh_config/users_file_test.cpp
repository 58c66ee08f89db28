// The file of users and hashes: hashes made by libcrypt, files that are wrong, and unknown users.
#include "host/config/users_file.hpp"

#include <crypt.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace ssh::config {
namespace {

std::string hash(const char* password, const char* prefix, unsigned long cost) {
  char setting[CRYPT_GENSALT_OUTPUT_SIZE];
  EXPECT_NE(crypt_gensalt_rn(prefix, cost, nullptr, 0, setting, sizeof setting), nullptr);
  crypt_data data{};
  return crypt_r(password, setting, &data);
}

std::string yescrypt(const char* password) {
  return hash(password, "$y$", 1);
}

UsersFile file(const std::string& text) {
  const auto parsed = UsersFile::parse(text, 0600, true);
  EXPECT_TRUE(parsed) << parsed.error().text;
  return parsed.value();
}

TEST(UsersFile, LetsInWhoKnowsThePassword) {
  const auto users =
      file("# users\n\nann:" + yescrypt("secret") + "\nbob:" + hash("other", "$6$", 1000) +
           "\r\ncarol:" + hash("third", "$2b$", 4));
  EXPECT_EQ(users.size(), 3U);
  EXPECT_TRUE(users.verify("ann", "secret"));
  EXPECT_TRUE(users.verify("bob", "other"));
  EXPECT_TRUE(users.verify("carol", "third"));
  for (const auto* wrong : {"", "secre", "secret ", "Secret", "other"}) {
    EXPECT_FALSE(users.verify("ann", wrong)) << wrong;
  }
  // The first user's password is nobody else's, though her hash is computed for them.
  EXPECT_FALSE(users.verify("eve", "secret"));
  EXPECT_FALSE(users.verify("", "secret"));
  EXPECT_FALSE(users.verify("ann:", "secret"));
  EXPECT_TRUE(users.contains("ann"));
  EXPECT_FALSE(users.contains("eve"));
}

TEST(UsersFile, PasswordsThatLibcryptWouldCut) {
  const auto users = file("ann:" + yescrypt("secret") + "\nempty:" + yescrypt(""));
  EXPECT_FALSE(users.verify("ann", std::string("secret\0more", 11)));
  EXPECT_FALSE(users.verify("empty", std::string("\0", 1)));
  EXPECT_FALSE(users.verify("empty", std::string(100'000, 'x')));
  EXPECT_TRUE(users.verify("empty", ""));
}

TEST(UsersFile, WhatIsNoSuchFile) {
  const std::string good = yescrypt("x");
  for (const std::string& bad :
       {std::string("ann"), std::string("ann:"), ":" + good, "a b:" + good, std::string("ann:*"),
        std::string("ann:!"), std::string("ann:x"),
        std::string("ann:$1$salt$aaaaaaaaaaaaaaaaaaaaaa"), std::string("ann:$y$"),
        "ann:" + good + ":more", "ann:" + good + " ", "ann:" + good + "\nann:" + good,
        "ann:" + std::string(1000, 'x')}) {
    const auto parsed = UsersFile::parse(bad, 0600, true);
    EXPECT_FALSE(parsed) << bad;
  }
  const auto parsed = UsersFile::parse("ann:" + good + "\nbob:plain\n", 0600, true);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().text, "line 2: no hash as `mkpasswd -m yescrypt` prints it");
}

TEST(UsersFile, ModesOfTheFile) {
  for (const unsigned mode : {0604U, 0602U, 0601U, 0620U, 0666U}) {
    EXPECT_FALSE(UsersFile::parse("", mode, true)) << mode;
    EXPECT_TRUE(UsersFile::parse("", mode, false)) << mode;
  }
  for (const unsigned mode : {0600U, 0400U, 0640U}) {
    EXPECT_TRUE(UsersFile::parse("", 0100000U | mode, true)) << mode;
  }
}

double seconds_of(const UsersFile& users, const char* name) {
  std::vector<double> times;
  for (int i = 0; i < 5; ++i) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_FALSE(users.verify(name, "wrong"));
    times.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return *std::min_element(times.begin(), times.end());
}

TEST(UsersFile, UnknownUsersTakeAsLong) {
  const auto users = file("ann:" + hash("secret", "$y$", 3));
  const double known = seconds_of(users, "ann");
  const double unknown = seconds_of(users, "eve");
  EXPECT_GT(known, 0.001);
  EXPECT_LT(unknown, 1.5 * known);
  EXPECT_GT(unknown, known / 1.5);
  // So does a file without users.
  const auto nobody = file("");
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(nobody.verify("eve", ""));
  EXPECT_GT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(1));
}

}  // namespace
}  // namespace ssh::config
