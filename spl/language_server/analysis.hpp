// A policy checked: from texts that do not change to diagnostics, on any thread.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "language_server/file_index.hpp"
#include "spl/diagnostic.hpp"
#include "spl/source.hpp"

namespace spl::lsp {

/// All that one policy is made of, as it was at one moment: by path, a file or why it cannot be
/// read. Never changed once it is made, so that threads may share it.
struct Snapshot {
  using File = std::variant<std::shared_ptr<const FileIndex>, std::string>;
  std::map<std::string, File> files;
};

/// The same texts, and the same files that cannot be read.
[[nodiscard]] bool same_texts(const Snapshot& a, const Snapshot& b);

/// What a compilation of one policy said, by file.
struct Analysis {
  SourceMap sources;
  std::vector<Diagnostic> diagnostics;
  std::vector<std::string> paths;  // by FileId
};

/// Reads, checks and lints a policy, as `splc check` does. `stopped` is asked now and then; once it
/// is true the result is nullptr.
[[nodiscard]] std::shared_ptr<const Analysis> analyse(const std::string& path,
                                                      const Snapshot& texts,
                                                      const std::function<bool()>& stopped);

}  // namespace spl::lsp
