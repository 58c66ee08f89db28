// The verdict cache: remembers, forgets what it must, and never gives what is not its own.
#include "spl/promela/cache.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "verdict_support.hpp"

namespace spl::promela::test {
namespace {

namespace fs = std::filesystem;

Job job(const std::string& model) {
  Job j;
  j.name = "j";
  j.model = model;
  j.claims = {"c"};
  return j;
}

Outcome absent(std::uint64_t states) {
  Outcome o;
  auto& c = o.claims.emplace_back();
  c.kind = ClaimOutcome::Kind::absent;
  c.statistics.states = states;
  return o;
}

class Cache : public testing::Test {
 protected:
  Cache() {
    std::string wish = testing::TempDir() + "spl-cache-XXXXXX";
    directory_ = mkdtemp(wish.data());
  }
  ~Cache() override { fs::remove_all(directory_); }

  [[nodiscard]] std::vector<fs::path> files() const {
    std::vector<fs::path> all;
    for (const auto& entry : fs::directory_iterator(directory_)) all.push_back(entry.path());
    return all;
  }
  [[nodiscard]] static std::string text_of(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] Report verify_cached(const std::string& spin = "spin") {
    VerifyOptions options;
    options.spin = spin;
    options.cache_directory = directory_;
    policy_ = spl::test::compile(
        "automaton a () { multiple { A; B; } C; }\n"
        "property p : A precedes B;\nproperty q : never C;\nproperty l : eventually C;\n");
    return verify(*policy_->program, policy_->sources, policy_->program->properties, options);
  }

  std::string directory_;
  std::unique_ptr<spl::test::Compiled> policy_;
};

TEST_F(Cache, RemembersWhatIsDecided) {
  VerdictCache cache(directory_ + "/made/when/needed", "spin 1");
  EXPECT_FALSE(cache.get(job("m")));
  cache.put(job("m"), absent(7));
  const auto known = cache.get(job("m"));
  ASSERT_TRUE(known);
  EXPECT_TRUE(known->cached);
  EXPECT_EQ(known->claims, absent(7).claims);
  EXPECT_TRUE(cache.get(job("m/* a comment */")));
  EXPECT_FALSE(cache.get(job("n")));
  EXPECT_FALSE(VerdictCache(directory_ + "/made/when/needed", "spin 2").get(job("m")));
}

TEST_F(Cache, WhatIsNotFinishedIsNotKept) {
  VerdictCache cache(directory_, "spin");
  cache.put(job("m"), unfinished(job("m"), "no time"));
  EXPECT_TRUE(files().empty());
}

TEST_F(Cache, DamagedEntriesAreNotThereAndAreReplaced) {
  VerdictCache cache(directory_, "spin");
  cache.put(job("m"), absent(7));
  const auto file = files().at(0);
  const auto good = text_of(file);
  const auto with = [&](const std::string& text) {
    std::ofstream(file, std::ios::trunc) << text;
    return cache.get(job("m")).has_value();
  };
  EXPECT_TRUE(with(good));
  for (std::size_t n = 0; n + 1 < good.size(); n += 3) EXPECT_FALSE(with(good.substr(0, n))) << n;
  EXPECT_FALSE(with(std::string(1000, '\0')));
  EXPECT_FALSE(with("99999999999999999999\n" + good));
  cache.put(job("m"), absent(8));
  EXPECT_EQ(cache.get(job("m"))->claims, absent(8).claims);
}

TEST_F(Cache, AnotherKeyUnderTheSameNameIsNotUsed) {
  // As if two keys had one digest: the file of one job holds the entry of another.
  VerdictCache cache(directory_, "spin");
  cache.put(job("m"), absent(7));
  const auto file = files().at(0);
  const auto other = text_of(file);
  fs::remove(file);
  cache.put(job("n"), absent(8));
  std::ofstream(files().at(0), std::ios::trunc) << other;
  EXPECT_FALSE(cache.get(job("n")));
}

TEST_F(Cache, IsBounded) {
  {
    VerdictCache cache(directory_, "spin", 2000);
    for (int i = 0; i < 50; ++i) cache.put(job("model " + std::to_string(i)), absent(1));
  }
  std::uintmax_t total = 0;
  for (const auto& file : files()) total += fs::file_size(file);
  EXPECT_LE(total, 2000U);
  EXPECT_GT(total, 500U);
}

TEST_F(Cache, ManyAtOnce) {
  VerdictCache cache(directory_, "spin");
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i) {
          cache.put(job("m" + std::to_string(i % 5)), absent(static_cast<std::uint64_t>(i % 5)));
          const auto known = cache.get(job("m" + std::to_string(i % 5)));
          EXPECT_TRUE(known && known->claims == absent(static_cast<std::uint64_t>(i % 5)).claims);
        }
      });
    }
  }
  EXPECT_EQ(files().size(), 5U);
}

TEST_F(Cache, AnUnchangedPolicyIsNotSearchedAgain) {
  const auto first = verify_cached();
  ASSERT_FALSE(first.failure);
  const auto second = verify_cached();
  ASSERT_EQ(first.results.size(), second.results.size());
  for (std::size_t i = 0; i < first.results.size(); ++i) {
    const auto& a = first.results[i];
    const auto& b = second.results[i];
    EXPECT_FALSE(a.cached);
    EXPECT_EQ(b.cached, a.kind == CheckKind::property || a.kind == CheckKind::stuck) << b.name;
    EXPECT_EQ(a.verdict, b.verdict) << a.name;
    EXPECT_EQ(a.states, b.states);
    EXPECT_EQ(a.trace.size(), b.trace.size());
    EXPECT_EQ(a.loop_start, b.loop_start);
  }
}

TEST_F(Cache, ATrailThatMakesNoSenseIsSearchedForAgain) {
  const auto first = verify_cached();
  for (const auto& file : files()) {
    auto text = text_of(file);
    const auto at = text.find("\"trail\":[\"statecall C");
    if (at == std::string::npos) continue;
    text.replace(at, 21, "\"trail\":[\"statecall B");
    std::ofstream(file, std::ios::trunc) << text;
  }
  const auto second = verify_cached();
  ASSERT_FALSE(second.failure) << second.failure->message;
  for (const auto& r : second.results) {
    if (r.name != "q") continue;
    EXPECT_EQ(r.verdict, Verdict::fails);
    EXPECT_FALSE(r.cached);
  }
}

TEST_F(Cache, AnotherSpinIsAsked) {
  (void)verify_cached();
  const auto path = directory_ + "/other-spin";
  std::ofstream(path)
      << "#!/bin/sh\nif [ \"$1\" = -V ]; then echo Spin 7; exit; fi\nexec spin \"$@\"\n";
  fs::permissions(path, fs::perms::owner_all);
  for (const auto& r : verify_cached(path).results) EXPECT_FALSE(r.cached) << r.name;
}

}  // namespace
}  // namespace spl::promela::test
