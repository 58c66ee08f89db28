// An SSH client for tests, in memory: says what it is told to, in any order, and reads what comes.
// It shares wire/ and the packet layer with the server; its key exchange is its own.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "ssh/crypto.hpp"
#include "wire/messages.hpp"
#include "wire/packets.hpp"

namespace ssh::test {

struct ClientOptions {
  std::string kex = "curve25519-sha256,ext-info-c,kex-strict-c-v00@openssh.com";
  std::string host_key = "ssh-ed25519";
  std::string ciphers = "aes128-gcm@openssh.com";
  std::string macs = "hmac-sha2-256";
  std::string compression = "none";
  bool first_kex_packet_follows = false;
};

class Client {
 public:
  explicit Client(const CryptoProvider& crypto, ClientOptions options = {});

  // Saying.
  void say_version(std::string_view version = "SSH-2.0-Test_1");
  void send_kexinit();
  void send_kex_init();
  /// Group exchange: the second message, once the group is known.
  void send_gex_init();
  /// From the next KEXINIT on.
  void set_options(ClientOptions options) { options_ = std::move(options); }
  void send_newkeys();
  template <typename Message, typename... More>
  void send(const Message& message, More... more) {
    wire::Writer w(output_.begin());
    encode(w, message, more...);
    output_.end();
  }
  void send_raw(ByteView payload);
  /// What is to go to the server; taken.
  Bytes take_output();
  std::size_t output_size() const { return output_.data().size(); }

  // Hearing.
  void receive(ByteView bytes);
  /// The server's payloads that were not dealt with: everything but key exchange messages if
  /// `automatic`.
  std::deque<Bytes> heard;
  bool broken() const { return broken_; }
  /// Answer the server's part of key exchanges without being told: KEXINIT, the method's messages,
  /// NEWKEYS.
  bool automatic = true;

  const std::string& server_version() const { return server_version_; }
  const Bytes& session_id() const { return session_id_; }
  const std::string& method() const { return method_; }
  bool keys_in_use() const { return newkeys_heard_; }
  int exchanges() const { return exchanges_; }
  std::uint64_t packets_said() const { return output_.packets(); }
  std::uint64_t packets_heard() const { return packets_heard_; }

 private:
  void start_compression();
  void on(ByteView payload);
  void on_kexinit(ByteView payload);
  void choose();
  void on_reply(ByteView payload);
  void compute_hash(ByteView host_key, ByteView server_public, ByteView signature);
  std::unique_ptr<PacketProtection> protection(bool outgoing) const;
  Bytes derive(char letter, std::size_t size) const;

  const CryptoProvider& crypto_;
  ClientOptions options_;
  wire::PacketInput input_;
  wire::PacketOutput output_;
  std::string version_, server_version_, line_;
  Bytes our_kexinit_, server_kexinit_;
  std::string method_, cipher_, mac_;
  std::unique_ptr<KeyAgreement> agreement_;
  wire::GexRequest gex_{2048, 3072, 8192};
  DhGroup group_;
  Bytes secret_, hash_, session_id_;
  bool strict_ = false, compression_ = false, compressing_ = false;
  bool newkeys_heard_ = false, kexinit_sent_ = false;
  bool broken_ = false;
  int exchanges_ = 0;
  std::uint64_t packets_heard_ = 0;
};

}  // namespace ssh::test
