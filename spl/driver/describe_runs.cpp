// The command lines of the sub-commands that run a policy.
#include "driver/describe_commands.hpp"

namespace spl::driver {

void describe_simulate(CommandBuilder& b, Options& o, RawCommon&) {
  auto& s = o.simulate;
  b.usage("[options] POLICY");
  b.paragraph(
      "Steps through a policy. Shows where each automaton waits, its variables and what is "
      "allowed; "
      "takes statecalls, undo, random walks and more (type help). Commands are read from standard "
      "input, so a script can drive it too.");
  describe_policy(b, s.policy);
  b.number<std::uint32_t>("--seed", s.seed, "N", 0, 0xffffffffU, "Start of the random walk (1)");
  describe_diagnostics(b, o);
  b.example("splc simulate ping.spl", "Try a policy out");
  b.example("echo 'random 20' | splc simulate ping.spl", "See some run of it");
}

void describe_debug(CommandBuilder& b, Options& o, RawCommon&) {
  auto& d = o.debug;
  b.usage("[options] POLICY");
  b.paragraph(
      "Serves a page for a browser that shows a policy at work: its text with the lines where it "
      "waits, the automata drawn with their active states lit, variables, what is allowed next, "
      "and "
      "a timeline of the statecalls. Prints the page's address, and runs until Ctrl-C. Whoever has "
      "the address can use the page: it holds a secret, and is another one every time.");
  b.paragraph(
      "Without --trace and --attach the policy is stepped through by hand, in the page. --trace "
      "shows recorded traces, in all forms that splc replay reads; each trace is one "
      "subject of the page, which can be stepped back and forth. Of a captured connection each end "
      "is one: a capture leaves much open, and what is shown is a run that fits it. --attach "
      "follows a running "
      "program "
      "that has a debugger of its own (statecall-sshd --debugger): its statecalls, taken by name, "
      "against the policy given here. Where that is the policy that the program runs, each step is "
      "compared with what the program's monitor said.");
  describe_policy(b, d.policy);
  b.list("--trace", d.traces, "FILE",
         "Show the traces of FILE; may be given several times; - is standard input");
  describe_trace_form(b, d.form, "--format");
  b.flag("--keep-going", d.keep_going,
         "Drop a refused statecall and go on, instead of ending the trace there");
  b.option("--attach", d.attach, "URL", "Follow the program whose debugger's page this is");
  describe_serving(b, d.serving);
  b.flag("--json", d.json, "Print the address as JSON: {\"url\":\"...\"}");
  b.flag("--describe", d.describe,
         "Serve nothing: print the description that the page works with, as JSON");
  b.option("-o,--output", d.output, "FILE",
           "With --describe: write to FILE, which is replaced only if all went well");
  describe_state_bound(b, d.state_bound);
  describe_diagnostics(b, o);
  b.example("splc debug --open ping.spl", "Step through a policy in a browser");
  b.example("splc debug ping.spl --trace session.trace", "Look at a recorded session");
  b.example("splc debug tcp.spl --trace t.pcap --format=pcap", "The connections of a capture");
  b.example("splc debug ssh.spl --attach http://127.0.0.1:8022/TOKEN/", "Look at a running server");
}

void describe_replay(CommandBuilder& b, Options& o, RawCommon&) {
  auto& r = o.replay;
  b.usage("[options] POLICY TRACE...");
  b.paragraph(
      "Runs recorded traces against a policy and explains the first step of each that the policy "
      "does not allow: which automaton refuses it, on which lines of the policy it waited, and "
      "what "
      "it would have accepted.");
  b.paragraph(
      "A trace has one statecall a line, by its name or as JSON ({\"statecall\":\"Name\"} or "
      "\"Name\"); # starts a comment. --format=lines reads many traces, one a line, names "
      "separated "
      "by blanks. --format=openssh reads the debug log of a real session (ssh -vvv or sshd -ddd) "
      "as a trace of the SSH server policies. Statecalls that the policy does not know are "
      "ignored, "
      "unless --strict is given.");
  b.paragraph(
      "--format=jsonl reads any log with a JSON object a line; --map says which lines belong "
      "together and which statecalls they stand for: key FIELD..., when FIELD = VALUE... : "
      "Statecall..., end FIELD = VALUE... : Statecall..., otherwise : -.");
  b.paragraph(
      "--format=pcap reads packet captures (pcap, pcapng) and holds each TCP connection in them "
      "against a policy with the statecalls of xen/policy/tcp.spl, seen from its client and from "
      "its server. What a capture does not show (calls of the programs, whether a segment arrived) "
      "is left open: a connection is refused only where nothing that may have happened is "
      "allowed. docs/captures.md says how segments become statecalls.");
  describe_policy(b, r.policy);
  b.positionals("TRACE", r.traces, "Files with traces, logs or captures; - is standard input");
  describe_trace_form(b, r.form, "--format");
  b.flag("--keep-going", r.keep_going,
         "Drop a refused statecall and go on, instead of ending the trace there");
  b.flag("--strict", r.strict, "Refuse statecalls that no automaton mentions");
  b.choice("--engine", r.engine, "ENGINE",
           {{"interpreter", ReplayEngine::interpreter},
            {"dfa", ReplayEngine::dfa},
            {"monitor", ReplayEngine::monitor}},
           "What runs the policy: the reference interpreter, the DFAs, or the tables that splc cpp "
           "makes "
           "of them (interpreter)");
  b.flag("--json", r.json, "Print one JSON object a result, one a line");
  describe_charts(b, r.files, "the trace");
  describe_state_bound(b, r.state_bound);
  describe_diagnostics(b, o);
  b.example("splc replay ping.spl session.trace", "Is this session what the policy allows?");
  b.example("splc replay --chart=session.svg ping.spl session.trace", "The same, as a picture");
  b.example("ssh -vvv host true 2>log; splc replay --format=openssh ssh.spl log",
            "A real SSH session");
  b.example("tcpdump -i any -w t.pcap tcp; splc replay --format=pcap tcp.spl t.pcap",
            "Do the TCP connections of this host keep to the policy?");
  b.example("splc replay --format=jsonl --map sshd.map ssh.spl sshd.jsonl", "A structured log");
}

}  // namespace spl::driver
