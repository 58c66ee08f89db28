// Internal to the lints: the walk over the text that compares it with what was reached.
#pragma once

#include <optional>
#include <vector>

#include "passes/lint_reach.hpp"
#include "spl/sema.hpp"

namespace spl::lints {

/// What the walk learns about each statecall, for the lint on statecalls never accepted.
struct StatecallUse {
  SourceRange first;     // first occurrence in text that is reached; invalid if there is none
  bool refused = false;  // somewhere an `abort` stands right behind it: refusing it is the point
};

/// Reports 103, 104, 105 and 111. Returns one entry per statecall of the vocabulary.
[[nodiscard]] std::vector<StatecallUse> lint_text(const CheckedPolicy& policy, const Reach& reach,
                                                  Diagnostics& diagnostics);

}  // namespace spl::lints
