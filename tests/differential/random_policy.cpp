// The generator writes text, top down, with a budget of statements; names it uses always exist and
// have the right type. Functions call only functions of a lower number, so nothing recurs.
#include "random_policy.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spl::test {

std::uint64_t Dice::next() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

std::uint32_t Dice::roll(std::uint32_t sides) {
  return sides == 0 ? 0 : static_cast<std::uint32_t>(next() % sides);
}

Shape shape_for(std::uint32_t size, Dice& dice) {
  Shape shape;
  shape.statecalls = 1 + dice.roll(3 + size / 30) + (dice.chance(50) ? 1 : 0);
  shape.automata = 1 + dice.roll(1 + size / 35);
  shape.functions = dice.roll(1 + size / 20);
  shape.size = 2 + size / 10 + dice.roll(3 + size / 4);
  shape.depth = 1 + dice.roll(2 + size / 25);
  shape.arithmetic = dice.chance(35);
  shape.variables = dice.chance(85);
  return shape;
}

namespace {

struct Variable {
  std::string name;
  bool is_bool = true;
  int low = 0;  // where it may stand without harm
  int high = 2;
};

struct Function {
  std::string name;
  std::vector<bool> is_bool;  // per parameter
};

class Writer {
 public:
  Writer(const Shape& shape, Dice& dice) : shape_(shape), dice_(dice) {
    for (std::uint32_t i = 0; i < shape.statecalls; ++i) {
      all_statecalls_.push_back(std::string(1, static_cast<char>('A' + i % 26)));
    }
  }

  std::string policy() {
    std::vector<std::string> routines;
    for (std::uint32_t i = 0; i < shape_.functions; ++i) routines.push_back(function(i));
    const auto automata = std::max(1U, shape_.automata);
    for (std::uint32_t i = 0; i < automata; ++i) {
      routines.push_back(routine("automaton", fmt::format("m{}", i)));
    }
    // Functions may be declared after their use.
    for (auto i = routines.size(); i > 1; --i) {
      std::swap(routines[i - 1], routines[dice_.roll(static_cast<std::uint32_t>(i))]);
    }
    std::string text;
    if (dice_.chance(10)) {
      text = "statecalls {";
      for (const auto& s : all_statecalls_) text += " " + s + ",";
      text += " Unused }\n";
    }
    for (const auto& r : routines) text += r;
    return text;
  }

 private:
  std::string function(std::uint32_t number) {
    const auto name = fmt::format("f{}", number);
    auto text = routine("function", name);
    Function f{name, {}};
    for (const auto& v : variables_) f.is_bool.push_back(v.is_bool);
    functions_.push_back(std::move(f));
    return text;
  }

  std::string routine(const char* keyword, const std::string& name) {
    variables_.clear();
    // Automata that share every statecall block each other soon.
    statecalls_.clear();
    for (const auto& s : all_statecalls_) {
      if (dice_.chance(60)) statecalls_.push_back(s);
    }
    if (statecalls_.empty()) statecalls_ = all_statecalls_;
    std::string params;
    const auto count = shape_.variables ? dice_.roll(4) : 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (i != 0) params += ", ";
      params += parameter(i);
    }
    budget_ = shape_.size;
    // A body that goes round again leads further than one that is soon over.
    if (dice_.chance(35)) {
      return fmt::format("{} {} ({}) {}\n", keyword, name, params, block(shape_.depth));
    }
    return fmt::format("{} {} ({}) {{ multiple {} }}\n", keyword, name, params,
                       block(shape_.depth));
  }

  std::string parameter(std::uint32_t number) {
    if (dice_.chance(40)) {
      const auto name = fmt::format("b{}", number);
      variables_.push_back({name, true});
      return "bool " + name + (dice_.chance(30) ? " = true" : "");
    }
    const auto name = fmt::format("n{}", number);
    variables_.push_back({name, false});
    if (dice_.chance(30)) {
      const auto initial = dice_.chance(10)
                               ? std::string(dice_.chance(50) ? "2147483647" : "-2147483648")
                               : std::to_string(static_cast<int>(dice_.roll(4)) - 1);
      return "int " + name + (dice_.chance(40) ? " = " + initial : "");
    }
    const auto low = static_cast<int>(dice_.roll(4)) - 2;
    const auto high = low + static_cast<int>(dice_.roll(4));
    variables_.back().low = low;
    variables_.back().high = high;
    const auto initial =
        low + static_cast<int>(dice_.roll(static_cast<std::uint32_t>(high - low + 1)));
    return fmt::format("int ({}..{}) {}{}", low, high, name,
                       dice_.chance(40) ? fmt::format(" = {}", initial) : "");
  }

  std::string block(std::uint32_t depth) {
    std::string text = "{ ";
    auto count = dice_.roll(4);
    if (count == 0 && !dice_.chance(20)) count = 2;
    for (std::uint32_t i = 0; i < count && budget_ > 0; ++i) {
      --budget_;
      text += statement(depth) + " ";
    }
    return text + "}";
  }

  std::string statement(std::uint32_t depth) {
    const auto roll = dice_.roll(100);
    if (depth == 0 || roll < 38) return simple();
    switch (dice_.roll(9)) {
      case 0:
        return with_block("multiple " + bounds(), depth);
      case 1:
        return "optional " + block(depth - 1);
      case 2:
      case 3:
        return either(depth);
      case 4:
        return do_until(depth);
      case 5:
        return with_block("while " + guard(), depth);
      case 6:
        return with_block("always_allow (" + list() + ") ", depth);
      default:
        return during(depth);
    }
  }

  // Pieces that draw dice are made one after the other: operands are evaluated in any order.
  std::string with_block(std::string before, std::uint32_t depth) {
    before += block(depth - 1);
    return before;
  }
  std::string do_until(std::uint32_t depth) {
    auto text = with_block("do ", depth) + " until ";
    text += guard();
    return text + ";";
  }

  std::string simple() {
    const auto roll = dice_.roll(100);
    if (roll < 60) return dice_.pick(statecalls_) + ";";
    if (roll < 80 && !variables_.empty()) return assignment();
    if (roll < 92 && !functions_.empty()) return call();
    if (roll < 94) return dice_.chance(60) ? "exit;" : "abort;";
    return dice_.pick(statecalls_) + ";";
  }

  std::string assignment() {
    const auto& v = dice_.pick(variables_);
    if (!v.is_bool && dice_.chance(50)) {
      return fmt::format("either ({0} < {2}) {{ {0} = {0} + 1; }} or ({0} >= {2}) {{ {0} = {1}; }}",
                         v.name, v.low, v.high);
    }
    if (!v.is_bool && dice_.chance(40)) {
      return fmt::format("{} = {} {} 1;", v.name, v.name, dice_.chance(70) ? "+" : "-");
    }
    return fmt::format("{} = {};", v.name, v.is_bool ? boolean(2) : integer(2));
  }

  /// Distinct variables of the right types, or some other statement where there are not enough.
  std::string call() {
    const auto& f = dice_.pick(functions_);
    auto free = variables_;
    std::string arguments;
    for (const bool is_bool : f.is_bool) {
      std::vector<std::size_t> fit;
      for (std::size_t i = 0; i < free.size(); ++i) {
        if (free[i].is_bool == is_bool) fit.push_back(i);
      }
      if (fit.empty()) return dice_.pick(statecalls_) + ";";
      const auto chosen = dice_.pick(fit);
      arguments += (arguments.empty() ? "" : ", ") + free[chosen].name;
      free.erase(free.begin() + static_cast<std::ptrdiff_t>(chosen));
    }
    return fmt::format("{}({});", f.name, arguments);
  }

  std::string bounds() {
    const auto a = dice_.roll(4);
    const auto b = a + dice_.roll(3);
    switch (dice_.roll(8)) {
      case 0:
      case 1:
        return "";
      case 2:
        return fmt::format("({}..) ", a);
      case 3:
        return fmt::format("(..{}) ", a);
      case 4:
        return fmt::format("({}) ", a);
      case 5:
        return fmt::format("({}..{}) ", b, a);  // l > h, mostly
      default:
        return fmt::format("({}..{}) ", a, b);
    }
  }

  std::string guard() {
    if (dice_.chance(15)) return "";
    return "(" + boolean(2) + ") ";
  }

  std::string either(std::uint32_t depth) {
    auto text = with_block("either " + guard(), depth);
    const auto more = 1 + dice_.roll(2);
    for (std::uint32_t i = 0; i < more; ++i) {
      // The last branch is open mostly, or too many ways would end here.
      const auto condition = i + 1 == more && dice_.chance(60) ? std::string() : guard();
      text += with_block(" or " + condition, depth);
    }
    return text;
  }

  std::string list() {
    std::string text;
    const auto count = dice_.roll(3);
    for (std::uint32_t i = 0; i < count; ++i) {
      text += (i == 0 ? "" : ", ") + dice_.pick(statecalls_);
    }
    return text;
  }

  std::string during(std::uint32_t depth) {
    std::string text = "during " + block(depth - 1);
    const auto count = dice_.roll(3);
    for (std::uint32_t i = 0; i < count; ++i) text += " handle " + block(depth - 1);
    return text;
  }

  std::string variable(bool is_bool) {
    std::vector<std::string> fit;
    for (const auto& v : variables_) {
      if (v.is_bool == is_bool) fit.push_back(v.name);
    }
    if (!fit.empty() && dice_.chance(80)) return dice_.pick(fit);
    if (is_bool) return dice_.chance(75) ? "true" : "false";
    if (shape_.arithmetic && dice_.chance(8)) {
      return dice_.chance(50) ? "2147483647" : "-2147483648";
    }
    return std::to_string(static_cast<int>(dice_.roll(5)) - 1);
  }

  std::string boolean(std::uint32_t depth) {
    if (depth == 0 || dice_.chance(30)) return variable(true);
    const auto kind = dice_.roll(6);
    if (kind == 0) return fmt::format("(!{})", boolean(depth - 1));
    const bool compares = kind > 3;
    // Into variables first: arguments of one call are evaluated in any order.
    const auto left = compares ? integer(depth - 1) : boolean(depth - 1);
    const auto right = compares ? integer(depth - 1) : boolean(depth - 1);
    static const std::vector<std::string> kCompare{"<", "<=", ">", ">=", "==", "!="};
    const auto* op = "&&";
    if (kind == 2) op = "||";
    if (kind == 3) op = dice_.chance(50) ? "==" : "!=";
    if (compares) op = dice_.pick(kCompare).c_str();
    return fmt::format("({} {} {})", left, op, right);
  }

  std::string integer(std::uint32_t depth) {
    if (depth == 0 || dice_.chance(40)) return variable(false);
    static const std::vector<std::string> kOperators{"+", "-", "*", "/"};
    const auto* op = dice_.pick(kOperators).c_str();
    if (!shape_.arithmetic) op = dice_.chance(50) ? "+" : "-";
    if (shape_.arithmetic && dice_.chance(10)) return fmt::format("(-({}))", integer(depth - 1));
    const auto left = shape_.arithmetic ? integer(depth - 1) : variable(false);
    const auto right = shape_.arithmetic ? integer(depth - 1) : variable(false);
    return fmt::format("({} {} {})", left, op, right);
  }

  const Shape& shape_;
  Dice& dice_;
  std::vector<std::string> all_statecalls_;
  std::vector<std::string> statecalls_;  // of this routine
  std::vector<Function> functions_;
  std::vector<Variable> variables_;
  std::uint32_t budget_ = 0;
};

}  // namespace

std::string random_policy(const Shape& shape, Dice& dice) {
  return Writer(shape, dice).policy();
}

}  // namespace spl::test
