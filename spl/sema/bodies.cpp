// Rules 2, 4 and 5 of language.md section 4: names and types in the bodies of routines.
#include <fmt/format.h>

#include <unordered_map>

#include "sema/rules.hpp"
#include "sema/visit.hpp"
#include "spl/spelling.hpp"

namespace spl::sema {
namespace {

using ast::BinaryOp;
using ast::Type;

const char* type_name(Type type) {
  return type == Type::boolean ? "bool" : "int";
}

/// Checks one routine's body. An expression whose type cannot be told has none, and what it stands
/// in is not blamed for it.
class BodyChecker {
 public:
  BodyChecker(const CheckedPolicy& policy, const ast::Routine& routine, Diagnostics& diagnostics)
      : policy_(policy), routine_(routine), diagnostics_(diagnostics) {
    for (const auto& param : routine.params) params_.try_emplace(param.name.text, &param);
  }

  void run() {
    for_each_statement(routine_.body, [&](const ast::Statement& statement) {
      if (const auto* call = std::get_if<ast::CallStmt>(&statement.node)) check_call(*call);
      if (const auto* assign = std::get_if<ast::AssignStmt>(&statement.node)) {
        check_assign(*assign);
      } else {
        for_each_expression(statement, [&](const ast::Expr& guard, bool) { check_guard(guard); });
      }
    });
  }

 private:
  const ast::Param* find(std::string_view name, SourceRange where) {
    const auto at = params_.find(name);
    if (at != params_.end()) return at->second;
    std::vector<std::string> names;
    for (const auto& param : routine_.params) names.push_back(param.name.text);
    auto hint = did_you_mean(name, names, diagnostics_);
    if (hint.empty()) {
      hint =
          fmt::format("variables are the parameters of the {}: add one, as in '{} {}(bool {})'",
                      routine_.is_automaton ? "automaton" : "function",
                      routine_.is_automaton ? "automaton" : "function", routine_.name.text, name);
    }
    diagnostics_.report(
        DiagnosticCode::unknown_variable, where,
        fmt::format("there is no variable '{}' in {} '{}'", name,
                    routine_.is_automaton ? "automaton" : "function", routine_.name.text),
        hint);
    return nullptr;
  }

  void mismatch(SourceRange where, std::string message, std::string hint = {},
                std::vector<Label> notes = {}) {
    diagnostics_.report(DiagnosticCode::type_mismatch, where, std::move(message), std::move(hint),
                        std::move(notes));
  }

  void check_guard(const ast::Expr& guard) {
    if (type_of(guard) == Type::integer) {
      mismatch(guard.range, "a guard must be bool, but this is int",
               "compare it with something, as in 'n > 0'");
    }
  }

  void check_assign(const ast::AssignStmt& assign) {
    const auto value = type_of(*assign.value);
    const auto* target = find(assign.target.text, assign.target.range);
    if (target == nullptr || !value || *value == target->type) return;
    mismatch(assign.value->range,
             fmt::format("'{}' is {}, but the value assigned to it is {}", target->name.text,
                         type_name(target->type), type_name(*value)),
             {}, {{target->range, "declared here"}});
  }

  std::optional<Type> type_of(const ast::Expr& expr) {
    return std::visit(
        Overload{
            [](const ast::IntLiteral&) -> std::optional<Type> { return Type::integer; },
            [](const ast::BoolLiteral&) -> std::optional<Type> { return Type::boolean; },
            [&](const ast::VarRef& e) -> std::optional<Type> {
              const auto* param = find(e.name, expr.range);
              if (param == nullptr) return std::nullopt;
              return param->type;
            },
            [&](const ast::UnaryExpr& e) -> std::optional<Type> {
              const bool is_not = e.op == ast::UnaryOp::logical_not;
              const auto wanted = is_not ? Type::boolean : Type::integer;
              operand(*e.operand, wanted, is_not ? "!" : "-", "its operand");
              return wanted;
            },
            [&](const ast::BinaryExpr& e) -> std::optional<Type> { return type_of(e, expr.range); },
        },
        expr.node);
  }

  void operand(const ast::Expr& expr, Type wanted, const char* op, const char* which) {
    const auto type = type_of(expr);
    if (!type || *type == wanted) return;
    mismatch(expr.range, fmt::format("'{}' takes {}, but {} is {}", op, type_name(wanted), which,
                                     type_name(*type)));
  }

  std::optional<Type> type_of(const ast::BinaryExpr& e, SourceRange range) {
    if (e.op == BinaryOp::equal || e.op == BinaryOp::not_equal) {
      const auto left = type_of(*e.left);
      const auto right = type_of(*e.right);
      if (left && right && *left != *right) {
        mismatch(range, fmt::format("'{}' takes two of one type, but the left side is {} and the "
                                    "right side is {}",
                                    spelling(e.op), type_name(*left), type_name(*right)));
      }
      return Type::boolean;
    }
    const bool logical = e.op == BinaryOp::logical_or || e.op == BinaryOp::logical_and;
    const auto wanted = logical ? Type::boolean : Type::integer;
    operand(*e.left, wanted, spelling(e.op), "the left side");
    operand(*e.right, wanted, spelling(e.op), "the right side");
    const bool arithmetic = e.op == BinaryOp::add || e.op == BinaryOp::subtract ||
                            e.op == BinaryOp::multiply || e.op == BinaryOp::divide;
    return arithmetic ? Type::integer : Type::boolean;
  }

  const ast::Routine* find_callee(const ast::Name& callee) {
    const auto* found = policy_.find_routine(callee.text);
    if (found == nullptr) {
      std::vector<std::string> names;
      for (const auto* function : policy_.functions) names.push_back(function->name.text);
      auto hint = did_you_mean(callee.text, names, diagnostics_);
      if (hint.empty()) {
        hint = "declare it: function " + callee.text +
               " (...) { ... }; statecalls start with a capital letter";
      }
      diagnostics_.report(DiagnosticCode::unknown_function, callee.range,
                          fmt::format("there is no function '{}'", callee.text), hint);
      return nullptr;
    }
    if (found->is_automaton) {
      const auto* automaton = policy_.automata[found->position];
      diagnostics_.report(DiagnosticCode::call_of_automaton, callee.range,
                          fmt::format("'{}' is an automaton and cannot be called", callee.text),
                          "automata run side by side; move the common part to a function",
                          {{automaton->name.range, "declared here"}});
      return nullptr;
    }
    return policy_.functions[found->position];
  }

  void check_call(const ast::CallStmt& call) {
    std::unordered_map<std::string_view, SourceRange> seen;
    std::vector<const ast::Param*> arguments;
    for (const auto& argument : call.arguments) {
      arguments.push_back(find(argument.text, argument.range));
      const auto [first, is_new] = seen.try_emplace(argument.text, argument.range);
      if (is_new) continue;
      diagnostics_.report(DiagnosticCode::argument_twice, argument.range,
                          fmt::format("'{}' is passed twice in one call", argument.text),
                          "arguments are copied back at the return, so the result would depend on "
                          "the order",
                          {{first->second, "also passed here"}});
    }
    const auto* callee = find_callee(call.callee);
    if (callee == nullptr) return;
    if (call.arguments.size() != callee->params.size()) {
      diagnostics_.report(
          DiagnosticCode::wrong_argument_count, call.callee.range,
          fmt::format(
              "'{}' takes {} argument{}, but {} given", callee->name.text, callee->params.size(),
              callee->params.size() == 1 ? "" : "s",
              call.arguments.size() == 1 ? "1 is" : fmt::format("{} are", call.arguments.size())),
          {}, {{callee->name.range, "declared here"}});
      return;
    }
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const auto& param = callee->params[i];
      if (arguments[i] == nullptr || arguments[i]->type == param.type) continue;
      diagnostics_.report(DiagnosticCode::wrong_argument_type, call.arguments[i].range,
                          fmt::format("'{}' is {}, but parameter '{}' of '{}' is {}",
                                      call.arguments[i].text, type_name(arguments[i]->type),
                                      param.name.text, callee->name.text, type_name(param.type)),
                          {}, {{param.range, "the parameter is declared here"}});
    }
  }

  const CheckedPolicy& policy_;
  const ast::Routine& routine_;
  Diagnostics& diagnostics_;
  std::unordered_map<std::string_view, const ast::Param*> params_;
};

}  // namespace

void check_bodies(const CheckedPolicy& policy, Diagnostics& diagnostics) {
  for (const auto* routine : routines(policy)) BodyChecker(policy, *routine, diagnostics).run();
}

}  // namespace spl::sema
