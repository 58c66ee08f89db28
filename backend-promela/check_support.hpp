// Internal: small things that the checks share.
#pragma once

#include "check.hpp"

namespace spl::promela {

void take_statistics(const SearchStatistics& from, CheckResult& result);
/// not_finished, because there is no model.
[[nodiscard]] CheckResult not_possible(CheckResult result, const ModelError& error);

}  // namespace spl::promela
