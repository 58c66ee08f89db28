// The sub-commands, one file each.
#pragma once

#include "driver/console.hpp"
#include "driver/exit_code.hpp"
#include "driver/options.hpp"

namespace spl::driver {

[[nodiscard]] Exit run_check(const CheckOptions& options, const CommonOptions& common,
                             Console& console);
[[nodiscard]] Exit run_fmt(const FmtOptions& options, const CommonOptions& common,
                           Console& console);
[[nodiscard]] Exit run_dump(const DumpOptions& options, const CommonOptions& common,
                            Console& console);
[[nodiscard]] Exit run_cpp(const CppCommandOptions& options, const CommonOptions& common,
                           Console& console);
[[nodiscard]] Exit run_graph(const GraphOptions& options, const CommonOptions& common,
                             Console& console);
[[nodiscard]] Exit run_promela(const PromelaOptions& options, const CommonOptions& common,
                               Console& console);
[[nodiscard]] Exit run_verify(const VerifyCommandOptions& options, const CommonOptions& common,
                              Console& console);
[[nodiscard]] Exit run_simulate(const SimulateOptions& options, const CommonOptions& common,
                                Console& console);
[[nodiscard]] Exit run_debug(const DebugCommandOptions& options, const CommonOptions& common,
                             Console& console);
[[nodiscard]] Exit run_replay(const ReplayOptions& options, const CommonOptions& common,
                              Console& console);
[[nodiscard]] Exit run_tests(const TestsOptions& options, const CommonOptions& common,
                             Console& console);
[[nodiscard]] Exit run_diff(const DiffOptions& options, const CommonOptions& common,
                            Console& console);
[[nodiscard]] Exit run_conform(const ConformCommandOptions& options, const CommonOptions& common,
                               Console& console);
[[nodiscard]] Exit run_fuzz(const FuzzOptions& options, const CommonOptions& common,
                            Console& console);
[[nodiscard]] Exit run_compose(const ComposeCommandOptions& options, const CommonOptions& common,
                               Console& console);
[[nodiscard]] Exit run_watch(const WatchOptions& options, const CommonOptions& common,
                             Console& console);
[[nodiscard]] Exit run_lsp(const LspOptions& options, const CommonOptions& common,
                           Console& console);

/// The text to standard output (path "" or "-") or to a file.
[[nodiscard]] Exit deliver(const std::string& path, std::string_view content, Console& console);

}  // namespace spl::driver
