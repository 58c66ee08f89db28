// What a session collects before its program starts: the bounds, and AcceptEnv.
#include "worker/program_settings.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ssh::host {
namespace {

const std::vector<std::string> kLocale{"LANG", "LC_*"};

TEST(ProgramSettings, TakesVariablesThatThePatternsName) {
  ProgramSettings settings;
  EXPECT_TRUE(settings.add({"LANG", "C.UTF-8"}, kLocale));
  EXPECT_TRUE(settings.add({"LC_TIME", "de_DE"}, kLocale));
  EXPECT_FALSE(settings.add({"LD_PRELOAD", "/tmp/evil.so"}, kLocale));
  EXPECT_FALSE(settings.add({"XLANG", ""}, kLocale));
  EXPECT_FALSE(settings.add({"LANG", "x"}, {}));
  ASSERT_EQ(settings.environment.size(), 2U);
  EXPECT_EQ(settings.environment[1].name, "LC_TIME");
}

TEST(ProgramSettings, TheLastValueOfANameCounts) {
  ProgramSettings settings;
  EXPECT_TRUE(settings.add({"LANG", "C"}, kLocale));
  EXPECT_TRUE(settings.add({"LANG", "POSIX"}, kLocale));
  ASSERT_EQ(settings.environment.size(), 1U);
  EXPECT_EQ(settings.environment[0].value, "POSIX");
}

TEST(ProgramSettings, RefusesNamesThatAreNone) {
  ProgramSettings settings;
  const std::vector<std::string> all{"*"};
  EXPECT_FALSE(settings.add({"", "x"}, all));
  EXPECT_FALSE(settings.add({"A=B", "x"}, all));
  EXPECT_FALSE(settings.add({std::string("A\0B", 3), "x"}, all));
  EXPECT_FALSE(settings.add({"A", std::string("x\0y", 3)}, all));
  EXPECT_TRUE(settings.add({"A", ""}, all));
}

TEST(ProgramSettings, BoundsCountAndSize) {
  const std::vector<std::string> all{"*"};
  ProgramSettings many;
  for (std::size_t i = 0; i < ProgramSettings::kMostVariables; ++i) {
    EXPECT_TRUE(many.add({"V" + std::to_string(i), "1"}, all));
  }
  EXPECT_FALSE(many.add({"ONE_MORE", "1"}, all));
  EXPECT_TRUE(many.add({"V0", "2"}, all)) << "replacing needs no more room";

  ProgramSettings large;
  EXPECT_TRUE(large.add({"A", std::string(ProgramSettings::kMostEnvironmentBytes - 1, 'x')}, all));
  EXPECT_FALSE(large.add({"B", ""}, all));
  EXPECT_TRUE(large.add({"A", "small"}, all));
  EXPECT_TRUE(large.add({"B", std::string(20000, 'x')}, all)) << "the old value's room is free";
}

TEST(ProgramSettings, OneTerminalOfReasonableSize) {
  ProgramSettings settings;
  PtyRequest request;
  request.modes.resize(ProgramSettings::kMostTerminalModes + 1);
  EXPECT_FALSE(settings.set_terminal(request));
  request.modes.clear();
  request.term.assign(ProgramSettings::kLongestTerm + 1, 'x');
  EXPECT_FALSE(settings.set_terminal(request));
  request.term = "xterm";
  EXPECT_TRUE(settings.set_terminal(request));
  EXPECT_FALSE(settings.set_terminal(request));
}

}  // namespace
}  // namespace ssh::host
