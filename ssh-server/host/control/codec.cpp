// The messages as bytes. The data types are those of RFC 4251 section 5; a message is its two ids,
// the index of its kind, and its fields in the order of fields() below, which is the one place
// where both directions take them from.
//
// Invariant: decoding touches nothing outside its bytes and allocates in proportion to them; what
// is left over, and what no encoder writes (flags other than 0 and 1, kinds that do not exist), is
// an Error.
#include <type_traits>

#include "control/control.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace ssh::host {
namespace {

/// M is T or const T: one list of fields for reading and writing.
template <class M, class T>
concept Is = std::same_as<std::remove_const_t<M>, T>;

template <class>
struct LastOf;  // the largest enumerator, which bounds what may come
template <>
struct LastOf<request::StartProgram::Kind> {
  static constexpr auto value = request::StartProgram::Kind::subsystem;
};
template <>
struct LastOf<reply::Program::Shape> {
  static constexpr auto value = reply::Program::Shape::socket;
};

// What session.hpp and crypto.hpp bring.

void fields(auto& a, Is<HostKey> auto& m) {
  a(m.public_blob, m.algorithms);
}
void fields(auto& a, Is<SessionOptions> auto& m) {
  a(m.key_exchange, m.ciphers, m.macs, m.compression, m.host_keys, m.public_key_algorithms);
  a(m.software, m.version_comment, m.rekey_bytes, m.rekey_time, m.login_grace, m.max_auth_tries);
  a(m.max_channels, m.alive_interval, m.alive_count, m.window, m.window_limit, m.max_packet);
}
void fields(auto& a, Is<SessionCounters> auto& m) {
  a(m.bytes_in, m.bytes_out, m.packets_in, m.packets_out, m.key_exchanges, m.auth_failures);
}
void fields(auto& a, Is<EnvRequest> auto& m) {
  a(m.name, m.value);
}
void fields(auto& a, Is<TerminalSize> auto& m) {
  a(m.columns, m.rows, m.width_pixels, m.height_pixels);
}
void fields(auto& a, Is<TerminalMode> auto& m) {
  a(m.opcode, m.argument);
}
void fields(auto& a, Is<PtyRequest> auto& m) {
  a(m.term, m.size, m.modes);
}
void fields(auto& a, Is<Prompt> auto& m) {
  a(m.text, m.echo);
}
void fields(auto&, Is<AuthSuccess> auto&) {}
void fields(auto& a, Is<AuthFailure> auto& m) {
  a(m.methods, m.partial, m.counts);
}
void fields(auto&, Is<AuthPublicKeyOk> auto&) {}
void fields(auto& a, Is<AuthPasswordChange> auto& m) {
  a(m.prompt);
}
void fields(auto& a, Is<AuthPrompts> auto& m) {
  a(m.name, m.instruction, m.prompts);
}

void fields(auto& a, Is<request::SignExchange> auto& m) {
  a(m.host_key, m.algorithm, m.hash, m.session_id);
}
void fields(auto& a, Is<request::ProveHostKeys::Proof> auto& m) {
  a(m.host_key, m.algorithm);
}
void fields(auto& a, Is<request::ProveHostKeys> auto& m) {
  a(m.proofs);
}
void fields(auto& a, Is<request::AuthNone> auto& m) {
  a(m.user);
}
void fields(auto& a, Is<request::AuthOther> auto& m) {
  a(m.user, m.method);
}
void fields(auto& a, Is<request::AuthPublicKey> auto& m) {
  a(m.user, m.algorithm, m.key, m.signature);
}
void fields(auto& a, Is<request::AuthPassword> auto& m) {
  a(m.user, m.password, m.new_password);
}
void fields(auto& a, Is<request::AuthInteractive> auto& m) {
  a(m.user);
}
void fields(auto& a, Is<request::AuthInteractiveResponse> auto& m) {
  a(m.user, m.responses);
}
void fields(auto& a, Is<request::StartProgram> auto& m) {
  a(m.kind, m.command, m.environment, m.terminal, m.agent);
}
void fields(auto& a, Is<request::SignalProgram> auto& m) {
  a(m.signal);
}
void fields(auto&, Is<request::EndProgram> auto&) {}
void fields(auto& a, Is<request::ConnectTcp> auto& m) {
  a(m.host, m.port);
}
void fields(auto& a, Is<request::ConnectStreamLocal> auto& m) {
  a(m.path);
}
void fields(auto& a, Is<request::ListenTcp> auto& m) {
  a(m.address, m.port);
}
void fields(auto& a, Is<request::ListenStreamLocal> auto& m) {
  a(m.path);
}
void fields(auto&, Is<request::ForwardAgent> auto&) {}
void fields(auto&, Is<request::StopListening> auto&) {}
void fields(auto& a, Is<request::Log> auto& m) {
  a(m.level, m.text);
}
void fields(auto& a, Is<request::Refused> auto& m) {
  a(m.automaton, m.statecall, m.text, m.inbound);
}
void fields(auto& a, Is<request::Ended> auto& m) {
  a(m.reason, m.orderly, m.counters);
}

void fields(auto& a, Is<reply::Connection> auto& m) {
  a(m.peer_address, m.local_address, m.peer_port, m.local_port);
}
void fields(auto& a, Is<reply::Options> auto& m) {
  a(m.session, m.max_sessions);
}
void fields(auto& a, Is<reply::Signature> auto& m) {
  a(m.signature);
}
void fields(auto& a, Is<reply::Signatures> auto& m) {
  a(m.signatures);
}
void fields(auto& a, Is<reply::Permissions> auto& m) {
  a(m.user, m.terminal, m.agent, m.local_forwarding, m.remote_forwarding, m.accept_env);
  a(m.max_sessions, m.alive_interval, m.alive_count);
}
void fields(auto& a, Is<reply::Authentication> auto& m) {
  a(m.answer, m.permissions, m.banner);
}
void fields(auto& a, Is<reply::Program> auto& m) {
  a(m.shape, m.started, m.why_not);
}
void fields(auto& a, Is<reply::ProgramEnded> auto& m) {
  a(m.status, m.signal, m.core_dumped);
}
void fields(auto& a, Is<reply::Connected> auto& m) {
  a(m.connected, m.prohibited, m.why_not);
}
void fields(auto& a, Is<reply::Listening> auto& m) {
  a(m.listening, m.port, m.why_not);
}
void fields(auto& a, Is<reply::Disconnect> auto& m) {
  a(m.reason, m.description);
}
void fields(auto&, Is<reply::Drain> auto&) {}

void fields(auto& a, Is<RequestMessage> auto& m) {
  a(m.connection, m.id, m.body);
}
void fields(auto& a, Is<ReplyMessage> auto& m) {
  a(m.connection, m.id, m.body);
}

class Encoder {
 public:
  explicit Encoder(Bytes& to) : writer_(to) {}

  void operator()(const auto&... values) { (put(values), ...); }

 private:
  void put(bool value) { writer_.boolean(value); }
  void put(std::uint8_t value) { writer_.u8(value); }
  void put(std::uint32_t value) { writer_.u32(value); }
  void put(std::uint64_t value) { writer_.u64(value); }
  void put(Time value) { writer_.u64(static_cast<std::uint64_t>(value.count())); }
  void put(const std::string& value) { writer_.string(value); }
  void put(const Bytes& value) { writer_.string(ByteView(value)); }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) {
      put(*value);
    }
  }
  template <class T>
  void put(const std::vector<T>& values) {
    put(static_cast<std::uint32_t>(values.size()));
    for (const T& value : values) {
      put(value);
    }
  }
  template <class... T>
  void put(const std::variant<T...>& value) {
    put(static_cast<std::uint8_t>(value.index()));
    std::visit([this](const auto& one) { put(one); }, value);
  }
  template <class T>
  void put(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      put(static_cast<std::underlying_type_t<T>>(value));
    } else {
      fields(*this, value);
    }
  }

  wire::Writer writer_;
};

class Decoder {
 public:
  explicit Decoder(ByteView from) : reader_(from) {}

  void operator()(auto&... values) { (get(values), ...); }
  bool done() const { return reader_.done(); }

 private:
  void get(bool& value) {
    const std::uint8_t byte = reader_.u8();
    value = byte == 1;
    if (byte > 1) {
      reader_.fail();
    }
  }
  void get(std::uint8_t& value) { value = reader_.u8(); }
  void get(std::uint32_t& value) { value = reader_.u32(); }
  void get(std::uint64_t& value) { value = reader_.u64(); }
  void get(Time& value) { value = Time(static_cast<std::int64_t>(reader_.u64())); }
  void get(std::string& value) { value = reader_.text(); }
  void get(Bytes& value) { value = to_bytes(reader_.string()); }
  template <class T>
  void get(std::optional<T>& value) {
    bool present = false;
    get(present);
    if (present) {
      get(value.emplace());
    }
  }
  template <class T>
  void get(std::vector<T>& values) {
    const std::uint32_t count = reader_.u32();
    // No element is without bytes, so a loop that runs out of them stops at once.
    for (std::uint32_t i = 0; i < count && reader_.ok(); ++i) {
      get(values.emplace_back());
    }
  }
  template <class... T>
  void get(std::variant<T...>& value) {
    const std::uint8_t index = reader_.u8();
    if (index >= sizeof...(T)) {
      reader_.fail();
      return;
    }
    std::uint8_t i = 0;
    ((i++ == index ? get(value.template emplace<T>()) : void()), ...);
  }
  template <class T>
  void get(T& value) {
    if constexpr (std::is_enum_v<T>) {
      std::underlying_type_t<T> number{};
      get(number);
      if constexpr (requires { LastOf<T>::value; }) {
        if (number > static_cast<std::underlying_type_t<T>>(LastOf<T>::value)) {
          reader_.fail();
          return;
        }
      }
      value = static_cast<T>(number);
    } else {
      fields(*this, value);
    }
  }

  wire::Reader reader_;
};

template <class Message>
Bytes encoded(const Message& message) {
  Bytes bytes;
  Encoder encoder(bytes);
  fields(encoder, message);
  return bytes;
}

template <class Message>
Result<Message> decoded(ByteView bytes) {
  Message message;
  Decoder decoder(bytes);
  fields(decoder, message);
  if (!decoder.done()) {
    return failure("a malformed control message");
  }
  return message;
}

}  // namespace

Bytes encode(const RequestMessage& message) {
  return encoded(message);
}
Bytes encode(const ReplyMessage& message) {
  return encoded(message);
}
Result<RequestMessage> decode_request(ByteView bytes) {
  return decoded<RequestMessage>(bytes);
}
Result<ReplyMessage> decode_reply(ByteView bytes) {
  return decoded<ReplyMessage>(bytes);
}

}  // namespace ssh::host
