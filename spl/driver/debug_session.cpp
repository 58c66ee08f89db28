// The server of splc debug: its address, its life, and what runs tell it.
#include "driver/debug_session.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <filesystem>
#include <system_error>

#include "driver/debug_browser.hpp"
#include "driver/explain.hpp"
#include "driver/graphviz.hpp"

namespace spl::driver {
namespace {

constexpr std::size_t kCheckpoint = 64;
/// A trace that is looked at has to be remembered: nobody reads it again.
constexpr std::size_t kRemembered = 200'000;

}  // namespace

std::string debug_policy_name(const std::string& path) {
  const auto stem = std::filesystem::path(path).stem().string();
  return path == "-" || stem.empty() ? "policy" : stem;
}

std::optional<std::string> describe_policy_view(const debug::PolicyView& view,
                                                const std::string& policy, const std::string& path,
                                                const GraphvizOptions& graphviz, Console& console) {
  bool interrupted = false;
  const auto draw = [&](const std::string& dot) -> debug::PolicyView::Picture {
    if (interrupted) return {};
    auto picture = run_graphviz(graphviz, "svg", dot, {});
    if (auto* svg = std::get_if<std::string>(&picture)) return {std::move(*svg), {}};
    const auto& error = std::get<GraphvizError>(picture);
    interrupted = error.interrupted;
    return {std::nullopt, error.reason + (error.hint.empty() ? "" : "; ") + error.hint};
  };
  auto description = view.describe({policy, path}, draw);
  if (!interrupted) return description;
  console.error("interrupted");
  return std::nullopt;
}

// ---- session
// -------------------------------------------------------------------------------------

DebugSession::DebugSession(const Compilation& c, const DebugServing& serving,
                           std::size_t state_bound, debug::Numbers numbers)
    : c_(c),
      serving_(serving),
      policy_(debug_policy_name(c.path)),
      view_(*c.checked, *c.program, c.sources, state_bound, numbers) {}

bool DebugSession::open(Purpose purpose, Console& console) {
  debug::Listening listening;
  debug::ServerOptions options;
  try {
    listening = debug::listen_on(serving_.listen, serving_.force_listen);
    options.token = debug::make_token();
  } catch (const std::invalid_argument& error) {
    const bool form = std::string_view(error.what()).find("no ADDRESS") != std::string_view::npos;
    console.error(error.what(),
                  form ? "" : "--force-listen does it all the same; better is a tunnel (ssh -L)");
    return false;
  } catch (const std::system_error& error) {
    console.error(error.what(), "--listen=127.0.0.1:0 takes a port that is free");
    return false;
  }
  url_ = debug::page_url(listening.address, options.token);
  options.listening = listening.socket;
  options.any_host = serving_.force_listen;
  options.title = std::move(purpose.title);
  options.version = SPL_VERSION;
  options.mode = purpose.mode;
  options.capabilities = std::move(purpose.capabilities);
  options.on_command = std::move(purpose.on_command);
  options.limits.steps = options.limits.steps_per_subject = kRemembered;
  auto description = describe_policy_view(view_, policy_, c_.path, serving_.graphviz, console);
  if (!description) return false;
  server_.emplace(context_, std::move(options),
                  std::map<std::string, std::string>{{policy_, std::move(*description)}});
  numbering_.emplace(
      view_, [this](AutomatonId automaton, std::uint32_t id, const debug::Situation& situation) {
        return server_->situation(policy_, index(automaton), id, view_.json(automaton, situation));
      });
  return true;
}

Exit DebugSession::serve(bool json, bool quiet, Console& console) {
  boost::asio::signal_set signals(context_, SIGINT, SIGTERM, SIGHUP);
  signals.async_wait([&](const boost::system::error_code& error, int) {
    if (error) return;
    signals.clear();  // a second one ends splc at once
    server_->stop();
    if (on_stop_) on_stop_();
  });
  console.out(json ? fmt::format("{{\"url\":\"{}\"}}\n", url_) : url_ + "\n");
  if (!console.flush()) return Exit::failure;
  if (!quiet) console.note("Ctrl-C ends the debugger");
  std::optional<BrowserPage> page;
  if (serving_.open) {
    page.emplace(url_);
    if (!page->error().empty()) console.note(page->error());
  }
  context_.run();
  return Exit::ok;
}

// ---- runs
// ----------------------------------------------------------------------------------------

debug::Verdict debug_verdict(Interpreter::Outcome outcome) {
  switch (outcome) {
    case Interpreter::Outcome::accepted:
      return debug::Verdict::accepted;
    case Interpreter::Outcome::ignored:
      return debug::Verdict::ignored;
    case Interpreter::Outcome::violation:
    case Interpreter::Outcome::too_large:
      break;
  }
  return debug::Verdict::refused;
}

void tell_refusal(DebugSession& session, std::uint64_t subject, std::uint64_t number,
                  const Interpreter& before, const Interpreter::Verdict& verdict) {
  const auto& c = session.compilation();
  debug::Refusal refusal;
  refusal.subject = subject;
  refusal.number = number;
  if (verdict.too_large) {
    refusal.text = fmt::format(
        "the policy follows more than {} alternatives at once here; the loop at {} may never end",
        verdict.too_large->limit, source_line(c.sources, verdict.too_large->where));
  } else {
    const auto allowed = before.allowed();
    refusal.text = explain_violation(*c.program, c.sources, verdict.refusals, allowed);
    for (const auto id : allowed) refusal.expected.push_back(c.program->vocabulary.name(id));
  }
  for (const auto& one : verdict.refusals) {
    refusal.automata.push_back(c.program->automata[index(one.automaton)].name);
  }
  session.server().refusal(refusal);
}

DebugRun::DebugRun(DebugSession& session, std::uint64_t id, std::string title)
    : session_(session), id_(id), now_(session.view(), session.numbering()), checkpoints_{now_} {
  debug::Subject subject;
  subject.id = id;
  subject.policy = session.policy();
  subject.title = std::move(title);
  subject.states = now_.states();
  session.server().begin(std::move(subject));
}

DebugRun::Result DebugRun::announce(std::string_view name, std::int64_t time_us) {
  auto& server = session_.server();
  const auto number = announced_.size() + 1;
  const auto id = session_.compilation().program->vocabulary.find(name);
  Interpreter::Verdict verdict;
  if (id) {
    verdict = now_.tick(*id);
    server.step({id_, number, time_us, index(*id), debug_verdict(verdict.outcome), now_.states()});
  } else {
    server.unknown_step({id_, number, time_us, std::string(name)});
  }
  const bool moved = id && verdict.outcome == Interpreter::Outcome::accepted;
  announced_.push_back(moved ? id : std::nullopt);
  if (announced_.size() % kCheckpoint == 0) checkpoints_.push_back(now_);
  if (!id) return Result::unknown;
  if (moved) return Result::accepted;
  if (verdict.outcome == Interpreter::Outcome::ignored) return Result::ignored;
  tell_refusal(session_, id_, number, now_.interpreter(), verdict);
  return Result::refused;
}

std::size_t DebugRun::undo(std::size_t steps) {
  steps = std::min(steps, announced_.size());
  if (steps == 0) return 0;
  const auto length = announced_.size() - steps;
  announced_.resize(length);
  checkpoints_.resize(length / kCheckpoint + 1, checkpoints_.front());
  now_ = checkpoints_.back();
  for (auto i = (checkpoints_.size() - 1) * kCheckpoint; i < length; ++i) {
    if (announced_[i]) now_.tick(*announced_[i]);  // accepted before, so accepted now
  }
  session_.server().undone(id_, length);
  return steps;
}

}  // namespace spl::driver
