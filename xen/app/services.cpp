// See services.hpp. What is held for a connection is bounded: what was read is written before more
// is read, so a peer that does not read is not read from.
#include "app/services.hpp"

#include <array>

namespace xenrt::app {
namespace {

constexpr std::size_t kAtOnce = std::size_t{16} * 1024;
constexpr std::size_t kLongestRequest = 8192;
constexpr auto kHttpPatience = std::chrono::seconds(30);
constexpr auto kCallAgain = std::chrono::seconds(1);

ByteView bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

Services::Services(Stack& stack, const Options& options) : stack_(stack), options_(options) {}

std::string Services::start(Instant now) {
  started_ = now_ = now;
  const std::array<std::pair<std::uint16_t, Kind>, 4> ports{{{options_.echo, Kind::echo},
                                                             {options_.discard, Kind::discard},
                                                             {options_.chargen, Kind::chargen},
                                                             {options_.http, Kind::http}}};
  for (const auto& [port, kind] : ports) {
    if (port == 0) continue;
    const auto listener = stack_.listen(port);
    if (!listener) {
      return "cannot listen on port " + std::to_string(port) + ": " + to_string(listener.error);
    }
    listeners_.emplace(*listener, kind);
  }
  if (options_.call) call();
  return "";
}

/// Until there is an address of ours, a server of names and a route: again and again.
void Services::call() {
  call_again_.reset();
  const auto query = stack_.resolve(options_.call->host);
  if (query) {
    calling_ = *query;
  } else {
    call_again_ = stack_.set_timer(now_ + kCallAgain);
  }
}

void Services::called(const Event& resolved) {
  if (resolved.query != calling_) return;
  calling_.reset();
  if (resolved.address) {
    const auto id = stack_.connect({*resolved.address, options_.call->port}, options_.call_from);
    if (id) {
      talks_.emplace(*id, Talk{});
      return;
    }
  }
  call_again_ = stack_.set_timer(now_ + kCallAgain);
}

void Services::begin(ConnectionId id, Kind kind, Instant now) {
  Talk talk;
  talk.kind = kind;
  if (kind == Kind::http) {
    talk.timer = stack_.set_timer(now + kHttpPatience);
    timers_.emplace(talk.timer, id);
  }
  go_on(id, talks_.insert_or_assign(id, std::move(talk)).first->second);
}

void Services::handle(const Event& event, Instant now) {
  now_ = now;
  if (event.kind == Event::Kind::timer && event.timer == call_again_) {
    call();
    return;
  }
  if (event.kind == Event::Kind::timer) {
    const auto found = timers_.find(event.timer);
    if (found == timers_.end()) return;
    const auto id = found->second;
    stack_.abort(id);
    end(id);
    return;
  }
  if (event.kind == Event::Kind::resolved) {
    called(event);
    return;
  }
  if (event.kind == Event::Kind::accepted) {
    const auto kind = listeners_.find(event.listener);
    if (kind != listeners_.end()) begin(event.connection, kind->second, now);
    return;
  }
  const auto talk = talks_.find(event.connection);
  if (talk == talks_.end()) return;
  if (event.kind == Event::Kind::closed) {
    end(event.connection);
    return;
  }
  if (event.kind == Event::Kind::peer_closed) talk->second.peer_closed = true;
  go_on(event.connection, talk->second);
}

void Services::end(ConnectionId id) {
  const auto talk = talks_.find(id);
  if (talk == talks_.end()) return;
  if (talk->second.kind == Kind::http) {
    stack_.cancel(talk->second.timer);
    timers_.erase(talk->second.timer);
  }
  talks_.erase(talk);
}

void Services::go_on(ConnectionId id, Talk& talk) {
  switch (talk.kind) {
    case Kind::echo:
      echo(id, talk);
      break;
    case Kind::discard:
      discard(id);
      break;
    case Kind::chargen:
      discard(id);
      generate(id, talk);
      break;
    case Kind::http:
      http(id, talk);
      break;
  }
  if (!talk.peer_closed || talk.sent < talk.out.size()) return;
  stack_.close(id);
  end(id);
}

/// False: there is no room now; `writable` will come.
bool Services::write_out(ConnectionId id, Talk& talk) {
  talk.sent += stack_.write(id, bytes_of(talk.out).subspan(talk.sent));
  if (talk.sent < talk.out.size()) return false;
  talk.out.clear();
  talk.sent = 0;
  return true;
}

void Services::echo(ConnectionId id, Talk& talk) {
  std::array<std::uint8_t, kAtOnce> buffer;
  while (write_out(id, talk)) {
    const auto n = stack_.read(id, buffer);
    if (n == 0) return;
    talk.out.assign(reinterpret_cast<const char*>(buffer.data()), n);
  }
}

void Services::discard(ConnectionId id) {
  std::array<std::uint8_t, kAtOnce> buffer;
  while (stack_.read(id, buffer) != 0) {
  }
}

// Lines of 72 characters out of 95, each beginning one further.
void Services::generate(ConnectionId id, Talk& talk) {
  if (talk.peer_closed) {
    talk.out.clear();  // nobody waits for the rest of it
    talk.sent = 0;
    return;
  }
  while (write_out(id, talk)) {
    for (int i = 0; i < 100; ++i, ++talk.line) {
      for (std::uint64_t c = 0; c < 72; ++c) {
        talk.out += static_cast<char>(' ' + (talk.line + c) % 95);
      }
      talk.out += "\r\n";
    }
  }
}

void Services::http(ConnectionId id, Talk& talk) {
  std::array<std::uint8_t, 2048> buffer;
  while (const auto n = stack_.read(id, buffer)) {
    if (talk.answered) continue;
    talk.request.append(reinterpret_cast<const char*>(buffer.data()), n);
    const bool whole = talk.request.find("\r\n\r\n") != std::string::npos;
    if (!whole && talk.request.size() <= kLongestRequest) continue;
    talk.answered = true;
    talk.out = answer_http(whole ? talk.request : "", stack_, now_ - started_);
    talk.request.clear();
  }
  if (talk.answered && write_out(id, talk)) stack_.shutdown(id);
}

}  // namespace xenrt::app
