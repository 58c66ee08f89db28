// statecall-bastion: checks a configuration, and runs the bastion as a Linux process on a TAP
// device, for tests and for who wants to see it without Xen. The unikernel is the same library.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>

#include "bastion/server.hpp"
#include "hosted/capturing_device.hpp"
#include "hosted/interrupts.hpp"
#include "ssh/libcrypto_provider.hpp"
#include "xenrt/secrets.hpp"
#include "xenrt/tap_device.hpp"

namespace bastion {
namespace {

constexpr std::size_t kLargestConfig = 1U << 20U;

std::int64_t unix_milliseconds() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

int fail(const std::string& message, const std::string& hint = {}) {
  std::cerr << "statecall-bastion: " << message << "\n";
  if (!hint.empty()) std::cerr << "hint: " << hint << "\n";
  return 2;
}

/// The configuration, or null after saying what is wrong with it.
std::unique_ptr<const Config> load(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text;
  if (stream) text.assign(std::istreambuf_iterator<char>(stream), {});
  if (!stream || text.size() > kLargestConfig) {
    fail("cannot read " + file + (stream ? ": it is larger than 1 MiB" : ""));
    return nullptr;
  }
  auto parsed = parse_config(text);
  ssh::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  for (const auto& mistake : parsed.mistakes) {
    std::cerr << file << ":" << (mistake.line == 0 ? "" : std::to_string(mistake.line) + ":")
              << " error: " << mistake.text << "\n";
  }
  return std::move(parsed.config);
}

int run(const Config& config, const std::string& tap_name, const std::string& pcap) {
  xenrt::Secrets secrets;
  xenrt::MacAddress mac;
  secrets.random(mac.bytes);
  mac.bytes[0] = 2;  // locally administered, of one station
  std::string error;
  const auto tap = xenrt::TapDevice::open(tap_name, mac, error);
  if (!tap) {
    return fail(error, "it needs root, or: ip tuntap add mode tap user $USER " + tap_name);
  }
  xenrt::CapturingDevice device(*tap, pcap);
  if (device.failed()) return fail("cannot write " + pcap);
  const xenrt::Interrupts interrupts;

  const auto print = [](std::string_view line) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
  };
  // The stack is there before the server's log is.
  Server* log_to = nullptr;
  xenrt::NetHost host;
  host.entropy = [&](std::span<std::uint8_t> into) { secrets.random(into); };
  host.keyed_hash = [&](xenrt::ByteView bytes) { return secrets.keyed_hash(bytes); };
  host.log = [&](xenrt::LogLevel level, std::string_view text) {
    if (log_to == nullptr) {
      print(text);
    } else {
      log_to->log().write(level_of(level), text);
    }
  };
  xenrt::Stack stack(device, config.net, std::move(host), xenrt::steady_now());
  Server server(stack, config, ssh::libcrypto_provider(), {unix_milliseconds, print});
  log_to = &server;
  if (const auto problem = server.start(xenrt::steady_now()); !problem.empty())
    return fail(problem);
  print("ready on " + tap_name);
  while (!server.drained()) {
    if (interrupts.asked_to_end()) server.begin_shutdown(xenrt::steady_now());
    bool more = stack.poll(xenrt::steady_now());
    while (const auto event = stack.next_event()) server.handle(*event, xenrt::steady_now());
    more = server.turn(xenrt::steady_now()) || more;
    stack.flush();
    if (!more && !server.drained()) interrupts.wait(*tap, stack.next_timeout());
  }
  log_to = nullptr;
  return device.failed() ? fail("could not write all of " + pcap) : 0;
}

int main_of(int argc, char** argv) {
  CLI::App app("A policed SSH bastion: checks a configuration, or runs it on a TAP device.",
               "statecall-bastion");
  std::string check, file, tap, pcap;
  bool keywords = false;
  app.add_option("--check", check, "Check a configuration: 0 if a bastion would start with it")
      ->type_name("FILE");
  app.add_option("--hosted", tap, "Run the configuration on this TAP device")->type_name("TAP");
  app.add_option("--pcap", pcap, "With --hosted: keep every frame")->type_name("FILE");
  app.add_flag("--keywords", keywords, "List the configuration's keywords");
  app.add_option("config", file, "The configuration, with --hosted")->type_name("FILE");
  app.set_version_flag("--version", "statecall-bastion " STATECALL_VERSION);
  CLI11_PARSE(app, argc, argv);
  if (keywords) {
    std::cout << keyword_help();
    return 0;
  }
  if (check.empty() == tap.empty()) {
    return fail("either --check FILE or --hosted TAP FILE", "--help lists the options");
  }
  if (!tap.empty() && file.empty()) return fail("--hosted wants a configuration");
  const auto config = load(check.empty() ? file : check);
  if (!config) return 1;
  if (!check.empty()) {
    std::cout << check << ": ok (users: " << config->users.size()
              << ", host keys: " << config->host_keys.size() << ")\n";
    return 0;
  }
  return run(*config, tap, pcap);
}

}  // namespace
}  // namespace bastion

int main(int argc, char** argv) {
  return bastion::main_of(argc, argv);
}
