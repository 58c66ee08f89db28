// Reads what a client sends. Invariant: a message is returned only if all of its payload was there
// and nothing more; what RFC 4254 leaves to a request's name is handed on as bytes and read by
// whoever knows the name.
#include <algorithm>

#include "wire/messages.hpp"

namespace ssh::wire {
namespace {

/// Bounds on lists, so that a count in a packet never decides how much memory is taken.
constexpr std::uint32_t kMostExtensions = 64;
constexpr std::uint32_t kMostResponses = 64;

Disconnect read(Reader& r, std::in_place_type_t<Disconnect>) {
  Disconnect m;
  m.reason = r.u32();
  m.description = r.text();
  m.language = r.text();
  return m;
}

Debug read(Reader& r, std::in_place_type_t<Debug>) {
  Debug m;
  m.always_display = r.boolean();
  m.text = r.text();
  m.language = r.text();
  return m;
}

ExtInfo read(Reader& r, std::in_place_type_t<ExtInfo>) {
  ExtInfo m;
  const std::uint32_t count = r.u32();
  if (count > kMostExtensions) {
    r.fail();
  }
  for (std::uint32_t i = 0; i < count && r.ok(); ++i) {
    const auto name = r.text();
    m.extensions.emplace_back(name, r.string());
  }
  return m;
}

KexInit read(Reader& r, std::in_place_type_t<KexInit>) {
  KexInit m;
  const ByteView cookie = r.bytes(m.cookie.size());
  std::copy(cookie.begin(), cookie.end(), m.cookie.begin());
  for (auto* list : {&m.kex, &m.host_key, &m.cipher_in, &m.cipher_out, &m.mac_in, &m.mac_out,
                     &m.compression_in, &m.compression_out, &m.language_in, &m.language_out}) {
    *list = r.text();
  }
  m.first_kex_packet_follows = r.boolean();
  r.u32();
  return m;
}

UserauthRequest read(Reader& r, std::in_place_type_t<UserauthRequest>) {
  UserauthRequest m;
  m.user = r.text();
  m.service = r.text();
  const auto name = r.text();
  if (name == "none") {
    m.method = NoneMethod{};
  } else if (name == "publickey") {
    PublicKeyMethod method;
    const bool is_signed = r.boolean();
    method.algorithm = r.text();
    method.key = r.string();
    if (is_signed) {
      method.signature = r.string();
    }
    m.method = method;
  } else if (name == "password") {
    PasswordMethod method;
    const bool change = r.boolean();
    method.password = r.text();
    if (change) {
      method.new_password = r.text();
    }
    m.method = method;
  } else if (name == "keyboard-interactive") {
    KeyboardInteractiveMethod method;
    method.language = r.text();
    method.submethods = r.text();
    m.method = method;
  } else {
    m.method = OtherMethod{name};
    r.rest();
  }
  return m;
}

UserauthInfoResponse read(Reader& r, std::in_place_type_t<UserauthInfoResponse>) {
  UserauthInfoResponse m;
  const std::uint32_t count = r.u32();
  if (count > kMostResponses) {
    r.fail();
  }
  for (std::uint32_t i = 0; i < count && r.ok(); ++i) {
    m.responses.push_back(r.text());
  }
  return m;
}

GlobalRequest read(Reader& r, std::in_place_type_t<GlobalRequest>) {
  GlobalRequest m;
  m.name = r.text();
  m.want_reply = r.boolean();
  m.data = r.rest();
  return m;
}

ChannelOpen read(Reader& r, std::in_place_type_t<ChannelOpen>) {
  ChannelOpen m;
  m.type = r.text();
  m.sender = r.u32();
  m.window = r.u32();
  m.max_packet = r.u32();
  m.data = r.rest();
  return m;
}

ChannelOpenConfirmation read(Reader& r, std::in_place_type_t<ChannelOpenConfirmation>) {
  ChannelOpenConfirmation m;
  m.recipient = r.u32();
  m.sender = r.u32();
  m.window = r.u32();
  m.max_packet = r.u32();
  r.rest();
  return m;
}

ChannelOpenFailure read(Reader& r, std::in_place_type_t<ChannelOpenFailure>) {
  ChannelOpenFailure m;
  m.recipient = r.u32();
  m.reason = r.u32();
  m.description = r.text();
  m.language = r.text();
  return m;
}

ChannelWindowAdjust read(Reader& r, std::in_place_type_t<ChannelWindowAdjust>) {
  ChannelWindowAdjust m;
  m.recipient = r.u32();
  m.bytes = r.u32();
  return m;
}

ChannelData read(Reader& r, std::in_place_type_t<ChannelData>) {
  ChannelData m;
  m.recipient = r.u32();
  m.data = r.string();
  return m;
}

ChannelExtendedData read(Reader& r, std::in_place_type_t<ChannelExtendedData>) {
  ChannelExtendedData m;
  m.recipient = r.u32();
  m.type = r.u32();
  m.data = r.string();
  return m;
}

ChannelRequest read(Reader& r, std::in_place_type_t<ChannelRequest>) {
  ChannelRequest m;
  m.recipient = r.u32();
  m.type = r.text();
  m.want_reply = r.boolean();
  m.data = r.rest();
  return m;
}

/// Messages of one field.
Ignore read(Reader& r, std::in_place_type_t<Ignore>) {
  return {r.string()};
}
Unimplemented read(Reader& r, std::in_place_type_t<Unimplemented>) {
  return {r.u32()};
}
ServiceRequest read(Reader& r, std::in_place_type_t<ServiceRequest>) {
  return {r.text()};
}
NewKeys read(Reader&, std::in_place_type_t<NewKeys>) {
  return {};
}
Ping read(Reader& r, std::in_place_type_t<Ping>) {
  return {r.string()};
}
RequestSuccess read(Reader& r, std::in_place_type_t<RequestSuccess>) {
  return {r.rest()};
}
RequestFailure read(Reader&, std::in_place_type_t<RequestFailure>) {
  return {};
}
ChannelEof read(Reader& r, std::in_place_type_t<ChannelEof>) {
  return {r.u32()};
}
ChannelClose read(Reader& r, std::in_place_type_t<ChannelClose>) {
  return {r.u32()};
}
ChannelSuccess read(Reader& r, std::in_place_type_t<ChannelSuccess>) {
  return {r.u32()};
}
ChannelFailure read(Reader& r, std::in_place_type_t<ChannelFailure>) {
  return {r.u32()};
}

template <typename Message>
Result<ClientMessage> whole(Reader& reader, const char* name) {
  Message message = read(reader, std::in_place_type<Message>);
  if (!reader.done()) {
    return failure(std::string("malformed ") + name);
  }
  return ClientMessage(std::move(message));
}

/// RFC 4250 section 4.1.2: 30 to 49 belong to the key exchange method.
Result<ClientMessage> method_message(std::uint8_t number, Reader& r, const DecodeContext& context) {
  if (context.wrong_guess) {
    return KexWrongGuess{};
  }
  const KexFamily family = context.family;
  if (number == GexRequest::kNumber && family == KexFamily::group_exchange) {
    GexRequest m;
    m.min = r.u32();
    m.n = r.u32();
    m.max = r.u32();
    return r.done() ? Result<ClientMessage>(m) : failure("malformed KEX_DH_GEX_REQUEST");
  }
  if (number == GexInit::kNumber && family == KexFamily::group_exchange) {
    const GexInit m{r.mpint()};
    return r.done() ? Result<ClientMessage>(m) : failure("malformed KEX_DH_GEX_INIT");
  }
  if (number == KexInitiation::kNumber && family != KexFamily::group_exchange &&
      family != KexFamily::none) {
    const KexInitiation m{family == KexFamily::dh ? r.mpint() : r.string()};
    return r.done() ? Result<ClientMessage>(m) : failure("malformed KEXDH_INIT or KEX_ECDH_INIT");
  }
  return KexUnexpected{number};
}

}  // namespace

KexFamily kex_family(std::string_view method) {
  const auto starts = [&](std::string_view prefix) {
    return method.substr(0, prefix.size()) == prefix;
  };
  if (starts("diffie-hellman-group-exchange-")) {
    return KexFamily::group_exchange;
  }
  if (starts("diffie-hellman-")) {
    return KexFamily::dh;
  }
  if (starts("ecdh-sha2-") || starts("curve25519-") || starts("curve448-")) {
    return KexFamily::ecdh;
  }
  return method.empty() ? KexFamily::none : KexFamily::hybrid;
}

Result<ClientMessage> decode_from_client(ByteView payload, const DecodeContext& context) {
  Reader r(payload);
  const std::uint8_t number = r.u8();
  switch (number) {
    case Disconnect::kNumber:
      return whole<Disconnect>(r, "DISCONNECT");
    case Ignore::kNumber:
      return whole<Ignore>(r, "IGNORE");
    case Unimplemented::kNumber:
      return whole<Unimplemented>(r, "UNIMPLEMENTED");
    case Debug::kNumber:
      return whole<Debug>(r, "DEBUG");
    case ServiceRequest::kNumber:
      return whole<ServiceRequest>(r, "SERVICE_REQUEST");
    case ServiceAccept::kNumber:
      return ServiceAccept{};
    case ExtInfo::kNumber:
      return whole<ExtInfo>(r, "EXT_INFO");
    case KexInit::kNumber:
      return whole<KexInit>(r, "KEXINIT");
    case NewKeys::kNumber:
      return whole<NewKeys>(r, "NEWKEYS");
    case UserauthRequest::kNumber:
      return whole<UserauthRequest>(r, "USERAUTH_REQUEST");
    case UserauthFailure::kNumber:
      return UserauthFailure{};
    case UserauthSuccess::kNumber:
      return UserauthSuccess{};
    case UserauthBanner::kNumber:
      return UserauthBanner{};
    case UserauthPkOk::kNumber:
      return UserauthServerMethod{};
    case UserauthInfoResponse::kNumber:
      return whole<UserauthInfoResponse>(r, "USERAUTH_INFO_RESPONSE");
    case GlobalRequest::kNumber:
      return whole<GlobalRequest>(r, "GLOBAL_REQUEST");
    case RequestSuccess::kNumber:
      return whole<RequestSuccess>(r, "REQUEST_SUCCESS");
    case RequestFailure::kNumber:
      return whole<RequestFailure>(r, "REQUEST_FAILURE");
    case ChannelOpen::kNumber:
      return whole<ChannelOpen>(r, "CHANNEL_OPEN");
    case ChannelOpenConfirmation::kNumber:
      return whole<ChannelOpenConfirmation>(r, "CHANNEL_OPEN_CONFIRMATION");
    case ChannelOpenFailure::kNumber:
      return whole<ChannelOpenFailure>(r, "CHANNEL_OPEN_FAILURE");
    case ChannelWindowAdjust::kNumber:
      return whole<ChannelWindowAdjust>(r, "CHANNEL_WINDOW_ADJUST");
    case ChannelData::kNumber:
      return whole<ChannelData>(r, "CHANNEL_DATA");
    case ChannelExtendedData::kNumber:
      return whole<ChannelExtendedData>(r, "CHANNEL_EXTENDED_DATA");
    case ChannelEof::kNumber:
      return whole<ChannelEof>(r, "CHANNEL_EOF");
    case ChannelClose::kNumber:
      return whole<ChannelClose>(r, "CHANNEL_CLOSE");
    case ChannelRequest::kNumber:
      return whole<ChannelRequest>(r, "CHANNEL_REQUEST");
    case ChannelSuccess::kNumber:
      return whole<ChannelSuccess>(r, "CHANNEL_SUCCESS");
    case ChannelFailure::kNumber:
      return whole<ChannelFailure>(r, "CHANNEL_FAILURE");
    case Ping::kNumber:
      return whole<Ping>(r, "PING");
    default:
      break;
  }
  if (number >= 30 && number <= 49) {
    return method_message(number, r, context);
  }
  return Unknown{number};
}

}  // namespace ssh::wire
