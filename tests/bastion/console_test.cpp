// What is typed, what is shown, what is logged: all of it pure.
#include "bastion/console.hpp"

#include <gmock/gmock.h>

#include "bastion/line_editor.hpp"
#include "bastion/log.hpp"
#include "bastion/log_files.hpp"
#include "bastion/metrics.hpp"
#include "bastion/syslog.hpp"

namespace bastion {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Nothing final : public Observed {
 public:
  std::vector<std::pair<std::string, std::string>> status() const override {
    return {{"host", "gate"}, {"addresses", "10.0.0.1"}};
  }
  std::vector<ConnectionView> connections() const override {
    return {{7, "192.0.2.1", "alice", "ESTABLISHED", 3661, 10, 20, {"console", "jump to x:22"}},
            {8, "192.0.2.2", "", "SYN-RECEIVED", 0, 0, 0, {}}};
  }
  std::vector<PlaceView> places(std::uint32_t id) const override {
    if (id != 7) return {};
    return {{"auth", "/somewhere/auth.spl", "   Receive_Auth;", 12, "ssh"}};
  }
  std::string metrics() const override { return "# metrics\n"; }
  std::string log(std::size_t lines) const override { return std::to_string(lines) + " lines\n"; }
};

CommandResult run(std::string_view line) {
  return run_command(Nothing(), 7, line);
}

TEST(BastionConsole, Commands) {
  EXPECT_EQ(run("status").output, "host       gate\naddresses  10.0.0.1\n");
  EXPECT_EQ(run(" connections ").output,
            "id  user   from       tcp           time     in  out  channels\n"
            "7*  alice  192.0.2.1  ESTABLISHED   1:01:01  10  20   console, jump to x:22\n"
            "8   -      192.0.2.2  SYN-RECEIVED  0:00:00  0   0    -\n");
  EXPECT_EQ(run("policy").output,
            "of   automaton  waits at     \nssh  auth       auth.spl:12  Receive_Auth;\n");
  EXPECT_EQ(run("policy 7").status, 0);
  EXPECT_EQ(run("metrics").output, "# metrics\n");
  EXPECT_EQ(run("log").output, "20 lines\n");
  EXPECT_EQ(run("log 3").output, "3 lines\n");
  EXPECT_TRUE(run("exit").leaves);
  EXPECT_EQ(run("").status, 0);
  EXPECT_THAT(run("help").output, HasSubstr("policy [ID]"));
}

TEST(BastionConsole, Mistakes) {
  for (const auto* line : {"policy 8", "policy x", "policy 99999999999", "log x", "log 1 2"}) {
    EXPECT_EQ(run(line).status, 1) << line;
  }
  EXPECT_EQ(run("reboot").status, 127);
  EXPECT_EQ(run("\x1b[2J").output, "'?[2J' is no command here; 'help' lists them\n");
  EXPECT_LT(run(std::string(100'000, 'x')).output.size(), 200U);
}

struct Typed {
  LineEditor editor;
  std::string echo;
  std::vector<std::string> lines;

  explicit Typed(bool terminal) { editor.set_terminal(terminal); }
  void type(std::string_view bytes) {
    while (auto result = editor.take(bytes, echo)) {
      lines.push_back(result->kind == LineEditor::Kind::line          ? result->line
                      : result->kind == LineEditor::Kind::interrupted ? "^C"
                                                                      : "^D");
      if (result->kind == LineEditor::Kind::end) return;
    }
  }
};

TEST(BastionLineEditor, LinesHoweverTheyEndAndArrive) {
  Typed plain(false);
  for (const char c : std::string("one\ntwo\r\nthree\r\rfour")) plain.type({&c, 1});
  EXPECT_THAT(plain.lines, ElementsAre("one", "two", "three", ""));
  EXPECT_THAT(plain.echo, IsEmpty());
}

TEST(BastionLineEditor, Keys) {
  Typed t(true);
  t.type(
      "ab\x7f\x7f\x7f"
      "c\r");
  t.type("one two \x17three\r");
  t.type("gone\x15kept\r");
  t.type("up\x1b[A\x1bOB\x1b[1;5C!\r");
  t.type("half\x03");
  t.type("x\x04\r\x04");
  EXPECT_THAT(t.lines, ElementsAre("c", "one three", "kept", "up!", "^C", "x", "^D"));
  EXPECT_THAT(t.echo, testing::StartsWith("ab\b \b\b \bc\r\n"));
}

TEST(BastionLineEditor, IsBounded) {
  for (const bool terminal : {false, true}) {
    Typed t(terminal);
    t.type(std::string(100'000, 'x') + "\n");
    ASSERT_EQ(t.lines.size(), 1U);
    EXPECT_EQ(t.lines[0].size(), LineEditor::kLongest);
  }
  Typed t(true);
  t.type(
      "a\tb\xc3\xa4\x01"
      "c\r");
  EXPECT_THAT(t.lines, ElementsAre("abc"));
}

TEST(BastionLog, CannotBeForged) {
  Log log(LogLevel::info, [] { return std::int64_t{1'795'708'800'123}; });
  std::vector<std::string> seen;
  log.add_sink([&](const LogLine& line) { seen.push_back(to_string(line)); });
  log.write(LogLevel::info, "user " + harmless("x\n2026 error forged\x1b[1m\xff"));
  log.write(LogLevel::debug, "not wanted");
  EXPECT_THAT(seen, ElementsAre("2026-11-26T16:00:00.123Z info user "
                                "x\\x0a2026 error forged\\x1b[1m\\xff"));
  EXPECT_LT(harmless(std::string(1 << 20, '\n')).size(), 1000U);
}

TEST(BastionLog, KeepsTheLastWithinBounds) {
  Log log(LogLevel::info, [] { return std::int64_t{0}; });
  for (int i = 0; i < 3000; ++i) log.write(LogLevel::info, std::to_string(i));
  EXPECT_EQ(log.lines().size(), Log::kMostLines);
  EXPECT_EQ(log.lines().back().text, "2999");
  for (int i = 0; i < 100; ++i) log.write(LogLevel::info, std::string(10'000, 'x'));
  EXPECT_LE(log.lines().size(), Log::kMostBytes / 10'000 + 1);
}

TEST(BastionLog, AsSyslog) {
  EXPECT_EQ(syslog_message({1'795'708'800'123, LogLevel::warning, "two\nlines"}, "gate"),
            "<36>1 2026-11-26T16:00:00.123Z gate statecall-bastion - - - two lines");
  EXPECT_EQ(syslog_message({0, LogLevel::debug, ""}, ""),
            "<39>1 1970-01-01T00:00:00.000Z - statecall-bastion - - - ");
}

TEST(BastionMetrics, ArePrometheus) {
  Metrics metrics;
  metrics.logins = 3;
  metrics.refusals[{"auth", "Receive_X"}] = 2;
  const auto text = to_prometheus(metrics, {});
  EXPECT_THAT(text, HasSubstr("# TYPE statecall_bastion_logins_total counter\n"
                              "statecall_bastion_logins_total 3\n"));
  EXPECT_THAT(text, HasSubstr("statecall_bastion_refusals_total{automaton=\"auth\",statecall="
                              "\"Receive_X\"} 2\n"));
}

TEST(BastionFiles, ReadOnlyAndFlat) {
  std::string text = "first";
  TextFiles files({{"log", [&] { return text; }}}, [] { return std::int64_t{5}; });
  auto file = files.open("/a/../log", {.read = true}, {});
  ASSERT_TRUE(file);
  text = "changed since";
  std::array<std::uint8_t, 3> buffer{};
  EXPECT_EQ(*(*file)->read(0, buffer), 3U);
  EXPECT_EQ(*(*file)->read(4, buffer), 1U);
  EXPECT_EQ(buffer[0], 't');
  EXPECT_EQ(*(*file)->read(UINT64_MAX, buffer), 0U);
  EXPECT_EQ(*files.real_path("../../x/./y/.."), "/x");
  EXPECT_EQ(files.attributes("nothing", ssh::sftp::Links::follow).error().status,
            ssh::sftp::Status::no_such_file);
  EXPECT_FALSE(files.open("log", {.read = true, .write = true}, {}));
  EXPECT_FALSE(files.open("log", {.append = true}, {}));
  EXPECT_FALSE(files.open("log/deeper", {.read = true}, {}));
  EXPECT_FALSE(files.remove("log"));
  EXPECT_FALSE(files.rename("log", "x", true));
  auto directory = files.open_directory("/");
  ASSERT_TRUE(directory);
  std::vector<std::string> names;
  while (auto entry = *(*directory)->next()) names.push_back(entry->name);
  EXPECT_THAT(names, ElementsAre(".", "..", "log"));
}

}  // namespace
}  // namespace bastion
