// The disk as the language server sees it.
#pragma once

#include "language_server/disk.hpp"

namespace spl::driver {

/// Regular files only: a pipe or a device in the place of a policy would hold up the editor.
[[nodiscard]] lsp::Disk workspace_disk();

}  // namespace spl::driver
