// Internal: a composition under the names that its model has, and what is read back from a run.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "spl/promela/compose.hpp"

namespace spl::promela {

/// What one step of a run of the model is: a place in the lists of a Composition.
struct ModelStep {
  Role role{};
  ComposeStep::Kind kind = ComposeStep::Kind::local;
  std::size_t which = 0;  // in locals; in the sends of the role that sends
};

/// Identifiers, parallel to the lists of a Composition.
class CompositionNames {
 public:
  explicit CompositionNames(const Composition& composition, const RolePolicies& policies);

  std::array<std::vector<std::string>, 2> locals;
  std::array<std::vector<std::string>, 2> letters;  // by sender; the same in both if alike
  std::vector<std::string> mtypes;                  // all letters, each once

  /// What an option prints, without the quotes: "statecall client sends Transmit_Ping".
  [[nodiscard]] std::string line(const ModelStep& step) const;
  /// The step of a printed line.
  [[nodiscard]] std::optional<ModelStep> step(std::string_view line) const;
};

/// "at_client".
[[nodiscard]] std::string location(Role role);
/// The channel to a role: "to_client".
[[nodiscard]] std::string channel(Role to);

/// The model with the claims of these failures.
[[nodiscard]] std::variant<std::string, ModelError> print_composition(
    const Composition& composition, const RolePolicies& policies,
    const std::vector<ComposeFailure>& failures);
/// When a state shows the failure.
[[nodiscard]] std::string condition(const Composition& composition, const CompositionNames& names,
                                    ComposeFailure failure);

/// Follows a run on two interpreters with queues between them, and fills trace, ends and what
/// there is to say of the failure. An error if the interpreters do not see what Spin saw.
[[nodiscard]] std::optional<ToolFailure> tell_composition(const Composition& composition,
                                                          const RolePolicies& policies,
                                                          const std::vector<ModelStep>& run,
                                                          ComposeResult& result);

}  // namespace spl::promela
