#include "support/endpoints.hpp"

#include <algorithm>

namespace ssh::test {
namespace {

const SigningKey& host_key() {
  static const auto key = std::move(*generate_private_key("ssh-ed25519", "test"));
  return *key;
}

std::vector<std::string> strings(const std::vector<std::string_view>& views) {
  return {views.begin(), views.end()};
}

AuthAnswer default_answer(const event::Authenticate& asked) {
  const AuthFailure no{{"publickey", "password"}, false, true};
  if (const auto* password = std::get_if<PasswordRequest>(&asked.request)) {
    if (asked.user == "user" && password->password == "secret") return AuthSuccess{};
    return no;
  }
  if (const auto* key = std::get_if<PublicKeyRequest>(&asked.request)) {
    if (!key->signature) return AuthPublicKeyOk{};
    const auto verified =
        libcrypto_provider().verify(key->algorithm, key->key, key->signed_data, *key->signature);
    if (verified && verified->valid) return AuthSuccess{};
    return no;
  }
  if (std::holds_alternative<KeyboardInteractiveRequest>(asked.request)) {
    return AuthPrompts{"name", "instruction", {{"Code: ", false}, {"Name: ", true}}};
  }
  if (const auto* response = std::get_if<KeyboardInteractiveResponse>(&asked.request)) {
    if (response->responses == std::vector<std::string_view>{"1", "2"}) return AuthSuccess{};
    return no;
  }
  AuthFailure methods = no;
  methods.counts = !std::holds_alternative<NoneRequest>(asked.request);
  return methods;
}

}  // namespace

std::shared_ptr<SessionOptions> session_options() {
  auto options = std::make_shared<SessionOptions>();
  const auto& crypto = libcrypto_provider();
  options->crypto = &crypto;
  options->key_exchange = strings(crypto.key_exchange_methods());
  options->ciphers = strings(crypto.ciphers());
  options->macs = strings(crypto.macs());
  options->compression = true;
  options->host_keys.push_back({to_bytes(host_key().public_blob()), {"ssh-ed25519"}});
  options->public_key_algorithms = strings(crypto.signature_algorithms());
  return options;
}

Endpoints::Endpoints(ClientOptions client_options, std::shared_ptr<SessionOptions> with, Tap* tap)
    : options(std::move(with)),
      session(options, now, tap),
      client(libcrypto_provider(), std::move(client_options)),
      authenticate(default_answer) {}

struct Endpoints::Host {
  Endpoints& e;

  void operator()(const event::KeysAgreed&) const { e.events.emplace_back("keys"); }
  void operator()(const event::SignExchangeHash& s) const {
    e.session.exchange_signed(host_key().sign(s.algorithm, s.hash));
  }
  void operator()(const event::ProveHostKeys& p) const {
    std::vector<Bytes> signatures;
    for (const auto& proof : p.proofs)
      signatures.push_back(*host_key().sign(proof.algorithm, proof.data));
    e.session.host_keys_proved(std::move(signatures));
  }
  void operator()(const event::Authenticate& a) const {
    e.session.answer_authentication(e.authenticate(a));
  }
  void operator()(const event::LoggedIn&) const { e.events.emplace_back("login"); }
  void operator()(const event::ChannelOpen& c) const {
    e.events.emplace_back("open");
    if (e.confirm_channels) e.session.confirm_channel(c.channel);
  }
  void operator()(const event::ChannelConfirmed&) const { e.events.emplace_back("confirmed"); }
  void operator()(const event::ChannelRefused&) const { e.events.emplace_back("refused channel"); }
  void operator()(const event::ChannelRequest& r) const {
    static constexpr const char* kNames[] = {"pty",  "env",    "shell", "exec", "subsystem",
                                             "size", "signal", "break", "agent"};
    e.requests.emplace_back(kNames[r.request.index()]);
    e.session.answer_channel_request(e.grant_requests);
  }
  void operator()(const event::ChannelData& d) const {
    e.data += as_text(d.data);
    if (e.consume) e.session.channel_consumed(d.channel, d.data.size());
  }
  void operator()(const event::ChannelEof&) const { e.events.emplace_back("eof"); }
  void operator()(const event::ChannelClosed&) const { e.events.emplace_back("closed channel"); }
  void operator()(const event::ChannelWritable& w) const {
    if (e.on_writable) e.on_writable(w.channel);
  }
  void operator()(const event::GlobalRequest& g) const {
    static constexpr const char* kNames[] = {"forward", "cancel", "forward path", "cancel path"};
    e.requests.emplace_back(kNames[g.request.index()]);
    e.session.answer_global_request(e.grant_requests, 4711);
  }
  void operator()(const event::Refused& r) const { e.refused = r; }
  void operator()(const event::Closed& c) const { e.closed = c; }
};

void Endpoints::drain() {
  while (const auto event = session.poll()) std::visit(Host{*this}, *event);
}

void Endpoints::run(std::size_t piece) {
  for (bool busy = true; busy;) {
    busy = false;
    drain();
    while (!session.output().empty()) {
      const auto bytes = to_bytes(session.output().first(std::min(piece, session.output().size())));
      session.consume_output(bytes.size());
      client.receive(bytes);
      busy = true;
    }
    Bytes said = client.take_output();
    for (std::size_t at = 0; at < said.size(); at += piece) {
      const MutableBytes part = MutableBytes(said).subspan(at, std::min(piece, said.size() - at));
      session.receive(part, now);
      drain();
      // The session may not look at these bytes any more.
      std::ranges::fill(part, std::uint8_t{0xee});
      busy = true;
    }
  }
}

void Endpoints::advance(Time by) {
  now += by;
  session.handle_timeout(now);
  run();
}

void Endpoints::exchange() {
  client.say_version();
  run();
}

void Endpoints::log_in() {
  exchange();
  client.send(wire::ServiceRequest{"ssh-userauth"});
  client.send(wire::UserauthRequest{"user", "ssh-connection", wire::PasswordMethod{"secret", {}}});
  run();
}

void Endpoints::open_session() {
  log_in();
  client.send(wire::ChannelOpen{"session", 0, 1U << 21, 32768, {}});
  run();
  client.heard.clear();
}

std::vector<std::uint8_t> Endpoints::numbers() {
  std::vector<std::uint8_t> numbers;
  for (const auto& payload : client.heard) numbers.push_back(payload[0]);
  client.heard.clear();
  return numbers;
}

}  // namespace ssh::test
