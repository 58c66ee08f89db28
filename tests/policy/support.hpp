// For the policy tests: a policy of this tree, as it stands or with changes to its text.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "spl/automaton.hpp"
#include "spl/diagnostic.hpp"
#include "spl/parse.hpp"
#include "spl/sema.hpp"

namespace spl::test {

/// A path below the source directory.
[[nodiscard]] std::string source_path(const std::string& path);
[[nodiscard]] std::string read_source(const std::string& path);
/// The policies, without the parts that are none by themselves.
[[nodiscard]] std::vector<std::string> policies();

/// In `file` (its name without directory), the first `from` becomes `to`.
struct Edit {
  std::string file;
  std::string from;
  std::string to;
};

/// A policy taken through parse, check and lower. Stays where it is: later stages borrow from
/// earlier.
struct Compiled {
  explicit Compiled(const std::string& path, const std::vector<Edit>& edits = {});
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;

  SourceMap sources;
  Diagnostics diagnostics;
  ast::Policy tree;
  std::optional<CheckedPolicy> checked;
  std::optional<Program> program;
  std::vector<std::string> unmade;  // the `from` of edits that found nothing
};

}  // namespace spl::test
