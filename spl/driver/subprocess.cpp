// run_filter: run_process, and its result in words.
#include "driver/subprocess.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "driver/interrupt.hpp"
#include "spl/promela/process.hpp"

namespace spl::driver {
namespace {

using Kind = FilterError::Kind;
using Status = promela::ProcessResult::Status;

constexpr std::size_t kMaxOutput = std::size_t{1} << 30U;

/// Why find_program() did not find it.
FilterError not_found(const std::string& program) {
  const bool path = program.find('/') != std::string::npos;
  const int why = path && ::access(program.c_str(), X_OK) != 0 ? errno : path ? EACCES : ENOENT;
  return {why == ENOENT ? Kind::missing : Kind::failed,
          fmt::format("cannot run '{}': {}", program, std::strerror(why))};
}

FilterError in_words(const std::string& program, const promela::ProcessResult& result,
                     double seconds) {
  const auto first_line = result.errors.substr(0, result.errors.find('\n'));
  const auto said = first_line.empty() ? "" : ": " + first_line;
  switch (result.status) {
    case Status::not_started:
      return {Kind::failed, fmt::format("cannot run '{}': {}", program, result.error)};
    case Status::timed_out:
      return {Kind::timed_out,
              fmt::format("'{}' was ended: it took more than {} s", program, seconds)};
    case Status::cancelled:
      return {Kind::interrupted, "interrupted"};
    case Status::too_much:
      return {Kind::failed,
              fmt::format("'{}' printed more than {} MiB", program, kMaxOutput >> 20U)};
    case Status::signalled:
    case Status::cpu_used_up:
      return {Kind::failed,
              fmt::format("'{}' was killed by signal {}{}", program, result.code, said)};
    case Status::exited:
      break;
  }
  return {Kind::failed, fmt::format("'{}' failed with status {}{}", program, result.code, said)};
}

}  // namespace

std::variant<std::string, FilterError> run_filter(const std::vector<std::string>& command,
                                                  std::string_view input, double seconds) {
  promela::ProcessRequest request;
  request.command = command;
  request.command[0] = promela::find_program(command[0]);
  if (request.command[0].empty()) return not_found(command[0]);
  request.directory = ".";
  request.input = input;
  request.max_output = kMaxOutput;
  if (seconds > 0) {
    const auto limit = std::chrono::duration<double>(seconds);
    request.deadline =
        promela::Clock::now() + std::chrono::duration_cast<promela::Clock::duration>(limit);
  }
  request.cancel = interrupt_flag();
  const InterruptGuard guard;
  auto result = promela::run_process(request);
  if (result.status == Status::exited && result.code == 0) return std::move(result.output);
  return in_words(command[0], result, seconds);
}

}  // namespace spl::driver
