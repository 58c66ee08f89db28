// `splc watch`: a round for every policy whose text has changed: check it, then verify it in a
// child process, which is told to stop when a newer text overtakes it.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <deque>
#include <optional>

#include "driver/check.hpp"
#include "driver/commands.hpp"
#include "driver/file_watch.hpp"
#include "spl/json.hpp"

namespace spl::driver {
namespace {

/// Editors save in several steps: what follows within so many milliseconds belongs together.
constexpr int kTogether = 60;
/// What a child that was told to stop has before it is killed.
constexpr int kPatience = 5000;

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

/// Ctrl-C and polite kills, held back and readable instead.
class HeldSignals {
 public:
  HeldSignals() : descriptor_((hold(), ::signalfd(-1, &held_, SFD_CLOEXEC | SFD_NONBLOCK))) {}
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  ~HeldSignals() { release(); }
  [[nodiscard]] int descriptor() const { return descriptor_.get(); }
  /// Takes one, so that it does not end this process when they are let go.
  void take() const {
    signalfd_siginfo which{};
    [[maybe_unused]] const auto got = ::read(descriptor_.get(), &which, sizeof which);
  }
  /// For a child, which is to be interrupted as any other program.
  void release() const { sigprocmask(SIG_SETMASK, &before_, nullptr); }

 private:
  void hold() {
    sigemptyset(&held_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&held_, signal);
    sigprocmask(SIG_BLOCK, &held_, &before_);
  }
  sigset_t held_{};
  sigset_t before_{};
  Descriptor descriptor_;
};

struct Watched {
  std::string path;
  std::vector<std::string> texts;  // of all its files, when it was looked at last
  std::set<std::string> files;
  Exit exit = Exit::ok;
};

class Watcher {
 public:
  Watcher(const WatchOptions& options, const CommonOptions& common, Console& console)
      : options_(options), common_(common), console_(console) {
    for (const auto& path : options.policies) policies_.push_back({path, {}, {}, Exit::ok});
  }

  Exit run() {
    if (!files_.ok()) {
      console_.error("cannot watch files: " + files_.why());
      return Exit::failure;
    }
    for (bool first = true;; first = false) {
      for (auto& policy : policies_) {
        const auto left = round(policy, first);
        if (left) return *left;
      }
      if (!again_ && !wait()) return judgement();
      again_ = false;
    }
  }

 private:
  enum class Woken : std::uint8_t { nothing, changed, child, signal };

  /// Looks at one policy. A value: this process is to end with it.
  std::optional<Exit> round(Watched& policy, bool first) {
    Compilation c(policy.path, Until::linted, common_);
    policy.files = {c.files.begin(), c.files.end()};
    watch_all();
    std::vector<std::string> texts;
    for (std::uint32_t i = 0; i < c.sources.size(); ++i) {
      texts.emplace_back(c.sources.text(FileId{i}));
    }
    // What cannot be read has no text, and its error is looked at for that it is new.
    for (const auto& d : c.diagnostics.all()) texts.push_back(d.message);
    if (!first && texts == policy.texts) return std::nullopt;
    if (first && c.exit() == Exit::failure) {  // more likely a slip than a file that is to come
      show_diagnostics(c, common_, console_);
      return Exit::failure;
    }
    policy.texts = std::move(texts);
    head(policy);
    console_.out(show_check(c, options_.json, common_, console_));
    policy.exit = c.exit();
    console_.flush();
    if (policy.exit == Exit::ok && !options_.no_verify) {
      const auto in_child = verify(policy);
      if (in_child) return in_child;
    }
    tail(policy);
    return over_ ? std::optional(judgement()) : std::nullopt;
  }

  /// A value: this is the child, which ends with it.
  std::optional<Exit> verify(Watched& policy) {
    const auto child = ::fork();
    if (child < 0) {
      console_.error(fmt::format("cannot verify: {}", std::strerror(errno)));
      policy.exit = Exit::failure;
      return std::nullopt;
    }
    if (child == 0) {
      signals_.release();
      const auto exit = run_verify(questions(policy), silent(), console_);
      // It is decided, and still to be printed: nobody needs to hurry now.
      for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_IGN);
      return exit;
    }
    // As a system call: the function's declaration in glibc 2.36 is not for C++.
    const Descriptor ended(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    overtaken_ = false;
    auto woken = Woken::nothing;
    while (woken != Woken::child) {
      woken = look(-1, ended.get());
      if (woken == Woken::signal) over_ = true;
      // An event is not yet a new text, but what was proved is remembered.
      overtaken_ = overtaken_ || woken == Woken::changed || woken == Woken::signal;
      if (overtaken_ && woken != Woken::child) {
        ::kill(child, SIGTERM);
        if (look_for_end(ended.get()) != Woken::child) ::kill(child, SIGKILL);
        woken = Woken::child;
      }
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (overtaken_ && !over_) {
      again_ = true;
      policy.texts.clear();  // its round is not over: begin again, whatever was saved
    } else {
      policy.exit = WIFEXITED(status) ? static_cast<Exit>(WEXITSTATUS(status)) : Exit::failure;
      if (!WIFEXITED(status)) console_.error("the verification was killed");
    }
    return std::nullopt;
  }

  VerifyCommandOptions questions(const Watched& policy) const {
    VerifyCommandOptions result;
    result.policy = policy.path;
    result.properties = options_.properties;
    result.timeout = options_.timeout;
    result.json = options_.json;
    return result;
  }

  /// Warnings have been shown.
  CommonOptions silent() const {
    auto result = common_;
    result.warnings = {};
    for (const auto& d : catalogue()) {
      if (d.severity == Severity::warning) result.warnings.disabled.push_back(d.code);
    }
    return result;
  }

  void head(const Watched& policy) {
    if (options_.json || common_.quiet) return;
    if (options_.clear && ::isatty(STDOUT_FILENO) != 0) console_.out("\x1b[H\x1b[2J\x1b[3J");
    const auto now = std::time(nullptr);
    tm local{};
    ::localtime_r(&now, &local);
    console_.out(
        paint(fmt::format("-- {:%H:%M:%S}  {}", local, policy.path), "1", console_.colour_out()) +
        "\n");
  }

  void tail(const Watched& policy) {
    if (options_.json) {
      JsonWriter json;
      json.begin_object().field("round", policy.path);
      json.field("verdict", overtaken_                      ? "overtaken"
                            : policy.exit == Exit::ok       ? "ok"
                            : policy.exit == Exit::problems ? "problems"
                                                            : "failure");
      console_.out(json.end_object().take() + "\n");
    } else if (overtaken_ && !over_ && !common_.quiet) {
      console_.out("given up: a file has changed\n");
    }
    overtaken_ = false;
    console_.flush();
  }

  /// Waits until a file has changed. False: it is time to end.
  bool wait() {
    for (;;) {
      const auto woken = look(-1, -1);
      if (woken == Woken::signal || console_.failed()) return false;
      if (woken != Woken::changed) continue;
      while (look(kTogether, -1) == Woken::changed) {
      }
      return true;
    }
  }

  Woken look_for_end(int child) {
    pollfd ended{child, POLLIN, 0};
    while (::poll(&ended, 1, kPatience) < 0 && errno == EINTR) {
    }
    return ended.revents != 0 ? Woken::child : Woken::nothing;
  }

  Woken look(int milliseconds, int child) {
    std::array<pollfd, 3> wait{pollfd{signals_.descriptor(), POLLIN, 0},
                               pollfd{files_.descriptor(), POLLIN, 0}, pollfd{child, POLLIN, 0}};
    if (::poll(wait.data(), wait.size(), milliseconds) <= 0) return Woken::nothing;
    if (wait[0].revents != 0) {
      signals_.take();
      return Woken::signal;
    }
    if (wait[2].revents != 0) return Woken::child;
    return wait[1].revents != 0 && files_.changed() ? Woken::changed : Woken::nothing;
  }

  void watch_all() {
    std::set<std::string> all;
    for (const auto& policy : policies_) all.insert(policy.files.begin(), policy.files.end());
    files_.watch(all);
  }

  [[nodiscard]] Exit judgement() const {
    auto exit = Exit::ok;
    for (const auto& policy : policies_) exit = worse(exit, policy.exit);
    return exit;
  }

  const WatchOptions& options_;
  const CommonOptions& common_;
  Console& console_;
  std::vector<Watched> policies_;
  HeldSignals signals_;
  FileWatch files_;
  bool overtaken_ = false;  // the round under way, by a newer text or a signal
  bool again_ = false;      // a round was overtaken
  bool over_ = false;       // a signal has come
};

}  // namespace

Exit run_watch(const WatchOptions& options, const CommonOptions& common, Console& console) {
  for (const auto& path : options.policies) {
    if (path != "-") continue;
    console.error("standard input cannot be watched", "name a file");
    return Exit::failure;
  }
  return Watcher(options, common, console).run();
}

}  // namespace spl::driver
