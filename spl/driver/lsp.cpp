// `splc lsp`: the language server on standard input and output, with its clock, its
// checks and its verifiers.
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "driver/check_worker.hpp"
#include "driver/commands.hpp"
#include "driver/verify_process.hpp"
#include "driver/workspace_disk.hpp"
#include "language_server/framing.hpp"
#include "language_server/server.hpp"

namespace spl::driver {
namespace {

using Clock = std::chrono::steady_clock;

class StdioServer {
 public:
  StdioServer(const LspOptions& options, Console& console)
      : options_(options), console_(console), server_(workspace_disk(), SPL_VERSION) {}

  Exit run() {
    while (!server_.exit_status()) {
      if (!wait()) return Exit::failure;
    }
    return *server_.exit_status() == 0 ? Exit::ok : Exit::problems;
  }

 private:
  lsp::Millis now() const { return std::chrono::duration_cast<lsp::Millis>(Clock::now() - begin_); }

  /// Until there is something to do, and does it. False if there will never be anything again.
  bool wait() {
    std::vector<pollfd> watched{{STDIN_FILENO, POLLIN, 0}, {worker_.descriptor(), POLLIN, 0}};
    for (const auto& job : jobs_) watched.push_back({job.descriptor(), POLLIN, 0});
    int patience = -1;
    if (const auto due = server_.due()) {
      const auto rest = std::clamp<std::int64_t>((*due - now()).count(), 0, 60'000);
      patience = static_cast<int>(rest);
    }
    if (::poll(watched.data(), watched.size(), patience) < 0) {
      if (errno == EINTR) return true;
      console_.error(fmt::format("cannot wait for messages: {}", std::strerror(errno)));
      return false;
    }
    if (watched[0].revents != 0 && !read()) return false;
    if (watched[1].revents != 0) {
      if (auto done = worker_.take())
        carry_out(server_.checked(done->id, std::move(done->analysis)));
    }
    for (std::size_t i = 2; i < watched.size(); ++i) {
      if (watched[i].revents != 0) ended(watched[i].fd);
    }
    // What is still to be read may make the check of this text useless.
    if (server_.due() && *server_.due() <= now() && !more_to_read()) carry_out(server_.tick(now()));
    return !console_.failed();
  }

  static bool more_to_read() {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    return ::poll(&input, 1, 0) > 0 && (input.revents & POLLIN) != 0;
  }

  bool read() {
    char buffer[1 << 16];
    const auto n = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (n < 0) {
      if (errno == EINTR || errno == EAGAIN) return true;
      console_.error(fmt::format("cannot read standard input: {}", std::strerror(errno)));
      return false;
    }
    if (n == 0) {
      console_.error("standard input ended without 'exit'");
      return false;
    }
    framer_.feed({buffer, static_cast<std::size_t>(n)});
    while (const auto message = framer_.next()) {
      carry_out(server_.handle(*message, now()));
      if (server_.exit_status()) return true;
    }
    if (framer_.error().empty()) return true;
    console_.error("this is not the Language Server Protocol: " + framer_.error(),
                   "splc lsp is started by an editor; see splc lsp --help");
    return false;
  }

  void carry_out(const lsp::Output& output) {
    for (const auto& message : output.messages) console_.out(lsp::framed(message));
    console_.flush();
    if (output.stop_check) worker_.stop();
    if (output.check) worker_.start(*output.check);
    for (const auto id : output.cancel) {
      for (auto& job : jobs_) {
        if (job.id() == id) job.cancel();
      }
    }
    for (const auto& wanted : output.start) {
      VerifyProcess job(wanted.id);
      const auto why = job.start(command(wanted), wanted.directory, wanted.text);
      if (why.empty()) {
        jobs_.push_back(std::move(job));
      } else {
        carry_out(server_.job_ended(wanted.id, {2, {}, why}));
      }
    }
  }

  std::vector<std::string> command(const lsp::VerifyJob& job) const {
    return {"splc",
            "verify",
            "--json",
            "--quiet",
            "--color=never",
            "--no-built-in",
            "--property",
            job.property,
            "--timeout",
            fmt::format("{}", options_.timeout),
            "--spin",
            options_.spin,
            "-"};
  }

  void ended(int descriptor) {
    const auto at = std::find_if(jobs_.begin(), jobs_.end(), [&](const VerifyProcess& job) {
      return job.descriptor() == descriptor;
    });
    if (at == jobs_.end()) return;
    const auto id = at->id();
    const auto result = at->finish();
    jobs_.erase(at);
    carry_out(server_.job_ended(id, {result.exit, result.output, result.errors}));
  }

  const LspOptions& options_;
  Console& console_;
  lsp::Server server_;
  lsp::Framer framer_;
  CheckWorker worker_;
  std::vector<VerifyProcess> jobs_;
  Clock::time_point begin_ = Clock::now();
};

}  // namespace

Exit run_lsp(const LspOptions& options, const CommonOptions&, Console& console) {
  return StdioServer(options, console).run();
}

}  // namespace spl::driver
