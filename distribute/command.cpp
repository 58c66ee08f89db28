// Calling the programs of an engine.
#include "command.hpp"

#include <fmt/format.h>

namespace spl::distribute {

std::variant<std::string, promela::ToolFailure> find_engine_program(const std::string& name,
                                                                    const std::string& package) {
  auto path = promela::find_program(name);
  if (!path.empty()) return path;
  promela::ToolFailure failure;
  failure.kind = promela::ToolFailure::Kind::missing_tool;
  failure.message = fmt::format("cannot find the program '{}'", name);
  failure.hint = fmt::format("install it (Debian package '{}'), or use --engine local", package);
  return failure;
}

promela::ProcessResult run_briefly(const std::string& directory, std::vector<std::string> command,
                                   std::chrono::seconds limit) {
  promela::ProcessRequest request;
  request.command = std::move(command);
  request.directory = directory;
  request.deadline = promela::Clock::now() + limit;
  return promela::run_process(request);
}

bool succeeded(const promela::ProcessResult& result) {
  return result.status == promela::ProcessResult::Status::exited && result.code == 0;
}

std::string last_line(std::string_view text) {
  constexpr std::size_t kMost = 200;
  const auto lines = lines_of(text);
  if (lines.empty()) return {};
  std::string line = lines.back().substr(0, kMost);
  for (auto& c : line) {
    if (c < ' ' || c > '~') c = '?';
  }
  return line;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) lines.emplace_back(line);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace spl::distribute
