// xenrt_tcp.elf: the TCP services of xen/app as a guest of Xen, on netfront.
//
//   kernel = "xenrt_tcp.elf.stripped"   extra = "ip=10.0.2.20/24 gw=10.0.2.2"   vif = [...]
//
// Runs until the toolstack asks it to go (xl shutdown, xl reboot). A line on the console is
// answered by what was counted so far, as JSON.
#include "app/services.hpp"
#include "guest/guest.hpp"

namespace xenrt {
namespace {

constexpr const char* kName = "xenrt_tcp";

class TcpServices final : public Application {
 public:
  TcpServices(Stack& stack, const app::Options& options)
      : stack_(stack), services_(stack, options) {}

  std::string start(Instant now) override {
    started_ = now;
    return services_.start(now);
  }
  void handle(const Event& event, Instant now) override { services_.handle(event, now); }
  std::string report(Instant now) const override {
    auto text = app::status_json(stack_, now - started_);
    text.pop_back();
    return text;
  }

 private:
  Stack& stack_;
  app::Services services_;
  Instant started_{};
};

int run(const app::Options& options) {
  return run_guest({kName, options.net,
                    [](LogLevel level, std::string_view text) {
                      print_line(std::string(to_string(level)) + ": " + std::string(text));
                    },
                    [&](Stack& stack) { return std::make_unique<TcpServices>(stack, options); }});
}

}  // namespace
}  // namespace xenrt

int main(int argc, char** argv) {
  using namespace xenrt;
  const std::vector<std::string_view> words(argv + std::min(argc, 1), argv + argc);
  const auto options = app::parse_options(words);
  if (const auto* error = std::get_if<app::OptionError>(&options)) {
    return fail(kName, error->message, error->hint);
  }
  return run(std::get<app::Options>(options));
}
