"""splc graph: DOT that Graphviz takes, pictures, selection."""

import json
import os
import re
import signal
import subprocess
import support

TWO = """\
function nope () { Evil; abort; }
automaton first (int (0 .. 2) n) {
  always_allow (Log) {
    multiple {
      either (n < 2) { A; n = n + 1; } or { nope(); }
    }
  }
}
automaton second () { during { B; } handle { H; } }
"""


class Graph(support.CliTest):
    def setUp(self):
        super().setUp()
        self.write("two.spl", TWO)

    def test_dot(self):
        out, err = self.splc("graph", "two.spl")
        self.assertEqual(err, "")
        for piece in ["digraph", "Evil", "[n &lt; 2]", "n := n + 1", "shape=octagon", "style=dashed",
                      "always allowed: Log", "automaton first", "automaton second", "int (0..2) n = 0"]:
            self.assertIn(piece, out)

    def test_names_are_those_of_the_place(self):
        self.write("calls.spl", "function f (bool x, bool y) { A; x = true; }\n"
                                "function g (bool z, bool b) { B; z = true; b = false; }\n"
                                "automaton a (bool a, bool b) { f(a, b); g(a, b); while (true) { C; } }\n")
        out, _ = self.splc("graph", "calls.spl")
        for piece in ["x := a", "y := b", "x := true", "a := x", "z := a", "z := true", "b := false"]:
            self.assertIn(piece, out)
        for piece in ["x/z", "b := b", "[true]", "[false]"]:
            self.assertNotIn(piece, out)

    def test_one_automaton(self):
        out, _ = self.splc("graph", "--automaton=second", "two.spl")
        self.assertIn("automaton second", out)
        self.assertNotIn("automaton first", out)
        _, err = self.splc("graph", "--automaton=secnd", "two.spl", exit=2)
        self.assertIn("did you mean 'second'", err)

    def test_pictures(self):
        self.splc("graph", "two.spl", "-o", "two.svg")
        picture = self.read("two.svg")
        self.assertIn("<svg", picture)
        self.assertIn("Evil", picture)
        self.splc("graph", "--format=png", "two.spl", "-o", "picture")
        with open(self.path("picture"), "rb") as f:
            self.assertEqual(f.read(4), b"\x89PNG")

    def test_ids(self):
        self.splc("graph", "two.spl", "-o", "two.svg")
        picture = self.read("two.svg")
        groups = re.findall(r'<g id="([^"]+)" class="(node|edge)"', picture)
        self.assertEqual(len(groups), len(set(groups)))
        nodes = [i for i, kind in groups if kind == "node"]
        edges = [i for i, kind in groups if kind == "edge"]
        self.assertEqual(len(nodes), picture.count('class="node"'))
        for automaton in "first", "second":
            own = [i for i in edges if i.startswith(f"edge.{automaton}.")]
            self.assertEqual(sorted(own), sorted(f"edge.{automaton}.{k}" for k in range(len(own))))
            self.assertIn(f"node.{automaton}.start", nodes)
        for name in nodes:
            self.assertRegex(name, r"^node\.(first|second)\.(start|\d+)$")
        self.assertEqual(len(nodes) + len(edges), len(groups))

    def test_graphviz_missing_or_failing(self):
        _, err = self.splc("graph", "--dot=/nowhere/dot", "two.spl", "-o", "two.svg", exit=2)
        self.assertIn("cannot run '/nowhere/dot'", err)
        self.assertIn("graphviz", err)
        _, err = self.splc("graph", "--dot=no-such-dot", "two.spl", "-o", "two.svg", exit=2)
        self.assertIn("(Debian package graphviz); --format=dot does without", err)
        self.write("not-a-program", "")
        _, err = self.splc("graph", "--dot=./not-a-program", "two.spl", "-o", "two.svg", exit=2)
        self.assertIn("cannot run './not-a-program': Permission denied", err)
        _, err = self.splc("graph", "--dot=false", "two.spl", "-o", "two.svg", exit=2)
        self.assertIn("failed with status 1", err)
        self.assertFalse(os.path.exists(self.path("two.svg")))

    # ---- a dot that takes its time

    def sleeping_dot(self, before="", after=""):
        """Says that it runs, with a child of its own, and sleeps."""
        os.mkfifo(self.path("running"))
        self.write("slow-dot", f"#!/bin/sh\n{before}\nsleep 1000 &\necho $$ $! > {self.path('running')}\n"
                               f"wait\n{after}\n")
        os.chmod(self.path("slow-dot"), 0o755)

    def processes(self):
        """Of the sleeping dot, once it runs."""
        with open(self.path("running")) as f:
            return [int(word) for word in f.read().split()]

    def assert_gone(self, processes):
        """Killed and, if it was splc's child, reaped: what is left of others is a zombie at most."""
        self.assertEqual(len(processes), 2)
        self.assertFalse(os.path.exists(f"/proc/{processes[0]}"))
        for process in processes[1:]:
            while os.path.exists(f"/proc/{process}"):  # the signal has been sent
                with open(f"/proc/{process}/stat") as f:
                    if f.read().rsplit(")", 1)[1].split()[0] == "Z":
                        break

    def start(self, *arguments):
        return subprocess.Popen([support.SPLC, *arguments, "--dot=./slow-dot"], cwd=self.dir, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def test_dot_has_a_time_limit(self):
        for before in ("", "trap '' INT"):  # also one that does not want to be interrupted
            for arguments, hint in ((["graph", "two.spl", "-o", "t.svg"], "-o '%a.svg' draws each automaton by itself"),
                                    (["graph", "--automaton=second", "two.spl", "-o", "t.svg"],
                                     "--format=dot prints what it was to draw")):
                self.sleeping_dot(before)
                process = self.start(*arguments, "--dot-timeout=0.5")
                children = self.processes()
                out, err = process.communicate(timeout=60)
                self.assertEqual((process.returncode, out), (2, ""), err)
                self.assertIn("splc: error: './slow-dot' was ended: it took more than 0.5 s", err)
                self.assertIn(f"--dot-timeout=SECONDS gives it more time; {hint}", err)
                self.assert_gone(children)
                self.assertNotIn("t.svg", self.files())
                os.unlink(self.path("running"))

    def test_no_time_limit(self):
        self.write("late-dot", "#!/bin/sh\nsleep 0.2\necho picture; cat\n")
        os.chmod(self.path("late-dot"), 0o755)
        out, _ = self.splc("graph", "--dot=./late-dot", "--dot-timeout=0", "--format=svg", "two.spl")
        self.assertTrue(out.startswith("picture\ndigraph"), out[:100])

    def test_the_debugger_says_what_it_could_not_draw(self):
        self.sleeping_dot()
        process = self.start("debug", "--describe", "ping.spl", "--dot-timeout=0.5")
        children = self.processes()
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, err)
        (automaton,) = json.loads(out)["automata"]
        self.assertIsNone(automaton["graph"])
        self.assertEqual(automaton["graph_missing"], "'./slow-dot' was ended: it took more than 0.5 s; "
                                                     "--dot-timeout=SECONDS gives it more time")
        self.assert_gone(children)

    def test_signals_end_dot(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            for arguments in (["graph", "two.spl", "-o", "t.svg"], ["debug", "two.spl"],
                              ["debug", "--describe", "two.spl", "-o", "t.json"]):
                self.sleeping_dot("trap '' INT TERM HUP")
                process = self.start(*arguments, "--dot-timeout=0")
                children = self.processes()
                process.send_signal(number)
                out, err = process.communicate(timeout=60)
                self.assertEqual((process.returncode, out, err), (2, "", "splc: error: interrupted\n"))
                self.assert_gone(children)
                self.assertEqual([f for f in self.files() if f.startswith("t.")], [])
                os.unlink(self.path("running"))

    def test_dot_is_fed_more_than_a_pipe_holds(self):
        self.write("big.spl", "automaton a () { " + "".join(f"Name_{i}; " for i in range(20000)) + "}\n")
        self.write("counting", "#!/bin/sh\nsleep 0.1\nwc -c\n")
        os.chmod(self.path("counting"), 0o755)
        dot, _ = self.splc("graph", "big.spl")
        self.assertGreater(len(dot.encode()), 1 << 20)
        out, _ = self.splc("graph", "--dot=./counting", "--format=png", "big.spl")
        self.assertEqual(int(out), len(dot.encode()))


support.main()
