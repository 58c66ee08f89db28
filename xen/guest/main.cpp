// xenrt_tcp.elf: the TCP services of xen/app as a guest of Xen, on netfront.
//
//   kernel = "xenrt_tcp.elf.stripped"   extra = "ip=10.0.2.20/24 gw=10.0.2.2"   vif = [...]
//
// Runs until the toolstack asks it to go (xl shutdown, xl reboot). A line on the console is
// answered by what was counted so far, as JSON.
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "app/services.hpp"
#include "xenrt/console.hpp"
#include "xenrt/netfront.hpp"
#include "xenrt/panic.hpp"
#include "xenrt/shutdown.hpp"

namespace xenrt {
namespace {

Instant now() {
  return Instant{static_cast<Instant::rep>(monotonic_ns())};
}

void fill_with_entropy(std::span<std::uint8_t> into) {
  std::size_t got = 0;
  while (got < into.size()) {
    const auto n = ::getrandom(into.data() + got, into.size() - got, 0);
    if (n < 0 && errno != EINTR) panic("getrandom fails");
    if (n > 0) got += static_cast<std::size_t>(n);
  }
}

void print(std::string_view text) {
  std::printf("%.*s\n", static_cast<int>(text.size()), text.data());
  std::fflush(stdout);
}

void print_log(LogLevel level, std::string_view text) {
  print(std::string(to_string(level)) + ": " + std::string(text));
}

int fail(const std::string& message, const std::string& hint = {}) {
  print("xenrt_tcp: " + message);
  if (!hint.empty()) print("hint: " + hint);
  return 2;
}

std::string counters_of(const Netfront& device) {
  const auto c = device.counters();
  const std::pair<const char*, std::uint64_t> all[] = {
      {"frames_in", c.frames_in},   {"frames_out", c.frames_out},   {"large_in", c.large_frames_in},
      {"dropped_in", c.dropped_in}, {"dropped_out", c.dropped_out}, {"events_in", c.events_in},
      {"events_out", c.events_out}, {"connections", c.connections}, {"faults", c.faults},
      {"pages_lent", c.pages_lent}};
  std::string line = "vif 0:";
  for (const auto& [name, value] : all)
    line += std::string(" ") + name + "=" + std::to_string(value);
  return line;
}

class Guest {
 public:
  Guest(Xenstore& store, ShutdownControl control, Netfront& device, const app::Options& options)
      : store_(store),
        control_(control),
        device_(device),
        stack_(device, options.net, {fill_with_entropy, print_log}, now()),
        services_(stack_, options),
        calls_(options.call.has_value()) {}

  /// What went wrong, or empty.
  [[nodiscard]] std::string start() {
    if (calls_) await_link();
    started_ = now();
    return services_.start(started_);
  }

  ShutdownRequest run() {
    print("xenrt_tcp: ready");
    for (;;) {
      const bool more = stack_.poll(now());
      while (const auto event = stack_.next_event()) services_.handle(*event, now());
      stack_.flush();
      const bool changed = follow_store();
      if (request_) return *request_;
      read_console();
      if (!more && !changed) wait();
    }
  }

  void report() {
    std::printf("%s", app::status_json(stack_, now() - started_).c_str());
    print(counters_of(device_));
  }

 private:
  // The backend comes up after us. Who listens need not mind, but a call has no route until then.
  void await_link() {
    const Instant end = now() + std::chrono::seconds(30);
    while (!device_.link_up() && !request_ && now() < end) {
      if (follow_store()) continue;
      wait_for_events(std::array{store_.port()}, static_cast<std::uint64_t>(end.count()));
    }
    (void)stack_.poll(now());  // sees that the link is up
  }

  /// Whether there was something that the stack has to see before we wait.
  bool follow_store() {
    bool changed = false;
    while (const auto event = store_.next_event()) {
      changed = true;
      if (!device_.handle(*event) && event->token == ShutdownControl::kToken && !request_) {
        request_ = control_.poll();
      }
    }
    return changed;
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
  Stack stack_;
  app::Services services_;
  Instant started_{};
  const bool calls_;
  std::optional<ShutdownRequest> request_;
};

/// The options, or the exit code.
std::variant<app::Options, int> read_words(int argc, char** argv) {
  const std::vector<std::string_view> words(argv + std::min(argc, 1), argv + argc);
  auto options = app::parse_options(words);
  if (const auto* error = std::get_if<app::OptionError>(&options)) {
    return fail(error->message, error->hint);
  }
  return std::get<app::Options>(std::move(options));
}

int run(const app::Options& options) {
  auto store = Xenstore::connect();
  if (!store) {
    return fail("there is no network here, for this is not a guest of Xen",
                "start it by xl create; without Xen, use xen-tcp-hosted");
  }
  auto control = ShutdownControl::start(**store);
  if (!control) return fail("cannot watch control/shutdown");
  auto device = Netfront::open(**store, 0, print);
  if (!device) {
    if (device.error() == std::errc::no_such_file_or_directory) {
      return fail("this domain has no network device",
                  "vif = [ 'bridge=xenbr0' ] in its configuration");
    }
    return fail("its network device cannot be used: " +
                std::make_error_code(device.error()).message());
  }
  auto request = ShutdownRequest::poweroff;
  {
    Guest guest(**store, *control, **device, options);
    if (const auto problem = guest.start(); !problem.empty()) return fail(problem);
    request = guest.run();
    guest.report();
  }
  (*device).reset();
  const bool again = request == ShutdownRequest::reboot;
  print(again ? "xenrt_tcp: rebooting" : "xenrt_tcp: powering off");
  again ? reboot() : power_off(0);
}

}  // namespace
}  // namespace xenrt

int main(int argc, char** argv) {
  const auto options = xenrt::read_words(argc, argv);
  if (const auto* code = std::get_if<int>(&options)) return *code;
  return xenrt::run(std::get<xenrt::app::Options>(options));
}
