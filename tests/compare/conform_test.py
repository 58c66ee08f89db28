"""splc conform: a learned machine against a policy."""

import json
import os
import support

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")

POLICY = """\
automaton door () {
  multiple {
    Open;
    multiple {
      Pass;
    }
    Close;
  }
}

automaton lock (bool locked) {
  multiple {
    either (!locked) {
      either {
        Open;
      } or {
        Lock;
        locked = true;
      }
    } or (locked) {
      Unlock;
      locked = false;
    }
  }
}
"""

MACHINE = """\
digraph door {
  // learned
  s0 [label="s0"];
  s1 [label="s1"];
  s2 [label="s2"];
  s0 -> s1 [label="push / opens"];
  s0 -> s2 [label="key / clicks"];
  s0 -> s0 [label="pull/stuck"];
  s1 -> s1 [label="push / stuck"];
  s1 -> s0 [label="pull / closes"];
  s1 -> s1 [label="key / stuck"];
  s2 -> s2 [label="push / stuck"];
  s2 -> s0 [label="key / clicks"];
  s2 -> s2 [label="pull / stuck"];
  __start0 [label="" shape="none" width="0" height="0"];
  __start0 -> s0;
}
"""

MAP = """\
input push = -
input pull = -
input key = Lock | Unlock
output opens = Open
output closes = Close
output clicks = -
refusal stuck = -
"""


class Conform(support.CliTest):
    def setUp(self):
        super().setUp()
        self.write("door.spl", POLICY)
        self.write("door.dot", MACHINE)
        self.write("door.map", MAP)

    def conform(self, *args, exit=0, **more):
        return self.splc("conform", "--map=door.map", *args, "door.spl", "door.dot", exit=exit, **more)

    def test_a_machine_that_conforms(self):
        out, err = self.conform()
        self.assertRegex(out, r"^door\.dot: conforms \(checked 9 of 9 transitions, \d joint states\)\n$")
        self.assertEqual(err, "")

    def test_violations_are_explained(self):
        self.write("door.dot", MACHINE.replace('s2 -> s2 [label="push / stuck"]',
                                               's2 -> s1 [label="push / opens"]'))
        out, _ = self.conform(exit=1)
        self.assertIn("1. Open refused by lock: push / opens  (door.dot:12:19)\n"
                      "     key / clicks  Lock\n"
                      "     push / opens  Open\n", out)
        self.assertIn("  automaton lock: not allowed here; it was waiting at\n"
                      "      door.spl:21: Unlock;\n", out)
        self.assertIn("  accepted here would have been\n      Unlock\n", out)
        self.assertIn("door.dot: 1 class of violation (checked ", out)

    def test_json(self):
        self.write("door.dot", MACHINE.replace('s2 -> s2 [label="push / stuck"]',
                                               's2 -> s1 [label="push / opens"]'))
        out, _ = self.conform("--json", exit=1)
        violation, summary = map(json.loads, out.splitlines())
        self.assertEqual((violation["verdict"], violation["violation"], violation["statecall"],
                          violation["automata"], violation["trace"], violation["expected"]),
                         ("violation", 1, "Open", ["lock"], ["Lock", "Open"], ["Unlock"]))
        self.assertEqual(violation["steps"][1],
                         {"input": "push", "output": "opens", "from": "s2", "to": "s1",
                          "at": {"file": "door.dot", "line": 12, "column": 19}})
        self.assertEqual(violation["reasons"][0]["automaton"], "lock")
        self.assertEqual((summary["verdict"], summary["violations"], summary["complete"],
                          summary["machine_states"], summary["machine_transitions"]),
                         ("violations", 1, True, 3, 9))
        self.write("door.dot", MACHINE)
        out, _ = self.conform("--json")
        self.assertEqual(json.loads(out)["verdict"], "conforms")

    def test_the_trace_is_refused_by_replay(self):
        self.write("door.dot", MACHINE.replace('s1 -> s1 [label="push / stuck"]',
                                               's1 -> s1 [label="push / opens"]'))
        out, _ = self.conform("--json", exit=1)
        trace = json.loads(out.splitlines()[0])["trace"]
        out, _ = self.splc("replay", "--json", "--format=lines", "door.spl", "-",
                           stdin=" ".join(trace), exit=1)
        self.assertEqual(json.loads(out)["index"], len(trace))

    def test_repeated_steps_are_counted(self):
        self.write("p.spl", "automaton a () { multiple (..7) { Ping; } }")
        self.write("m.dot", 'digraph { a -> a [label="ping / none"] }')
        self.write("m.map", "input ping = Ping\noutput none = -\n")
        out, _ = self.splc("conform", "--map=m.map", "p.spl", "m.dot", exit=1)
        self.assertIn("     ping / none  Ping  (8 times)\n", out)

    def test_another_start(self):
        out, _ = self.conform("--start=s2", exit=1)
        self.assertIn("Unlock", out)
        _, err = self.conform("--start=s9", exit=2)
        self.assertIn("door.dot: the machine has no state 's9'", err)

    def test_symbols_without_meaning(self):
        self.write("door.map", MAP.replace("output opens = Open\n", "").replace("input pull", "input pul"))
        out, err = self.conform(exit=2)
        self.assertEqual(out, "")
        self.assertIn("door.dot:6:19: the map gives no meaning to the output 'opens'", err)
        self.assertIn("door.dot:8:19: the map gives no meaning to the input 'pull'", err)
        self.assertIn("it knows pul", err)
        self.assertEqual(err.count("splc: error"), 2)

    def test_bad_maps(self):
        for text, place in [("input push = Opne\n", "door.map:1:14"), ("nonsense\n", "door.map:1:1"),
                            (b"\0\xff\n", "door.map:1:1"), ("input push\n", "door.map:1:1")]:
            self.write("door.map", text)
            out, err = self.conform(exit=2)
            self.assertEqual(out, "")
            self.assertIn("splc: error: " + place, err)
        _, err = self.splc("conform", "door.spl", "door.dot", exit=2)
        self.assertIn("--map is missing", err)

    def test_bad_machines(self):
        for text in ["", "hello", "digraph {", "graph { a -- b }", b"\xff" * 1000, "{" * 100_000,
                     "digraph { a -> b }", 'digraph { a -> b [label="x"] }', "digraph { /*"]:
            self.write("door.dot", text)
            out, err = self.conform(exit=2)
            self.assertEqual(out, "")
            self.assertIn("splc: error: door.dot:", err)
            self.assertLess(len(err), 1000)
        self.write("door.dot", MACHINE)
        self.splc("conform", "--map=door.map", "door.spl", "dor.dot", exit=2)
        _, err = self.splc("conform", "--map=-", "door.spl", "-", exit=2)
        self.assertIn("only once", err)

    def test_the_bound(self):
        out, err = self.conform("--max-states=1", exit=2)
        self.assertIn("no violation found so far", out)
        self.assertIn("--max-states", err)

    def example(self, policy, name, change=lambda text: text, **more):
        """A machine of examples/conform, perhaps changed, with its map."""
        with open(os.path.join(ROOT, "examples/conform", name + ".dot"), encoding="ascii") as f:
            self.write("m.dot", change(f.read()))
        map_file = os.path.join(ROOT, "examples/conform", name + ".map")
        return self.splc("conform", "--map", map_file, os.path.join(ROOT, policy), "m.dot", **more)

    def test_the_examples(self):
        for policy, name in [("ssh-server/policy/ssh.spl", "ssh"), ("xen/policy/tcp.spl", "tcp")]:
            out, _ = self.example(policy, name)
            self.assertIn("m.dot: conforms", out)

    def test_a_login_without_the_service(self):
        change = lambda text: text.replace('s3 -> s8 [label="UA_PW_OK / DISCONNECT"]',
                                           's3 -> s6 [label="UA_PW_OK / UA_SUCCESS"]')
        out, _ = self.example("ssh-server/policy/ssh.spl", "ssh", change, exit=1)
        self.assertIn("1. Receive_Auth_Request_Password refused by auth: UA_PW_OK / UA_SUCCESS", out)
        self.assertIn("Receive_Transport_ServiceRequest_Userauth;", out)
        self.assertIn("1 class of violation", out)

    def test_data_after_a_reset(self):
        change = lambda text: text.replace('s4 -> s4  [label="SYN+ACK(V,V,0)/RST(ZERO,ZERO,0)"]',
                                           's4 -> s4  [label="RCV/ACK(NEXT,NEXT,0)"]')
        out, _ = self.example("xen/policy/tcp.spl", "tcp", change, exit=1)
        self.assertIn("Transmit_Tcp_Ack refused by tcp: RCV / ACK(NEXT,NEXT,0)", out)

    def test_the_machine_from_standard_input(self):
        out, _ = self.splc("conform", "--map=door.map", "door.spl", "-", stdin=MACHINE)
        self.assertIn("<stdin>: conforms", out)


support.main()
