// Writes messages. The order of fields is that of the RFCs named in messages.hpp.
#include "wire/messages.hpp"

namespace ssh::wire {
namespace {

template <typename Message>
Writer& number(Writer& to, const Message&) {
  return to.u8(Message::kNumber);
}

void encode_method(Writer& to, const NoneMethod&) {
  to.string("none");
}

void encode_method(Writer& to, const PublicKeyMethod& method) {
  to.string("publickey")
      .boolean(method.signature.has_value())
      .string(method.algorithm)
      .string(method.key);
  if (method.signature) {
    to.string(*method.signature);
  }
}

void encode_method(Writer& to, const PasswordMethod& method) {
  to.string("password").boolean(method.new_password.has_value()).string(method.password);
  if (method.new_password) {
    to.string(*method.new_password);
  }
}

void encode_method(Writer& to, const KeyboardInteractiveMethod& method) {
  to.string("keyboard-interactive").string(method.language).string(method.submethods);
}

void encode_method(Writer& to, const OtherMethod& method) {
  to.string(method.name);
}

}  // namespace

void encode(Writer& to, const Disconnect& m) {
  number(to, m).u32(m.reason).string(m.description).string(m.language);
}

void encode(Writer& to, const Ignore& m) {
  number(to, m).string(m.data);
}

void encode(Writer& to, const Unimplemented& m) {
  number(to, m).u32(m.sequence);
}

void encode(Writer& to, const Debug& m) {
  number(to, m).boolean(m.always_display).string(m.text).string(m.language);
}

void encode(Writer& to, const ServiceRequest& m) {
  number(to, m).string(m.service);
}

void encode(Writer& to, const ServiceAccept& m) {
  number(to, m).string(m.service);
}

void encode(Writer& to, const ExtInfo& m) {
  number(to, m).u32(static_cast<std::uint32_t>(m.extensions.size()));
  for (const auto& [name, value] : m.extensions) {
    to.string(name).string(value);
  }
}

void encode(Writer& to, const KexInit& m) {
  number(to, m).raw(m.cookie);
  for (const auto list : {m.kex, m.host_key, m.cipher_in, m.cipher_out, m.mac_in, m.mac_out,
                          m.compression_in, m.compression_out, m.language_in, m.language_out}) {
    to.string(list);
  }
  to.boolean(m.first_kex_packet_follows).u32(0);
}

void encode(Writer& to, const NewKeys& m) {
  number(to, m);
}

void encode(Writer& to, const Ping& m) {
  number(to, m).string(m.data);
}

void encode(Writer& to, const Pong& m) {
  number(to, m).string(m.data);
}

void encode(Writer& to, const KexInitiation& m, KexFamily family) {
  number(to, m);
  family == KexFamily::dh ? to.mpint(m.public_value) : to.string(m.public_value);
}

void encode(Writer& to, const KexReply& m, KexFamily family) {
  number(to, m).string(m.host_key);
  family == KexFamily::dh ? to.mpint(m.public_value) : to.string(m.public_value);
  to.string(m.signature);
}

void encode(Writer& to, const GexRequest& m) {
  number(to, m).u32(m.min).u32(m.n).u32(m.max);
}

void encode(Writer& to, const GexGroup& m) {
  number(to, m).mpint(m.prime).mpint(m.generator);
}

void encode(Writer& to, const GexInit& m) {
  number(to, m).mpint(m.public_value);
}

void encode(Writer& to, const GexReply& m) {
  number(to, m).string(m.host_key).mpint(m.public_value).string(m.signature);
}

void encode(Writer& to, const UserauthRequest& m) {
  number(to, m).string(m.user).string(m.service);
  std::visit([&](const auto& method) { encode_method(to, method); }, m.method);
}

void encode(Writer& to, const UserauthFailure& m) {
  number(to, m).string(m.methods).boolean(m.partial);
}

void encode(Writer& to, const UserauthSuccess& m) {
  number(to, m);
}

void encode(Writer& to, const UserauthBanner& m) {
  number(to, m).string(m.text).string(m.language);
}

void encode(Writer& to, const UserauthPkOk& m) {
  number(to, m).string(m.algorithm).string(m.key);
}

void encode(Writer& to, const UserauthPasswordChange& m) {
  number(to, m).string(m.prompt).string(m.language);
}

void encode(Writer& to, const UserauthInfoRequest& m) {
  number(to, m).string(m.name).string(m.instruction).string(m.language);
  to.u32(static_cast<std::uint32_t>(m.prompts.size()));
  for (const auto& [text, echo] : m.prompts) {
    to.string(text).boolean(echo);
  }
}

void encode(Writer& to, const UserauthInfoResponse& m) {
  number(to, m).u32(static_cast<std::uint32_t>(m.responses.size()));
  for (const auto response : m.responses) {
    to.string(response);
  }
}

void encode(Writer& to, const GlobalRequest& m) {
  number(to, m).string(m.name).boolean(m.want_reply).raw(m.data);
}

void encode(Writer& to, const RequestSuccess& m) {
  number(to, m).raw(m.data);
}

void encode(Writer& to, const RequestFailure& m) {
  number(to, m);
}

void encode(Writer& to, const ChannelOpen& m) {
  number(to, m).string(m.type).u32(m.sender).u32(m.window).u32(m.max_packet).raw(m.data);
}

void encode(Writer& to, const ChannelOpenConfirmation& m) {
  number(to, m).u32(m.recipient).u32(m.sender).u32(m.window).u32(m.max_packet);
}

void encode(Writer& to, const ChannelOpenFailure& m) {
  number(to, m).u32(m.recipient).u32(m.reason).string(m.description).string(m.language);
}

void encode(Writer& to, const ChannelWindowAdjust& m) {
  number(to, m).u32(m.recipient).u32(m.bytes);
}

void encode(Writer& to, const ChannelData& m) {
  number(to, m).u32(m.recipient).string(m.data);
}

void encode(Writer& to, const ChannelExtendedData& m) {
  number(to, m).u32(m.recipient).u32(m.type).string(m.data);
}

void encode(Writer& to, const ChannelEof& m) {
  number(to, m).u32(m.recipient);
}

void encode(Writer& to, const ChannelClose& m) {
  number(to, m).u32(m.recipient);
}

void encode(Writer& to, const ChannelRequest& m) {
  number(to, m).u32(m.recipient).string(m.type).boolean(m.want_reply).raw(m.data);
}

void encode(Writer& to, const ChannelSuccess& m) {
  number(to, m).u32(m.recipient);
}

void encode(Writer& to, const ChannelFailure& m) {
  number(to, m).u32(m.recipient);
}

}  // namespace ssh::wire
