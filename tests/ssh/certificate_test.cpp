// Certificates that ssh-keygen has made: whom they let in, when, and what is refused. Signatures
// are verified by libcrypto.
#include "ssh/certificate.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "ssh/libcrypto_provider.hpp"
#include "wire/base64.hpp"
#include "wire/writer.hpp"

namespace ssh {
namespace {

namespace fs = std::filesystem;

/// A directory of keys, and ssh-keygen in it.
class Certificates : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    char name[] = "/tmp/certificates.XXXXXX";
    directory_ = mkdtemp(name);
    for (const auto* key : {"ca ed25519", "ca2 ed25519", "ca_ecdsa ecdsa", "ca_rsa rsa",
                            "user ed25519", "ecdsa ecdsa", "rsa rsa"}) {
      const std::string words = key;
      const auto blank = words.find(' ');
      keygen("-q -N '' -C '' -t " + words.substr(blank) + " -f " + words.substr(0, blank));
    }
  }
  static void TearDownTestSuite() { fs::remove_all(directory_); }

  static void keygen(const std::string& arguments) {
    const std::string command = "cd " + directory_ + " && ssh-keygen " + arguments + " 2>&1";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
  static Bytes blob_of(const std::string& file) {
    std::ifstream in(directory_ + "/" + file);
    std::string type;
    std::string text;
    in >> type >> text;
    return wire::from_base64(text).value();
  }
  /// The blob of a certificate over KEY by CA, made with those options.
  static Bytes make(const std::string& options, const std::string& ca = "ca",
                    const std::string& key = "user") {
    keygen("-q -s " + ca + " -I 'an id' " + options + " " + key + ".pub");
    return blob_of(key + "-cert.pub");
  }

  static const std::vector<std::string>& algorithms() {
    static const std::vector<std::string> all = {"ssh-ed25519", "ecdsa-sha2-nistp256",
                                                 "rsa-sha2-256", "rsa-sha2-512"};
    return all;
  }
  static Result<VerifiedCertificate> verified(const Bytes& blob) {
    auto certificate = parse_certificate(blob);
    if (!certificate) return tl::unexpected<Error>(certificate.error());
    return VerifiedCertificate::verify(std::move(*certificate), libcrypto_provider(), algorithms());
  }
  static Result<KeyOptions> checked(const Bytes& blob, const KeyOptions* line = nullptr,
                                    std::string_view address = "10.0.0.1",
                                    std::int64_t now = 1600000000) {
    const auto certificate = verified(blob);
    if (!certificate) return tl::unexpected<Error>(certificate.error());
    const std::vector<std::string> principals = {"ann"};
    return check(*certificate, {principals, line, "", address, now});
  }
  static std::string refusal(const Result<KeyOptions>& result) {
    return result ? "accepted" : result.error().text;
  }

  static inline std::string directory_;
};

TEST_F(Certificates, EveryFieldIsRead) {
  const auto blob = make(
      "-n ann,bob -z 77 -V 20200101000000Z:20210101000000Z "
      "-O force-command=date -O source-address=10.0.0.0/8");
  const auto certificate = parse_certificate(blob);
  ASSERT_TRUE(certificate) << certificate.error().text;
  EXPECT_EQ(certificate->type, "ssh-ed25519-cert-v01@openssh.com");
  EXPECT_EQ(certificate->public_key, blob_of("user.pub"));
  EXPECT_EQ(certificate->serial, 77U);
  EXPECT_EQ(certificate->kind, Certificate::Kind::user);
  EXPECT_EQ(certificate->key_id, "an id");
  EXPECT_EQ(certificate->principals, (std::vector<std::string>{"ann", "bob"}));
  EXPECT_EQ(certificate->valid_after, 1577836800U);
  EXPECT_EQ(certificate->valid_before, 1609459200U);
  ASSERT_EQ(certificate->critical_options.size(), 2U);
  EXPECT_EQ(certificate->critical_options[0].first, "force-command");
  EXPECT_EQ(certificate->extensions.size(), 5U);
  EXPECT_EQ(certificate->signature_key, blob_of("ca.pub"));
  EXPECT_EQ(certificate->signature_algorithm, "ssh-ed25519");
}

TEST_F(Certificates, OfEveryKindByEveryKind) {
  for (const auto* key : {"user", "ecdsa", "rsa"}) {
    for (const auto* ca : {"ca", "ca_ecdsa", "ca_rsa"}) {
      const auto options = checked(make("-n ann", ca, key));
      EXPECT_TRUE(options) << key << " by " << ca << ": " << refusal(options);
    }
  }
}

TEST_F(Certificates, ExtensionsAllow) {
  const auto all = checked(make("-n ann"));
  ASSERT_TRUE(all) << all.error().text;
  EXPECT_TRUE(all->pty && all->port_forwarding && all->agent_forwarding && all->x11_forwarding &&
              all->user_rc);
  EXPECT_TRUE(all->require_user_presence);
  const auto none = checked(make("-n ann -O clear"));
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->pty || none->port_forwarding || none->agent_forwarding ||
               none->x11_forwarding || none->user_rc);
  const auto some = checked(make("-n ann -O clear -O permit-pty -O no-touch-required"));
  ASSERT_TRUE(some);
  EXPECT_TRUE(some->pty);
  EXPECT_FALSE(some->port_forwarding || some->require_user_presence);
  // An extension of somebody's own is let be.
  EXPECT_TRUE(checked(make("-n ann -O extension:x@example.com=1")));
}

TEST_F(Certificates, CriticalOptionsRestrict) {
  const auto blob = make(
      "-n ann -O force-command=date -O source-address=10.0.0.0/8,::1 "
      "-O verify-required");
  const auto options = checked(blob);
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->command, "date");
  EXPECT_TRUE(options->require_user_verification);
  EXPECT_TRUE(checked(blob, nullptr, "::1"));
  EXPECT_EQ(refusal(checked(blob, nullptr, "11.0.0.1")),
            "the certificate may not be used from 11.0.0.1");
  EXPECT_FALSE(checked(blob, nullptr, "UNKNOWN"));
  EXPECT_EQ(refusal(checked(make("-n ann -O critical:x@example.com=1"))),
            "the certificate has a critical option that is not known here");
}

TEST_F(Certificates, TimeHasAnEndAndABeginning) {
  const auto blob = make("-n ann -V 20200101000000Z:20210101000000Z");
  const auto at = [&](std::int64_t now) { return refusal(checked(blob, nullptr, "::1", now)); };
  EXPECT_EQ(at(1577836799), "the certificate is not valid yet");
  EXPECT_EQ(at(1577836800), "accepted");
  EXPECT_EQ(at(1609459199), "accepted");
  EXPECT_EQ(at(1609459200), "the certificate has expired");
  EXPECT_EQ(at(-1), "the time is before 1970");
}

TEST_F(Certificates, WhoIsNotMeant) {
  EXPECT_EQ(refusal(checked(make("-n bob,annie"))), "the certificate is for other principals");
  EXPECT_EQ(refusal(checked(make(""))), "the certificate names no principals");
  EXPECT_EQ(refusal(checked(make("-h -n ann"))), "the certificate is a host's, not a user's");
}

TEST_F(Certificates, TheLineOfTheCaRestrictsToo) {
  const auto blob = make("-n ann,staff -O force-command=date");
  const auto with = [&](const char* text) {
    const auto line = parse_key_options(text, {}).value();
    return checked(blob, &line);
  };
  EXPECT_FALSE(with("cert-authority,no-pty").value().pty);
  EXPECT_FALSE(with("cert-authority").value().cert_authority);
  EXPECT_TRUE(with("cert-authority,command=\"date\""));
  EXPECT_FALSE(with("cert-authority,command=\"other\""));
  EXPECT_FALSE(with("cert-authority,from=\"11.0.0.0/8\""));
  EXPECT_FALSE(with("cert-authority,expiry-time=\"20200101Z\""));
  EXPECT_TRUE(with("cert-authority,principals=\"staff\""));
  EXPECT_FALSE(with("cert-authority,principals=\"other\""));
  EXPECT_TRUE(with("cert-authority,no-touch-required").value().require_user_presence);
}

TEST_F(Certificates, AlgorithmsOfTheCaAreChosen) {
  const std::vector<std::string> ecdsa_only = {"ecdsa-sha2-nistp256"};
  const auto refused = VerifiedCertificate::verify(parse_certificate(make("-n ann")).value(),
                                                   libcrypto_provider(), ecdsa_only);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text, "certificates signed by ssh-ed25519 are not accepted");
}

// SHA-1 is not, whoever is asked.
TEST_F(Certificates, RsaWithSha1IsRefused) {
  const auto certificate = parse_certificate(make("-n ann -t ssh-rsa", "ca_rsa"));
  ASSERT_FALSE(certificate);
  EXPECT_EQ(certificate.error().text,
            "the key of the CA does not sign by the algorithm of the signature");
  EXPECT_TRUE(checked(make("-n ann -t rsa-sha2-256", "ca_rsa")));
}

TEST_F(Certificates, AnotherCasSignatureIsWrong) {
  const auto blob = make("-n ann");
  const auto other = parse_certificate(make("-n ann", "ca2")).value();
  auto certificate = parse_certificate(blob).value();
  certificate.signature = other.signature;
  const auto refused = VerifiedCertificate::verify(certificate, libcrypto_provider(), algorithms());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text, "the signature of the certificate is wrong");
}

// A certificate cannot sign another one, and none of its parts may be cut off or added.
TEST_F(Certificates, OfCertificatesAndCutShort) {
  const auto blob = make("-n ann -O force-command=date");
  for (std::size_t size = 0; size < blob.size(); ++size) {
    EXPECT_FALSE(parse_certificate(ByteView(blob).first(size))) << size;
  }
  Bytes longer = blob;
  longer.push_back(0);
  EXPECT_FALSE(parse_certificate(longer));
  // The CA's key replaced by a certificate.
  const auto ca = blob_of("ca.pub");
  const auto at = std::search(blob.begin(), blob.end(), ca.begin(), ca.end()) - blob.begin();
  Bytes nested(blob.begin(), blob.begin() + at - 4);
  wire::Writer writer(nested);
  writer.string(blob).raw(ByteView(blob).subspan(static_cast<std::size_t>(at) + ca.size()));
  const auto refused = parse_certificate(nested);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text, "key of the CA: no public key of a known type");
}

TEST_F(Certificates, NoByteCanBeChanged) {
  const auto blob = make("-n ann,bob -O force-command=date -O source-address=10.0.0.0/8");
  ASSERT_TRUE(checked(blob));
  for (std::size_t i = 0; i < blob.size(); ++i) {
    for (const int flip : {0x01, 0x80, 0xFF}) {
      Bytes changed = blob;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
      EXPECT_FALSE(checked(changed)) << "byte " << i;
    }
  }
}

/// A certificate for an sk key, put together by hand: there is no authenticator here.
Bytes by_hand(std::string_view type, int fields) {
  Bytes blob;
  wire::Writer writer(blob);
  writer.string(type).string("nonce");
  Bytes point(65, 4);
  if (fields == 3) writer.string("nistp256").string(point);
  if (fields == 2) writer.string(Bytes(32, 7));
  writer.string("ssh:");
  writer.u64(1).u32(1).string("id").string(ByteView{}).u64(0).u64(9).string(ByteView{});
  writer.string(ByteView{}).string(ByteView{});
  Bytes ca;
  wire::Writer(ca).string("ssh-ed25519").string(Bytes(32, 9));
  Bytes signature;
  wire::Writer(signature).string("ssh-ed25519").string(Bytes(64, 1));
  writer.string(ca).string(signature);
  return blob;
}

TEST(Certificate, SecurityKeys) {
  const auto ed25519 = parse_certificate(by_hand("sk-ssh-ed25519-cert-v01@openssh.com", 2));
  ASSERT_TRUE(ed25519) << ed25519.error().text;
  EXPECT_EQ(check_public_key(ed25519->public_key), "sk-ssh-ed25519@openssh.com");
  const auto ecdsa = parse_certificate(by_hand("sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", 3));
  ASSERT_TRUE(ecdsa) << ecdsa.error().text;
  EXPECT_EQ(check_public_key(ecdsa->public_key), "sk-ecdsa-sha2-nistp256@openssh.com");
  EXPECT_FALSE(parse_certificate(by_hand("ssh-dss-cert-v01@openssh.com", 2)));
}

TEST(Certificate, NamesOfAlgorithms) {
  EXPECT_EQ(algorithm_of_certificate("rsa-sha2-256-cert-v01@openssh.com"), "rsa-sha2-256");
  EXPECT_EQ(algorithm_of_certificate("sk-ssh-ed25519-cert-v01@openssh.com"),
            "sk-ssh-ed25519@openssh.com");
  EXPECT_FALSE(algorithm_of_certificate("ssh-rsa-cert-v01@openssh.com"));
  EXPECT_FALSE(algorithm_of_certificate("ssh-ed25519"));
  EXPECT_EQ(certificate_algorithm("rsa-sha2-512"), "rsa-sha2-512-cert-v01@openssh.com");
  EXPECT_FALSE(certificate_algorithm("ssh-rsa"));
  EXPECT_TRUE(algorithm_fits_certificate("rsa-sha2-256-cert-v01@openssh.com",
                                         "ssh-rsa-cert-v01@openssh.com"));
  EXPECT_FALSE(algorithm_fits_certificate("rsa-sha2-256", "ssh-rsa-cert-v01@openssh.com"));
  EXPECT_FALSE(algorithm_fits_certificate("ssh-ed25519-cert-v01@openssh.com",
                                          "ssh-rsa-cert-v01@openssh.com"));
}

}  // namespace
}  // namespace ssh
