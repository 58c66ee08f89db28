// A policy served by the debugger's web server until Ctrl-C: what splc debug and splc verify
// --debug share. Runs are ticked here, by the reference interpreter, and told to the server step by
// step.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "driver/compilation.hpp"
#include "spl/debug/server.hpp"
#include "spl/debug/view.hpp"

namespace spl::driver {

class DebugSession {
 public:
  /// What the server is to say of itself, and do.
  struct Purpose {
    debug::Mode mode = debug::Mode::trace;
    std::string title;
    std::vector<std::string> capabilities;
    std::function<debug::Reply(std::string_view name, std::string_view body)> on_command;
  };

  /// The compilation must be without errors, and outlive it. `numbers`: those of the monitor are
  /// for runs that a monitor tells of.
  DebugSession(const Compilation& c, const DebugServing& serving, std::size_t state_bound,
               debug::Numbers numbers);

  /// Listens; false after an error, which is shown.
  [[nodiscard]] bool open(Purpose purpose, Console& console);
  /// Says where the page is, and serves it until a signal comes.
  [[nodiscard]] Exit serve(bool json, bool quiet, Console& console);

  [[nodiscard]] const Compilation& compilation() const { return c_; }
  [[nodiscard]] const std::string& policy() const { return policy_; }
  [[nodiscard]] const debug::PolicyView& view() const { return view_; }
  // Once it is open:
  [[nodiscard]] debug::Server& server() { return *server_; }
  [[nodiscard]] debug::Numbering& numbering() { return *numbering_; }
  [[nodiscard]] boost::asio::io_context& context() { return context_; }
  /// Called when a signal has come: for what would keep the io_context running.
  void on_stop(std::function<void()> stop) { on_stop_ = std::move(stop); }

 private:
  const Compilation& c_;
  const DebugServing& serving_;
  std::string policy_;
  debug::PolicyView view_;
  boost::asio::io_context context_;
  std::string url_;
  std::optional<debug::Server> server_;
  std::optional<debug::Numbering> numbering_;
  std::function<void()> on_stop_;
};

/// The description of a policy with its drawings, by Graphviz if it is there. nullopt after an
/// error, which is shown: a signal came meanwhile.
[[nodiscard]] std::optional<std::string> describe_policy_view(const debug::PolicyView& view,
                                                              const std::string& policy,
                                                              const std::string& path,
                                                              const GraphvizOptions& graphviz,
                                                              Console& console);
/// A policy's name in the debugger: its file's, without the extension.
[[nodiscard]] std::string debug_policy_name(const std::string& path);

/// A subject whose statecalls are ticked here. The session must outlive it.
class DebugRun {
 public:
  enum class Result : std::uint8_t { accepted, ignored, unknown, refused };

  DebugRun(DebugSession& session, std::uint64_t id, std::string title);

  Result announce(std::string_view statecall, std::int64_t time_us = 0);
  /// Takes back up to `steps` steps, of any kind; says how many.
  std::size_t undo(std::size_t steps);

  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] std::uint64_t steps() const { return announced_.size(); }
  [[nodiscard]] const debug::Follower& now() const { return now_; }

 private:
  DebugSession& session_;
  std::uint64_t id_;
  debug::Follower now_;
  std::vector<std::optional<StatecallId>> announced_;  // nullopt: it did not move
  std::vector<debug::Follower> checkpoints_;           // after every kCheckpoint steps
};

/// Tells the server why a step is refused.
void tell_refusal(DebugSession& session, std::uint64_t subject, std::uint64_t number,
                  const Interpreter& before, const Interpreter::Verdict& verdict);
/// The stream's word for an outcome.
[[nodiscard]] debug::Verdict debug_verdict(Interpreter::Outcome outcome);

}  // namespace spl::driver
