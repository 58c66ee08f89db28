// The command lines of the sub-commands that compile, draw and prove.
#include "driver/describe_commands.hpp"

namespace spl::driver {

void describe_cpp(CommandBuilder& b, Options& o, RawCommon& raw) {
  auto& c = o.cpp;
  b.usage("[options] POLICY");
  b.paragraph(
      "Compiles a policy to a C++ monitor: STEM.hpp with the statecalls, the tables and the "
      "monitor "
      "class, and STEM_source_map.hpp for explanations. They need the headers under spl/rt and "
      "nothing else. A file that would not change is left alone, so builds stay small.");
  b.paragraph(
      "With --lang=c, the same monitor as C99: STEM.h, STEM.c with the tables and the functions, "
      "and STEM_source_map.c for explanations, to be linked only where they are wanted. They need "
      "no library and no other file.");
  describe_policy(b, c.policy);
  b.choice(
      "--lang", c.language, "LANGUAGE",
      {{"c++", MonitorLanguage::cpp}, {"cpp", MonitorLanguage::cpp}, {"c", MonitorLanguage::c}},
      "Language of the monitor (c++)");
  b.option("--out-dir", c.directory, "DIR", "Where the files go; made if missing (.)");
  b.option("--namespace", c.name_space, "NAME",
           "C++ namespace, such as ping or proto::ping; in C what all names begin with (the "
           "policy's name)");
  b.option("--stem", c.stem, "NAME", "First part of the file names (the policy's name)");
  b.option("--depfile", c.depfile, "FILE",
           "Write a Make rule: the files depend on the policy and all it imports");
  b.flag("--stats", c.stats,
         "Print what a monitor costs: states, bytes, loads a tick; the header asserts the same");
  b.flag("--json", c.json, "The same as one JSON object; implies --stats");
  describe_state_bound(b, c.state_bound);
  b.choice("--sets", c.sets, "WHEN",
           {{"auto", UseSets::automatic}, {"always", UseSets::always}, {"never", UseSets::never}},
           "Which automata the monitor runs as a set of configurations, slower, instead of by a "
           "table of states: those with more states than the bound, all, or none (auto)");
  b.number<std::size_t>("--configuration-bound", c.configuration_bound, "N", 1, 65'535,
                        "Give up on such a set with more than N configurations (4096)");
  describe_warnings(b, o, raw);
  b.example("splc cpp ping.spl --out-dir gen", "Make gen/ping.hpp and gen/ping_source_map.hpp");
  b.example("splc cpp ping.spl --out-dir gen --stats", "And say what a monitor costs");
  b.example("splc cpp --lang=c ping.spl", "Make ping.h, ping.c and ping_source_map.c");
}

void describe_graph(CommandBuilder& b, Options& o, RawCommon&) {
  auto& g = o.graph;
  b.usage("[options] POLICY");
  b.paragraph(
      "Draws the control flow of a policy's automata. A box waits for a statecall, or for any one "
      "of several; under its name stands what is assigned then. A dot is a place where ways meet "
      "or "
      "part; arrows carry conditions. Frames are always_allow (dotted), during (solid) and handle "
      "(dashed) blocks; abort is an octagon. A legend explains the signs that occur.");
  b.paragraph(
      "--highlight shows the way that a trace takes: thick arrows with the numbers of the steps, "
      "where it ends, and what is refused there. Statecalls that no automaton mentions are passed "
      "over, which is said. The trace may be in any form that splc replay reads. Of a captured "
      "connection one end is shown: the one that --side says, or that violates, or the client. A "
      "capture leaves much open; what is shown is a run that fits it. The exit status tells "
      "whether "
      "the picture was made, not what became of the trace.");
  b.paragraph(
      "An SVG follows its reader's choice of light or dark. Of a large policy, one picture an "
      "automaton is easier to read: -o DIR/ or a %a in the name, which stands for the automaton.");
  describe_policy(b, g.policy);
  b.list("--automaton", g.automata, "NAME", "Draw only this automaton; may be given several times");
  b.choice("--format", g.format, "FORMAT",
           {{"dot", GraphFormat::dot},
            {"svg", GraphFormat::svg},
            {"png", GraphFormat::png},
            {"pdf", GraphFormat::pdf}},
           "What to make; all but dot need Graphviz (by the name of the output; svg for a "
           "directory, else dot)");
  b.option("--highlight", g.highlight, "TRACE",
           "Show the way that this trace takes; - is standard "
           "input");
  describe_trace_form(b, g.form, "--trace-format");
  b.number<std::size_t>(
      "--nth", g.nth, "N", 1, 1'000'000'000,
      "Which trace, where the file has several; of a capture the connection, as splc replay "
      "numbers them");
  b.choice("--direction", g.direction, "WAY",
           {{"auto", GraphStyle::Direction::automatic},
            {"right", GraphStyle::Direction::right},
            {"down", GraphStyle::Direction::down}},
           "Which way the drawing goes; auto: what needs the smaller page");
  b.choice("--theme", g.theme, "THEME",
           {{"light", GraphStyle::Theme::light}, {"dark", GraphStyle::Theme::dark}},
           "light, which as SVG turns dark for readers who prefer that, or always dark (light)");
  b.number<std::size_t>("--names", g.names, "N", 0, 1'000'000,
                        "Of longer lists of statecalls show N and how many more there are; all of "
                        "them are in the tooltip. 0: show all (8)");
  b.flag("--separate", g.separate,
         "A box for every wait point and an arrow for every way, even between the same places");
  b.flag("--no-legend", g.no_legend, "Leave out the legend");
  describe_graphviz(b, g.graphviz, "without it there is --format=dot");
  describe_output(b, g.output);
  describe_state_bound(b, g.state_bound);
  describe_diagnostics(b, o);
  b.example("splc graph ping.spl -o ping.svg", "A picture for a browser");
  b.example("splc graph --automaton=auth ssh.spl -o auth.svg", "One automaton of many");
  b.example("splc graph ssh.spl -o pictures/", "A picture of each: pictures/auth.svg and so on");
  b.example("splc graph --highlight=session.trace ping.spl -o ping.svg", "Where a session went");
  b.example("splc graph --highlight=t.pcap --trace-format=pcap --nth=3 tcp.spl -o tcp.svg",
            "The third connection of a capture");
}

void describe_promela(CommandBuilder& b, Options& o, RawCommon& raw) {
  auto& p = o.promela;
  b.usage("[options] POLICY");
  b.paragraph(
      "Prints the PROMELA model of a policy: what splc verify gives to Spin, with the policy's "
      "lines "
      "as comments and each property as a claim. spin -search -ltl NAME checks one by hand.");
  describe_policy(b, p.policy);
  b.option("--property", p.property, "NAME",
           "The smaller model that splc verify builds for this property alone");
  describe_state_bound(b, p.state_bound);
  describe_output(b, p.output);
  describe_warnings(b, o, raw);
  b.example("splc promela ping.spl -o ping.pml", "The model of a policy");
}

namespace {

/// Where verification runs.
void describe_engines(CommandBuilder& b, VerifyCommandOptions& v) {
  b.flag("--stop-on-first", v.stop_on_first,
         "Stop at the first check that fails; the others are then not finished");
  b.choice("--engine", v.engine, "ENGINE",
           {{"local", VerifyEngine::local},
            {"parallel", VerifyEngine::parallel},
            {"slurm", VerifyEngine::slurm}},
           "Where the checks run: on this machine, on --hosts by GNU parallel, or as a job array "
           "of Slurm (local)");
  b.option("--hosts", v.hosts, "FILE",
           "parallel: the hosts, one a line, as GNU parallel's --sshloginfile: [N/][USER@]HOST. "
           "Each needs rsync, spin and a C compiler; -j is then the checks at a time on each");
  b.option("--ssh", v.ssh, "COMMAND", "parallel: ssh and its options, such as 'ssh -F FILE' (ssh)");
  b.list("--sbatch", v.sbatch, "ARGUMENT",
         "slurm: give this to sbatch, such as --sbatch=--partition=short; may be given several "
         "times");
  b.option(
      "--work-dir", v.work_dir, "DIR",
      "parallel, slurm: work in DIR and leave it; if it has results of an earlier run of the "
      "same policy they are used. For slurm the nodes must see it (a directory that is removed "
      "at the end: under TMPDIR, for slurm in the current directory)");
  b.number<unsigned>("--retries", v.retries, "N", 0, 100,
                     "parallel, slurm: how often a check is run again whose machine was lost (2)");
  b.option("--jobs-out", v.jobs_out, "DIR",
           "Verify nothing: write each check to DIR/jobs/NAME, with a script run.sh that needs "
           "only spin and a C compiler");
  b.option("--jobs-in", v.jobs_in, "DIR",
           "Run nothing: conclude from the results that the scripts left in DIR");
}

}  // namespace

void describe_verify(CommandBuilder& b, Options& o, RawCommon& raw) {
  auto& v = o.verify;
  b.usage("[options] POLICY");
  b.paragraph(
      "Proves the properties of a policy, on every run it has, with the model checker Spin; and, "
      "without being asked, that it cannot get stuck and that its arithmetic is sound. A property "
      "that fails is shown as the shortest trace of statecalls that breaks it.");
  b.paragraph(
      "Exit status: 0 if everything was proved, 1 if something fails, 2 if something could not be "
      "decided (within the limits, or because the search was not exhaustive) or a tool is "
      "missing.");
  describe_policy(b, v.policy);
  b.list("--property", v.properties, "NAME",
         "Prove only this property; may be given several times");
  b.list("--ltl", v.formulas, "FORMULA",
         "Prove this formula too, written as in a property; may be given several times");
  b.flag("--no-built-in", v.no_built_in, "Leave out the checks that need no property");
  b.flag("--json", v.json, "Print one JSON object a result, one a line");
  b.option("--save-trace", v.files.trace, "FILE",
           "Write the run that shows what fails to FILE, as splc replay reads it. Further ones go "
           "beside it, with the check's name before the extension. A directory gets a file for "
           "every run, also those that show what is reachable");
  describe_charts(b, v.files, "these runs");
  b.flag("--debug", v.debug,
         "Then show these runs, and those that show what is reachable, in the page of splc debug");
  describe_serving(b, v.serving);
  b.number<double>("--timeout", v.timeout, "SECONDS", 0, 1e7, "Limit of each check; 0: none (600)");
  b.number<std::uint64_t>("--memory", v.memory_mb, "MB", 0, 1'000'000'000,
                          "Limit of each check; 0: none (4096)");
  b.number<unsigned>("-j,--jobs", v.jobs, "N", 0, 1024, "Checks at a time; 0: one a core (0)");
  b.option("--keep", v.keep, "DIR",
           "Leave what Spin works with in DIR/CHECK: model, verifier, trail, its output, and "
           "commands.sh with what was run");
  b.flag("--bitstate", v.bitstate,
         "Search with a few bits per state: for models too large for memory. Not exhaustive, so "
         "nothing is proved by it");
  b.number<unsigned>("--variants", v.variants, "N", 1, 1000,
                     "bitstate: searches per check, with other hash functions (1)");
  b.flag("--no-slicing", v.no_slicing,
         "Search the whole policy for everything, even where some of its automata would do");
  b.flag("--no-cache", v.no_cache, "Search again, even what an earlier run has decided");
  b.option("--cache-dir", v.cache_dir, "DIR",
           "Where decided checks are remembered ($XDG_CACHE_HOME/statecall/verdicts)");
  b.option("--spin", v.spin, "PROGRAM", "The model checker (spin)");
  b.option("--cc", v.compiler, "PROGRAM",
           "The C compiler for Spin's verifiers (tcc for small models, cc for large ones)");
  b.list("--spin-arg", v.spin_args, "ARGUMENT",
         "Give this to spin -a, as in --spin-arg=-o3; may be given several times");
  b.list("--cc-arg", v.cc_args, "ARGUMENT",
         "Give this to the C compiler, as in --cc-arg=-DCOLLAPSE");
  b.list(
      "--pan-arg", v.pan_args, "ARGUMENT",
      "Give this to Spin's verifier, as in --pan-arg=-w26. With an argument that is not known to "
      "leave the search complete, nothing is proved");
  describe_state_bound(b, v.state_bound);
  describe_engines(b, v);
  describe_warnings(b, o, raw);
  b.example("splc verify ping.spl", "Prove everything the policy claims");
  b.example("splc verify --ltl 'always (Ping implies eventually Pong)' ping.spl", "One claim more");
  b.example("splc verify --chart=why.html --save-trace=why.trace ping.spl",
            "What fails as a page to look at, and as a trace to replay");
  b.example("splc verify --debug --open ping.spl", "What fails, step by step in a browser");
  b.example("splc verify --engine parallel --hosts hosts.txt ping.spl",
            "On other machines, by ssh; hosts.txt has lines like user@host");
}

}  // namespace spl::driver
