// The messages of RFC 4250 section 4.1.2 and OpenSSH's additions, one struct each: what is read
// from a packet's payload and what is written to one. Texts and byte strings are views into the
// payload, or into what the caller lends.
//
// decode() knows what its reader's end may have been sent. A server decodes no further than their
// number what only servers send: the policy refuses them by name.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ssh/bytes.hpp"
#include "ssh/result.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace ssh::wire {

// RFC 4253.

struct Disconnect {
  static constexpr std::uint8_t kNumber = 1;
  std::uint32_t reason = 0;
  std::string_view description, language;
};
struct Ignore {
  static constexpr std::uint8_t kNumber = 2;
  ByteView data;
};
struct Unimplemented {
  static constexpr std::uint8_t kNumber = 3;
  std::uint32_t sequence = 0;
};
struct Debug {
  static constexpr std::uint8_t kNumber = 4;
  bool always_display = false;
  std::string_view text, language;
};
struct ServiceRequest {
  static constexpr std::uint8_t kNumber = 5;
  std::string_view service;
};
struct ServiceAccept {
  static constexpr std::uint8_t kNumber = 6;
  std::string_view service;
};
/// RFC 8308.
struct ExtInfo {
  static constexpr std::uint8_t kNumber = 7;
  std::vector<std::pair<std::string_view, ByteView>> extensions;
};
struct KexInit {
  static constexpr std::uint8_t kNumber = 20;
  std::array<std::uint8_t, 16> cookie{};
  std::string_view kex, host_key, cipher_in, cipher_out, mac_in, mac_out, compression_in,
      compression_out, language_in, language_out;  // in: client to server
  bool first_kex_packet_follows = false;
};
struct NewKeys {
  static constexpr std::uint8_t kNumber = 21;
};

// Key exchange methods: numbers 30 to 49 mean what the negotiated method says.

/// RFC 4253 section 8; also, as octets of a point, RFC 5656 and RFC 8731.
struct KexInitiation {
  static constexpr std::uint8_t kNumber = 30;
  ByteView public_value;
};
struct KexReply {
  static constexpr std::uint8_t kNumber = 31;
  ByteView host_key, public_value, signature;
};
/// RFC 4419.
struct GexRequest {
  static constexpr std::uint8_t kNumber = 34;
  std::uint32_t min = 0, n = 0, max = 0;
};
struct GexGroup {
  static constexpr std::uint8_t kNumber = 31;
  ByteView prime, generator;
};
struct GexInit {
  static constexpr std::uint8_t kNumber = 32;
  ByteView public_value;
};
struct GexReply {
  static constexpr std::uint8_t kNumber = 33;
  ByteView host_key, public_value, signature;
};
/// A number of that range that does not belong to the method, or comes before there is one.
struct KexUnexpected {
  std::uint8_t number = 0;
};
/// The first packet of a method that the client guessed wrongly (RFC 4253 section 7).
struct KexWrongGuess {};

/// ping@openssh.com.
struct Ping {
  static constexpr std::uint8_t kNumber = 192;
  ByteView data;
};
struct Pong {
  static constexpr std::uint8_t kNumber = 193;
  ByteView data;
};
struct Unknown {
  std::uint8_t number = 0;
};

// RFC 4252, RFC 4256.

struct NoneMethod {};
struct PublicKeyMethod {
  std::string_view algorithm;
  ByteView key;
  std::optional<ByteView> signature;
};
struct PasswordMethod {
  std::string_view password;
  std::optional<std::string_view> new_password;
};
struct KeyboardInteractiveMethod {
  std::string_view language, submethods;
};
struct OtherMethod {
  std::string_view name;
};
struct UserauthRequest {
  static constexpr std::uint8_t kNumber = 50;
  std::string_view user, service;
  std::variant<NoneMethod, PublicKeyMethod, PasswordMethod, KeyboardInteractiveMethod, OtherMethod>
      method;
};
struct UserauthFailure {
  static constexpr std::uint8_t kNumber = 51;
  std::string_view methods;
  bool partial = false;
};
struct UserauthSuccess {
  static constexpr std::uint8_t kNumber = 52;
};
struct UserauthBanner {
  static constexpr std::uint8_t kNumber = 53;
  std::string_view text, language;
};
struct UserauthPkOk {
  static constexpr std::uint8_t kNumber = 60;
  std::string_view algorithm;
  ByteView key;
};
struct UserauthPasswordChange {
  static constexpr std::uint8_t kNumber = 60;
  std::string_view prompt, language;
};
struct UserauthInfoRequest {
  static constexpr std::uint8_t kNumber = 60;
  std::string_view name, instruction, language;
  std::vector<std::pair<std::string_view, bool>> prompts;  // text, echo
};
struct UserauthInfoResponse {
  static constexpr std::uint8_t kNumber = 61;
  std::vector<std::string_view> responses;
};
/// 60 from a client.
struct UserauthServerMethod {};

// RFC 4254.

struct GlobalRequest {
  static constexpr std::uint8_t kNumber = 80;
  std::string_view name;
  bool want_reply = false;
  ByteView data;
};
struct RequestSuccess {
  static constexpr std::uint8_t kNumber = 81;
  ByteView data;
};
struct RequestFailure {
  static constexpr std::uint8_t kNumber = 82;
};
struct ChannelOpen {
  static constexpr std::uint8_t kNumber = 90;
  std::string_view type;
  std::uint32_t sender = 0, window = 0, max_packet = 0;
  ByteView data;
};
struct ChannelOpenConfirmation {
  static constexpr std::uint8_t kNumber = 91;
  std::uint32_t recipient = 0, sender = 0, window = 0, max_packet = 0;
};
struct ChannelOpenFailure {
  static constexpr std::uint8_t kNumber = 92;
  std::uint32_t recipient = 0, reason = 0;
  std::string_view description, language;
};
struct ChannelWindowAdjust {
  static constexpr std::uint8_t kNumber = 93;
  std::uint32_t recipient = 0, bytes = 0;
};
struct ChannelData {
  static constexpr std::uint8_t kNumber = 94;
  std::uint32_t recipient = 0;
  ByteView data;
};
struct ChannelExtendedData {
  static constexpr std::uint8_t kNumber = 95;
  std::uint32_t recipient = 0, type = 0;
  ByteView data;
};
struct ChannelEof {
  static constexpr std::uint8_t kNumber = 96;
  std::uint32_t recipient = 0;
};
struct ChannelClose {
  static constexpr std::uint8_t kNumber = 97;
  std::uint32_t recipient = 0;
};
struct ChannelRequest {
  static constexpr std::uint8_t kNumber = 98;
  std::uint32_t recipient = 0;
  std::string_view type;
  bool want_reply = false;
  ByteView data;
};
struct ChannelSuccess {
  static constexpr std::uint8_t kNumber = 99;
  std::uint32_t recipient = 0;
};
struct ChannelFailure {
  static constexpr std::uint8_t kNumber = 100;
  std::uint32_t recipient = 0;
};

/// What a server may find in a packet.
using ClientMessage =
    std::variant<Disconnect, Ignore, Unimplemented, Debug, ServiceRequest, ServiceAccept, ExtInfo,
                 KexInit, NewKeys, KexInitiation, GexRequest, GexInit, KexUnexpected, KexWrongGuess,
                 Ping, Unknown, UserauthRequest, UserauthFailure, UserauthSuccess, UserauthBanner,
                 UserauthServerMethod, UserauthInfoResponse, GlobalRequest, RequestSuccess,
                 RequestFailure, ChannelOpen, ChannelOpenConfirmation, ChannelOpenFailure,
                 ChannelWindowAdjust, ChannelData, ChannelExtendedData, ChannelEof, ChannelClose,
                 ChannelRequest, ChannelSuccess, ChannelFailure>;

/// How many messages a key exchange method has, and what their numbers mean.
enum class KexFamily : std::uint8_t { none, dh, ecdh, hybrid, group_exchange };
/// Of a method's name.
KexFamily kex_family(std::string_view method);

/// What a payload means depends on this.
struct DecodeContext {
  KexFamily family = KexFamily::none;
  /// The next packet of a method is a wrong guess.
  bool wrong_guess = false;
};

/// An error names the message and is for the log. The payload is not empty.
Result<ClientMessage> decode_from_client(ByteView payload, const DecodeContext& context);

// Number and fields, as a payload.
void encode(Writer& to, const Disconnect& message);
void encode(Writer& to, const Ignore& message);
void encode(Writer& to, const Unimplemented& message);
void encode(Writer& to, const Debug& message);
void encode(Writer& to, const ServiceRequest& message);
void encode(Writer& to, const ServiceAccept& message);
void encode(Writer& to, const ExtInfo& message);
void encode(Writer& to, const KexInit& message);
void encode(Writer& to, const NewKeys& message);
void encode(Writer& to, const Ping& message);
void encode(Writer& to, const Pong& message);
/// `family` says whether the public value is a number or a string.
void encode(Writer& to, const KexInitiation& message, KexFamily family);
void encode(Writer& to, const KexReply& message, KexFamily family);
void encode(Writer& to, const GexRequest& message);
void encode(Writer& to, const GexGroup& message);
void encode(Writer& to, const GexInit& message);
void encode(Writer& to, const GexReply& message);
void encode(Writer& to, const UserauthRequest& message);
void encode(Writer& to, const UserauthFailure& message);
void encode(Writer& to, const UserauthSuccess& message);
void encode(Writer& to, const UserauthBanner& message);
void encode(Writer& to, const UserauthPkOk& message);
void encode(Writer& to, const UserauthPasswordChange& message);
void encode(Writer& to, const UserauthInfoRequest& message);
void encode(Writer& to, const UserauthInfoResponse& message);
void encode(Writer& to, const GlobalRequest& message);
void encode(Writer& to, const RequestSuccess& message);
void encode(Writer& to, const RequestFailure& message);
void encode(Writer& to, const ChannelOpen& message);
void encode(Writer& to, const ChannelOpenConfirmation& message);
void encode(Writer& to, const ChannelOpenFailure& message);
void encode(Writer& to, const ChannelWindowAdjust& message);
void encode(Writer& to, const ChannelData& message);
void encode(Writer& to, const ChannelExtendedData& message);
void encode(Writer& to, const ChannelEof& message);
void encode(Writer& to, const ChannelClose& message);
void encode(Writer& to, const ChannelRequest& message);
void encode(Writer& to, const ChannelSuccess& message);
void encode(Writer& to, const ChannelFailure& message);

}  // namespace ssh::wire
