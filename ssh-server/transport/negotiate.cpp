// See negotiate.hpp.
#include "transport/negotiate.hpp"

#include <algorithm>

namespace ssh::transport {
namespace {

constexpr std::string_view kStrictClient = "kex-strict-c-v00@openssh.com";
constexpr std::string_view kStrictServer = "kex-strict-s-v00@openssh.com";
constexpr std::string_view kExtInfoClient = "ext-info-c";
constexpr std::string_view kZlib = "zlib@openssh.com";

/// The first name of a list, which is taken off it.
std::string_view take_first(std::string_view& list) {
  const auto comma = list.find(',');
  const auto first = list.substr(0, comma);
  list = comma == list.npos ? std::string_view{} : list.substr(comma + 1);
  return first;
}

/// The first of the client's names that the server has, too.
std::string_view choose(std::string_view client, std::string_view server) {
  while (!client.empty()) {
    const auto name = take_first(client);
    if (!name.empty() && list_has(server, name)) return name;
  }
  return {};
}

std::string join(const std::vector<std::string>& names) {
  std::string joined;
  for (const auto& name : names) {
    if (!joined.empty()) joined += ',';
    joined += name;
  }
  return joined;
}

/// What a client wrote, for a log: no control characters, no end of the page.
std::string printable(std::string_view text) {
  std::string shown(text.substr(0, 1000));
  std::ranges::replace_if(
      shown, [](char c) { return c < ' ' || c > '~'; }, '?');
  return shown;
}

/// One line of the table of what is negotiated.
struct Choice {
  const char* what;
  std::string_view client, server;
  std::string* into;
};

std::string first_of(std::string_view list) {
  return std::string(take_first(list));
}

}  // namespace

bool list_has(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    if (take_first(list) == name) return true;
  }
  return false;
}

Proposal propose(const SessionOptions& options) {
  Proposal p;
  // The last two are no methods but say what this server knows.
  p.kex = join(options.key_exchange) + ",ext-info-s," + std::string(kStrictServer);
  for (const auto& key : options.host_keys) {
    for (const auto& algorithm : key.algorithms) {
      if (list_has(p.host_key, algorithm)) continue;
      if (!p.host_key.empty()) p.host_key += ',';
      p.host_key += algorithm;
    }
  }
  p.ciphers = join(options.ciphers);
  p.macs = join(options.macs);
  p.compression = options.compression ? "none," + std::string(kZlib) : "none";
  return p;
}

wire::KexInit as_message(const Proposal& p) {
  wire::KexInit m;
  m.kex = p.kex;
  m.host_key = p.host_key;
  m.cipher_in = m.cipher_out = p.ciphers;
  m.mac_in = m.mac_out = p.macs;
  m.compression_in = m.compression_out = p.compression;
  return m;
}

Result<Negotiated> negotiate(const wire::KexInit& client, const Proposal& server,
                             const SessionOptions& options) {
  Negotiated n;
  std::string compression_in, compression_out;
  const Choice choices[] = {
      {"key exchange method", client.kex, server.kex, &n.key_exchange},
      {"host key type", client.host_key, server.host_key, &n.host_key_algorithm},
      {"cipher", client.cipher_in, server.ciphers, &n.cipher_in},
      {"cipher", client.cipher_out, server.ciphers, &n.cipher_out},
      {"MAC", client.mac_in, server.macs, &n.mac_in},
      {"MAC", client.mac_out, server.macs, &n.mac_out},
      {"compression", client.compression_in, server.compression, &compression_in},
      {"compression", client.compression_out, server.compression, &compression_out},
  };
  for (const auto& choice : choices) {
    *choice.into = choose(choice.client, choice.server);
    // An AEAD needs no MAC, so none need be agreed on.
    const bool needless = (choice.into == &n.mac_in && options.crypto->is_aead(n.cipher_in)) ||
                          (choice.into == &n.mac_out && options.crypto->is_aead(n.cipher_out));
    if (needless) {
      choice.into->clear();
    } else if (choice.into->empty()) {
      return failure(std::string("no matching ") + choice.what +
                     " found. Their offer: " + printable(choice.client));
    }
  }
  // What is no method cannot be chosen as one.
  if (n.key_exchange == "ext-info-s" || n.key_exchange == kStrictServer) {
    return failure("no matching key exchange method found. Their offer: " + printable(client.kex));
  }
  n.compression_in = compression_in == kZlib;
  n.compression_out = compression_out == kZlib;
  n.ext_info = list_has(client.kex, kExtInfoClient);
  n.strict = list_has(client.kex, kStrictClient);
  // RFC 4253 section 7: a guess is right if both ends' first methods and first host key types are
  // the same.
  n.wrong_guess =
      client.first_kex_packet_follows && (first_of(client.kex) != first_of(server.kex) ||
                                          first_of(client.host_key) != first_of(server.host_key));
  const auto has_it = [&](const HostKey& key) {
    return std::ranges::find(key.algorithms, n.host_key_algorithm) != key.algorithms.end();
  };
  const auto found = std::ranges::find_if(options.host_keys, has_it);
  n.host_key = static_cast<std::size_t>(found - options.host_keys.begin());
  return n;
}

}  // namespace ssh::transport
