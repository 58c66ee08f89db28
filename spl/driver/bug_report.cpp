// A directory with all that is needed to see the contradiction again on another machine.
#include "driver/bug_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "driver/explain.hpp"
#include "driver/files.hpp"
#include "driver/subprocess.hpp"
#include "spl/promela/model.hpp"

namespace spl::driver {
namespace {

namespace fs = std::filesystem;

constexpr int kDirectories = 1000;

/// Words as a shell reads them back, near enough. Nothing else in splc needs its own command line.
std::string command_line() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  const std::string all{std::istreambuf_iterator<char>(file), {}};
  std::string text;
  for (std::size_t at = 0; at < all.size();) {
    const auto end = std::min(all.find('\0', at), all.size());
    const auto word = printable(std::string_view(all).substr(at, end - at), 4000);
    const bool plain = word.find_first_of(" '\"()<>|&;*$") == std::string::npos && !word.empty();
    text += (text.empty() ? "" : " ") + (plain ? word : "'" + word + "'");
    at = end + 1;
  }
  return text;
}

std::string spin_version(const std::string& spin) {
  const auto said = run_filter({spin, "-V"}, "", 10);
  if (const auto* error = std::get_if<FilterError>(&said)) return "unknown: " + error->reason;
  return printable(std::get<std::string>(said).substr(0, std::get<std::string>(said).find('\n')));
}

std::optional<fs::path> fresh_directory(const fs::path& parent, std::string& why) {
  for (int n = 1; n <= kDirectories; ++n) {
    const auto name =
        n == 1 ? std::string("splc-bug-report") : fmt::format("splc-bug-report-{}", n);
    std::error_code error;
    if (fs::create_directory(parent / name, error)) return parent / name;
    why = error ? error.message() : "there are too many of them";
    if (error) return std::nullopt;
  }
  return std::nullopt;
}

/// The files of the policy by the names they get: as they lie to each other, so that imports work.
std::vector<std::pair<FileId, fs::path>> policy_files(const SourceMap& sources) {
  std::vector<std::pair<FileId, fs::path>> files;
  fs::path common;
  for (std::uint32_t i = 0; i < sources.size(); ++i) {
    const auto& name = sources.name(FileId{i});
    if (name == "--ltl") continue;  // a formula of the command line
    std::error_code error;
    auto path = name == "-" || name == "<stdin>" ? fs::path("stdin.spl") : fs::path(name);
    path = fs::absolute(path, error).lexically_normal();
    auto parent = path.parent_path();
    if (files.empty()) common = parent;
    while (!common.empty() && common != common.root_path() &&
           path.lexically_relative(common).string().starts_with("..")) {
      common = common.parent_path();
    }
    files.emplace_back(FileId{i}, path);
  }
  for (auto& [id, path] : files) path = path.lexically_relative(common);
  return files;
}

std::string model_text(const Compilation& c, const BugReport& report, std::size_t state_bound) {
  const auto model =
      report.property != nullptr
          ? promela::print_model(*c.program, c.sources, *report.property, state_bound)
          : promela::print_model(*c.program, c.sources, state_bound);
  if (const auto* error = std::get_if<promela::ModelError>(&model)) {
    return fmt::format("/* no model: {} */\n", printable(error->message, 1000));
  }
  return std::get<std::string>(model);
}

std::string readme(const BugReport& report, const std::string& policy, const std::string& spin) {
  std::string text = fmt::format(
      "{}\n\n"
      "This is a bug in splc, not in your policy. Please report it with the files of this\n"
      "directory. They hold the whole text of the policy: look through them first, if it is not\n"
      "meant for others.\n\n"
      "splc          {}\n"
      "spin          {}\n"
      "command line  {}\n"
      "policy        {}\n",
      report.what, SPL_VERSION, spin_version(spin), command_line(), policy);
  if (report.result != nullptr) {
    const auto& r = *report.result;
    text += fmt::format("check         {}: {}\nverdict       {} {}\n", r.name, r.text,
                        promela::to_string(r.verdict), r.why);
  }
  text += "\nmodel.pml     the PROMELA model\n";
  if (!report.trail.empty()) text += "trail.txt     what the model printed along the run\n";
  if (!report.run.empty()) text += "run.trace     the run: splc replay POLICY run.trace\n";
  if (!report.said.empty()) text += "\nWhat the engines say:\n\n" + report.said;
  return text;
}

}  // namespace

std::variant<std::string, BugReportError> write_bug_report(const Compilation& c,
                                                           const BugReport& report,
                                                           const std::string& spin,
                                                           std::size_t state_bound) {
  std::string why;
  auto directory = fresh_directory("", why);
  if (!directory) {
    std::error_code error;
    directory = fresh_directory(fs::temp_directory_path(error), why);
  }
  if (!directory) return BugReportError{"splc-bug-report", why};
  std::vector<std::pair<fs::path, std::string>> files;
  std::string policy;
  for (const auto& [id, path] : policy_files(c.sources)) {
    const auto place = fs::path("policy") / path;
    if (policy.empty()) policy = place.string();
    files.emplace_back(place, std::string(c.sources.text(id)));
  }
  files.emplace_back("model.pml", model_text(c, report, state_bound));
  if (!report.trail.empty()) {
    files.emplace_back("trail.txt", fmt::format("{}\n", fmt::join(report.trail, "\n")));
  }
  if (!report.run.empty()) files.emplace_back("run.trace", report.run);
  files.emplace_back("README.txt", readme(report, policy, spin));
  for (const auto& [name, content] : files) {
    const auto path = *directory / name;
    auto failed = make_directories(path.parent_path().string());
    if (!failed) failed = write_file(path.string(), content);
    if (failed) return BugReportError{path.string(), *failed};
  }
  return directory->string();
}

}  // namespace spl::driver
