// Places and refusals in words; for replay, simulate and verify.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spl/automaton.hpp"
#include "spl/interpreter.hpp"
#include "spl/json.hpp"
#include "spl/source.hpp"

namespace spl::driver {

/// At most `limit` bytes of a text from outside, with what a terminal might obey shown as \xNN.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 60);

/// "auth.spl:34: Receive_Auth_Request_None;" (the line's text, cut if it is long).
[[nodiscard]] std::string source_line(const SourceMap& sources, SourceRange range);
/// The same for a wait point, and from where it was called: "... (called at auth.spl:90)".
[[nodiscard]] std::string wait_place(const Automaton& automaton, NodeId node,
                                     const SourceMap& sources);

/// Why each automaton refuses, and what would have been accepted; indented lines.
[[nodiscard]] std::string explain_violation(const Program& program, const SourceMap& sources,
                                            const std::vector<Interpreter::AutomatonRefusal>& why,
                                            const std::vector<StatecallId>& expected,
                                            std::size_t limit = 40);
/// Names in lines of a readable width, indented; at most `limit` of them, then how many more.
[[nodiscard]] std::string name_list(const Program& program, const std::vector<StatecallId>& names,
                                    std::size_t indent, std::size_t limit = 40);

/// {"automaton":...,"reason":...,"where":PLACE,"waiting":[PLACE...]}.
void write_reason(JsonWriter& json, const Program& program, const SourceMap& sources,
                  const Interpreter::AutomatonRefusal& refusal);
/// {"file":...,"line":N,"column":N}, or null for nowhere.
void write_place(JsonWriter& json, const SourceMap& sources, SourceRange range);

/// "1 state", "2 states".
[[nodiscard]] std::string count(std::uint64_t n, std::string_view noun,
                                std::string_view plural = {});

}  // namespace spl::driver
