// TCP traffic where there is only busybox: in dom0, and in a Linux guest.
//
//   traffic echo ADDRESS PORT BYTES     sends so many and takes them back, each one compared
//   traffic send ADDRESS PORT BYTES     sends so many; ends when the peer has taken them all
//   traffic take ADDRESS PORT BYTES     takes so many of a character generator (RFC 864), compared
//   traffic row ADDRESS PORT COUNT      connections one by one, 100 bytes to and fro on each
//   traffic together ADDRESS PORT COUNT BYTES   connections at once, so many to and fro on each
//   traffic reach ADDRESS PORT          tries until there is an echo
//   traffic banner ADDRESS PORT         tries until an SSH server says who it is
//   traffic serve                       echo, discard and chargen at ports 7, 9 and 19
//
// Prints the seconds that it took. Ends with 1 if anything is not as it should be.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kLimit = 120'000;  // milliseconds without any progress

[[noreturn]] void fail(const std::string& what, bool with_errno = false) {
  std::fprintf(stderr, "traffic: %s%s%s\n", what.c_str(), with_errno ? ": " : "",
               with_errno ? std::strerror(errno) : "");
  std::exit(1);
}

// Bytes that do not repeat: a place in them is known by what is there.
class Pattern {
 public:
  explicit Pattern(std::uint64_t seed) : state_(seed * 2 + 1) {}
  char next() {
    if (left_ == 0) {
      state_ ^= state_ << 13U;
      state_ ^= state_ >> 7U;
      state_ ^= state_ << 17U;
      word_ = state_ * 0x2545F4914F6CDD1DULL;
      left_ = 8;
    }
    const auto byte = static_cast<char>(word_);
    word_ >>= 8U;
    --left_;
    return byte;
  }

 private:
  std::uint64_t state_, word_ = 0;
  unsigned left_ = 0;
};

// RFC 864: lines of 72 characters, each beginning one further, until all 95 have been the first.
std::string generated() {
  std::string all;
  for (unsigned line = 0; line < 95; ++line) {
    for (unsigned column = 0; column < 72; ++column) {
      all.push_back(static_cast<char>(32 + (line + column) % 95));
    }
    all += "\r\n";
  }
  return all;
}
const std::string kGenerated = generated();

struct Place {
  std::string address, port;
};

// A socket that is connecting; -1 if that cannot be.
int begin_connect(const Place& to) {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  const bool is_v6 = inet_pton(AF_INET6, to.address.c_str(), &v6.sin6_addr) == 1;
  if (!is_v6 && inet_pton(AF_INET, to.address.c_str(), &v4.sin_addr) != 1) {
    fail("'" + to.address + "' is no address");
  }
  v4.sin_family = AF_INET;
  v6.sin6_family = AF_INET6;
  v4.sin_port = v6.sin6_port = htons(static_cast<std::uint16_t>(std::atoi(to.port.c_str())));
  const auto* address =
      is_v6 ? reinterpret_cast<const sockaddr*>(&v6) : reinterpret_cast<const sockaddr*>(&v4);
  const int s = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (s < 0) fail("socket", true);
  const int on = 1;
  setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const bool begun =
      connect(s, address, is_v6 ? sizeof v6 : sizeof v4) == 0 || errno == EINPROGRESS;
  if (begun) return s;
  close(s);
  return -1;
}

bool wait_for(int s, short events, int milliseconds) {
  pollfd one{s, events, 0};
  return poll(&one, 1, milliseconds) == 1;
}

int connected(const Place& to) {
  const int s = begin_connect(to);
  if (s < 0) fail("connect", true);
  if (!wait_for(s, POLLOUT, kLimit)) fail("connect: no answer");
  socklen_t size = sizeof errno;
  getsockopt(s, SOL_SOCKET, SO_ERROR, &errno, &size);
  if (errno != 0) fail("connect", true);
  return s;
}

// One connection to an echo service, without blocking.
class EchoTalk {
 public:
  EchoTalk(int s, std::uint64_t size, std::uint64_t seed)
      : socket_(s), unsent_(size), unseen_(size), out_(seed), in_(seed) {}

  [[nodiscard]] bool over() const { return over_; }
  [[nodiscard]] pollfd wants() const {
    if (over_) return {-1, 0, 0};
    const bool more = unsent_ != 0 || !chunk_.empty();
    return {socket_, static_cast<short>(POLLIN | (more ? POLLOUT : 0)), 0};
  }
  void go_on(short events) {
    if ((events & POLLOUT) != 0) write();
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) read();
  }

 private:
  void write() {
    while (chunk_.size() < 65536 && unsent_ != 0) {
      chunk_.push_back(out_.next());
      --unsent_;
    }
    if (chunk_.empty()) return;
    const auto n = send(socket_, chunk_.data(), chunk_.size(), MSG_NOSIGNAL);
    if (n < 0) {
      if (errno == EAGAIN) return;
      fail("send", true);
    }
    chunk_.erase(0, static_cast<std::size_t>(n));
    if (chunk_.empty() && unsent_ == 0) shutdown(socket_, SHUT_WR);
  }
  void read() {
    static char buffer[65536];
    const auto n = recv(socket_, buffer, sizeof buffer, 0);
    if (n < 0) {
      if (errno == EAGAIN) return;
      fail("recv", true);
    }
    if (n == 0) {
      if (unseen_ != 0) fail(std::to_string(unseen_) + " bytes did not come back");
      over_ = true;
      close(socket_);
      return;
    }
    if (static_cast<std::uint64_t>(n) > unseen_) fail("more came back than was sent");
    for (ssize_t i = 0; i < n; ++i) {
      if (buffer[i] != in_.next()) fail("other bytes came back than were sent");
    }
    unseen_ -= static_cast<std::uint64_t>(n);
  }

  int socket_;
  std::uint64_t unsent_, unseen_;
  Pattern out_, in_;
  std::string chunk_;
  bool over_ = false;
};

void run(std::vector<EchoTalk>& talks) {
  for (;;) {
    std::vector<pollfd> wanted;
    for (const auto& talk : talks) wanted.push_back(talk.wants());
    if (std::all_of(talks.begin(), talks.end(), [](const auto& t) { return t.over(); })) return;
    if (poll(wanted.data(), wanted.size(), kLimit) <= 0) fail("nothing goes on");
    for (std::size_t i = 0; i < talks.size(); ++i) talks[i].go_on(wanted[i].revents);
  }
}

void echo(const Place& to, std::uint64_t size, std::uint64_t seed = 1) {
  std::vector<EchoTalk> talks;
  talks.emplace_back(connected(to), size, seed);
  run(talks);
}

void together(const Place& to, std::uint64_t count, std::uint64_t size) {
  std::vector<EchoTalk> talks;
  for (std::uint64_t i = 0; i < count; ++i) talks.emplace_back(connected(to), size, i);
  run(talks);
}

void send_all(const Place& to, std::uint64_t size) {
  const int s = connected(to);
  const std::string zeros(65536, '\0');
  while (size != 0) {
    if (!wait_for(s, POLLOUT, kLimit)) fail("the peer takes nothing");
    const auto n = send(s, zeros.data(), std::min<std::uint64_t>(zeros.size(), size), MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) fail("send", true);
    if (n > 0) size -= static_cast<std::uint64_t>(n);
  }
  shutdown(s, SHUT_WR);
  char byte = 0;
  if (!wait_for(s, POLLIN, kLimit)) fail("the peer does not end");
  if (recv(s, &byte, 1, 0) != 0) fail("the peer did not just end");
  close(s);
}

void take(const Place& to, std::uint64_t size) {
  const int s = connected(to);
  std::size_t place = 0;  // in kGenerated
  static char buffer[65536];
  while (size != 0) {
    if (!wait_for(s, POLLIN, kLimit)) fail("nothing comes");
    const auto n = recv(s, buffer, std::min<std::uint64_t>(sizeof buffer, size), 0);
    if (n <= 0) fail("recv", n < 0);
    for (std::string_view left(buffer, static_cast<std::size_t>(n)); !left.empty();) {
      const auto wanted = std::string_view(kGenerated).substr(place, left.size());
      if (!left.starts_with(wanted)) fail("not what a character generator sends");
      left.remove_prefix(wanted.size());
      place = (place + wanted.size()) % kGenerated.size();
    }
    size -= static_cast<std::uint64_t>(n);
  }
  close(s);
}

// Whether `answer` comes, after `say`, on the connection that begins.
bool answers(int s, std::string_view say, std::string_view answer, int patience) {
  if (!wait_for(s, POLLOUT, patience)) return false;
  if (!say.empty() && send(s, say.data(), say.size(), MSG_NOSIGNAL) < 0) return false;
  std::string came;
  while (came.size() < answer.size()) {
    char buffer[16];
    if (!wait_for(s, POLLIN, 5000)) return false;
    const auto n = recv(s, buffer, std::min(sizeof buffer, answer.size() - came.size()), 0);
    if (n <= 0) return false;
    came.append(buffer, static_cast<std::size_t>(n));
  }
  return came == answer;
}

void reach(const Place& to, std::string_view say, std::string_view answer) {
  const auto begun = Clock::now();
  for (;;) {
    const auto elapsed = Clock::now() - begun;
    if (elapsed > std::chrono::minutes(4)) break;
    // A guest that is not there yet answers nothing, so an attempt is given up soon; but not always
    // as soon as one that is there, and slow, needs.
    const auto patience = std::chrono::ceil<std::chrono::milliseconds>(elapsed / 50).count() + 50;
    const int s = begin_connect(to);
    const bool there = s >= 0 && answers(s, say, answer, static_cast<int>(patience));
    if (s >= 0) close(s);
    if (there) return;
    usleep(2000);
  }
  fail("nobody there");
}

// ---- the services ------------------------------------------------------------------------------

struct Served {
  int port = 0;
  std::string out;
  bool peer_closed = false;
};

int listen_at(int port) {
  const int s = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);  // takes version 4 as well
  const int on = 1;
  setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in6 here{};
  here.sin6_family = AF_INET6;
  here.sin6_port = htons(static_cast<std::uint16_t>(port));
  if (bind(s, reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0 || listen(s, 512) != 0) {
    fail("port " + std::to_string(port), true);
  }
  return s;
}

// Whether the connection goes on.
bool serve_one(int s, Served& one) {
  static char buffer[65536];
  if (!one.peer_closed && one.out.size() < sizeof buffer) {
    const auto n = recv(s, buffer, sizeof buffer, 0);
    if (n == 0) one.peer_closed = true;
    if (n < 0 && errno != EAGAIN) return false;
    if (n > 0 && one.port == 7) one.out.append(buffer, static_cast<std::size_t>(n));
  }
  if (one.port == 19 && !one.peer_closed) {
    while (one.out.size() < sizeof buffer) one.out += kGenerated;
  }
  if (one.port == 19 && one.peer_closed) one.out.clear();
  if (!one.out.empty()) {
    const auto n = send(s, one.out.data(), one.out.size(), MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) return false;
    if (n > 0) one.out.erase(0, static_cast<std::size_t>(n));
  }
  return !one.peer_closed || !one.out.empty();
}

[[noreturn]] void serve() {
  std::map<int, int> listeners;
  for (const int port : {7, 9, 19}) listeners[listen_at(port)] = port;
  std::map<int, Served> served;
  for (;;) {
    std::vector<pollfd> wanted;
    for (const auto& [s, port] : listeners) wanted.push_back({s, POLLIN, 0});
    for (const auto& [s, one] : served) {
      const bool writes = one.port == 19 || !one.out.empty();
      const bool reads = !one.peer_closed && one.out.size() < 65536;
      wanted.push_back({s, static_cast<short>((writes ? POLLOUT : 0) | (reads ? POLLIN : 0)), 0});
    }
    if (poll(wanted.data(), wanted.size(), -1) < 0) continue;
    for (const auto& [s, events, came] : wanted) {
      if (came == 0) continue;
      if (const auto listener = listeners.find(s); listener != listeners.end()) {
        const int fresh = accept4(s, nullptr, nullptr, SOCK_NONBLOCK);
        const int on = 1;
        setsockopt(fresh, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (fresh >= 0) served[fresh].port = listener->second;
      } else if (!serve_one(s, served[s])) {
        close(s);
        served.erase(s);
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto word = [&](std::size_t i) { return i < words.size() ? words[i] : std::string(); };
  const auto number = [&](std::size_t i) { return std::strtoull(word(i).c_str(), nullptr, 10); };
  const Place to{word(1), word(2)};
  const auto begun = Clock::now();
  if (word(0) == "serve") serve();
  if (words.size() < 3) fail("too few words; the source says which");
  if (word(0) == "echo") {
    echo(to, number(3));
  } else if (word(0) == "send") {
    send_all(to, number(3));
  } else if (word(0) == "take") {
    take(to, number(3));
  } else if (word(0) == "row") {
    for (std::uint64_t i = 0; i < number(3); ++i) echo(to, 100, i);
  } else if (word(0) == "together") {
    together(to, number(3), number(4));
  } else if (word(0) == "reach") {
    reach(to, "!", "!");
  } else if (word(0) == "banner") {
    reach(to, "", "SSH-2.0-");
  } else {
    fail("'" + word(0) + "' is not known");
  }
  std::printf("%.3f\n", std::chrono::duration<double>(Clock::now() - begun).count());
}
