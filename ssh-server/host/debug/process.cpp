// See process.hpp. Order of things: the server is made, then everything is given up, then the first
// stranger is heard.
#include "debug/process.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <seccomp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <list>

#include "control/channel.hpp"
#include "debug/reporter.hpp"
#include "debugger/collector.hpp"
#include "spl/debug/server.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"
#include "worker/descriptor.hpp"
#include "worker/sandbox.hpp"
#include "worker/sanitized.hpp"

namespace ssh::debugger {
namespace {

using boost::system::error_code;
using host::Channel;
using host::UniqueFd;
namespace web = spl::debug;

constexpr std::size_t kMostSources = 1024;
/// Datagrams of one source before others have their turn.
constexpr int kTurn = 16;

/// Beside a worker's.
constexpr host::AllowedCall kMoreCalls[] = {
    {SCMP_SYS(accept), "accept", "Asio takes readers' connections by this one"},
};

/// The page's server as the audience of collectors.
class Stage final : public Audience {
 public:
  explicit Stage(web::Server& server) : server_(server) {}

  void begin(Subject subject, std::optional<Subject> parent, const record::Begin& begin) override {
    server_.begin({subject, std::string(facts(begin.policy).name), begin.title, parent,
                   begin.seen == 0, begin.seen, begin.states});
  }
  void step(Subject subject, const record::Step& step) override {
    server_.step({subject, step.number, step.time_us, step.statecall,
                  static_cast<web::Verdict>(step.verdict), step.states});
  }
  void refused(Subject subject, const PolicyFacts& policy,
               const record::Refused& refused) override {
    web::Refusal refusal{subject, refused.number, refused.text, {}, {}};
    for (const auto automaton : refused.automata) {
      refusal.automata.emplace_back(policy.automaton(automaton));
    }
    for (const auto statecall : refused.expected) {
      refusal.expected.emplace_back(policy.statecall(statecall));
    }
    server_.refusal(refusal);
  }
  void end(Subject subject, const std::string& reason) override { server_.end(subject, reason); }
  void dropped(std::uint64_t steps) override { server_.dropped(steps); }

 private:
  web::Server& server_;
};
static_assert(int(web::Verdict::accepted) == int(Tap::Verdict::accepted) &&
              int(web::Verdict::ignored) == int(Tap::Verdict::ignored) &&
              int(web::Verdict::refused) == int(Tap::Verdict::refused) &&
              web::kUnknownSituation == Tap::kUnknownState);

class Process {
 public:
  Process(Channel monitor, const Setup& setup, UniqueFd listening)
      : io_(1),
        monitor_(std::move(monitor)),
        monitor_watch_(io_.get_executor(), monitor_.fd()),
        server_(io_, options_of(setup, std::move(listening)), descriptions()),
        stage_(server_),
        buffer_(kLargestDatagram) {
    server_.on_attachment([this](bool attached) { attachment(attached); });
    watch_monitor();
  }
  ~Process() {
    monitor_watch_.release();  // monitor_ closes it
    for (auto& source : sources_) {
      source.watch.release();
    }
  }

  int run() {
    log(std::string(kReady));
    io_.run();
    return 0;
  }

 private:
  struct Heard {
    Heard(host::IoContext& io, UniqueFd with, std::string called, Collector&& collects)
        : socket(std::move(with)),
          watch(io.get_executor(), socket.get()),
          name(std::move(called)),
          collector(std::move(collects)) {}
    UniqueFd socket;
    host::Descriptor watch;
    std::string name;
    Collector collector;
  };
  using Sources = std::list<Heard>;

  static web::ServerOptions options_of(const Setup& setup, UniqueFd listening) {
    web::ServerOptions options;
    options.listening = listening.release();
    options.token = setup.token;
    options.any_host = setup.any_host;
    options.title = setup.title;
    options.version = setup.version;
    options.main_policy = facts(Policy::ssh).name;
    return options;
  }

  void log(const std::string& line) { (void)monitor_.send(to_bytes(line)); }

  void watch_monitor() {
    monitor_watch_.async_wait(host::Descriptor::wait_read, [this](const error_code& error) {
      if (!error) {
        hear_monitor();
      }
    });
  }

  void hear_monitor() {
    for (;;) {
      auto received = monitor_.receive();
      if (!received) {
        io_.stop();  // it has gone, and we go
        return;
      }
      if (!*received) {
        break;
      }
      const auto message = decode((*received)->bytes);
      const auto* source = message ? std::get_if<Source>(&*message) : nullptr;
      if (source != nullptr && (*received)->descriptors.size() == 1) {
        add(source->name, std::move((*received)->descriptors.front()));
      }
    }
    watch_monitor();
  }

  void add(const std::string& name, UniqueFd socket) {
    if (sources_.size() >= kMostSources) {
      log(fmt::format("debugger: {} is not followed: too many sources", name));
      return;
    }
    const auto source = sources_.emplace(sources_.end(), io_, std::move(socket), name,
                                         Collector(stage_, next_subject_, name));
    if (server_.attached()) {
      tell(*source, kWatched);
    }
    watch(source);
  }

  void watch(Sources::iterator source) {
    source->watch.async_wait(host::Descriptor::wait_read, [this, source](const error_code& error) {
      if (!error && hear(source)) {
        watch(source);
      }
    });
  }

  /// False: it is gone.
  bool hear(Sources::iterator source) {
    for (int i = 0; i < kTurn; ++i) {
      iovec part{buffer_.data(), buffer_.size()};
      msghdr header{};
      header.msg_iov = &part;
      header.msg_iovlen = 1;
      // Descriptors are not taken: without room for them the kernel closes what comes.
      const ssize_t count = ::recvmsg(source->socket.get(), &header, MSG_DONTWAIT);
      if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
        break;
      }
      if (count <= 0) {
        return drop(source, source->name + " has ended");
      }
      auto taken =
          (header.msg_flags & MSG_TRUNC) != 0
              ? failure("a datagram that is too large")
              : source->collector.take(ByteView(buffer_).first(static_cast<std::size_t>(count)));
      if (!taken) {
        log(fmt::format("debugger: {} is not followed any more: it has sent {}", source->name,
                        taken.error().text));
        return drop(source, source->name + " has said what it cannot mean");
      }
    }
    return true;
  }

  bool drop(Sources::iterator source, const std::string& reason) {
    source->collector.end_all(reason);
    source->watch.release();
    sources_.erase(source);
    return false;
  }

  void attachment(bool attached) {
    log(attached ? "debugger: somebody looks" : "debugger: nobody looks any more");
    if (!attached) {
      server_.clear();
    }
    for (Heard& source : sources_) {
      source.collector.forget_all();
      tell(source, attached ? kWatched : kUnwatched);
    }
  }

  /// One byte always fits, unless the source does not read: then it is not followed.
  static void tell(Heard& source, std::uint8_t what) {
    (void)::send(source.socket.get(), &what, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
  }

  boost::asio::io_context io_;
  Channel monitor_;
  host::Descriptor monitor_watch_;
  web::Server server_;
  Stage stage_;
  Bytes buffer_;
  std::uint64_t next_subject_ = 1;
  Sources sources_;
};

int complain(const std::string& text) {
  std::fprintf(stderr, "statecall-sshd debugger: %s\n", text.c_str());
  return 1;
}

Result<Channel::Received> first_message(Channel& channel) {
  for (;;) {
    pollfd waiting{channel.fd(), POLLIN, 0};
    if (::poll(&waiting, 1, -1) < 0 && errno != EINTR) {
      return failure("poll");
    }
    auto received = channel.receive();
    if (!received) {
      return tl::unexpected<Error>(received.error());
    }
    if (*received) {
      return std::move(**received);
    }
  }
}

}  // namespace

Bytes encode(const Message& message) {
  Bytes bytes;
  wire::Writer out(bytes);
  if (const auto* setup = std::get_if<Setup>(&message)) {
    out.u8(1).string(setup->token).string(setup->title).string(setup->version);
    out.boolean(setup->any_host);
  } else {
    out.u8(2).string(std::get<Source>(message).name);
  }
  return bytes;
}

Result<Message> decode(ByteView bytes) {
  wire::Reader in(bytes);
  Message message;
  if (const std::uint8_t kind = in.u8(); kind == 1) {
    message =
        Setup{std::string(in.text()), std::string(in.text()), std::string(in.text()), in.boolean()};
  } else if (kind == 2) {
    message = Source{std::string(in.text())};
  } else {
    in.fail();
  }
  if (!in.done()) {
    return failure("a message that is none");
  }
  return message;
}

int run_debugger(const host::WorkerOptions& options) try {
  host::ignore_signals();
  Channel monitor{UniqueFd(options.control)};
  auto first = first_message(monitor);
  if (!first) {
    return complain(first.error().text);
  }
  const auto message = decode(first->bytes);
  const auto* setup = message ? std::get_if<Setup>(&*message) : nullptr;
  if (setup == nullptr || first->descriptors.size() != 1) {
    return complain("the monitor has not said where to listen");
  }
  Process process(std::move(monitor), *setup, std::move(first->descriptors.front()));
  if (auto confined = confine(options, kMoreCalls); !confined) {
    return complain(confined.error().text);
  }
  const int status = process.run();
  if (SSH_SANITIZED && options.sandbox) {
    ::_exit(status);  // see run_worker()
  }
  return status;
} catch (const std::exception& error) {
  return complain(error.what());
}

}  // namespace ssh::debugger
