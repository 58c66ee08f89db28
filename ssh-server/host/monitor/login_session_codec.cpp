// What the monitor and the process of a session say to each other: see login_session.hpp. Both are
// privileged and the same program, but what one says is what a client has asked for: lengths are
// looked at.
#include "monitor/login_session.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace ssh::host::monitor {
namespace {

enum class Kind : std::uint8_t { open = 1, start, signal, opened, ended };

void write(wire::Writer& to, const ProgramPlan& plan) {
  const Account& account = plan.account;
  to.string(account.name).u32(account.uid).u32(account.gid);
  to.string(account.home).string(account.shell);
  to.u32(static_cast<std::uint32_t>(plan.environment.size()));
  for (const std::string& line : plan.environment) {
    to.string(line);
  }
  to.string(plan.command).boolean(plan.internal_sftp).boolean(plan.terminal.has_value());
  to.string(plan.chroot_directory).boolean(plan.user_mode);
  to.boolean(plan.greets).string(plan.greeting).boolean(plan.print_motd);
  to.boolean(plan.recorded).boolean(plan.print_last_log).string(plan.peer_address);
}

ProgramPlan read_plan(wire::Reader& from) {
  ProgramPlan plan;
  plan.account.name = from.text();
  plan.account.uid = from.u32();
  plan.account.gid = from.u32();
  plan.account.home = from.text();
  plan.account.shell = from.text();
  const std::uint32_t variables = from.u32();
  for (std::uint32_t i = 0; i < variables && from.ok(); ++i) {
    plan.environment.emplace_back(from.text());
  }
  plan.command = from.text();
  plan.internal_sftp = from.boolean();
  if (from.boolean()) {
    plan.terminal.emplace();
  }
  plan.chroot_directory = from.text();
  plan.user_mode = from.boolean();
  plan.greets = from.boolean();
  plan.greeting = from.text();
  plan.print_motd = from.boolean();
  plan.recorded = from.boolean();
  plan.print_last_log = from.boolean();
  plan.peer_address = from.text();
  return plan;
}

wire::Writer& begin(wire::Writer& to, Kind kind) {
  return to.u8(static_cast<std::uint8_t>(kind));
}

struct Encode {
  wire::Writer to;

  void operator()(const session_request::Open&) { begin(to, Kind::open); }
  void operator()(const session_request::Start& m) {
    begin(to, Kind::start).u32(m.id).string(m.terminal_name);
    write(to, m.plan);
  }
  void operator()(const session_request::Signal& m) {
    begin(to, Kind::signal).u32(m.id).u32(static_cast<std::uint32_t>(m.number));
  }
  void operator()(const SessionOpened& m) {
    begin(to, Kind::opened).boolean(m.ok).string(m.why_not).string(m.message);
    to.u32(static_cast<std::uint32_t>(m.environment.size()));
    for (const auto& [name, value] : m.environment) {
      to.string(name).string(value);
    }
  }
  void operator()(const SessionProgramEnded& m) {
    begin(to, Kind::ended).u32(m.id).u32(static_cast<std::uint32_t>(m.status));
  }
};

template <class Message>
Bytes encode_any(const Message& message) {
  Bytes bytes;
  std::visit(Encode{wire::Writer(bytes)}, message);
  return bytes;
}

SessionOpened read_opened(wire::Reader& from) {
  SessionOpened opened;
  opened.ok = from.boolean();
  opened.why_not = from.text();
  opened.message = from.text();
  const std::uint32_t variables = from.u32();
  for (std::uint32_t i = 0; i < variables && from.ok(); ++i) {
    std::string name(from.text());
    opened.environment.emplace_back(std::move(name), from.text());
  }
  return opened;
}

}  // namespace

Bytes encode(const SessionRequest& request) {
  return encode_any(request);
}
Bytes encode(const SessionAnswer& answer) {
  return encode_any(answer);
}

Result<SessionRequest> decode_session_request(ByteView bytes) {
  wire::Reader from(bytes);
  SessionRequest request;
  switch (static_cast<Kind>(from.u8())) {
    case Kind::open:
      break;
    case Kind::start: {
      session_request::Start start;
      start.id = from.u32();
      start.terminal_name = from.text();
      start.plan = read_plan(from);
      request = std::move(start);
      break;
    }
    case Kind::signal: {
      session_request::Signal signal;
      signal.id = from.u32();
      signal.number = static_cast<int>(from.u32());
      request = signal;
      break;
    }
    default:
      from.fail();
  }
  if (!from.done()) {
    return failure("a malformed message to a session");
  }
  return request;
}

Result<SessionAnswer> decode_session_answer(ByteView bytes) {
  wire::Reader from(bytes);
  SessionAnswer answer;
  switch (static_cast<Kind>(from.u8())) {
    case Kind::opened:
      answer = read_opened(from);
      break;
    case Kind::ended: {
      SessionProgramEnded ended;
      ended.id = from.u32();
      ended.status = static_cast<int>(from.u32());
      answer = ended;
      break;
    }
    default:
      from.fail();
  }
  if (!from.done()) {
    return failure("a malformed message of a session");
  }
  return answer;
}

}  // namespace ssh::host::monitor
