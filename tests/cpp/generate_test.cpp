// generate(): names, forms of tables, determinism, and texts that C++ could trip over.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "bundle.hpp"
#include "policies.hpp"

namespace spl::test {
namespace {

std::vector<GeneratedFile> generate_text(const std::string& text, CppOptions options = {}) {
  const auto policy = compile_policy(text);
  EXPECT_EQ(policy->error, "");
  if (options.stem.empty()) options.stem = "p";
  if (options.name_space.empty()) options.name_space = "p";
  return generate(*policy->program, policy->dfas, policy->sources, options);
}

TEST(Generate, makes_two_files) {
  CppOptions options;
  options.stem = "tcp-server";
  options.name_space = "net::tcp";
  const auto files = generate_text("automaton a() { A; }", options);
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].name, "tcp-server.hpp");
  EXPECT_EQ(files[1].name, "tcp-server_source_map.hpp");
  EXPECT_NE(files[0].content.find("namespace net::tcp {"), std::string::npos);
  EXPECT_NE(files[1].content.find("#include \"tcp-server.hpp\""), std::string::npos);
}

TEST(Generate, is_deterministic) {
  for (const auto& [name, text] : sample_policies()) {
    const auto once = generate_text(text);
    const auto again = generate_text(text);
    for (std::size_t i = 0; i < once.size(); ++i) {
      EXPECT_EQ(once[i].content, again[i].content) << name;
    }
  }
}

TEST(Generate, numbers_statecalls_as_the_vocabulary) {
  const auto header = generate_text("automaton a() { Zeta; Alpha; Beta; }")[0].content;
  EXPECT_NE(header.find("  Alpha = 0,\n  Beta = 1,\n  Zeta = 2,\n"), std::string::npos) << header;
}

TEST(Generate, picks_dense_tables_under_the_limit_only) {
  const auto policy = compile_policy("automaton a() { multiple (100) { A; } B; }");
  ASSERT_EQ(policy->error, "");
  CppOptions options;
  options.stem = options.name_space = "p";
  const auto cost_of_a = [&] {
    return monitor_cost(*policy->program, policy->dfas, options).automata.at(0);
  };
  const auto cost = cost_of_a();
  EXPECT_TRUE(cost.dense);
  EXPECT_EQ(cost.states, policy->dfas[0].states.size());
  EXPECT_EQ(cost.statecalls, 2U);
  EXPECT_EQ(cost.columns, 2U);
  EXPECT_EQ(cost.table_bytes, 2 * cost.states);
  EXPECT_EQ(cost.bytes, 2 * cost.states + 16);  // and a bit per state that may be the last
  EXPECT_EQ(cost.loads, 1U);
  options.dense_limit = cost.table_bytes;
  EXPECT_TRUE(cost_of_a().dense);
  options.dense_limit = cost.table_bytes - 1;
  EXPECT_FALSE(cost_of_a().dense);
  EXPECT_EQ(cost_of_a().columns, 0U);
}

TEST(Generate, statecalls_that_mean_the_same_share_a_column) {
  const auto policy =
      compile_policy("automaton a() { multiple { either { A; } or { B; } or { C; } D; } }");
  ASSERT_EQ(policy->error, "");
  CppOptions options;
  options.stem = options.name_space = "p";
  EXPECT_EQ(monitor_cost(*policy->program, policy->dfas, options).automata[0].columns, 2U);
  const auto header = generate(*policy->program, policy->dfas, policy->sources, options)[0].content;
  EXPECT_NE(header.find("4 statecalls; dense table, 2 distinct columns"), std::string::npos)
      << header;
  EXPECT_NE(header.find("{0}, {0}, {0}, {2}"), std::string::npos) << header;
}

/// Bisection of a list, counted.
std::size_t most_keys_looked_at(std::size_t length) {
  std::size_t most = 0;
  for (std::size_t wanted = 0; wanted <= 2 * length; ++wanted) {  // keys are 1, 3, 5, ...
    std::size_t looked_at = 0;
    for (std::size_t low = 0, high = length; low < high; ++looked_at) {
      const auto middle = low + (high - low) / 2;
      const auto key = 2 * middle + 1;
      if (key == wanted) {
        ++looked_at;
        break;
      }
      (key < wanted ? low : high) = key < wanted ? middle + 1 : middle;
    }
    most = std::max(most, looked_at);
  }
  return most;
}

TEST(Generate, bounds_the_loads_of_a_tick) {
  CppOptions options;
  options.stem = options.name_space = "p";
  options.dense_limit = 0;
  for (std::size_t n = 1; n < 70; ++n) {
    std::string text = "automaton a() { either { S0; }";
    for (std::size_t i = 1; i < n; ++i) text += " or { S" + std::to_string(i) + "; }";
    if (n == 1) text = "automaton a() { S0;";
    const auto policy = compile_policy(text + " }");
    ASSERT_EQ(policy->error, "");
    const auto cost = monitor_cost(*policy->program, policy->dfas, options);
    // Both ends of the list, the keys, the target.
    EXPECT_EQ(cost.chain, 3 + most_keys_looked_at(n)) << n;
    EXPECT_EQ(cost.loads, 1 + cost.chain) << n;
  }
  const auto two =
      compile_policy("statecalls { A, B, C } automaton x() { A; } automaton y() { B; }");
  options.dense_limit = 1000;
  auto cost = monitor_cost(*two->program, two->dfas, options);
  EXPECT_EQ(cost.loads, 5U);  // two columns, two cells, and whether anybody knows C
  EXPECT_EQ(cost.chain, 1U);
  options.uniform_limit = 0;
  cost = monitor_cost(*two->program, two->dfas, options);
  EXPECT_EQ(cost.loads, 8U);  // one automaton: its number, column, function, cell; 2 + 2 ends
}

TEST(Fingerprint, follows_the_meaning_and_nothing_else) {
  const auto fingerprint = [](const std::string& text) {
    const auto policy = compile_policy(text);
    EXPECT_EQ(policy->error, "") << text;
    return policy_fingerprint(*policy->program, policy->dfas);
  };
  const auto base = fingerprint("automaton a() { A; optional { B; } C; }");
  EXPECT_EQ(base, fingerprint("// as before\nautomaton a() {\n  A;\n  optional { B; }\n  C;\n}"));
  EXPECT_EQ(base, fingerprint("function f() { B; } automaton a() { A; optional { f(); } C; }"));
  std::set<std::uint64_t> seen{base};
  for (const char* other :
       {"automaton b() { A; optional { B; } C; }", "automaton a() { A; optional { B; } D; }",
        "automaton a() { A; B; C; }", "automaton a() { A; optional { B; } optional { C; } }",
        "automaton a() { A; multiple { B; } C; }", "automaton a() { B; optional { A; } C; }",
        "statecalls { A, B, C, D } automaton a() { A; optional { B; } C; }",
        "automaton a() { A; optional { B; } C; } automaton b() { A; }",
        "automaton b() { A; } automaton a() { A; optional { B; } C; }",
        "automaton a() { AA; optional { B; } C; }"}) {
    EXPECT_TRUE(seen.insert(fingerprint(other)).second) << other;
  }
}

TEST(Generate, widens_cells_with_the_states) {
  const auto cells = [](int n) {
    const auto text = "automaton a() { multiple (" + std::to_string(n) + ") { A; } }";
    const auto header = generate_text(text)[0].content;
    for (const char* type : {"int8_t", "int16_t", "int32_t"}) {
      if (header.find(std::string("::std::") + type + " table[]") != std::string::npos) return type;
    }
    return "none";
  };
  EXPECT_STREQ(cells(127), "int8_t");  // 128 states, the largest is 127
  EXPECT_STREQ(cells(128), "int16_t");
  EXPECT_STREQ(cells(32767), "int16_t");
  EXPECT_STREQ(cells(32768), "int32_t");
}

TEST(Generate, keeps_any_text_inside_its_literal) {
  const auto map =
      generate_text("automaton a() { /* \"?\?/ \\ */ A; /* \xc3\xa9\t */ B; }\n")[1].content;
  EXPECT_NE(map.find(R"(/* \"?\?/ \\ */ A; /* \303\251\t */ B;)"), std::string::npos) << map;
}

TEST(Generate, escapes_macro_names) {
  const auto policy = compile_policy("automaton a() { EOF; EOF_; }");
  ASSERT_EQ(policy->error, "");
  const auto& vocabulary = policy->program->vocabulary;
  EXPECT_EQ(enumerator_of(vocabulary, *vocabulary.find("EOF")), "EOF__");
  EXPECT_EQ(enumerator_of(vocabulary, *vocabulary.find("EOF_")), "EOF_");
}

TEST(Names, namespaces) {
  for (const char* good : {"ping", "a::b", "Net::tcp_2"})
    EXPECT_TRUE(is_cpp_namespace(good)) << good;
  for (const char* bad : {"", "::a", "a::", "a:b", "class", "a::int", "2a", "a b", "_a", "a__b",
                          "std", "a::std", "a;", "a\n"}) {
    EXPECT_FALSE(is_cpp_namespace(bad)) << bad;
  }
}

TEST(Names, stems) {
  for (const char* good : {"ping", "ssh-server", "a.b_2"}) EXPECT_TRUE(is_cpp_stem(good)) << good;
  for (const char* bad : {"", "a/b", "../a", ".a", "-a", "a\"b", "a\n"}) {
    EXPECT_FALSE(is_cpp_stem(bad)) << bad;
  }
}

TEST(Names, default_stems_are_namespaces) {
  EXPECT_EQ(default_stem("dir/ssh-server.spl"), "ssh_server");
  EXPECT_EQ(default_stem("2fa.spl"), "policy2fa");
  EXPECT_EQ(default_stem("new.spl"), "new_policy");
  for (const char* path :
       {"", ".spl", "/", "<stdin>", "--.spl", "\xff.spl", "a  b.spl", "std.spl"}) {
    EXPECT_TRUE(is_cpp_namespace(default_stem(path))) << path;
    EXPECT_TRUE(is_cpp_stem(default_stem(path))) << path;
  }
}

}  // namespace
}  // namespace spl::test
