// The translation of temporal formulas, against their textbook meaning on endless words.
//
// A word is a prefix and a cycle. Its meaning is computed by fixed points over its positions; the
// automaton accepts it if the product has a reachable accepting cycle.
#include "buchi.hpp"

#include <gtest/gtest.h>

#include <random>

namespace spl::promela {
namespace {

constexpr std::uint32_t kAtoms = 3;

struct Word {
  std::vector<std::uint32_t> letters;  // bit i: atom i holds
  std::size_t loop = 0;                // the position after the last one
  [[nodiscard]] std::size_t after(std::size_t i) const {
    return i + 1 == letters.size() ? loop : i + 1;
  }
};

/// Where on the word the formula holds.
std::vector<bool> meaning(const Formulas& pool, FormulaId id, const Word& word) {
  const auto& node = pool[id];
  const auto n = word.letters.size();
  std::vector<bool> result(n);
  if (node.op == Formulas::Op::constant_true) return std::vector<bool>(n, true);
  if (node.op == Formulas::Op::constant_false) return result;
  if (node.op == Formulas::Op::literal) {
    for (std::size_t i = 0; i < n; ++i) {
      result[i] = ((word.letters[i] >> node.atom & 1U) != 0) != node.negated;
    }
    return result;
  }
  const auto a = meaning(pool, node.left, word);
  const auto b = meaning(pool, node.right, word);
  const bool greatest = node.op == Formulas::Op::release;
  if (greatest) result.assign(n, true);
  for (std::size_t round = 0; round <= 2 * n; ++round) {
    for (std::size_t i = n; i-- > 0;) {
      const auto next = word.after(i);
      switch (node.op) {
        case Formulas::Op::conjunction:
          result[i] = a[i] && b[i];
          break;
        case Formulas::Op::disjunction:
          result[i] = a[i] || b[i];
          break;
        case Formulas::Op::next:
          result[i] = a[next];
          break;
        case Formulas::Op::until:
          result[i] = b[i] || (a[i] && result[next]);
          break;
        default:
          result[i] = b[i] && (a[i] || result[next]);
          break;
      }
    }
  }
  return result;
}

bool allows(const Buchi::Transition& t, std::uint32_t letter) {
  for (const auto& l : t.condition) {
    if (((letter >> l.atom & 1U) != 0) == l.negated) return false;
  }
  return true;
}

/// The product of word and automaton.
class Product {
 public:
  Product(const Buchi& automaton, const Word& word) : automaton_(automaton), word_(word) {}

  bool accepts() {
    const auto from_start = reach({0, 0});
    if (ended_) return true;
    for (const auto& at : from_start) {
      if (!automaton_.states[at.second].accepting) continue;
      if (!automaton_.by_prefix && returns(at)) return true;
    }
    return false;
  }

 private:
  using At = std::pair<std::size_t, std::uint32_t>;

  bool returns(const At& at) {
    for (const auto& next : successors(at)) {
      const auto seen = reach(next);
      if (std::find(seen.begin(), seen.end(), at) != seen.end()) return true;
    }
    return false;
  }

  std::vector<At> reach(const At& start) {
    std::vector<At> seen{start};
    for (std::size_t i = 0; i < seen.size(); ++i) {
      for (const auto& next : successors(seen[i])) {
        if (std::find(seen.begin(), seen.end(), next) == seen.end()) seen.push_back(next);
      }
    }
    return seen;
  }

  std::vector<At> successors(const At& at) {
    std::vector<At> result;
    for (const auto& t : automaton_.states[at.second].transitions) {
      if (!allows(t, word_.letters[at.first])) continue;
      if (t.target == Buchi::kEnd) {
        ended_ = true;
      } else {
        result.emplace_back(word_.after(at.first), t.target);
      }
    }
    return result;
  }

  const Buchi& automaton_;
  const Word& word_;
  bool ended_ = false;
};

class RandomCase {
 public:
  explicit RandomCase(unsigned seed) : random_(seed) {}

  FormulaId formula(Formulas& pool, int size) {
    if (size <= 1) {
      const auto atom = pick(kAtoms);
      return pick(8) == 0 ? pool.constant(pick(2) == 0) : pool.literal(atom, pick(2) == 0);
    }
    const auto left = 1 + static_cast<int>(pick(static_cast<std::uint32_t>(size - 1)));
    switch (pick(7)) {
      case 0:
        return pool.both(formula(pool, left), formula(pool, size - left));
      case 1:
        return pool.either(formula(pool, left), formula(pool, size - left));
      case 2:
        return pool.next(formula(pool, size - 1));
      case 3:
        return pool.until(formula(pool, left), formula(pool, size - left));
      case 4:
        return pool.release(formula(pool, left), formula(pool, size - left));
      case 5:
        return pool.until(pool.constant(true), formula(pool, size - 1));
      default:
        return pool.release(pool.constant(false), formula(pool, size - 1));
    }
  }

  Word word() {
    Word w;
    const auto n = 1 + pick(6);
    for (std::uint32_t i = 0; i < n; ++i) w.letters.push_back(pick(1U << kAtoms));
    w.loop = pick(n);
    return w;
  }

  std::uint32_t pick(std::uint32_t below) {
    return std::uniform_int_distribution<std::uint32_t>(0, below - 1)(random_);
  }

 private:
  std::mt19937 random_;
};

TEST(Buchi, AcceptsExactlyTheWordsThatSatisfyTheFormula) {
  int satisfied = 0;
  int total = 0;
  for (unsigned seed = 0; seed < 1500; ++seed) {
    RandomCase random(seed);
    Formulas pool;
    const auto formula = random.formula(pool, 2 + static_cast<int>(seed % 9));
    const auto automaton = translate(pool, formula, 3000);
    ASSERT_TRUE(automaton) << "seed " << seed;
    for (int i = 0; i < 12; ++i) {
      const auto word = random.word();
      const bool expected = meaning(pool, formula, word)[0];
      ASSERT_EQ(Product(*automaton, word).accepts(), expected) << "seed " << seed << " word " << i;
      satisfied += expected ? 1 : 0;
      ++total;
    }
  }
  // The cases are of both kinds, or nothing was tested.
  EXPECT_GT(satisfied, total / 5);
  EXPECT_LT(satisfied, total * 4 / 5);
}

TEST(Buchi, WordsDecidedByAPrefixNeedNoCycle) {
  Formulas pool;
  const auto p = pool.literal(0, false);
  const auto eventually = pool.until(pool.constant(true), pool.both(p, pool.next(p)));
  EXPECT_TRUE(translate(pool, eventually, 100)->by_prefix);
  const auto always = pool.release(pool.constant(false), p);
  EXPECT_FALSE(translate(pool, always, 100)->by_prefix);
}

TEST(Buchi, TooManyStatesAreRefusedNotBuilt) {
  Formulas pool;
  auto all = pool.constant(true);
  for (std::uint32_t i = 0; i < 24; ++i) {
    const auto recurs = pool.until(pool.constant(true), pool.literal(i, false));
    all = pool.both(all, pool.release(pool.constant(false), recurs));
  }
  EXPECT_FALSE(translate(pool, all, 200));
}

}  // namespace
}  // namespace spl::promela
