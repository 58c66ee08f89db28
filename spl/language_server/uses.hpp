// Where a name is used, in the whole workspace.
#pragma once

#include <string>
#include <vector>

#include "language_server/workspace.hpp"

namespace spl::lsp {

/// A name in every policy that has it. A policy is a file that no other imports, with all that it
/// imports; two of them have a name in common if a file in which it stands belongs to both. What
/// merely has the same name in another policy is something else.
struct Uses {
  Symbol symbol;
  std::vector<Project> policies;
  /// Each place once, by file, ascending within each. It points into `policies`.
  std::vector<Project::Found> places;
  /// What could not be looked into, and so may use the name as well.
  std::vector<std::string> unknown;
};

/// The uses of a name that stands in a file and means `symbol` there.
[[nodiscard]] Uses find_uses(Workspace& workspace, const ProjectFile& file, Symbol symbol);

}  // namespace spl::lsp
