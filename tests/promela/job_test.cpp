// Plan, run, conclude: jobs are the same each time, outcomes survive being written, and nothing
// that comes back is believed without looking.
#include "spl/promela/job.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "verdict_support.hpp"

namespace spl::promela::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kPolicy =
    "automaton a (int (0..3) n) { multiple { A; n = 1; either { B; } or { D; abort; } } C; }\n"
    "property holds : A precedes B;\n"
    "property breaks : never C;\n"
    "property lives : always (A implies eventually C);\n"
    "property comes : reachable B;\n";

class Jobs : public testing::Test {
 protected:
  Plan plan(const std::string& text = kPolicy) {
    policy_ = spl::test::compile(text);
    return make_plan(*policy_->program, policy_->sources, policy_->program->properties, options_);
  }
  static const Job& named(const Plan& plan, const std::string& name) {
    for (const auto& job : plan.jobs()) {
      if (job.name == name) return job;
    }
    throw std::runtime_error("no job " + name);
  }
  static Tools tools() { return std::get<Tools>(find_tools({})); }
  static Outcome run(const Job& job) { return std::get<Outcome>(run_job(job, tools())); }

  VerifyOptions options_;
  std::unique_ptr<spl::test::Compiled> policy_;
};

TEST_F(Jobs, PlansAreDeterministic) {
  const auto one = plan();
  const auto first = std::move(policy_);
  options_.jobs = 1;
  const auto two = plan();
  ASSERT_EQ(one.jobs().size(), two.jobs().size());
  for (std::size_t i = 0; i < one.jobs().size(); ++i) {
    EXPECT_EQ(one.jobs()[i].name, two.jobs()[i].name);
    EXPECT_EQ(one.jobs()[i].model, two.jobs()[i].model);
    EXPECT_EQ(key_of(one.jobs()[i]), key_of(two.jobs()[i]));
  }
}

TEST_F(Jobs, KeysTellJobsApartButNotTheirComments) {
  auto job = plan().jobs().at(0);
  const auto key = key_of(job);
  auto other = job;
  other.model += "/* anything */";
  other.timeout = std::chrono::seconds(1);
  EXPECT_EQ(key_of(other), key);
  other.model += "byte more;";
  EXPECT_NE(key_of(other), key);
  other = job;
  other.claims.emplace_back("x");
  EXPECT_NE(key_of(other), key);
  other = job;
  other.search.bitstate = true;
  EXPECT_NE(key_of(other), key);
  other = job;
  other.search.compiler_arguments = {"-DX"};
  auto another = job;
  another.search.verifier_arguments = {"-DX"};
  EXPECT_NE(key_of(other), key);
  EXPECT_NE(key_of(other), key_of(another));
}

TEST_F(Jobs, OutcomesThatWereWrittenConcludeTheSame) {
  const auto p = plan();
  for (std::size_t check = 0; check < p.check_count(); ++check) {
    if (p.jobs_of(check).empty()) continue;
    const auto& job = p.jobs().at(p.jobs_of(check).at(0));
    const auto outcome = run(job);
    const auto read = read_outcome(job, write_outcome(job, outcome));
    ASSERT_TRUE(std::holds_alternative<Outcome>(read)) << std::get<std::string>(read);
    EXPECT_EQ(std::get<Outcome>(read).claims, outcome.claims);
    const auto verdict = [&](const Outcome& o) {
      const Outcome* pointer = &o;
      std::string text;
      const auto results = p.conclude(check, {&pointer, 1});
      for (const auto& r : std::get<std::vector<CheckResult>>(results)) {
        text += r.name + ' ' + to_string(r.verdict) + ' ' + std::to_string(r.trace.size()) + ';';
      }
      return text;
    };
    EXPECT_EQ(verdict(std::get<Outcome>(read)), verdict(outcome)) << job.name;
  }
}

TEST_F(Jobs, OutcomesOfAnotherJobAreNotRead) {
  const auto p = plan();
  const auto text = write_outcome(p.jobs()[0], unfinished(p.jobs()[0], "lost"));
  EXPECT_TRUE(std::holds_alternative<Outcome>(read_outcome(p.jobs()[0], text)));
  EXPECT_EQ(std::get<std::string>(read_outcome(p.jobs()[1], text)), "of another job");
}

TEST_F(Jobs, DamagedOutcomesAreRefused) {
  const auto p = plan();
  const auto& job = named(p, "property-breaks");
  const auto outcome = run(job);
  ASSERT_EQ(outcome.claims.at(0).kind, ClaimOutcome::Kind::found);
  const auto text = write_outcome(job, outcome);
  const auto why = [&](const std::string& from, const std::string& to) {
    auto damaged = text;
    damaged.replace(damaged.find(from), from.size(), to);
    const auto read = read_outcome(job, damaged);
    const auto* reason = std::get_if<std::string>(&read);
    return reason == nullptr ? "read" : *reason;
  };
  EXPECT_THAT(why("\"found\"", "\"lost\""), HasSubstr("'outcome'"));
  EXPECT_THAT(why("\"found\"", "\"absent\""), HasSubstr("'trail'"));
  EXPECT_THAT(why("\"loop\":null", "\"loop\":77"), HasSubstr("'loop'"));
  EXPECT_THAT(why("\"states\":", "\"states\":-"), HasSubstr("'states'"));
  EXPECT_THAT(why("\"seconds\":", "\"second\":"), HasSubstr("'seconds'"));
  EXPECT_THAT(why("\"format\":1", "\"format\":2"), HasSubstr("format"));
  EXPECT_THAT(why("property_", "property"), HasSubstr("'claim'"));
  EXPECT_THAT(why("statecall ", "\\u0001"), HasSubstr("'trail'"));
  for (std::size_t n = 0; n < text.size() - 1; ++n) {  // no prefix is an outcome
    EXPECT_TRUE(std::holds_alternative<std::string>(read_outcome(job, text.substr(0, n)))) << n;
  }
}

TEST_F(Jobs, AnInventedTrailIsAnInternalErrorAndNoVerdict) {
  const auto p = plan();
  const auto& job = named(p, "property-breaks");
  auto outcome = run(job);
  auto& trail = outcome.claims.at(0).trail;
  trail.insert(trail.begin(), "statecall B");
  const Outcome* pointer = &outcome;
  for (std::size_t check = 0; check < p.check_count(); ++check) {
    if (p.jobs_of(check).empty() || &p.jobs()[p.jobs_of(check)[0]] != &job) continue;
    const auto results = p.conclude(check, {&pointer, 1});
    ASSERT_TRUE(std::holds_alternative<ToolFailure>(results));
    EXPECT_EQ(std::get<ToolFailure>(results).kind, ToolFailure::Kind::internal_error);
  }
}

TEST_F(Jobs, LostJobsAreNotFinished) {
  const auto p = plan();
  const auto report = run_plan(
      p, [](auto, auto, JobSink&) {}, options_);
  EXPECT_FALSE(report.failure);
  for (const auto& r : report.results) {
    if (r.kind == CheckKind::unreachable) continue;
    EXPECT_EQ(r.verdict, Verdict::not_finished) << r.name;
    EXPECT_THAT(r.why, HasSubstr("lost"));
  }
}

TEST_F(Jobs, AnyExecutorWillDo) {
  // One that runs the jobs last to first, through their written form.
  const auto p = plan();
  std::vector<std::string> order;
  const auto report = run_plan(
      p,
      [&](std::span<const Job> jobs, std::span<const std::size_t> todo, JobSink& sink) {
        for (auto i = todo.rbegin(); i != todo.rend(); ++i) {
          EXPECT_TRUE(sink.wanted(*i));
          const auto text = write_outcome(jobs[*i], run(jobs[*i]));
          sink.deliver(*i, std::get<Outcome>(read_outcome(jobs[*i], text)));
          EXPECT_FALSE(sink.wanted(*i));
        }
      },
      options_, [&](const CheckResult& r) { order.push_back(r.name); });
  const auto expected = verify(*policy_->program, policy_->sources, policy_->program->properties);
  ASSERT_EQ(report.results.size(), expected.results.size());
  for (std::size_t i = 0; i < expected.results.size(); ++i) {
    EXPECT_EQ(report.results[i].name, expected.results[i].name);
    EXPECT_EQ(report.results[i].verdict, expected.results[i].verdict);
    EXPECT_EQ(report.results[i].trace.size(), expected.results[i].trace.size());
  }
  EXPECT_EQ(order.at(1), "comes");  // after what needs no job, last to first
}

TEST_F(Jobs, TheFirstVariantThatFindsSomethingStopsTheOthers) {
  options_.bitstate = true;
  options_.variants = 3;
  options_.built_in = false;
  const auto p = plan();
  ASSERT_THAT(p.jobs(), SizeIs(12));
  std::size_t run_count = 0;
  const auto report = run_plan(
      p,
      [&](std::span<const Job> jobs, std::span<const std::size_t> todo, JobSink& sink) {
        for (const auto i : todo) {
          if (!sink.wanted(i)) continue;
          ++run_count;
          sink.deliver(i, run(jobs[i]));
        }
      },
      options_);
  const auto verdict = [&](std::size_t i) {
    return std::string(to_string(report.results[i].verdict));
  };
  EXPECT_EQ(verdict(0), "not_refuted");
  EXPECT_EQ(verdict(1), "fails");
  EXPECT_EQ(verdict(2), "fails");
  EXPECT_EQ(verdict(3), "proved");  // reachable: seen is seen
  EXPECT_EQ(run_count, 3U + 1 + 1 + 1);
}

TEST_F(Jobs, BitstateIsNeverAProof) {
  options_.bitstate = true;
  const auto p = plan();
  const auto report =
      verify(*policy_->program, policy_->sources, policy_->program->properties, options_);
  for (const auto& r : report.results) {
    if (r.name == "stuck" || r.name == "holds") {
      EXPECT_EQ(r.verdict, Verdict::not_refuted) << r.name;
      EXPECT_FALSE(r.exhaustive);
      EXPECT_GT(r.hash_factor, 100);
      EXPECT_THAT(r.why, HasSubstr("not exhaustive"));
    }
    if (r.name == "breaks") {
      EXPECT_EQ(r.verdict, Verdict::fails);
      EXPECT_THAT(r.trace, SizeIs(1));
    }
  }
}

TEST_F(Jobs, ArgumentsThatAreNotKnownToBeHarmlessMakeNoProof) {
  const auto caveat = [](const Search& s) { return s.caveat(); };
  Search search;
  EXPECT_THAT(search.caveat(), IsEmpty());
  for (const char* harmless : {"-O2", "-DCOLLAPSE", "-march=native"}) {
    search.compiler_arguments = {harmless};
    EXPECT_THAT(caveat(search), IsEmpty()) << harmless;
  }
  for (const char* cuts : {"-DBITSTATE", "-DHC4", "-DMA=10", "-DNOCOLLAPSE", "-Dx", "x.c", ""}) {
    search.compiler_arguments = {"-O2", cuts};
    EXPECT_THAT(caveat(search), HasSubstr("--cc-arg")) << cuts;
  }
  search = {};
  search.verifier_arguments = {"-w20"};
  EXPECT_THAT(caveat(search), IsEmpty());
  search.verifier_arguments = {"-m10"};
  EXPECT_THAT(caveat(search), HasSubstr("--pan-arg -m10"));
  search = {};
  search.spin_arguments = {"-DN=1"};
  EXPECT_THAT(caveat(search), HasSubstr("--spin-arg"));
}

TEST_F(Jobs, ADirectoryThatIsKeptHoldsEverything) {
  const auto p = plan();
  std::string wish = testing::TempDir() + "spl-keep-XXXXXX";
  const std::string directory = mkdtemp(wish.data());
  RunOptions run;
  run.directory = directory + "/job";
  const auto outcome = run_job(named(p, "property-breaks"), tools(), run);
  ASSERT_TRUE(std::holds_alternative<Outcome>(outcome));
  for (const char* file :
       {"model.pml", "pan.c", "pan", "model.pml.trail", "pan.out", "commands.sh"}) {
    EXPECT_TRUE(std::filesystem::exists(run.directory + '/' + file)) << file;
  }
  // The commands can be repeated by hand, and find the same.
  const auto again =
      "cd " + run.directory + " && rm -f pan* *.trail && sh commands.sh > again 2>&1";
  EXPECT_EQ(std::system(again.c_str()), 0);
  EXPECT_TRUE(std::filesystem::exists(run.directory + "/model.pml.trail"));
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace spl::promela::test
