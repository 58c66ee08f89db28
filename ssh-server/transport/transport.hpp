// The transport layer as a server lives it: identification strings, key exchange and re-keying,
// EXT_INFO, and what may be said at any time (RFC 4253, RFC 8308, OpenSSH's PROTOCOL). In which
// order its messages may come is the policy's affair (transport.spl); this class only does what
// each of them says.
#pragma once

#include <memory>
#include <optional>

#include "link/context.hpp"
#include "transport/key_exchange.hpp"

namespace ssh::transport {

class Transport {
 public:
  explicit Transport(Context& context);

  /// Our identification string and KEXINIT: we do not wait for the client's.
  void start();

  wire::PacketInput& input() { return input_; }
  bool client_known() const { return client_known_; }
  /// The client's identification string, without CR LF; from here on there are packets.
  void on_version(const std::string& line);

  wire::DecodeContext decode_context() const;
  void on(const wire::KexInit& message, ByteView payload);
  void on(const wire::KexInitiation& message) { agree(message.public_value); }
  void on(const wire::GexRequest& message);
  void on(const wire::GexInit& message) { agree(message.public_value); }
  void on(const wire::KexWrongGuess&) { wrong_guess_ = false; }
  void on(const wire::NewKeys&);
  void on(const wire::Ping& message);
  void on(const wire::Unknown&);

  /// The host's answer to SignExchangeHash.
  void exchange_signed(const Result<Bytes>& signature);
  /// Changes the keys if they have been used enough; asked after everything that uses them.
  void rekey_if_due();
  std::optional<Time> rekey_time() const;

  ByteView session_id() const { return session_id_; }

 private:
  void send_kexinit();
  void agree(ByteView client_public);
  void send_ext_info();
  /// USERAUTH_SUCCESS is sent: delayed compression begins.
  void on_login();
  void start_compression(bool inbound);

  Context& context_;
  wire::PacketInput input_;
  bool client_known_ = false;
  std::string client_version_, server_version_;
  std::optional<Proposal> proposal_;
  Bytes our_kexinit_;  // not empty: sent, and the exchange is not over
  std::unique_ptr<KeyExchange> exchange_;
  bool wrong_guess_ = false;
  bool strict_ = false;
  bool first_ = true;  // the first exchange is not over
  bool logged_in_ = false;
  bool compression_in_ = false, compression_out_ = false;
  Bytes session_id_;
  std::uint64_t limit_in_ = 0, limit_out_ = 0;  // bytes
  Time keys_since_{};
};

}  // namespace ssh::transport
