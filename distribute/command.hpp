// Internal: calling the programs of an engine.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "spl/promela/process.hpp"
#include "spl/promela/verify.hpp"

namespace spl::distribute {

/// A program of an engine, or that it is not there and which package it is in.
[[nodiscard]] std::variant<std::string, promela::ToolFailure> find_engine_program(
    const std::string& name, const std::string& package);

/// Runs a short command in `directory`. It is not cancelled, but given up after `limit`.
[[nodiscard]] promela::ProcessResult run_briefly(const std::string& directory,
                                                 std::vector<std::string> command,
                                                 std::chrono::seconds limit);

[[nodiscard]] bool succeeded(const promela::ProcessResult& result);

/// Of what a program said the last line that is not empty, shortened and made printable.
[[nodiscard]] std::string last_line(std::string_view text);

/// The lines of a text that are not empty.
[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);

}  // namespace spl::distribute
