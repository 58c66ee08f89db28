// Enumeration by size, each size built from the smaller ones.
#include "small_policies.hpp"

namespace spl::test {
namespace {

const std::vector<std::string> kSimple{
    "A;", "B;", "exit;", "abort;", "b = !b;", "n = n + 1;", "f(b);",
};
/// One block: text before and after it.
const std::vector<std::pair<std::string, std::string>> kOneBlock{
    {"multiple {", "}"},      {"multiple (2..) {", "}"},   {"multiple (1..2) {", "}"},
    {"optional {", "}"},      {"always_allow (B) {", "}"}, {"while (n < 1) {", "}"},
    {"do {", "} until (b);"},
};
/// Two blocks: text before, between and after them.
struct TwoBlocks {
  std::string before;
  std::string between;
  std::string after;
};
const std::vector<TwoBlocks> kTwoBlocks{
    {"either {", "} or {", "}"},
    {"either (b) {", "} or (n == 0) {", "}"},
    {"during {", "} handle {", "}"},
};

class Enumeration {
 public:
  explicit Enumeration(std::uint32_t size) {
    bodies_.push_back({""});
    statements_.emplace_back();
    for (std::uint32_t n = 1; n <= size; ++n) {
      add_statements(n);
      add_bodies(n);
    }
  }
  std::vector<std::string> last() { return std::move(bodies_.back()); }

 private:
  void add_statements(std::uint32_t n) {
    std::vector<std::string> all;
    if (n == 1) all = kSimple;
    for (const auto& [before, after] : kOneBlock) {
      for (const auto& body : bodies_[n - 1]) {
        std::string text = before;
        text += body;
        all.push_back(text + after);
      }
    }
    for (const auto& form : kTwoBlocks) {
      for (std::uint32_t left = 0; left < n; ++left) {
        for (const auto& a : bodies_[left]) {
          for (const auto& b : bodies_[n - 1 - left]) {
            std::string text = form.before;
            text += a;
            text += form.between;
            text += b;
            all.push_back(text + form.after);
          }
        }
      }
    }
    statements_.push_back(std::move(all));
  }

  /// A first statement, then a smaller body.
  void add_bodies(std::uint32_t n) {
    std::vector<std::string> all;
    for (std::uint32_t first = 1; first <= n; ++first) {
      for (const auto& s : statements_[first]) {
        for (const auto& rest : bodies_[n - first]) {
          std::string text = s;
          text += ' ';
          all.push_back(text + rest);
        }
      }
    }
    bodies_.push_back(std::move(all));
  }

  std::vector<std::vector<std::string>> statements_;  // by size
  std::vector<std::vector<std::string>> bodies_;
};

}  // namespace

std::vector<std::string> bodies_of_size(std::uint32_t size) {
  return Enumeration(size).last();
}

std::string small_policy(const std::string& body) {
  return "automaton m (bool b, int (0..2) n) { " + body +
         "}\nfunction f (bool p) { A; optional { B; p = true; exit; } p = !p; }\n";
}

}  // namespace spl::test
