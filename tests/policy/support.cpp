#include "support.hpp"

#include <algorithm>
#include <filesystem>

namespace spl::test {

std::string source_path(const std::string& path) {
  return std::string(SPL_SOURCE_DIR "/") + path;
}

std::string read_source(const std::string& path) {
  auto read = disk_reader()(source_path(path));
  return std::holds_alternative<std::string>(read) ? std::get<std::string>(read) : std::string();
}

std::vector<std::string> policies() {
  std::vector<std::string> paths;
  for (const std::string directory :
       {"ssh-server/policy", "ssh-server/policy/client", "xen/policy", "examples"}) {
    for (const auto& entry : std::filesystem::directory_iterator(source_path(directory))) {
      const auto name = entry.path().filename().string();
      // Restricted to one case, to be composed: much of it is never accepted.
      if (name.starts_with("channel_of_")) continue;
      if (entry.path().extension() == ".spl" && name != "vocabulary.spl") {
        paths.push_back(directory + "/" + name);
      }
    }
  }
  std::ranges::sort(paths);
  return paths;
}

Compiled::Compiled(const std::string& path, const std::vector<Edit>& edits) {
  std::vector<bool> made(edits.size());
  const FileReader reader = [&](const std::string& file) -> std::variant<std::string, ReadError> {
    auto read = disk_reader()(file);
    auto* text = std::get_if<std::string>(&read);
    if (text == nullptr) return read;
    const auto name = std::filesystem::path(file).filename().string();
    for (std::size_t i = 0; i < edits.size(); ++i) {
      const auto at = edits[i].file == name ? text->find(edits[i].from) : std::string::npos;
      if (at == std::string::npos) continue;
      text->replace(at, edits[i].from.size(), edits[i].to);
      made[i] = true;
    }
    return read;
  };
  tree = parse_policy(source_path(path), reader, sources, diagnostics);
  checked = check(tree, sources, diagnostics);
  if (checked) program = lower(*checked, diagnostics);
  for (std::size_t i = 0; i < edits.size(); ++i) {
    if (!made[i]) unmade.push_back(edits[i].from);
  }
}

}  // namespace spl::test
