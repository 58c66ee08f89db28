// Claims: a property turned into the search for a run that decides it.
//
// `reachable f` looks for a run that comes to f; every other property for one that violates it.
// Maximal state subformulas become the atoms of the translation.
#include <algorithm>

#include "model.hpp"
#include "names.hpp"

namespace spl::promela {
namespace {

using Op = ast::FormulaOp;

class Converter {
 public:
  explicit Converter(const Model& model) : model_(model) {}

  /// The formula, or its negation, in negation normal form.
  FormulaId operator()(const ResolvedFormula& f, bool negate) {
    if (is_state_formula(f)) return state(f, negate);
    const auto go = [&](std::size_t i, bool n) { return (*this)(f.children[i], n); };
    const auto yes = pool.constant(true);
    const auto no = pool.constant(false);
    switch (f.op) {
      case Op::op_not:
        return go(0, !negate);
      case Op::op_and:
        return negate ? pool.either(go(0, true), go(1, true))
                      : pool.both(go(0, false), go(1, false));
      case Op::op_or:
        return negate ? pool.both(go(0, true), go(1, true))
                      : pool.either(go(0, false), go(1, false));
      case Op::implies:
        return negate ? pool.both(go(0, false), go(1, true))
                      : pool.either(go(0, true), go(1, false));
      case Op::iff:
        return pool.either(pool.both(go(0, false), go(1, negate)),
                           pool.both(go(0, true), go(1, !negate)));
      case Op::next:
        return pool.next(go(0, negate));
      case Op::always:
        return negate ? pool.until(yes, go(0, true)) : pool.release(no, go(0, false));
      case Op::never:
        return negate ? pool.until(yes, go(0, false)) : pool.release(no, go(0, true));
      case Op::eventually:
      case Op::reachable:
        return negate ? pool.release(no, go(0, true)) : pool.until(yes, go(0, false));
      case Op::until:
        return negate ? pool.release(go(0, true), go(1, true))
                      : pool.until(go(0, false), go(1, false));
      case Op::weak_until:  // a W b = b R (a or b)
        return negate ? pool.until(go(1, true), pool.both(go(0, true), go(1, true)))
                      : pool.release(go(1, false), pool.either(go(0, false), go(1, false)));
      default:
        misplaced = true;  // the future inside once or since
        return no;
    }
  }

  Formulas pool;
  std::vector<std::string> atoms;
  std::vector<const ResolvedFormula*> formulas;
  bool misplaced = false;

 private:
  FormulaId state(const ResolvedFormula& f, bool negate) {
    if (f.op == Op::op_not) return state(f.children[0], !negate);
    if (f.op == Op::constant) return pool.constant(f.value != negate);
    auto text = condition(model_, f);
    const auto at = std::find(atoms.begin(), atoms.end(), text);
    const auto atom = static_cast<std::uint32_t>(at - atoms.begin());
    if (at == atoms.end()) {
      atoms.push_back(std::move(text));
      formulas.push_back(&f);
    }
    return pool.literal(atom, negate);
  }

  const Model& model_;
};

constexpr std::size_t kMaxClaimStates = 2000;

}  // namespace

std::variant<Claim, ModelError> make_claim(const Model& model, const Property& property,
                                           std::string name) {
  Converter convert(model);
  const bool witness = property.formula.op == Op::reachable;
  const auto formula = convert(property.formula, !witness);
  if (convert.misplaced) {
    return ModelError{"once and since of property '" + property.name +
                          "' speak of the past, but hold a formula about the future",
                      "only states and statecalls can be inside once() and since()",
                      property.range};
  }
  auto automaton = translate(convert.pool, formula, kMaxClaimStates);
  if (!automaton) {
    return ModelError{"the formula of property '" + property.name + "' is too complex to check",
                      "split it into several properties", property.range};
  }
  return Claim{std::move(name), property.text, std::move(*automaton), std::move(convert.atoms),
               std::move(convert.formulas)};
}

Claim eventually_claim(std::string name, std::string comment, std::string condition) {
  Buchi automaton;
  automaton.by_prefix = true;
  automaton.states.push_back({false, {{{}, 0}, {{{0, false}}, Buchi::kEnd}}});
  return {std::move(name), std::move(comment), std::move(automaton), {std::move(condition)}, {}};
}

}  // namespace spl::promela
