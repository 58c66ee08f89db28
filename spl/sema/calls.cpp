// Rule 3 of language.md section 4: no recursion. And functions that no automaton ever calls.
#include <fmt/format.h>

#include <algorithm>

#include "sema/rules.hpp"
#include "sema/visit.hpp"
#include "spl/automaton.hpp"

namespace spl::sema {
namespace {

struct CallSite {
  std::size_t callee = 0;
  int nesting = 0;  // blocks around it
  SourceRange range;
};

void collect_calls(const CheckedPolicy& policy, const ast::Block& block, int nesting,
                   std::vector<CallSite>& calls) {
  for (const auto& statement : block.statements) {
    if (const auto* call = std::get_if<ast::CallStmt>(&statement.node)) {
      if (const auto callee = policy.find_function(call->callee.text)) {
        calls.push_back({*callee, nesting, call->callee.range});
      }
    }
    for_each_block(statement, [&](const ast::Block& inner) {
      collect_calls(policy, inner, nesting + 1, calls);
    });
  }
}

std::vector<CallSite> calls_of(const CheckedPolicy& policy, const ast::Routine& routine) {
  std::vector<CallSite> calls;
  collect_calls(policy, routine.body, 1, calls);
  return calls;
}

using CallGraph = std::vector<std::vector<CallSite>>;

/// Depth-first search with a stack of its own (a chain of calls may be long), which reports each
/// call that closes a cycle, and chains too deep to expand.
class CycleFinder {
 public:
  CycleFinder(const CheckedPolicy& policy, const CallGraph& graph, Diagnostics& diagnostics)
      : policy_(policy),
        graph_(graph),
        diagnostics_(diagnostics),
        state_(graph.size(), State::unseen),
        depth_(graph.size(), 0),
        nesting_(graph.size(), 0) {}

  void run() {
    for (std::size_t function = 0; function < graph_.size(); ++function) {
      if (state_[function] == State::unseen) search(function);
    }
  }

 private:
  enum class State : std::uint8_t { unseen, open, done };
  struct Frame {
    std::size_t function = 0;
    std::size_t next = 0;  // call to look at next
  };

  void search(std::size_t root) {
    enter(root);
    while (!stack_.empty()) {
      auto& frame = stack_.back();
      const auto& calls = graph_[frame.function];
      if (frame.next == calls.size()) {
        leave(frame.function);
        continue;
      }
      const auto& call = calls[frame.next++];
      if (state_[call.callee] == State::open) report(call);
      if (state_[call.callee] == State::unseen) enter(call.callee);
    }
  }

  void enter(std::size_t function) {
    state_[function] = State::open;
    stack_.push_back({function, 0});
  }

  void leave(std::size_t function) {
    state_[function] = State::done;
    stack_.pop_back();
    int deepest = 0;
    int widest = 0;
    bool reported = false;  // for a function that this one calls
    for (const auto& call : graph_[function]) {
      deepest = std::max(deepest, depth_[call.callee]);
      widest = std::max(widest, call.nesting + nesting_[call.callee]);
      reported = reported || nesting_[call.callee] > kMaxExpandedNesting;
    }
    depth_[function] = deepest + 1;
    nesting_[function] = std::min(widest, kMaxExpandedNesting + 1);
    if (depth_[function] == kMaxCallDepth + 1) {
      too_deep(function, fmt::format("calls nest more than {} deep", kMaxCallDepth));
    } else if (widest > kMaxExpandedNesting && !reported) {
      too_deep(function, fmt::format("blocks and calls nest more than {} deep once calls are "
                                     "expanded",
                                     kMaxExpandedNesting));
    }
  }

  void too_deep(std::size_t function, std::string message) {
    diagnostics_.report(DiagnosticCode::expansion_too_large,
                        policy_.functions[function]->name.range, std::move(message),
                        "calls are expanded in place; shorten the chain of functions");
  }

  [[nodiscard]] const std::string& name(std::size_t function) const {
    return policy_.functions[function]->name.text;
  }

  void report(const CallSite& closing) {
    const auto first = std::find_if(stack_.begin(), stack_.end(), [&](const Frame& frame) {
      return frame.function == closing.callee;
    });
    std::vector<Label> notes;
    constexpr std::size_t kMaxNotes = 6;
    for (auto frame = first; frame + 1 != stack_.end() && notes.size() < kMaxNotes; ++frame) {
      const auto& call = graph_[frame->function][frame->next - 1];
      notes.push_back({call.range, fmt::format("'{}' calls '{}' here", name(frame->function),
                                               name(call.callee))});
    }
    const auto& caller = name(stack_.back().function);
    auto message = caller == name(closing.callee)
                       ? fmt::format("function '{}' calls itself", caller)
                       : fmt::format("function '{}' calls '{}', which leads back to '{}'", caller,
                                     name(closing.callee), caller);
    diagnostics_.report(DiagnosticCode::recursion, closing.range, std::move(message),
                        "calls are expanded in place, so recursion has no end; use a loop",
                        std::move(notes));
  }

  const CheckedPolicy& policy_;
  const CallGraph& graph_;
  Diagnostics& diagnostics_;
  std::vector<State> state_;
  // Of a function that is done: how deep its calls nest, itself included; and how deep the blocks
  // around its calls and in the functions called.
  std::vector<int> depth_;
  std::vector<int> nesting_;
  std::vector<Frame> stack_;
};

void report_unused(const CheckedPolicy& policy, const CallGraph& graph, Diagnostics& diagnostics) {
  std::vector<bool> called(graph.size(), false);
  std::vector<bool> has_caller(graph.size(), false);
  std::vector<std::size_t> open;
  const auto reach = [&](const std::vector<CallSite>& calls) {
    for (const auto& call : calls) {
      if (!called[call.callee]) open.push_back(call.callee);
      called[call.callee] = true;
    }
  };
  for (const auto* automaton : policy.automata) reach(calls_of(policy, *automaton));
  while (!open.empty()) {
    const auto function = open.back();
    open.pop_back();
    reach(graph[function]);
  }
  for (const auto& calls : graph) {
    for (const auto& call : calls) has_caller[call.callee] = true;
  }
  for (std::size_t function = 0; function < graph.size(); ++function) {
    if (called[function]) continue;
    const auto& name = policy.functions[function]->name;
    diagnostics.report(DiagnosticCode::unused_function, name.range,
                       has_caller[function]
                           ? fmt::format("no automaton reaches function '{}'", name.text)
                           : fmt::format("function '{}' is never called", name.text),
                       "call it or remove it");
  }
}

}  // namespace

void check_calls(const CheckedPolicy& policy, Diagnostics& diagnostics) {
  CallGraph graph;
  graph.reserve(policy.functions.size());
  for (const auto* function : policy.functions) graph.push_back(calls_of(policy, *function));
  CycleFinder(policy, graph, diagnostics).run();
  // A misspelt call is an error, and the function that it meant is not at fault.
  if (!diagnostics.has_language_errors()) report_unused(policy, graph, diagnostics);
}

}  // namespace spl::sema
