"""splc graph: DOT that Graphviz takes, pictures, selection."""

import os
import re
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
        _, err = self.splc("graph", "--dot=false", "two.spl", "-o", "two.svg", exit=2)
        self.assertIn("failed with status 1", err)
        self.assertFalse(os.path.exists(self.path("two.svg")))


support.main()
