// xen-tcp-hosted: the TCP services of xen/app on a TAP device. For tests, fuzzing's findings, and
// whoever wants to see the policed stack without Xen:
//
//   xen-tcp-hosted tap=tap0 ip=10.0.2.20/24
//
// Runs until SIGTERM or SIGINT, then prints what it counted as JSON.
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "app/services.hpp"
#include "hosted/capturing_device.hpp"
#include "hosted/impaired_device.hpp"
#include "hosted/interrupts.hpp"
#include "xenrt/secrets.hpp"
#include "xenrt/tap_device.hpp"

namespace xenrt {

namespace {

void print_log(LogLevel level, std::string_view text) {
  std::fprintf(stderr, "%s: %.*s\n", to_string(level), static_cast<int>(text.size()), text.data());
}

struct HostedOptions {
  std::string tap = "tap0", pcap;
  Impairment impairment;
};

/// "loss=3": a number under that name. False: it is another word.
template <typename T>
bool take_number(std::string_view word, std::string_view name, T& into) {
  if (!word.starts_with(name)) return false;
  const auto value = word.substr(name.size());
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), into);
  return error == std::errc() && end == value.data() + value.size();
}

/// The words that only this program has; the others are left in `rest`.
HostedOptions take_own_words(int argc, char** argv, std::vector<std::string_view>& rest) {
  HostedOptions options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word.starts_with("tap=")) {
      options.tap = word.substr(4);
    } else if (word.starts_with("pcap=")) {
      options.pcap = word.substr(5);
    } else if (!take_number(word, "loss=", options.impairment.loss) &&
               !take_number(word, "duplicate=", options.impairment.duplicate) &&
               !take_number(word, "reorder=", options.impairment.reorder) &&
               !take_number(word, "seed=", options.impairment.seed)) {
      rest.push_back(word);
    }
  }
  return options;
}

int fail(const std::string& message, const std::string& hint = {}) {
  std::fprintf(stderr, "xen-tcp-hosted: %s\n", message.c_str());
  if (!hint.empty()) std::fprintf(stderr, "hint: %s\n", hint.c_str());
  return 2;
}

int run(const HostedOptions& hosted, const app::Options& options) {
  Secrets secrets;
  MacAddress mac;
  secrets.random(mac.bytes);
  mac.bytes[0] = 2;  // locally administered, of one station
  std::string error;
  const auto tap = TapDevice::open(hosted.tap, mac, error);
  if (!tap)
    return fail(error, "it needs root, or: ip tuntap add mode tap user $USER " + hosted.tap);
  ImpairedDevice link(*tap, hosted.impairment);
  CapturingDevice device(link, hosted.pcap);
  if (device.failed()) return fail("cannot write " + hosted.pcap);

  const Interrupts interrupts;
  NetHost host;
  host.entropy = [&secrets](std::span<std::uint8_t> into) { secrets.random(into); };
  host.keyed_hash = [&secrets](ByteView bytes) { return secrets.keyed_hash(bytes); };
  host.log = print_log;
  Stack stack(device, options.net, std::move(host), steady_now());
  app::Services services(stack, options);
  const auto started = steady_now();
  if (const auto problem = services.start(started); !problem.empty()) return fail(problem);
  std::fprintf(stderr, "xen-tcp-hosted: ready on %s\n", hosted.tap.c_str());
  while (!interrupts.asked_to_end()) {
    const bool more = stack.poll(steady_now());
    while (const auto event = stack.next_event()) services.handle(*event, steady_now());
    stack.flush();
    if (!more) interrupts.wait(*tap, stack.next_timeout());
  }
  std::printf("%s", app::status_json(stack, steady_now() - started).c_str());
  return device.failed() ? fail("could not write all of " + hosted.pcap) : 0;
}

}  // namespace
}  // namespace xenrt

int main(int argc, char** argv) {
  using namespace xenrt;
  std::vector<std::string_view> words;
  const auto hosted = take_own_words(argc, argv, words);
  if (!words.empty() && (words[0] == "-h" || words[0] == "--help")) {
    std::printf(
        "Usage: xen-tcp-hosted [WORD...]\n\nThe policed TCP stack on a TAP device.\n\n"
        "  tap=NAME             the device: tap0\n"
        "  pcap=FILE            keep every frame\n"
        "  loss=N duplicate=N reorder=N seed=N\n"
        "                       a bad link: so many frames of a hundred, in both directions\n%s",
        std::string(app::options_help()).c_str());
    return 0;
  }
  const auto options = app::parse_options(words);
  if (const auto* error = std::get_if<app::OptionError>(&options)) {
    return fail(error->message, error->hint);
  }
  return run(hosted, std::get<app::Options>(options));
}
