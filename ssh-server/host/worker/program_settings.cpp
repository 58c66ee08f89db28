// See program_settings.hpp.
#include "worker/program_settings.hpp"

#include <algorithm>
#include <string_view>

#include "ssh/patterns.hpp"

namespace ssh::host {

bool ProgramSettings::add(EnvRequest variable, const std::vector<std::string>& accept) {
  const bool wanted = std::any_of(accept.begin(), accept.end(), [&](const std::string& pattern) {
    return match_pattern(variable.name, pattern);
  });
  const bool proper =
      !variable.name.empty() &&
      variable.name.find_first_of(std::string_view("=\0", 2)) == std::string::npos &&
      variable.value.find('\0') == std::string::npos;
  if (used || !wanted || !proper) {
    return false;
  }
  const auto same = std::find_if(environment.begin(), environment.end(),
                                 [&](const EnvRequest& e) { return e.name == variable.name; });
  const std::size_t old = same == environment.end() ? 0 : same->name.size() + same->value.size();
  const std::size_t bytes = bytes_ - old + variable.name.size() + variable.value.size();
  if (bytes > kMostEnvironmentBytes ||
      (same == environment.end() && environment.size() >= kMostVariables)) {
    return false;
  }
  bytes_ = bytes;
  if (same != environment.end()) {
    same->value = std::move(variable.value);
  } else {
    environment.push_back(std::move(variable));
  }
  return true;
}

bool ProgramSettings::set_terminal(PtyRequest request) {
  if (used || terminal || request.modes.size() > kMostTerminalModes ||
      request.term.size() > kLongestTerm || request.term.find('\0') != std::string::npos) {
    return false;
  }
  terminal = std::move(request);
  return true;
}

}  // namespace ssh::host
