// statecall-bastion.elf: the SSH bastion as a guest of Xen. Its configuration, host keys and all,
// is the loader's file:
//
//   kernel = "statecall-bastion.elf.stripped"   ramdisk = "bastion.conf"   vif = [...]
//
// A configuration with a mistake stops the boot, with the line and the reason on the console.
#include <chrono>

#include "bastion/server.hpp"
#include "guest/guest.hpp"
#include "ssh/libcrypto_provider.hpp"
#include "xenrt/boot_module.hpp"

namespace bastion {
namespace {

constexpr const char* kName = "statecall-bastion";

std::int64_t unix_milliseconds() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

class Application final : public xenrt::Application {
 public:
  Application(xenrt::Stack& stack, const Config& config)
      : server_(stack, config, ssh::libcrypto_provider(), {unix_milliseconds, xenrt::print_line}) {}

  std::string start(xenrt::Instant now) override { return server_.start(now); }
  void handle(const xenrt::Event& event, xenrt::Instant now) override {
    server_.handle(event, now);
  }
  bool turn(xenrt::Instant now) override { return server_.turn(now); }
  void begin_shutdown(xenrt::Instant now) override { server_.begin_shutdown(now); }
  bool over() const override { return server_.drained(); }

  Log& log() { return server_.log(); }

 private:
  Server server_;
};

/// Null after saying what is wrong. The secrets in the module are overwritten.
std::unique_ptr<const Config> load() {
  const auto module = xenrt::boot_module();
  if (module.empty()) {
    xenrt::fail(kName, "there is no configuration", "ramdisk = \"bastion.conf\" in its xl.cfg");
    return nullptr;
  }
  auto parsed = parse_config({reinterpret_cast<const char*>(module.data()), module.size()});
  ssh::wipe({reinterpret_cast<std::uint8_t*>(module.data()), module.size()});
  for (const auto& mistake : parsed.mistakes) {
    xenrt::print_line("configuration: " + to_string(mistake));
  }
  if (!parsed.config) {
    xenrt::fail(kName, "the configuration has mistakes",
                "on a Linux host, statecall-bastion --check FILE says the same");
  }
  return std::move(parsed.config);
}

int run(const Config& config) {
  // The stack is there before the server's log is.
  Application* application = nullptr;
  return xenrt::run_guest({kName, config.net,
                           [&](xenrt::LogLevel level, std::string_view text) {
                             if (application == nullptr) {
                               xenrt::print_line(text);
                             } else {
                               application->log().write(level_of(level), text);
                             }
                           },
                           [&](xenrt::Stack& stack) {
                             auto made = std::make_unique<Application>(stack, config);
                             application = made.get();
                             return made;
                           }});
}

}  // namespace
}  // namespace bastion

int main() {
  const auto config = bastion::load();
  return config ? bastion::run(*config) : 2;
}
