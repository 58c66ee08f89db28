// RFC 4253 section 11.1 (DISCONNECT). The refused message is the last one said; whatever is heard
// from then on is looked at.
#include "visit.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "ssh/libcrypto_provider.hpp"
#include "support/refusals.hpp"

namespace ssh::test {
namespace {

/// Long after anybody's patience: that an answer does not come at all is what is found by it.
constexpr int kPatience = 30'000;

int connect_to(const std::string& host, std::uint16_t port) {
  const int s = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (s < 0) throw std::system_error(errno, std::generic_category(), "socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
    ::close(s);
    throw std::invalid_argument(host + " is no address");
  }
  if (::connect(s, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    ::close(s);
    throw std::system_error(error, std::generic_category(), "connect");
  }
  const int yes = 1;
  ::setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return s;
}

/// The last ones.
std::string names(const std::vector<Statecall>& trace) {
  constexpr std::size_t kMost = 8;
  std::string text = trace.size() > kMost ? "... " : "";
  for (std::size_t i = trace.size() - std::min(trace.size(), kMost); i < trace.size(); ++i) {
    text += std::string(to_string(trace[i])) + " ";
  }
  return text;
}

std::vector<Statecall> sorted(std::vector<Statecall> trace) {
  std::ranges::sort(trace);
  return trace;
}

}  // namespace

Visit::Visit(const Target& target)
    : target_(target),
      socket_(connect_to(target.host, target.port)),
      speaker_(libcrypto_provider(), target.phrases),
      model_(target.server) {
  sockaddr_in mine{};
  socklen_t size = sizeof mine;
  ::getsockname(socket_, reinterpret_cast<sockaddr*>(&mine), &size);
  port_ = ntohs(mine.sin_port);
}

Visit::~Visit() {
  for (const int stranger : strangers_) ::close(stranger);
  ::close(socket_);
}

void Visit::deviate(const std::string& what) const {
  throw Deviation(what + "\n  so far: " + names(conversation().trace()) +
                  "\n  the model: " + names(model_.conversation().trace()));
}

void Visit::flush() {
  const Bytes bytes = speaker_.take_output();
  for (std::size_t at = 0; at < bytes.size();) {
    const auto sent = ::send(socket_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) deviate("nobody takes what the client says");
    at += static_cast<std::size_t>(sent);
  }
}

bool Visit::hear() {
  pollfd waiting{socket_, POLLIN, 0};
  const int ready = ::poll(&waiting, 1, kPatience);
  if (ready < 0 && errno == EINTR) return true;
  if (ready <= 0) deviate("the server does not answer");
  std::uint8_t bytes[16384];
  const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
  if (got < 0) deviate("the server has reset the connection");
  if (got == 0) return false;
  speaker_.hear({bytes, static_cast<std::size_t>(got)});
  if (!conversation().fault().empty()) deviate(conversation().fault());
  return true;
}

void Visit::catch_up() {
  const auto& model = model_.conversation();
  while (conversation().trace().size() < model.trace().size()) {
    if (!hear()) deviate("the server has closed the connection");
  }
  // What several parts of the server answer may come in any order.
  if (sorted(conversation().trace()) != sorted(model.trace()) ||
      state_of(conversation().monitor()) != state_of(model.monitor()) ||
      state_of(conversation().channel()) != state_of(model.channel()) ||
      conversation().context() != model.context()) {
    deviate("the server has answered something else");
  }
}

void Visit::take(Turn turn) {
  model_.take(turn);
  if (turn.said == kVisitor) {
    strangers_.push_back(connect_to(target_.host, speaker_.forwarded_port));
  } else {
    speaker_.say(turn.said, turn.option, true);
    flush();
  }
  catch_up();
}

void Visit::go(const Way& way) {
  catch_up();
  for (const Turn turn : way) take(turn);
}

void Visit::provoke(Statecall refused) {
  std::vector<Bytes> heard;
  speaker_.overhears = [&](const Bytes& payload) { heard.push_back(payload); };
  speaker_.say(refused, 0, false);
  flush();
  while (hear()) {
  }
  if (heard.size() != 1) deviate(std::to_string(heard.size()) + " messages after the refused one");
  wire::Reader r(heard[0]);
  const auto number = r.u8();
  const auto reason = r.u32();
  const auto text = r.text();
  if (number != wire::Disconnect::kNumber || reason != 2 ||
      text != "refused by policy: " + std::string(to_string(refused))) {
    deviate("message " + std::to_string(number) + ", reason " + std::to_string(reason) + ", '" +
            std::string(text) + "'");
  }
}

void Visit::expect_end() {
  const auto said = conversation().trace().size();
  while (hear()) {
  }
  if (conversation().trace().size() != said) deviate("something is said after the end");
}

}  // namespace ssh::test
