// One run of splc. The only place that knows all sub-commands, and the last one to look at
// standard output: whatever could not be written makes the run a failure.
#include "driver/driver.hpp"

#include <fmt/format.h>

#include <exception>
#include <new>

#include "driver/command_line.hpp"
#include "driver/commands.hpp"
#include "driver/files.hpp"

namespace spl::driver {
namespace {

Exit dispatch(const Options& options, Console& console) {
  const auto& common = options.common;
  switch (options.command) {
    case Command::none:
      return Exit::ok;
    case Command::check:
      return run_check(options.check, common, console);
    case Command::fmt:
      return run_fmt(options.fmt, common, console);
    case Command::dump:
      return run_dump(options.dump, common, console);
    case Command::cpp:
      return run_cpp(options.cpp, common, console);
    case Command::graph:
      return run_graph(options.graph, common, console);
    case Command::promela:
      return run_promela(options.promela, common, console);
    case Command::verify:
      return run_verify(options.verify, common, console);
    case Command::simulate:
      return run_simulate(options.simulate, common, console);
    case Command::debug:
      return run_debug(options.debug, common, console);
    case Command::replay:
      return run_replay(options.replay, common, console);
    case Command::tests:
      return run_tests(options.tests, common, console);
    case Command::diff:
      return run_diff(options.diff, common, console);
    case Command::conform:
      return run_conform(options.conform, common, console);
    case Command::fuzz:
      return run_fuzz(options.fuzz, common, console);
    case Command::compose:
      return run_compose(options.compose, common, console);
    case Command::watch:
      return run_watch(options.watch, common, console);
    case Command::lsp:
      return run_lsp(options.lsp, common, console);
  }
  return Exit::failure;
}

Exit deliver_all(const Notice& notice, Console& console) {
  if (!notice.directory.empty()) {
    if (const auto why = make_directories(notice.directory)) {
      console.error(fmt::format("cannot make directory '{}': {}", notice.directory, *why));
      return Exit::failure;
    }
  }
  for (const auto& file : notice.files) {
    const auto exit = deliver(file.output, file.text, console);
    if (exit != Exit::ok) return exit;
  }
  return Exit::ok;
}

Exit run(int argc, const char* const* argv, Console& console) {
  const auto parsed = parse_command_line(argc, argv);
  if (const auto* notice = std::get_if<Notice>(&parsed)) {
    return deliver_all(*notice, console);
  }
  if (const auto* usage = std::get_if<UsageError>(&parsed)) {
    console.error(usage->message, usage->hint);
    return Exit::failure;
  }
  const auto& options = std::get<Options>(parsed);
  console.set_colour(options.common.colour);
  return dispatch(options, console);
}

}  // namespace

Exit run_splc(int argc, const char* const* argv) {
  Console console;
  auto exit = Exit::failure;
  try {
    exit = run(argc, argv, console);
  } catch (const std::bad_alloc&) {
    console.error("out of memory");
  } catch (const std::exception& e) {
    console.error(fmt::format("internal error: {}", e.what()),
                  "please report this, with the policy and the command line");
  }
  if (!console.flush()) {
    exit = Exit::failure;
    if (!console.broken_pipe()) {
      console.error(fmt::format("cannot write to standard output: {}", console.failure()));
    }
  }
  return exit;
}

}  // namespace spl::driver
