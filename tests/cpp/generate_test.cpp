// generate(): names, forms of tables, determinism, and texts that C++ could trip over.
#include <gtest/gtest.h>

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
  auto costs = table_costs(*policy->program, policy->dfas, options);
  ASSERT_EQ(costs.size(), 1U);
  EXPECT_TRUE(costs[0].dense);
  EXPECT_EQ(costs[0].states, policy->dfas[0].states.size());
  EXPECT_EQ(costs[0].columns, 2U);
  EXPECT_EQ(costs[0].bytes, 2 * costs[0].states);
  options.dense_limit = costs[0].bytes;
  EXPECT_TRUE(table_costs(*policy->program, policy->dfas, options)[0].dense);
  options.dense_limit = costs[0].bytes - 1;
  costs = table_costs(*policy->program, policy->dfas, options);
  EXPECT_FALSE(costs[0].dense);
  EXPECT_EQ(costs[0].columns, 0U);
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
