"""splc graph's pictures as they are seen: nothing lies on anything else, all text can be read, the way of a trace is
the way it takes."""

import os
import re
import subprocess
from pathlib import Path
import support
import svg_geometry
from svg_geometry import SVG

ROOT = Path(__file__).resolve().parents[2]

EVERYTHING = """\
function nope () { Evil; abort; }
automaton first (int (0 .. 2) n) {
  always_allow (Log, Log_Of_Something_Else_That_Has_A_Long_Name, Log_C, Log_D, Log_E, Log_F, Log_G, Log_H, Log_I, Log_J) {
    multiple {
      either (n < 2) { A; n = n + 1; } or { nope(); } or { B; } or { C; n = 0; } or { D; either (n == 1) { n = 2; } or { } E; }
    }
  }
}
automaton second () {
  during { Receive_A_Name_That_Goes_On_And_On_And_On_And_On_And_On_And_On_And_On; Else; } handle { H; I; }
}
"""

CHOICE = """\
automaton a (bool b) {
  either { Receive_A; b = true; Receive_B; } or { Receive_A; Receive_C; }
  during { Receive_D; either { Receive_E; } or { Receive_F; } or { Receive_G; } } handle { Notify_H; Notify_I; }
}
"""
TAKEN = "#0072b2"
BAD = "#b3261e"


class Picture:
    """An SVG that splc graph made."""

    def __init__(self, text):
        self.root = svg_geometry.parse(text)
        self.nodes = {}  # title -> group
        self.edges = {}
        self.frames = {}
        for group in self.root.iter(SVG + "g"):
            kind = (group.get("class") or "").split(" ")[0]
            title = group.find(SVG + "title")
            if kind == "node":
                self.nodes[title.text] = group
            elif kind == "edge":
                self.edges[title.text] = group
            elif kind == "cluster":
                self.frames[title.text] = group

    def texts(self, group):
        return [e for e in group.iter(SVG + "text") if (e.text or "").strip("\u00a0 ")]

    def words(self, group):
        return " ".join(" ".join(e.text.replace("\u00a0", " ").split()) for e in self.texts(group))

    def shape(self, group):
        """The outermost of a node's shapes."""
        boxes = [svg_geometry.box_of_element(e) for e in group.iter()
                 if e.tag in (SVG + "path", SVG + "polygon", SVG + "ellipse")]
        if not boxes:  # plain text
            boxes = [svg_geometry.box_of_element(e) for e in self.texts(group)]
        return max(boxes, key=lambda b: (b.right - b.left) * (b.bottom - b.top))

    def node_with(self, word):
        found = [n for n, g in self.nodes.items() if word in self.words(g)]
        assert len(found) == 1, (word, found)
        return found[0]

    def taken(self):
        """Thick arrows: (from, to) -> the numbers written on them."""
        result = {}
        for title, group in self.edges.items():
            path = group.find(f".//{SVG}path")
            if path.get("stroke") == TAKEN and path.get("stroke-width") == "3":
                bold = [e.text.strip("\u00a0 ") for e in self.texts(group) if e.get("font-weight") == "bold"]
                result[tuple(title.split("->"))] = " ".join(bold)
        return result


class Pictures(support.CliTest):
    def picture(self, *args):
        self.splc("graph", *args, "-o", "p.svg")
        return Picture(self.read("p.svg"))

    # ---- what is seen

    def check_overlaps(self, p):
        nodes = {name: p.shape(group) for name, group in p.nodes.items()}
        texts = []  # (box, of which node)
        for name, group in p.nodes.items():
            for e in p.texts(group):
                box = svg_geometry.box_of_element(e)
                self.assertTrue(nodes[name].holds(box), f"{box} leaves its box {nodes[name]}")
                texts.append((box, name))
        inside = {id(e) for group in p.nodes.values() for e in group.iter(SVG + "text")}
        for e in p.texts(p.root):
            if id(e) not in inside:
                texts.append((svg_geometry.box_of_element(e), None))
        width, height = (float(n) for n in p.root.get("viewBox").split()[2:])
        page = svg_geometry.Box(-4, 4 - height, width - 4, 4)
        for i, (box, owner) in enumerate(texts):
            self.assertTrue(page.holds(box), f"{box} leaves the page")
            for other, _ in texts[:i]:
                self.assertFalse(box.overlaps(other), f"{box} and {other}")
            for name, node in nodes.items():
                if name != owner:
                    self.assertFalse(box.overlaps(node), f"{box} and box {name}")
        boxes = list(nodes.items())
        for i, (name, node) in enumerate(boxes):
            for other_name, other in boxes[:i]:
                self.assertFalse(node.overlaps(other), f"{name} and {other_name}")
        return len(texts)

    def check_readable(self, p, paper):
        """At 100 % a point is 4/3 pixels."""
        for e in p.texts(p.root):
            self.assertGreaterEqual(float(e.get("font-size")) * 4 / 3, 11, e.text)
            self.assertRegex(e.get("font-family"), r"^DejaVu Sans", e.text)
        def walk(element, fill):
            shapes = [e for e in element if e.tag in (SVG + "path", SVG + "polygon", SVG + "ellipse")]
            own = [e.get("fill") for e in shapes if (e.get("fill") or "none") not in ("none", "transparent")]
            if own and "edge" not in (element.get("class") or ""):
                fill = own[-1] if element.get("class") != "graph" else paper
            for e in element:
                if e.tag == SVG + "text" and (e.text or "").strip("\u00a0 "):
                    self.assertGreaterEqual(svg_geometry.contrast(e.get("fill"), fill), 4.5, e.text)
                walk(e, fill)
        walk(p.root, paper)

    def look(self, *args):
        texts = self.check_overlaps(p := self.picture(*args))
        self.check_readable(p, "#ffffff")
        return texts

    def test_small_policies(self):
        self.write("e.spl", EVERYTHING)
        for direction in "right", "down":
            self.assertGreater(self.look(f"--direction={direction}", "e.spl"), 30)
            self.look(f"--direction={direction}", "--separate", "--names=0", "e.spl")
            self.look(f"--direction={direction}", str(ROOT / "examples/ping.spl"))

    def test_large_policies(self):
        for automaton, policy in [("transport", "ssh-server/policy/ssh.spl"), ("auth", "ssh-server/policy/ssh.spl"),
                                  ("channel", "ssh-server/policy/channel.spl")]:
            self.assertGreater(self.look("--automaton", automaton, str(ROOT / policy)), 80)

    def test_dark(self):
        self.write("e.spl", EVERYTHING)
        p = self.picture("--theme=dark", "e.spl")
        self.check_readable(p, "#0d1117")
        # What turns a light picture dark has a rule for each of its colours.
        self.picture("e.spl")
        text = self.read("p.svg")
        dark = text[text.index("prefers-color-scheme: dark"):text.index("</style>")]
        for attribute, colour in set(re.findall(r'(fill|stroke)="(#\w+)"', text)):
            self.assertIn(f'[{attribute}="{colour}"] {{ {attribute}: #', dark)

    def test_the_checks_can_fail(self):
        self.write("c.spl", CHOICE)
        self.picture("c.spl")
        text = self.read("p.svg")
        at = re.search(r'<text text-anchor="start" x="([-\d.]+)" y="([-\d.]+)"[^>]*>Receive_D<', text)
        for x, y, size in [(60, 0, "11.00"), (0, 25, "11.00"), (0, 0, "7.00"), (0, -900, "11.00")]:
            moved = at.group(0).replace(f'x="{at[1]}"', f'x="{float(at[1]) + x}"').replace(
                f'y="{at[2]}"', f'y="{float(at[2]) + y}"').replace("11.00", size)
            with self.assertRaises(AssertionError):
                self.check_overlaps(p := Picture(text.replace(at.group(0), moved)))
                self.check_readable(p, "#ffffff")
        with self.assertRaises(AssertionError):
            self.check_readable(Picture(text.replace('fill="#57606a"', 'fill="#9a9a9a"')), "#ffffff")

    def test_legend_has_what_occurs(self):
        self.write("plain.spl", "automaton a () { One; Two; }\n")
        words = (p := self.picture("plain.spl")).words(p.root)
        for piece in "Legend", "waits for this statecall", "end: the automaton":
            self.assertIn(piece, words)
        for piece in "abort", "handle", "condition", "assignment", "any one", "taken", "refused":
            self.assertNotIn(piece, words)
        self.assertNotIn("Legend", (p := self.picture("--no-legend", "plain.spl")).words(p.root))

    # ---- merging

    def test_choices_are_one_box(self):
        self.write("c.spl", CHOICE)
        p = self.picture("c.spl")
        for name in "Receive_E", "Receive_F", "Receive_G":
            self.assertEqual(p.node_with(name), p.node_with("Receive_E"))
        self.assertEqual(len(self.picture("--separate", "c.spl").nodes), len(p.nodes) + 2)

    def test_long_lists(self):
        names = [f"Receive_Number{n}" for n in range(30)]
        self.write("n.spl", "automaton a () { always_allow (" + ", ".join(f"Log{n}" for n in range(20)) +
                   ") { either { " + "; } or { ".join(names) + "; } } }\n")
        p = self.picture("--names=5", "n.spl")
        self.assertIn("and 25 more", p.words(p.root))
        self.assertIn("and 15 more", p.words(p.root))
        text = self.read("p.svg")
        for name in names + ["Log19"]:  # in the tooltips
            self.assertIn(name, text)
        p = self.picture("--names=0", "n.spl")
        self.assertNotIn("more", p.words(p.root).replace("Legend", ""))

    def test_one_picture_an_automaton(self):
        self.write("e.spl", EVERYTHING)
        self.splc("graph", "e.spl", "-o", "d/")
        self.assertEqual(sorted(os.listdir(self.path("d"))), ["first.svg", "second.svg"])
        self.splc("graph", "e.spl", "-o", "x-%a.dot")
        self.assertNotIn("automaton first", self.read("x-second.dot"))

    # ---- the way of a trace

    def highlighted(self, trace, *args):
        self.write("t", trace)
        _, err = self.splc("graph", "--highlight=t", *args, "c.spl", "-o", "p.svg")
        return Picture(self.read("p.svg")), err

    def test_the_way_of_a_trace(self):
        self.write("c.spl", CHOICE)
        p, err = self.highlighted("Receive_A\nReceive_C\nReceive_D\n")
        self.assertIn("t: accepted", err)
        c, d, e = (p.node_with(f"Receive_{x}") for x in "CDE")
        a = next(f for f, t in p.taken() if t == c)
        self.assertIn("Receive_A", p.words(p.nodes[a]))
        taken = p.taken()
        self.assertEqual(taken.pop((a, c)), "1")
        self.assertEqual(taken.pop((c, d)), "2")
        self.assertEqual(taken.pop((d, e)), "3")
        self.assertTrue(taken and all(number == "" for number in taken.values()), taken)  # from the start to A
        self.assertNotIn(p.node_with("Receive_B"), {n for way in taken for n in way})
        self.assertIn("the trace ends here", p.words(p.nodes[e]))
        self.check_overlaps(p)
        self.check_readable(p, "#ffffff")

    def test_a_refused_trace(self):
        self.write("c.spl", CHOICE)
        p, err = self.highlighted('"Receive_A"\n"Unknown"\n{"statecall":"Receive_B"}\n"Receive_E"\n')
        self.assertIn("Unknown (line 2)", err)
        self.assertIn("step 4, Receive_E, is refused by a (not allowed here)", err)
        d = p.node_with("Receive_D")
        self.assertIn("Receive_E refused", p.words(p.nodes[d]))
        self.assertIn("step 4, Receive_E, is refused: not allowed here", p.words(p.root))
        self.assertNotIn("refused", p.words(p.nodes[p.node_with("Receive_F")]))
        box = p.nodes[d].find(f".//{SVG}path")
        self.assertEqual(box.get("stroke"), BAD)
        self.assertTrue(box.get("stroke-dasharray"))
        self.assertEqual(p.taken()[(p.node_with("Receive_B"), d)], "3")
        self.assertIn("what is refused there", p.words(p.root))
        self.assertNotIn("where the trace ends", p.words(p.root))
        self.check_overlaps(p)

    def test_handles_and_loops(self):
        self.write("c.spl", CHOICE)
        p, _ = self.highlighted("Receive_A Receive_B Notify_H Notify_I Receive_D Notify_H Notify_I Receive_F\n",
                                "--trace-format=lines")
        taken = p.taken()
        h, i = p.node_with("Notify_H"), p.node_with("Notify_I")
        self.assertEqual(taken[(h, i)], "3, 6")
        self.assertIn("end", p.words(p.nodes[next(t for (f, t) in taken if f == p.node_with("Receive_E"))]))
        self.write("c.spl", "automaton a () { always_allow (Log) { multiple { Tick; } } }\n")
        p, _ = self.highlighted("Tick\nLog\n" * 9)
        self.assertIn("1, 3, 5, 7, … (9 times)", " ".join(p.taken().values()))
        self.assertIn("at 2, 4, 6, 8, … (9 times)", p.words(p.root))

    def test_a_log_of_json_lines(self):
        """The same as for splc replay, where the traces of several are mixed."""
        self.write("c.spl", CHOICE)
        self.write("m", "key who\nwhen saw = a : Receive_A\nwhen saw = b : Receive_B Receive_D\notherwise : -\n")
        log = "".join(f'{{"who":{who},"saw":"{saw}"}}\n' for who, saw in ((1, "a"), (2, "b"), (1, "x"), (1, "b")))
        options = "--trace-format=jsonl", "--map=m"
        p, err = self.highlighted(log, *options, "--nth=1")
        self.assertIn("t (1): accepted", err)
        self.assertEqual(p.taken()[(p.node_with("Receive_B"), p.node_with("Receive_D"))], "2")
        _, err = self.highlighted(log, *options, "--nth=2")
        self.assertIn("t (2): step 1, Receive_B, is refused by a", err)
        _, err = self.splc("graph", "--highlight=t", *options, "c.spl", exit=2)
        self.assertIn("t has 2 traces, and one can be shown", err)
        _, err = self.splc("graph", "--highlight=-", "--trace-format=jsonl", "--map=-", "c.spl", exit=2)
        self.assertIn("standard input can be read only once", err)

    def test_a_log_of_openssh(self):
        log = str(ROOT / "tests/openssh/logs/exec-curve25519.server.log")
        _, err = self.splc("graph", "--highlight", log, "--trace-format=openssh", "--role=server", "--automaton=transport",
                           str(ROOT / "ssh-server/policy/ssh.spl"), "-o", "p.dot")
        self.assertIn("log: accepted", err)
        self.assertIn("▶ end", self.read("p.dot"))

    def test_traces_that_cannot_be_shown(self):
        self.write("c.spl", CHOICE)
        self.write("m", "when saw = a : Receive_A\n")
        for trace, args, said in [("no\n", [], "t:1: 'no' is not a statecall"),
                                  ("Receive_A\nReceive_A\n", ["--trace-format=lines"], "has 2 traces"),
                                  ("Receive_A\n", ["--trace-format=lines", "--nth=2"], "has no trace 2"),
                                  ("\n# none\n", ["--trace-format=lines"], "t has no trace"),
                                  ("{}\n", ["--trace-format=jsonl"], "--map is missing"),
                                  ("{}\n", ["--trace-format=jsonl", "--map=m"], "t:1: no entry of the map fits"),
                                  ("{}\n", ["--map=m"], "it needs --trace-format=jsonl"),
                                  ("Receive_A\n", ["--role=client"], "it needs --trace-format=openssh")]:
            self.write("t", trace)
            _, err = self.splc("graph", "--highlight=t", *args, "c.spl", "-o", "q.svg", exit=2)
            self.assertIn(said, err)
            self.assertNotIn("q.svg", self.files())
        self.write("t", "Receive_A\n")
        _, err = self.splc("graph", "--highlight=missing", "c.spl", exit=2)
        self.assertIn("cannot read", err)
        p, _ = self.highlighted("Receive_A\n-\n", "--trace-format=lines", "--nth=2")
        self.assertEqual(set(p.taken().values()), {""})


support.main()
