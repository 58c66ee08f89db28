// See login_session.hpp. The monitor's side.
#include "monitor/login_session.hpp"

#include "monitor/task.hpp"

namespace ssh::host::monitor {

LoginSession::LoginSession(Context& context, Channel channel)
    : context_(context), channel_(std::move(channel)) {
  readable_ = context_.loop.on_readable(channel_.fd(), [this] { receive(); });
}

LoginSession::~LoginSession() = default;

void LoginSession::open(Opened opened) {
  opened_ = std::move(opened);
  if (auto sent = send(encode(SessionRequest(session_request::Open{}))); !sent) {
    lost_ = context_.loop.after(Time{}, [this, why = sent.error().text] { lose(why); });
  }
}

Result<StartedProgram> LoginSession::start(RequestId id, const ProgramPlan& plan,
                                           UniqueFd debugger) {
  auto plumbing = lay_pipes(plan, std::move(debugger));
  if (!plumbing) {
    return tl::unexpected<Error>(plumbing.error());
  }
  StartedProgram started{0, plumbing->shape, std::move(plumbing->ours), plumbing->terminal_name};
  auto message = encode(SessionRequest(session_request::Start{id, plan, plumbing->terminal_name}));
  if (auto sent = send(std::move(message), plumbing->take_theirs()); !sent) {
    return tl::unexpected<Error>(sent.error());
  }
  return started;
}

void LoginSession::signal(RequestId id, int number) {
  // If it has gone, receive() says so.
  [[maybe_unused]] const auto sent =
      send(encode(SessionRequest(session_request::Signal{id, number})));
}

Result<void> LoginSession::send(Bytes message, std::vector<UniqueFd> descriptors) {
  auto sent = channel_.send(std::move(message), std::move(descriptors));
  if (sent && channel_.wants_to_write()) {
    watch_writable();
  }
  return sent;
}

void LoginSession::watch_writable() {
  writable_ = context_.loop.on_writable(channel_.fd(), [this] {
    // An Error is seen by receive() as well.
    if (channel_.flush() && channel_.wants_to_write()) {
      watch_writable();
    }
  });
}

void LoginSession::receive() {
  auto received = channel_.receive();
  if (!received) {
    lose("the process of the session has ended");
  } else if (*received) {
    handle((*received)->bytes);
  }
}

// Destroys this in the end, possibly: nothing may follow the calls.
void LoginSession::handle(ByteView message) {
  auto answer = decode_session_answer(message);
  if (!answer) {
    lose(answer.error().text);
    return;
  }
  if (const auto* ended = std::get_if<SessionProgramEnded>(&*answer)) {
    if (events_.program_ended) {
      events_.program_ended(ended->id, ended->status);
    }
  } else if (const Opened opened = std::exchange(opened_, nullptr)) {
    opened(std::move(std::get<SessionOpened>(*answer)));
  }
}

void LoginSession::lose(const std::string& why) {
  readable_.reset();
  writable_.reset();
  if (const Opened opened = std::exchange(opened_, nullptr)) {
    opened(failure(why));
  } else if (const auto lost = std::exchange(events_.lost, nullptr)) {
    lost();
  }
}

}  // namespace ssh::host::monitor
