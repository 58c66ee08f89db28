// For the tests of verdicts: a policy text to results, traces as words.
#pragma once

#include <algorithm>
#include <string>

#include "spl/promela/verify.hpp"
#include "unit/support.hpp"

namespace spl::promela::test {

struct Verified {
  std::unique_ptr<spl::test::Compiled> policy;
  Report report;

  [[nodiscard]] const CheckResult& named(const std::string& name) const {
    const auto found = std::find_if(report.results.begin(), report.results.end(),
                                    [&](const CheckResult& r) { return r.name == name; });
    if (found == report.results.end()) throw std::runtime_error("no result called " + name);
    return *found;
  }
  /// "A B", or "A (B C)" where B C is repeated for ever; "-" without a trace.
  [[nodiscard]] std::string trace(const CheckResult& r) const {
    if (!r.has_trace) return "-";
    std::string text;
    for (std::size_t i = 0; i < r.trace.size(); ++i) {
      if (i != 0) text += ' ';
      if (r.loop_start == i) text += '(';
      text += policy->program->vocabulary.name(r.trace[i].statecall);
    }
    if (r.loop_start && *r.loop_start < r.trace.size()) text += ')';
    return text;
  }
  /// "proved", "fails: A B".
  [[nodiscard]] std::string verdict(const std::string& name) const {
    const auto& r = named(name);
    const std::string word = to_string(r.verdict);
    return r.has_trace ? word + ": " + trace(r) : word;
  }
};

[[nodiscard]] inline Verified verified(const std::string& text, VerifyOptions options = {}) {
  Verified v;
  v.policy = spl::test::compile(text);
  const auto& program = *v.policy->program;
  v.report = verify(program, v.policy->sources, program.properties, options);
  if (v.report.failure) {
    ADD_FAILURE() << v.report.failure->message << '\n' << v.report.failure->output;
  }
  return v;
}

/// The verdict on one formula.
[[nodiscard]] inline std::string verdict(const std::string& policy, const std::string& formula) {
  VerifyOptions options;
  options.built_in = false;
  return verified(policy + "\nproperty p : " + formula + ";", options).verdict("p");
}

}  // namespace spl::promela::test
