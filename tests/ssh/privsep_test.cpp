// The table from control messages to the policy privsep, and what that policy refuses.
#include <gtest/gtest.h>

#include <set>

#include "monitor/privsep_table.hpp"

namespace ssh::host::monitor {
namespace {

using S = privsep::Statecall;

template <class Variant, std::size_t... I>
std::vector<Variant> one_of_each(std::index_sequence<I...>) {
  return {Variant(std::in_place_index<I>)...};
}

TEST(PrivsepTable, EveryStatecallIsSomeMessage) {
  std::set<S> seen;
  for (const Request& request :
       one_of_each<Request>(std::make_index_sequence<std::variant_size_v<Request>>())) {
    EXPECT_TRUE(seen.insert(statecall_of(request)).second) << request.index();
  }
  request::AuthPublicKey with_signature;
  with_signature.signature = Bytes{1};
  EXPECT_TRUE(seen.insert(statecall_of(Request(with_signature))).second);
  for (const Reply& reply :
       one_of_each<Reply>(std::make_index_sequence<std::variant_size_v<Reply>>())) {
    if (const auto statecall = statecall_of(reply)) {
      seen.insert(*statecall);
    }
  }
  for (const AuthAnswer& answer :
       one_of_each<AuthAnswer>(std::make_index_sequence<std::variant_size_v<AuthAnswer>>())) {
    seen.insert(*statecall_of(Reply(reply::Authentication{answer, {}, {}})));
  }
  EXPECT_EQ(seen.size(), privsep::Policy::statecall_count);
}

class PrivsepPolicy : public ::testing::Test {
 protected:
  bool says(std::initializer_list<S> statecalls) {
    for (const S statecall : statecalls) {
      if (spl::rt::is_refusal(policy.tick(statecall))) {
        return false;
      }
    }
    return true;
  }
  bool log_in() {
    return says({S::Receive_Privsep_SignExchange, S::Transmit_Privsep_Signature,
                 S::Receive_Privsep_AuthNone, S::Transmit_Privsep_AuthFailure,
                 S::Receive_Privsep_AuthPublicKeyQuery, S::Transmit_Privsep_AuthPublicKeyOk,
                 S::Receive_Privsep_AuthPublicKey, S::Transmit_Privsep_AuthSuccess});
  }
  privsep::Monitor policy;
};

TEST_F(PrivsepPolicy, AnOrdinarySession) {
  EXPECT_TRUE(log_in());
  EXPECT_TRUE(
      says({S::Receive_Privsep_StartProgram, S::Receive_Privsep_ConnectTcp,
            S::Transmit_Privsep_Program, S::Receive_Privsep_SignExchange,
            S::Transmit_Privsep_Connected, S::Transmit_Privsep_Signature,
            S::Transmit_Privsep_ProgramEnded, S::Receive_Privsep_Log, S::Receive_Privsep_Ended}));
}

TEST_F(PrivsepPolicy, NothingBeforeLogin) {
  EXPECT_FALSE(says({S::Receive_Privsep_AuthNone})) << "no keys yet";
  EXPECT_TRUE(says({S::Receive_Privsep_SignExchange, S::Transmit_Privsep_Signature}));
  for (const S wanted : {S::Receive_Privsep_StartProgram, S::Receive_Privsep_ConnectTcp,
                         S::Receive_Privsep_ListenTcp, S::Receive_Privsep_ForwardAgent}) {
    EXPECT_FALSE(says({wanted}));
  }
}

TEST_F(PrivsepPolicy, OneAttemptAtATimeAndNoneAfterSuccess) {
  EXPECT_TRUE(says({S::Receive_Privsep_SignExchange, S::Transmit_Privsep_Signature,
                    S::Receive_Privsep_AuthPassword}));
  EXPECT_FALSE(says({S::Receive_Privsep_AuthPassword}));
  EXPECT_TRUE(says({S::Transmit_Privsep_AuthSuccess}));
  EXPECT_FALSE(says({S::Receive_Privsep_AuthPassword}));
  EXPECT_FALSE(says({S::Transmit_Privsep_AuthSuccess}));
}

TEST_F(PrivsepPolicy, AQueryLetsNobodyIn) {
  EXPECT_TRUE(says({S::Receive_Privsep_SignExchange, S::Transmit_Privsep_Signature,
                    S::Receive_Privsep_AuthPublicKeyQuery}));
  EXPECT_FALSE(says({S::Transmit_Privsep_AuthSuccess}));
}

TEST_F(PrivsepPolicy, NothingAfterTheEnd) {
  EXPECT_TRUE(log_in());
  EXPECT_TRUE(says({S::Receive_Privsep_Ended}));
  EXPECT_FALSE(says({S::Receive_Privsep_StartProgram}));
  EXPECT_FALSE(says({S::Receive_Privsep_Log}));
  EXPECT_FALSE(says({S::Receive_Privsep_Ended}));
}

}  // namespace
}  // namespace ssh::host::monitor
