// The command lines of the sub-commands that hold a policy against something else.
#include "driver/describe_commands.hpp"

namespace spl::driver {

void describe_tests(CommandBuilder& b, Options& o, RawCommon&) {
  auto& t = o.tests;
  b.usage("[options] POLICY");
  b.paragraph(
      "Makes test cases for an implementation, or a monitor, of a policy. Positive ones are "
      "accepted: every transition of the automata taken together, and every pair of consecutive "
      "transitions. Negative ones are refused at their last statecall: in every joint state every "
      "statecall that is refused there. Each starts with the shortest way to its state.");
  b.paragraph(
      "Counts and coverage go to standard error. Large policies have many million cases; --limit "
      "says how many are made, and what it left out is reported.");
  describe_policy(b, t.policy);
  b.choice(
      "--kind", t.kind, "KIND",
      {{"positive", PackKind::positive}, {"negative", PackKind::negative}, {"all", PackKind::all}},
      "Which cases (all)");
  b.choice(
      "--format", t.format, "FORMAT",
      {{"jsonl", PackFormat::jsonl}, {"traces", PackFormat::traces}, {"gtest", PackFormat::gtest}},
      "One JSON object a case, one trace a line as splc replay --format=lines reads it, or a "
      "GoogleTest file for the monitor that splc cpp makes (jsonl)");
  b.number<std::uint64_t>("--limit", t.limit, "N", 0, 1'000'000'000'000U,
                          "At most N cases; 0 for all of them (100000)");
  b.option("--seed", t.seed, "N",
           "Which cases are left by --limit: a sample that depends on N, or with 0 the shortest of "
           "each kind (1)");
  b.number<std::uint64_t>("--max-states", t.max_states, "N", 1, 1'000'000'000U,
                          "Give up on a policy with more than N joint states (1000000)");
  b.option("--namespace", t.name_space, "NAME",
           "For gtest: the monitor's namespace (the policy's name)");
  b.option("--stem", t.stem, "NAME", "For gtest: include NAME.hpp (the policy's name)");
  describe_state_bound(b, t.state_bound);
  describe_output(b, t.output);
  describe_diagnostics(b, o);
  b.example("splc tests ping.spl -o ping.jsonl", "All cases of a small policy");
  b.example(
      "splc tests --format=traces --kind=positive ping.spl | splc replay --format=lines "
      "ping.spl -",
      "Nothing of it is refused");
  b.example("splc tests --format=gtest ping.spl -o ping_pack_test.cpp", "Tests for the monitor");
}

void describe_fuzz(CommandBuilder& b, Options& o, RawCommon&) {
  auto& f = o.fuzz;
  b.usage("[options] POLICY");
  b.paragraph(
      "Makes a fuzzing kit for a program that must keep to a policy: the monitor, as splc cpp "
      "makes it; STEM_fuzz.cpp, a libFuzzer harness; STEM.dict, a dictionary; and seeds/, the "
      "shortest way over every transition. The harness mutates sequences of statecalls: all but "
      "the last stay lawful, so that runs get deep into the protocol, and the monitor's states "
      "count as coverage. Its inputs are traces, which splc replay reads.");
  b.paragraph(
      "The harness builds and runs as it is, with the monitor in the place of the program: put "
      "yours there. It is written only where there is none.");
  describe_policy(b, f.policy);
  b.option("--out-dir", f.directory, "DIR", "Where the kit goes; made if missing (.)");
  b.option("--namespace", f.name_space, "NAME", "C++ namespace of the monitor (the policy's name)");
  b.option("--stem", f.stem, "NAME", "First part of the file names (the policy's name)");
  b.number<std::uint64_t>("--seeds", f.seeds, "N", 0, 1'000'000U,
                          "At most N seeds; 0 for one a transition (500)");
  b.number<std::uint64_t>("--max-states", f.max_states, "N", 1, 1'000'000'000U,
                          "Give up on a policy with more than N joint states (1000000)");
  describe_state_bound(b, f.state_bound);
  describe_diagnostics(b, o);
  b.example("splc fuzz ping.spl --out-dir fuzz", "Make a kit; the harness says how to build it");
}

void describe_diff(CommandBuilder& b, Options& o, RawCommon&) {
  auto& d = o.diff;
  b.usage("[options] OLD NEW");
  b.paragraph(
      "Tells whether two policies accept the same traces, whatever their texts look like: the new "
      "one is equal, stricter, looser or incomparable. Where they differ it shows the shortest "
      "trace that tells them apart, in each direction, and why the one policy refuses it.");
  b.paragraph(
      "A statecall that a policy does not mention is ignored by it, unless --strict is given. Exit "
      "status: 0 equal, or allowed by --allow; 1 they differ; 2 it could not be told.");
  b.positional("OLD", d.old_policy, "The policy as it was; - is standard input");
  b.positional("NEW", d.new_policy, "The policy as it is now; - is standard input");
  b.option("--rename", d.rename, "FILE",
           "Statecalls that have another name in NEW: lines Old_Name = New_Name, # for comments");
  b.choices("--allow", d.allow, "RELATION", {"stricter", "looser", "equal"},
            "Exit with 0 if NEW is this, too; may be given several times");
  b.flag("--strict", d.strict, "A statecall that a policy does not mention is refused by it");
  b.number<std::uint64_t>("--max-states", d.max_states, "N", 1, 1'000'000'000U,
                          "Give up after N pairs of joint states (5000000)");
  b.flag("--json", d.json, "Print one JSON object, on one line");
  describe_state_bound(b, d.state_bound);
  describe_diagnostics(b, o);
  b.example("splc diff released.spl ssh.spl", "Is it still the same policy?");
  b.example("splc diff --allow=stricter released.spl ssh.spl",
            "For a build: nothing is accepted that was refused before");
}

void describe_conform(CommandBuilder& b, Options& o, RawCommon&) {
  auto& c = o.conform;
  b.usage("[options] --map FILE POLICY MACHINE");
  b.paragraph(
      "Checks a Mealy machine that was learned from an implementation, in the language of GraphViz "
      "as LearnLib and AALpy write it (s0 -> s1 [label=\"INPUT / OUTPUT\"]), against a policy. "
      "Whatever the machine can do must be accepted by the policy. Each class of violation (the "
      "automaton, the statecall, the label) is shown once, shortest first, with the way to it.");
  b.paragraph(
      "The map says what the machine's symbols mean: lines such as \"input KEXINIT = "
      "Receive_Transport_KexInit\", \"output NO_RESP = -\", \"refusal DISCONNECT = "
      "Transmit_Transport_Disconnect\". docs/comparing.md explains them.");
  describe_policy(b, c.policy);
  b.positional("MACHINE", c.machine, "The machine; - is standard input");
  b.option("--map", c.map, "FILE", "What the symbols of the machine mean");
  b.option("--start", c.start, "STATE",
           "The machine's first state (where its edge without a label points, else the first)");
  b.number<std::uint64_t>("--max-states", c.max_states, "N", 1, 1'000'000'000U,
                          "Give up after N states of machine and policy together (1000000)");
  b.flag("--json", c.json, "Print one JSON object a class of violation, then one for the whole");
  describe_state_bound(b, c.state_bound);
  describe_diagnostics(b, o);
  b.example("splc conform --map openssh.map ssh.spl learned.dot",
            "Does the implementation keep to the policy?");
}

void describe_compose(CommandBuilder& b, Options& o, RawCommon&) {
  auto& c = o.compose;
  b.usage("[options] CLIENT SERVER");
  b.paragraph(
      "Proves with Spin that two roles fit together: what the one transmits (Transmit_X) waits in "
      "a "
      "channel of bounded size until the other receives it (Receive_X); all other statecalls are "
      "steps of one role alone. Looked for are deadlock (neither can go on, and not all are done), "
      "unspecified reception (a role is sent a message that it has no place for), orphans (all are "
      "done, and messages are left) and overflow (a role sends into a full channel). What is found "
      "is shown as the shortest run of both roles that leads there.");
  b.paragraph(
      "Exit status: 0 if none of it can happen, 1 if something can, 2 if it could not be decided, "
      "or "
      "a role sends what the other has no statecall for.");
  b.positional("CLIENT", c.client, "The policy of the one role; - is standard input");
  b.positional("SERVER", c.server, "The policy of the other; - is standard input");
  b.option("--map", c.map, "FILE",
           "Pairs that names do not tell: lines \"client Transmit_A = Receive_B\" or \"server "
           "Transmit_C = -\" (a step of its own), # for comments");
  b.number<std::uint32_t>("--bound", c.compose.bound, "N", 1, 255,
                          "Each channel holds N messages (2)");
  b.choice("--reception", c.compose.reception, "RULE",
           {{"now", ReceptionRule::now}, {"later", ReceptionRule::later}},
           "A role has no place for a message if it refuses it in its present state (now), or only "
           "if it would refuse it after any steps of its own, too (later)");
  b.choice("--full", c.compose.full, "RULE",
           {{"report", FullRule::report}, {"block", FullRule::block}},
           "To send where the channel is full is a failure (report), or has to wait (block)");
  b.choices("--ignore", c.ignore, "FAILURE", {"deadlock", "reception", "orphan", "overflow"},
            "Do not look for this; may be given several times");
  b.flag("--pairing", c.pairing, "List which statecalls are matched, local, or never sent");
  b.flag("--print-model", c.print_model, "Print the PROMELA model and prove nothing");
  b.flag("--json", c.json, "Print one JSON object for the pairing, then one for each failure");
  b.number<double>("--timeout", c.timeout, "SECONDS", 0, 1e7,
                   "Limit for each failure; 0: none (600)");
  b.number<std::uint64_t>("--memory", c.memory_mb, "MB", 0, 1'000'000'000,
                          "Limit for each failure; 0: none (4096)");
  b.number<unsigned>("-j,--jobs", c.jobs, "N", 0, 1024, "Searches at a time; 0: one a core (0)");
  b.number<std::uint64_t>("--max-states", c.compose.max_states, "N", 1, 1'000'000,
                          "Give up on a role with more than N joint states (20000)");
  b.option("--spin", c.spin, "PROGRAM", "The model checker (spin)");
  b.option("--cc", c.compiler, "PROGRAM",
           "The C compiler for Spin's verifiers (tcc for small models, cc for large ones)");
  describe_state_bound(b, c.state_bound);
  describe_output(b, c.output);
  describe_diagnostics(b, o);
  b.example("splc compose client.spl server.spl", "Can the two talk to each other without harm?");
  b.example("splc compose --full=block --bound=4 client.spl server.spl",
            "Both may send ahead; channels of four messages");
  b.example("splc compose --print-model -o both.pml client.spl server.spl",
            "The model, to be run by hand: spin -search -ltl deadlock both.pml");
}

}  // namespace spl::driver
