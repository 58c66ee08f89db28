// Internal: the text of a manifest.
#pragma once

#include <string>

#include "spl/distribute/job_directory.hpp"

namespace spl::distribute {

[[nodiscard]] std::string write_manifest(const Manifest& manifest);

}  // namespace spl::distribute
