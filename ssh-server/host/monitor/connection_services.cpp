// What a user who is logged in asks for: programs (RFC 4254 section 6), forwarding (section 7), the
// agent. See connection.hpp.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include "monitor/connection.hpp"
#include "monitor/debugger_process.hpp"
#include "monitor/login_records.hpp"

namespace ssh::host::monitor {
namespace {

/// Of programs, tasks and listeners together; a worker that asks for more is told no.
constexpr std::size_t kMostServices = 512;
constexpr int kPatience = 20;
constexpr useconds_t kPause = 10'000;

}  // namespace

bool Connection::room() const {
  return programs_.size() + tasks_.size() + listeners_.size() < kMostServices;
}

// Programs.

Result<void> Connection::on(RequestId id, request::StartProgram& m) {
  if (programs_.contains(id)) {
    return failure("a program of that id is running");
  }
  if (programs_.size() >= login_.options().max_sessions || !room()) {
    send(id, reply::Program{reply::Program::Shape::pipes, false, "too many sessions"});
    return {};
  }
  auto plan = plan_program({m, login_.account(), login_.options(), login_.key_options(), peer_,
                            m.agent ? agent_socket_ : std::string(), context_.user_mode,
                            login_.environment()});
  if (plan && plan->greets) {
    plan->greeting = login_.take_greeting();
  }
  auto started = plan ? start(id, *plan) : tl::unexpected<Error>(plan.error());
  if (!started) {
    context_.log.info("Starting a program for {} from {} port {} failed: {}", login_.account().name,
                      peer_.address, peer_.port, started.error().text);
    send(id, reply::Program{reply::Program::Shape::pipes, false, started.error().text});
    return {};
  }
  context_.log.verbose("Starting session: {}{} for {} from {} port {} id {}",
                       plan->command.empty() ? "shell" : fmt::format("command '{}'", plan->command),
                       plan->terminal ? " on a terminal" : "", login_.account().name, peer_.address,
                       peer_.port, id);
  context_.metrics.program_started();
  programs_[id] = {started->child, plan->recorded ? started->terminal_name : std::string()};
  send(id, reply::Program{started->shape, true, ""}, std::move(started->descriptors));
  return {};
}

Result<StartedProgram> Connection::start(RequestId id, const ProgramPlan& plan) {
  UniqueFd debugger;
  if (plan.internal_sftp && context_.debugger != nullptr) {
    debugger = context_.debugger->add_source(
        fmt::format("sftp of connection {} from {} port {}", id_, peer_.address, peer_.port));
  }
  if (LoginSession* const session = login_.session()) {
    return session->start(id, plan, std::move(debugger));
  }
  return start_program(context_.children, plan, std::move(debugger),
                       [this, id](int status) { program_ended(id, status); });
}

void Connection::program_ended(RequestId id, int status) {
  if (const auto program = programs_.extract(id); program && program.mapped().child != 0) {
    log_out(program.mapped(), false);
  }
  send(id, how_it_ended(status));
}

void Connection::log_out(const Running& program, bool hung_up) {
  if (program.terminal.empty()) {
    return;
  }
  Task::Job job;
  job.work = [terminal = program.terminal, child = program.child, hung_up] {
    // One that has just begun may be about to record its login.
    for (int i = 0; hung_up && i < kPatience && ::kill(child, 0) == 0; ++i) {
      ::usleep(kPause);
    }
    record_logout(terminal, child);
    return TaskAnswer{};
  };
  Task::detach(context_.children, std::move(job));
}

void Connection::session_begins() {
  LoginSession* const session = login_.session();
  if (session == nullptr) {
    return;
  }
  LoginSession::Events events;
  events.program_ended = [this](RequestId id, int status) {
    if (programs_.contains(id)) {
      program_ended(id, status);
    }
  };
  events.lost = [this] {
    context_.log.error("connection {}: the session of {} has ended by itself", id_,
                       login_.account().name);
    disconnect(DisconnectReason::by_application, "the session has ended");
  };
  session->on_events(std::move(events));
}

void Connection::signal(RequestId id, int number) {
  const auto found = programs_.find(id);
  if (found == programs_.end()) {
    return;  // it has ended meanwhile, which is no mistake
  }
  if (LoginSession* const session = login_.session()) {
    session->signal(id, number);
  } else {
    context_.children.kill_group(found->second.child, number);
  }
}

Result<void> Connection::on(RequestId id, request::SignalProgram& m) {
  if (const auto number = signal_number(m.signal)) {
    signal(id, *number);
  }
  return {};
}

Result<void> Connection::on(RequestId id, request::EndProgram&) {
  signal(id, SIGHUP);
  return {};
}

// Forwarding.

template <class To>
Result<void> Connection::connect(RequestId id, const To& to, const std::string& where) {
  if (tasks_.contains(id)) {
    return failure("a request of that id is being served");
  }
  const auto may = may_connect(login_.options(), login_.key_options(), to);
  if (!may || !room()) {
    const std::string why = may ? "too many at once" : may.error().text;
    context_.log.info("refused connection of {} to {}: {}", login_.account().name, where, why);
    send(id, reply::Connected{false, !may, why});
    return {};
  }
  tasks_[id] =
      Task::start(context_.loop, context_.children, connect_job(login_.account(), to),
                  [this, id](Result<TaskAnswer> answer) {
                    const auto task = std::move(tasks_[id]);
                    tasks_.erase(id);
                    auto socket = decode_sockets(std::move(answer));
                    if (!socket) {
                      send(id, reply::Connected{false, false, socket.error().text});
                      return;
                    }
                    send(id, reply::Connected{true, false, ""}, std::move(socket->sockets));
                  });
  return {};
}

Result<void> Connection::on(RequestId id, request::ConnectTcp& m) {
  return connect(id, m, fmt::format("{} port {}", m.host, m.port));
}
Result<void> Connection::on(RequestId id, request::ConnectStreamLocal& m) {
  return connect(id, m, m.path);
}

Result<void> Connection::on(RequestId id, request::ListenTcp& m) {
  const auto may = may_listen(login_.options(), login_.key_options(), login_.account(), m);
  if (!may) {
    context_.log.info("refused listening of {} on {} port {}: {}", login_.account().name, m.address,
                      m.port, may.error().text);
    send(id, reply::Listening{false, 0, may.error().text});
    return {};
  }
  auto addresses = bind_addresses(login_.options().gateway_ports, m.address);
  return start_listening(id, listen_job(login_.account(), std::move(addresses), m.port), false);
}

Result<void> Connection::on(RequestId id, request::ListenStreamLocal& m) {
  const auto may = may_listen(login_.options(), login_.key_options(), m);
  if (!may) {
    send(id, reply::Listening{false, 0, may.error().text});
    return {};
  }
  return start_listening(
      id,
      listen_job(login_.account(), m.path, login_.options().stream_local_bind_mask,
                 login_.options().stream_local_bind_unlink),
      false);
}

Result<void> Connection::on(RequestId id, request::ForwardAgent&) {
  const auto may = may_forward_agent(login_.options(), login_.key_options());
  if (!may || !agent_socket_.empty()) {
    send(id, reply::Listening{false, 0, may ? "there is one already" : may.error().text});
    return {};
  }
  return start_listening(id, agent_job(login_.account()), true);
}

Result<void> Connection::start_listening(RequestId id, Task::Job job, bool agent) {
  if (tasks_.contains(id) || listeners_.contains(id)) {
    return failure("a request of that id is being served");
  }
  if (!room()) {
    send(id, reply::Listening{false, 0, "too many listeners"});
    return {};
  }
  tasks_[id] = Task::start(context_.loop, context_.children, std::move(job),
                           [this, id, agent](Result<TaskAnswer> answer) {
                             const auto task = std::move(tasks_[id]);
                             tasks_.erase(id);
                             listening(id, agent, std::move(answer));
                           });
  return {};
}

void Connection::listening(RequestId id, bool agent, Result<TaskAnswer> answer) {
  auto socket = decode_sockets(std::move(answer));
  if (!socket) {
    send(id, reply::Listening{false, 0, socket.error().text});
    return;
  }
  listeners_[id] = {socket->path, agent};
  if (agent) {
    agent_socket_ = socket->path;
  }
  send(id, reply::Listening{true, socket->port, ""}, std::move(socket->sockets));
}

Result<void> Connection::on(RequestId id, request::StopListening&) {
  if (const auto found = listeners_.find(id); found != listeners_.end()) {
    if (found->second.agent) {
      agent_socket_.clear();
    }
    remove(found->second);
    listeners_.erase(found);
  }
  return {};
}

void Connection::remove(const Listener& listener) {
  if (!listener.path.empty()) {
    Task::detach(context_.children, remove_job(login_.account(), listener.path, listener.agent));
  }
}

}  // namespace ssh::host::monitor
