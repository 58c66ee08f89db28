// Who gets in, with real cryptography: what no client of other people's would ever send.
#include "bastion/login.hpp"

#include <gtest/gtest.h>

#include "ssh/libcrypto_provider.hpp"

namespace bastion {
namespace {

struct Scene {
  Config config;
  std::unique_ptr<ssh::SigningKey> key = *ssh::generate_private_key("ssh-ed25519", "");
  std::unique_ptr<ssh::SigningKey> other = *ssh::generate_private_key("ssh-ed25519", "");
  Log log{LogLevel::info, [] { return std::int64_t{0}; }};
  Login login{config, ssh::libcrypto_provider(), log, "192.0.2.1"};
  ssh::Bytes data = ssh::to_bytes("the session's id, and the request");

  Scene() {
    auto& user = config.users.emplace_back();
    user.name = "alice";
    user.keys.push_back({{}, {"ssh-ed25519", ssh::to_bytes(key->public_blob()), ""}});
  }

  ssh::AuthAnswer answer(std::string_view user, const ssh::SigningKey& claimed,
                         const ssh::Bytes& signature) {
    ssh::event::Authenticate wanted;
    wanted.user = user;
    wanted.request =
        ssh::PublicKeyRequest{"ssh-ed25519", claimed.public_blob(), ssh::ByteView(signature), data};
    return login.answer(wanted, 0);
  }
  ssh::Bytes sign(const ssh::SigningKey& by, std::string_view text) const {
    return *by.sign("ssh-ed25519", ssh::as_bytes(text));
  }
};

bool lets_in(const ssh::AuthAnswer& answer) {
  return std::holds_alternative<ssh::AuthSuccess>(answer);
}

TEST(BastionLogin, TheSignatureHasToBeRight) {
  Scene s;
  const auto right = *s.key->sign("ssh-ed25519", s.data);
  auto flipped = right;
  flipped.back() ^= 1U;
  EXPECT_FALSE(lets_in(s.answer("alice", *s.key, flipped)));
  EXPECT_FALSE(lets_in(s.answer("alice", *s.key, s.sign(*s.key, "something else"))));
  EXPECT_FALSE(lets_in(s.answer("alice", *s.key, *s.other->sign("ssh-ed25519", s.data))));
  EXPECT_FALSE(lets_in(s.answer("alice", *s.key, {})));
  EXPECT_FALSE(lets_in(s.answer("alice", *s.other, *s.other->sign("ssh-ed25519", s.data))));
  EXPECT_FALSE(s.login.identity());
  EXPECT_TRUE(lets_in(s.answer("alice", *s.key, right)));
  ASSERT_TRUE(s.login.identity());
  EXPECT_EQ(s.login.identity()->user->name, "alice");
}

TEST(BastionLogin, AnotherUsersNameDoesNotCount) {
  Scene s;
  const auto right = *s.key->sign("ssh-ed25519", s.data);
  EXPECT_FALSE(lets_in(s.answer("bob", *s.key, right)));
  EXPECT_FALSE(lets_in(s.answer("alice", *s.key, right))) << "RFC 4252 section 5";
}

}  // namespace
}  // namespace bastion
