// Finding spin and the compilers, and what is said of one that failed.
#include <fmt/format.h>

#include <cstring>

#include "outcome.hpp"
#include "spl/promela/job.hpp"
#include "spl/promela/process.hpp"

namespace spl::promela {

std::variant<Tools, ToolFailure> find_tools(const VerifyOptions& options) {
  Tools tools{find_program(options.spin), find_program(options.fast_compiler),
              find_program(options.compiler)};
  ToolFailure failure;
  failure.kind = ToolFailure::Kind::missing_tool;
  if (tools.spin.empty()) {
    failure.message = fmt::format("cannot find the model checker '{}'", options.spin);
    failure.hint = "install Spin (Debian package 'spin') or name it with an option";
    return failure;
  }
  if (tools.fast.empty() && tools.slow.empty()) {
    failure.message = fmt::format("cannot find a C compiler: neither '{}' nor '{}'",
                                  options.fast_compiler, options.compiler);
    failure.hint = "install a C compiler (Debian package 'tcc' or 'gcc')";
    return failure;
  }
  if (tools.fast.empty()) tools.fast = tools.slow;
  if (tools.slow.empty()) tools.slow = tools.fast;
  return tools;
}

std::string spin_version(const Tools& tools, const std::atomic<bool>* cancel) {
  ProcessRequest request;
  request.command = {tools.spin, "-V"};
  request.directory = "/";
  request.deadline = Clock::now() + std::chrono::seconds(5);
  request.cancel = cancel;
  const auto result = run_process(request);
  if (result.status != ProcessResult::Status::exited || result.code != 0) return {};
  return printable(std::string_view(result.output).substr(0, result.output.find('\n')));
}

std::string describe_failure(const std::string& tool, const ProcessResult& result) {
  switch (result.status) {
    case ProcessResult::Status::signalled:
      return fmt::format("'{}' was ended by signal {} ({})", tool, result.code,
                         strsignal(result.code));
    case ProcessResult::Status::too_much:
      return fmt::format("'{}' printed without end", tool);
    default:
      return fmt::format("'{}' failed with exit status {}", tool, result.code);
  }
}

}  // namespace spl::promela
