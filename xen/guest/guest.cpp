#include "guest/guest.hpp"

#include <unistd.h>

#include <cstdio>

#include "xenrt/console.hpp"
#include "xenrt/netfront.hpp"
#include "xenrt/secrets.hpp"
#include "xenrt/shutdown.hpp"

namespace xenrt {
namespace {

Instant now() {
  return Instant{static_cast<Instant::rep>(monotonic_ns())};
}

std::string counters_of(const Netfront& device) {
  const auto c = device.counters();
  const std::pair<const char*, std::uint64_t> all[] = {
      {"frames_in", c.frames_in},   {"frames_out", c.frames_out},   {"large_in", c.large_frames_in},
      {"dropped_in", c.dropped_in}, {"dropped_out", c.dropped_out}, {"events_in", c.events_in},
      {"events_out", c.events_out}, {"connections", c.connections}, {"faults", c.faults},
      {"pages_lent", c.pages_lent}};
  std::string line = "vif 0:";
  for (const auto& [name, value] : all) {
    line += std::string(" ") + name + "=" + std::to_string(value);
  }
  return line;
}

class Guest {
 public:
  Guest(Xenstore& store, ShutdownControl control, Netfront& device, const GuestProgram& program)
      : store_(store),
        control_(control),
        device_(device),
        name_(program.name),
        stack_(device, program.net, host(program), now()),
        application_(program.make(stack_)) {}

  [[nodiscard]] std::string start() { return application_->start(now()); }

  ShutdownRequest run() {
    std::optional<ShutdownRequest> request;
    for (;;) {
      bool more = stack_.poll(now());
      while (const auto event = stack_.next_event()) application_->handle(*event, now());
      more = application_->turn(now()) || more;
      stack_.flush();
      more = follow_store(request) || more;
      if (suspend_) more = suspend() || more;
      if (request && application_->over()) return *request;
      read_console();
      if (!more) wait();
    }
  }

  void report() {
    const auto text = application_->report(now());
    if (!text.empty()) print_line(text);
    print_line(counters_of(device_));
  }

 private:
  NetHost host(const GuestProgram& program) {
    NetHost host;
    host.entropy = [this](std::span<std::uint8_t> into) { secrets_.random(into); };
    host.keyed_hash = [this](ByteView bytes) { return secrets_.keyed_hash(bytes); };
    host.log = program.log;
    return host;
  }

  /// Whether there was something that the stack has to see before we wait.
  bool follow_store(std::optional<ShutdownRequest>& request) {
    bool changed = false;
    while (const auto event = store_.next_event()) {
      changed = true;
      if (device_.handle(*event) || event->token != ShutdownControl::kToken || request) continue;
      const auto wanted = control_.poll();
      if (wanted == ShutdownRequest::suspend) {
        suspend_ = true;
      } else if (wanted) {
        request = wanted;
        application_->begin_shutdown(now());
      }
    }
    return changed;
  }

  /// Not while events are taken: those of before are dealt with first.
  bool suspend() {
    suspend_ = false;
    print_line(name_ + ": suspending");
    const auto resumed = control_.suspend();
    if (!resumed) {
      print_line(name_ + ": the suspend has failed");
      return true;
    }
    Secrets::reseed();
    const bool anew = *resumed == Resumed::new_domain;
    if (anew) device_.resumed();
    print_line(name_ + (anew ? ": resumed in a new domain" : ": goes on after a suspend"));
    return true;
  }

  // A byte at a time: read() would wait for the rest of a line.
  void read_console() {
    (void)take_event(console_port());
    while (console_has_input()) {
      char c = 0;
      if (::read(STDIN_FILENO, &c, 1) != 1) return;
      if (c == '\n') report();
    }
  }

  void wait() {
    const Port ports[] = {device_.port(), store_.port(), console_port()};
    const auto until = stack_.next_timeout();
    wait_for_events(
        ports, until == Instant::max() ? kNoDeadline : static_cast<std::uint64_t>(until.count()));
  }

  Xenstore& store_;
  ShutdownControl control_;
  Netfront& device_;
  std::string name_;
  bool suspend_ = false;
  Secrets secrets_;
  Stack stack_;
  std::unique_ptr<Application> application_;
};

}  // namespace

void print_line(std::string_view text) {
  std::printf("%.*s\n", static_cast<int>(text.size()), text.data());
  std::fflush(stdout);
}

int fail(std::string_view name, const std::string& message, const std::string& hint) {
  print_line(std::string(name) + ": " + message);
  if (!hint.empty()) print_line("hint: " + hint);
  return 2;
}

int run_guest(const GuestProgram& program) {
  auto store = Xenstore::connect();
  if (!store) {
    return fail(program.name, "there is no network here, for this is not a guest of Xen",
                "start it by xl create; the same runs without Xen on a TAP device: xen/README.md");
  }
  auto control = ShutdownControl::start(**store);
  if (!control) return fail(program.name, "cannot watch control/shutdown");
  auto device = Netfront::open(**store, 0, print_line);
  if (!device) {
    if (device.error() == std::errc::no_such_file_or_directory) {
      return fail(program.name, "this domain has no network device",
                  "vif = [ 'bridge=xenbr0' ] in its configuration");
    }
    return fail(program.name, "its network device cannot be used: " +
                                  std::make_error_code(device.error()).message());
  }
  auto request = ShutdownRequest::poweroff;
  {
    Guest guest(**store, *control, **device, program);
    if (const auto problem = guest.start(); !problem.empty()) return fail(program.name, problem);
    print_line(program.name + ": ready");
    request = guest.run();
    guest.report();
  }
  (*device).reset();
  const bool again = request == ShutdownRequest::reboot;
  print_line(program.name + (again ? ": rebooting" : ": powering off"));
  again ? reboot() : power_off(0);
}

}  // namespace xenrt
