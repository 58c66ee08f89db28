// The events of the stream as JSON text: one function each. docs/debugger.md describes them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "spl/debug/server.hpp"

namespace spl::debug::web {

/// A JSON string literal with its quotes. Bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string quote(std::string_view text);

[[nodiscard]] std::string hello_event(const ServerOptions& options, std::string_view session,
                                      const std::vector<std::string>& policies);
[[nodiscard]] std::string subject_event(const Subject& subject);
/// One entry of a "steps" event's items.
[[nodiscard]] std::string step_item(const Step& step);
inline constexpr std::string_view kStepsBegin = R"({"type":"steps","items":[)";
inline constexpr std::string_view kStepsEnd = "]}";
[[nodiscard]] std::string refusal_event(const Refusal& refusal);
[[nodiscard]] std::string unknown_step_event(const UnknownStep& step);
[[nodiscard]] std::string undone_event(std::uint64_t subject, std::uint64_t number);
[[nodiscard]] std::string end_event(std::uint64_t subject, std::string_view reason);
/// `where`: "reader" or "source".
[[nodiscard]] std::string dropped_event(std::uint64_t count, std::string_view where);
[[nodiscard]] std::string situation_event(std::string_view policy, std::uint32_t automaton,
                                          std::uint32_t id, std::string_view json);
[[nodiscard]] std::string disagreement_event(std::uint64_t subject, std::uint64_t number,
                                             std::string_view text);
[[nodiscard]] std::string verdict_event(const PropertyVerdict& verdict);

/// An event as the stream carries it: "data: ...\n\n". JSON text has no line ends of its own.
[[nodiscard]] std::string framed(std::string_view event);

}  // namespace spl::debug::web
