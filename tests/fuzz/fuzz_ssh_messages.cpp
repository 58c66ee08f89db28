// Every message that a server may find in a packet. The first byte says which key exchange method
// was agreed on, and whether a wrong guess of the client's is to come.
//
// Laws: what was decoded can be encoded, decoded again and encoded to the same; where the format
// has one way to say a thing, to the same as came. Every message has a statecall. Requests and
// openings are read or refused.
#include <algorithm>

#include "connection/requests.hpp"
#include "fuzz.hpp"
#include "policy/statecalls.hpp"

namespace {

using spl::test::require;
using ssh::Bytes;
using ssh::ByteView;
namespace wire = ssh::wire;

struct Encoder {
  wire::KexFamily family;
  Bytes bytes{};

  template <typename Message>
  bool operator()(const Message& message) {
    wire::Writer w(bytes);
    if constexpr (std::is_same_v<Message, wire::KexInitiation>) {
      encode(w, message, family);
      return true;
    } else if constexpr (requires { encode(w, message); }) {
      encode(w, message);
      return true;
    } else {
      return false;  // known by its number alone
    }
  }
};

/// Messages with nothing in them that could be written in two ways.
struct IsCanonical {
  template <typename Message>
  bool operator()(const Message&) const {
    return true;
  }
  // A boolean may be any byte but 0; what follows is not read.
  bool operator()(const wire::Debug&) const { return false; }
  bool operator()(const wire::KexInit&) const { return false; }
  bool operator()(const wire::UserauthRequest&) const { return false; }
  bool operator()(const wire::GlobalRequest&) const { return false; }
  bool operator()(const wire::ChannelRequest&) const { return false; }
  bool operator()(const wire::ChannelOpenConfirmation&) const { return false; }
  bool operator()(const wire::UserauthFailure&) const { return false; }
  bool operator()(const wire::UserauthSuccess&) const { return false; }
  bool operator()(const wire::UserauthBanner&) const { return false; }
  bool operator()(const wire::ServiceAccept&) const { return false; }
};

struct Contents {
  void operator()(const wire::GlobalRequest& m) const {
    (void)ssh::connection::read_global_request(m.name, m.data);
  }
  void operator()(const wire::ChannelOpen& m) const {
    (void)ssh::connection::read_opening(m.type, m.data);
  }
  void operator()(const wire::ChannelRequest& m) const {
    const auto read = ssh::connection::read_channel_request(m.type, m.data);
    if (!read || !*read) return;
    if (const auto* pty = std::get_if<ssh::PtyRequest>(&**read)) {
      require(pty->modes.size() <= 256, "more modes than there are");
    }
  }
  template <typename Message>
  void operator()(const Message&) const {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const wire::DecodeContext context{static_cast<wire::KexFamily>(data[0] % 5), data[0] >= 128};
  const ByteView payload(data + 1, size - 1);
  const auto message = wire::decode_from_client(payload, context);
  if (!message) {
    require(!message.error().text.empty(), "an error without a text");
    return 0;
  }
  const auto kind = ssh::kind_of(*message, context.family);
  require(ssh::statecall_of(kind, ssh::Direction::receive) !=
              ssh::policy::Statecall::Transmit_Transport_Unexpected,
          "a message without a statecall");
  std::visit(Contents{}, *message);
  Encoder first{context.family};
  if (!std::visit(first, *message)) return 0;
  if (std::visit(IsCanonical{}, *message)) {
    require(std::ranges::equal(first.bytes, payload), "encoded to something else");
  }
  if (std::holds_alternative<wire::ServiceAccept>(*message) ||
      std::holds_alternative<wire::UserauthFailure>(*message)) {
    return 0;  // a server does not read further than their number
  }
  const auto again = wire::decode_from_client(first.bytes, context);
  require(again && again->index() == message->index(), "what was encoded cannot be decoded");
  Encoder second{context.family};
  std::visit(second, *again);
  require(first.bytes == second.bytes, "encoded to something else the second time");
  return 0;
}
