// What `splc compose` says, as text and as JSON.
#pragma once

#include <array>
#include <string>

#include "driver/compilation.hpp"
#include "driver/options.hpp"
#include "spl/compose.hpp"
#include "spl/promela/compose.hpp"

namespace spl::driver {

/// What all of it is about. Borrows.
struct ComposeSubject {
  std::array<const Compilation*, 2> policies;  // by Role
  const Pairing* pairing = nullptr;
  const Composition* composition = nullptr;
};

/// The heading, and with `all` every statecall.
[[nodiscard]] std::string pairing_text(const ComposeSubject& subject, bool all);
[[nodiscard]] std::string pairing_json(const ComposeSubject& subject);

/// The table of what was looked for, then each run that was found.
[[nodiscard]] std::string compose_text(const ComposeSubject& subject,
                                       const promela::ComposeReport& report, bool colour);
/// One object a failure, one a line.
[[nodiscard]] std::string compose_json(const ComposeSubject& subject,
                                       const promela::ComposeReport& report);

}  // namespace spl::driver
