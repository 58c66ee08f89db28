// Keys and signatures, with ssh-keygen on the other side.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "hex.hpp"
#include "ssh/libcrypto_provider.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace ssh {
namespace {

using test::to_hex;
using testing::HasSubstr;

const CryptoProvider& provider = libcrypto_provider();

constexpr std::array<std::string_view, 5> kTypes{
    "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"};

// A directory of its own, gone at the end.
class Directory {
 public:
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "ssh-keys-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      std::perror("mkdtemp");
      std::abort();
    }
    path_ = name;
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() { std::filesystem::remove_all(path_); }

  std::string operator/(const char* name) const { return path_ + "/" + name; }
  std::string read(const char* name) const {
    std::ifstream file(path_ + "/" + name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  void write(const char* name, std::string_view text) const {
    std::ofstream(path_ + "/" + name) << text;
    chmod((path_ + "/" + name).c_str(), 0600);
  }

 private:
  std::string path_;
};

struct Output {
  int status;
  std::string text;
};

Output run(const std::string& command) {
  Output output{-1, {}};
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer;
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    output.text.append(buffer.data(), n);
  }
  output.status = pclose(pipe);
  return output;
}

struct KeygenArguments {
  const char* name;
  const char* arguments;
};
constexpr std::array<KeygenArguments, 5> kKeygen{{{"ssh-ed25519", "-t ed25519"},
                                                  {"ecdsa-sha2-nistp256", "-t ecdsa -b 256"},
                                                  {"ecdsa-sha2-nistp384", "-t ecdsa -b 384"},
                                                  {"ecdsa-sha2-nistp521", "-t ecdsa -b 521"},
                                                  {"ssh-rsa", "-t rsa -b 2048"}}};

// One key of each type, made once: RSA takes its time.
const SigningKey& key_of(std::string_view type) {
  static std::vector<std::unique_ptr<SigningKey>> keys;
  for (const auto& key : keys) {
    if (key->type() == type) {
      return *key;
    }
  }
  keys.push_back(generate_private_key(type, "somebody@somewhere").value());
  return *keys.back();
}

TEST(Keys, OfSshKeygenAreRead) {
  for (const auto& [type, arguments] : kKeygen) {
    SCOPED_TRACE(arguments);
    const Directory directory;
    const auto made = run("ssh-keygen -q -N '' -C 'a comment' " + std::string(arguments) + " -f " +
                          (directory / "key"));
    ASSERT_EQ(made.status, 0) << made.text;
    const std::string file = directory.read("key");
    const auto key = read_private_key(file);
    ASSERT_TRUE(key) << key.error().text;
    EXPECT_EQ((*key)->type(), type);
    EXPECT_EQ((*key)->comment(), "a comment");
    EXPECT_EQ(write_public_key(**key), directory.read("key.pub"));
    EXPECT_THAT(run("ssh-keygen -l -f " + (directory / "key.pub")).text,
                HasSubstr(" " + fingerprint((*key)->public_blob()) + " "));
    // What we write of it differs in the check numbers only, so in size not at all.
    const std::string again = write_private_key(**key);
    EXPECT_EQ(again.size(), file.size());
    const auto reread = read_private_key(again);
    ASSERT_TRUE(reread) << reread.error().text;
    EXPECT_EQ(to_hex((*reread)->public_blob()), to_hex((*key)->public_blob()));
  }
}

TEST(Keys, OfOursAreReadBySshKeygen) {
  for (const std::string_view type : kTypes) {
    SCOPED_TRACE(type);
    const SigningKey& key = key_of(type);
    EXPECT_EQ(key.type(), type);
    const Directory directory;
    directory.write("key", write_private_key(key));
    const auto shown = run("ssh-keygen -y -f " + (directory / "key"));
    EXPECT_EQ(shown.status, 0);
    EXPECT_EQ(shown.text, write_public_key(key));
  }
}

// The format of `ssh-keygen -Y` (PROTOCOL.sshsig): a signature over a text that holds the digest.
Bytes sshsig_data(std::string_view name_space, std::string_view message) {
  Bytes data;
  wire::Writer(data)
      .raw(as_bytes("SSHSIG"))
      .string(name_space)
      .string("")
      .string("sha512")
      .string(provider.digest(Digest::sha512, {as_bytes(message)}));
  return data;
}

TEST(Keys, SignaturesOfOursAreVerifiedBySshKeygen) {
  for (const std::string_view type : kTypes) {
    const SigningKey& key = key_of(type);
    for (const std::string_view algorithm : key.algorithms()) {
      SCOPED_TRACE(algorithm);
      const auto signature = key.sign(algorithm, sshsig_data("test", "hello"));
      ASSERT_TRUE(signature) << signature.error().text;
      Bytes file;
      wire::Writer(file)
          .raw(as_bytes("SSHSIG"))
          .u32(1)
          .string(key.public_blob())
          .string("test")
          .string("")
          .string("sha512")
          .string(*signature);
      const Directory directory;
      directory.write("raw", as_text(file));
      directory.write("allowed", "me " + write_public_key(key));
      directory.write("message", "hello");
      const auto checked =
          run("(echo '-----BEGIN SSH SIGNATURE-----'; base64 " + (directory / "raw") +
              "; echo '-----END SSH SIGNATURE-----') > " + (directory / "sig") +
              "; ssh-keygen -Y verify -n test -I me -f " + (directory / "allowed") + " -s " +
              (directory / "sig") + " < " + (directory / "message"));
      EXPECT_EQ(checked.status, 0) << checked.text;
      EXPECT_THAT(checked.text, HasSubstr("Good \"test\" signature"));
    }
  }
}

TEST(Keys, SignaturesOfSshKeygenAreVerified) {
  for (const std::string_view type : kTypes) {
    SCOPED_TRACE(type);
    const SigningKey& key = key_of(type);
    const Directory directory;
    directory.write("key", write_private_key(key));
    directory.write("message", "hello");
    const auto made = run("ssh-keygen -q -Y sign -n test -f " + (directory / "key") + " " +
                          (directory / "message") + " && grep -v -e ----- " +
                          (directory / "message.sig") + " | base64 -d > " + (directory / "raw"));
    ASSERT_EQ(made.status, 0) << made.text;
    const std::string raw = directory.read("raw");
    wire::Reader reader(as_bytes(raw));
    EXPECT_EQ(as_text(reader.bytes(6)), "SSHSIG");
    reader.u32();
    const ByteView blob = reader.string();
    EXPECT_EQ(reader.text(), "test");
    reader.string();
    EXPECT_EQ(reader.text(), "sha512");
    const ByteView signature = reader.string();
    ASSERT_TRUE(reader.done());
    const std::string_view algorithm = key.algorithms().front();
    const auto good = provider.verify(algorithm, blob, sshsig_data("test", "hello"), signature);
    ASSERT_TRUE(good) << good.error().text;
    EXPECT_TRUE(good->valid);
    const auto bad = provider.verify(algorithm, blob, sshsig_data("test", "hell0"), signature);
    ASSERT_TRUE(bad) << bad.error().text;
    EXPECT_FALSE(bad->valid);
  }
}

TEST(Keys, WithAPassphraseOrInAnotherFormatAreRefusedWithAHint) {
  const Directory directory;
  ASSERT_EQ(run("ssh-keygen -q -t ed25519 -N secret -f " + (directory / "locked")).status, 0);
  const auto locked = read_private_key(directory.read("locked"));
  ASSERT_FALSE(locked);
  EXPECT_THAT(locked.error().text, HasSubstr("ssh-keygen -p"));
  ASSERT_EQ(run("ssh-keygen -q -t rsa -m PEM -N '' -f " + (directory / "pem")).status, 0);
  const auto pem = read_private_key(directory.read("pem"));
  ASSERT_FALSE(pem);
  EXPECT_THAT(pem.error().text, HasSubstr("ssh-keygen -p"));
  EXPECT_FALSE(read_private_key(""));
  EXPECT_FALSE(read_private_key(directory.read("locked.pub")));
}

TEST(Keys, FilesWithCrLfAreRead) {
  std::string file = write_private_key(key_of("ssh-ed25519"));
  for (std::size_t at = 0; (at = file.find('\n', at)) != std::string::npos; at += 2) {
    file.replace(at, 1, "\r\n");
  }
  EXPECT_TRUE(read_private_key(file));
}

TEST(Keys, OfTypesThatAreNotMadeHere) {
  EXPECT_FALSE(generate_private_key("ssh-dss", ""));
  EXPECT_FALSE(generate_private_key("sk-ssh-ed25519@openssh.com", ""));
  EXPECT_FALSE(generate_private_key("", ""));
  EXPECT_FALSE(key_of("ssh-rsa").sign("ssh-rsa", {}));
  EXPECT_FALSE(key_of("ssh-rsa").sign("ssh-ed25519", {}));
  EXPECT_THAT(key_of("ssh-rsa").algorithms(), testing::ElementsAre("rsa-sha2-512", "rsa-sha2-256"));
}

TEST(Keys, APublicLineIsOneLine) {
  const auto key = generate_private_key("ssh-ed25519", "two\nlines\r\t\x7f").value();
  EXPECT_THAT(write_public_key(*key), testing::EndsWith(" two lines   \n"));
  EXPECT_EQ(read_private_key(write_private_key(*key)).value()->comment(), key->comment());
}

}  // namespace
}  // namespace ssh
