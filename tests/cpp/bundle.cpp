// MonitorBundle: one header pair per policy, a few translation units that instantiate them, and a
// main() that reads runs and prints reports. Paths and flags come from the build.
#include "bundle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <future>
#include <set>
#include <sstream>
#include <utility>

#include "spl/cpp/table_monitor.hpp"
#include "spl/interpreter.hpp"
#include "spl/parse.hpp"

namespace spl::test {
namespace {

namespace fs = std::filesystem;

void write_text(const fs::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string quoted(const fs::path& path) {
  return "'" + path.string() + "'";
}

/// A translation unit that instantiates the engines of policies [first, last).
std::string unit_text(std::size_t first, std::size_t last, const std::vector<bool>& is_c,
                      bool thorough) {
  std::string out = "#include \"c_engine.hpp\"\n#include \"runner.hpp\"\n";
  for (auto p = first; p < last; ++p) {
    if (is_c[p]) out += fmt::format("#include \"p{0}.h\"\n", p);
    if (is_c[p] && !thorough) continue;
    out += fmt::format("#include \"p{0}.hpp\"\n#include \"p{0}_source_map.hpp\"\n", p);
  }
  for (auto p = first; p < last; ++p) {
    if (is_c[p]) out += fmt::format("BUNDLE_C_POLICY(p{})\n", p);
  }
  out += fmt::format(
      "extern const bundle::Factory unit{0}[];\nconst bundle::Factory unit{0}[] = {{\n", first);
  for (auto p = first; p < last; ++p) {
    if (!is_c[p]) {
      out += fmt::format("    &bundle::make<p{}::Policy, {}>,\n", p, thorough);
    } else if (thorough) {
      out += fmt::format("    &bundle::make_c<CPolicy_p{0}, p{0}::Policy>,\n", p);
    } else {
      out += fmt::format("    &bundle::make_c<CPolicy_p{}>,\n", p);
    }
  }
  return out + "};\n";
}

/// The C files of policies [first, last) as one: every name has its prefix, so they fit together.
std::string c_unit_text(std::size_t first, std::size_t last, const std::vector<bool>& is_c) {
  std::string out;
  for (auto p = first; p < last; ++p) {
    if (is_c[p]) out += fmt::format("#include \"p{0}.c\"\n#include \"p{0}_source_map.c\"\n", p);
  }
  return out;
}

std::string index_text(std::size_t policies, std::size_t per_unit) {
  std::string out = "#include \"runner.hpp\"\n";
  for (std::size_t p = 0; p < policies; p += per_unit) {
    out += fmt::format("extern const bundle::Factory unit{}[];\n", p);
  }
  out +=
      "extern const std::vector<bundle::Factory> all_policies;\n"
      "const std::vector<bundle::Factory> all_policies = [] {\n"
      "  std::vector<bundle::Factory> all;\n";
  for (std::size_t p = 0; p < policies; p += per_unit) {
    out += fmt::format("  all.insert(all.end(), unit{0}, unit{0} + {1});\n", p,
                       std::min(per_unit, policies - p));
  }
  return out + "  return all;\n}();\n";
}

/// Runs a shell command; its output if it failed.
std::string shell(const std::string& command, const fs::path& log) {
  if (std::system((command + " > " + quoted(log) + " 2>&1").c_str()) == 0) return {};
  return command + "\n" + read_text(log);
}

std::string place_text(const SourceMap& sources, SourceRange range, bool is_end) {
  return sources.describe(range) + (is_end ? "(end)" : "");
}

std::string state_text(const Interpreter& interpreter) {
  std::string out = " allowed";
  for (const auto s : interpreter.allowed()) out += " " + std::to_string(index(s));
  out += " finished ";
  for (const auto& automaton : interpreter.program().automata) {
    out += interpreter.finished(automaton.id) ? '1' : '0';
  }
  return out + (interpreter.finished() ? " all\n" : "\n");
}

std::string refusal_text(const Program& program, const SourceMap& sources,
                         const Interpreter::AutomatonRefusal& refusal) {
  const auto& automaton = program.automata[index(refusal.automaton)];
  std::string out =
      fmt::format("  {} {}", index(refusal.automaton), to_string(refusal.refusal.reason));
  if (refusal.refusal.where.valid()) {
    out += " at " + place_text(sources, refusal.refusal.where, false);
  }
  out += " waiting";
  std::set<std::pair<SourceRange, bool>> shown;
  for (const auto id : refusal.waiting) {
    const auto& node = automaton[id];
    const bool is_end = node.kind == Node::Kind::final;
    if (!node.range.valid() || !shown.emplace(node.range, is_end).second) continue;
    out += " " + place_text(sources, node.range, is_end);
  }
  return out + "\n";
}

const char* verdict_text(const Interpreter::Verdict& verdict, bool strict) {
  switch (verdict.outcome) {
    case Interpreter::Outcome::accepted:
      return "accepted";
    case Interpreter::Outcome::ignored:
      return strict ? "unknown" : "ignored";
    case Interpreter::Outcome::violation:
      return "violation";
    case Interpreter::Outcome::too_large:
      break;
  }
  return "too large";
}

}  // namespace

std::string read_text(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

std::unique_ptr<CompiledPolicy> compile_policy(const std::string& text, std::size_t state_bound) {
  auto policy = std::make_unique<CompiledPolicy>();
  const FileReader reader = [&](const std::string& path) -> std::variant<std::string, ReadError> {
    if (path == "policy.spl") return text;
    return ReadError{"No such file"};
  };
  Diagnostics diagnostics;
  policy->tree = parse_policy("policy.spl", reader, policy->sources, diagnostics);
  policy->checked = check(policy->tree, policy->sources, diagnostics);
  if (policy->checked) policy->program = lower(*policy->checked, diagnostics);
  if (!policy->program) {
    policy->error = render_text(diagnostics, policy->sources, false);
    return policy;
  }
  for (const auto& automaton : policy->program->automata) {
    const auto subsets = determinise(automaton, state_bound);
    if (const auto* obstacle = std::get_if<Obstacle>(&subsets)) {
      policy->error = obstacle->message;
      return policy;
    }
    policy->dfas.push_back(minimise(std::get<SubsetAutomaton>(subsets).dfa, Preserve::wait_points));
  }
  return policy;
}

MonitorBundle::MonitorBundle(fs::path directory, Depth depth)
    : directory_(std::move(directory)), depth_(depth) {
  fs::create_directories(directory_);
}

std::vector<MonitorAutomaton> with_sets(const CompiledPolicy& policy, Sets sets) {
  auto automata = monitor_automata(policy.dfas);
  if (sets == Sets::none) return automata;
  for (std::size_t a = 0; a < automata.size(); a += sets == Sets::all ? 1 : 2) {
    auto kept = keep_configurations(policy.program->automata[a], 2000);
    if (auto* found = std::get_if<MonitorAutomaton>(&kept)) automata[a] = std::move(*found);
  }
  return automata;
}

std::size_t MonitorBundle::add(const Program& program, std::span<const MonitorAutomaton> automata,
                               const SourceMap& sources, CppOptions options) {
  options.name_space = options.stem = fmt::format("p{}", is_c_.size());
  for (const auto& file : generate(program, automata, sources, options)) {
    write_text(directory_ / file.name, file.content);
  }
  is_c_.push_back(false);
  return is_c_.size() - 1;
}

std::size_t MonitorBundle::add_c(const Program& program, std::span<const MonitorAutomaton> automata,
                                 const SourceMap& sources, CppOptions options) {
  const auto number = add(program, automata, sources, options);
  options.name_space = options.stem = fmt::format("p{}", number);
  for (const auto& file : generate_c(program, automata, sources, options)) {
    write_text(directory_ / file.name, file.content);
  }
  is_c_.back() = true;
  return number;
}

std::string MonitorBundle::build(std::size_t per_unit) {
  std::vector<std::string> commands;
  std::string objects;
  const auto compile = [&](const std::string& name, const std::string& text, bool c = false) {
    const auto source = directory_ / (name + (c ? ".c" : ".cpp"));
    const auto object = directory_ / (name + ".o");
    write_text(source, text);
    commands.push_back(
        fmt::format("{} {} -I{} -I{} -I{} -c {} -o {}", c ? SPL_TEST_CC : SPL_TEST_CXX,
                    c ? SPL_TEST_C_FLAGS : SPL_TEST_CXX_FLAGS, quoted(SPL_TEST_RUNTIME),
                    quoted(SPL_TEST_CPP_DIR), quoted(directory_), quoted(source), quoted(object)));
    objects += " " + quoted(object);
  };
  const auto policies = is_c_.size();
  for (std::size_t p = 0; p < policies; p += per_unit) {
    const auto last = std::min(p + per_unit, policies);
    compile(fmt::format("unit{}", p), unit_text(p, last, is_c_, depth_ == Depth::thorough));
    const auto c_text = c_unit_text(p, last, is_c_);
    if (!c_text.empty()) compile(fmt::format("c_unit{}", p), c_text, true);
  }
  compile("index", index_text(policies, per_unit));
  compile("runner", read_text(fs::path(SPL_TEST_CPP_DIR) / "runner.cpp"));

  const auto work = [&](std::size_t from) {
    std::string errors;
    for (auto i = from; i < commands.size(); i += 2) {
      errors += shell(commands[i], directory_ / fmt::format("log{}.txt", from));
    }
    return errors;
  };
  auto other = std::async(std::launch::async, work, 1);
  auto errors = work(0);
  errors += other.get();
  if (!errors.empty()) return errors;
  return shell(fmt::format("{} {}{} -o {}", SPL_TEST_CXX, SPL_TEST_CXX_FLAGS, objects,
                           quoted(directory_ / "monitors")),
               directory_ / "log0.txt");
}

std::vector<std::string> MonitorBundle::run(std::span<const BundleRun> runs) const {
  std::string input;
  for (const auto& one : runs) {
    input += fmt::format("{} {}", one.policy, one.strict ? 1 : 0);
    for (const auto id : one.trace) input += fmt::format(" {}", id);
    input += '\n';
  }
  write_text(directory_ / "runs.txt", input);
  const auto command = fmt::format(
      "{} < {} > {} 2> {}", quoted(directory_ / "monitors"), quoted(directory_ / "runs.txt"),
      quoted(directory_ / "reports.txt"), quoted(directory_ / "log0.txt"));
  if (std::system(command.c_str()) != 0) {
    return {"error: " + command + "\n" + read_text(directory_ / "log0.txt")};
  }
  std::vector<std::string> reports;
  std::istringstream output(read_text(directory_ / "reports.txt"));
  std::string report;
  for (std::string line; std::getline(output, line);) {
    if (line == "end") {
      reports.push_back(std::move(report));
      report.clear();
    } else {
      report += line + "\n";
    }
  }
  return reports;
}

std::string interpreter_report(const Program& program, const SourceMap& sources,
                               const BundleRun& run) {
  Interpreter interpreter(program);
  std::string out = "start" + state_text(interpreter);
  for (const auto id : run.trace) {
    if (id >= program.vocabulary.size()) {
      out += fmt::format("{} unknown{}", id, state_text(interpreter));
      continue;
    }
    const auto verdict = interpreter.tick(StatecallId{id});
    out += fmt::format("{} {}{}", id, verdict_text(verdict, run.strict), state_text(interpreter));
    for (const auto& refusal : verdict.refusals) out += refusal_text(program, sources, refusal);
  }
  return out;
}

std::string table_monitor_report(const CompiledPolicy& policy, const CppOptions& options,
                                 const BundleRun& run) {
  constexpr const char* kVerdicts[] = {"accepted", "ignored", "violation"};
  const auto& program = *policy.program;
  const auto statecalls = static_cast<std::uint32_t>(program.vocabulary.size());
  TableMonitor monitor(program, policy.dfas, options);
  const auto state_text = [&] {
    std::string out = " allowed";
    for (std::uint32_t s = 0; s < statecalls; ++s) {
      const auto answer = monitor.would_answer(StatecallId{s});
      if (answer == TableMonitor::Verdict::accepted) out += fmt::format(" {}", s);
    }
    out += " finished ";
    bool all = true;
    for (std::uint32_t a = 0; a < policy.dfas.size(); ++a) {
      all = all && monitor.finished(AutomatonId{a});
      out += monitor.finished(AutomatonId{a}) ? '1' : '0';
    }
    return out + (all ? " all\n" : "\n");
  };
  std::string out = "start" + state_text();
  for (const auto id : run.trace) {
    if (id >= statecalls) {
      out += fmt::format("{} unknown{}", id, state_text());
      continue;
    }
    const auto refusing = monitor.refusing(StatecallId{id});
    const auto before = monitor.states();
    const auto verdict = monitor.tick(StatecallId{id});
    out += fmt::format("{} {}{}", id, kVerdicts[static_cast<int>(verdict)], state_text());
    for (const auto a : refusing) out += fmt::format("  {}\n", index(a));
    if (verdict != TableMonitor::Verdict::accepted && monitor.states() != before) {
      out += "BUG: a refused tick moved\n";
    }
  }
  return out;
}

std::string without_reasons(const std::string& report) {
  std::string out;
  std::istringstream lines(report);
  for (std::string line; std::getline(lines, line);) {
    out += (line.starts_with("  ") ? line.substr(0, line.find(' ', 2)) : line) + "\n";
  }
  return out;
}

std::vector<std::uint32_t> random_trace(const Program& program, std::uint32_t seed,
                                        std::size_t length) {
  // A generator of our own: the library's distributions differ between implementations.
  std::uint64_t state = seed * 2654435761ULL + 1;
  const auto below = [&](std::size_t n) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::size_t>((state >> 33) % n);
  };
  Interpreter interpreter(program);
  std::vector<std::uint32_t> trace;
  while (trace.size() < length) {
    const auto allowed = interpreter.allowed();
    auto id = static_cast<std::uint32_t>(below(program.vocabulary.size() + std::size_t{1}));
    if (!allowed.empty() && below(3) != 0) id = index(allowed[below(allowed.size())]);
    trace.push_back(id);
    if (id < program.vocabulary.size()) (void)interpreter.tick(StatecallId{id});
  }
  return trace;
}

}  // namespace spl::test
