"""Runs as charts and as saved traces: splc verify --chart --save-trace, splc replay --chart."""

import html.parser
import json
import os
import re
import subprocess
import xml.etree.ElementTree as ET
import support
import svg_geometry

SVG = "{http://www.w3.org/2000/svg}"

LASSO = """\
automaton a(int n) {
  Transmit_Hello;
  n = 1;
  multiple { Receive_Question; n = 2; Transmit_Answer; n = 3; }
  Notify_Bye;
}
property ends : eventually Notify_Bye;
"""

FAULTS = """\
automaton a(int n) {
  Notify_Start;
  multiple {
    either { Receive_Data; n = 1 / n; }
    or { Transmit_Data; n = 2147483647; n = n + 1; }
    or { Notify_Idle; }
  }
  Notify_End;
}
property never_idle : never Notify_Idle;
property may_end : reachable a.finished;
"""

HOSTILE = """\
// </script><script>alert(1)</script> &amp; "quotes' ]]> <img src=x onerror=alert(1)>
automaton a(bool b) { Receive_X; b = true; /* </style><b> \xff\xfe */ Transmit_Y; }
"""


class Tags(html.parser.HTMLParser):
    """Collects what a browser would see."""

    def __init__(self):
        super().__init__()
        self.tags = set()
        self.attributes = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


class Charts(support.CliTest):
    def traces(self):
        return [f for f in self.files() if f.endswith(".trace")]

    def svg(self, name):
        return ET.fromstring(self.read(name))

    # ---- saved traces

    def test_saved_trace_is_accepted_by_replay(self):
        _, err = self.splc("verify", "--save-trace=t.trace", "ping.spl", exit=1)
        self.assertIn("wrote t.trace", err)
        self.assertEqual(self.traces(), ["t.trace"])
        text = self.read("t.trace")
        self.assertTrue(text.startswith("# wrong: fails\n#   never ping.lost == 2\n"), text)
        self.assertRegex(text, r"(?m)^Timeout +# ping.spl:10  ping.waiting = false, ping.lost = 2$")
        out, _ = self.splc("replay", "ping.spl", "t.trace")
        self.assertIn("accepted (4 statecalls", out)

    def test_a_refused_statecall_is_refused_by_replay(self):
        self.write("f.spl", FAULTS)
        self.splc("verify", "--save-trace=t.trace", "f.spl", exit=1)
        self.assertEqual(self.traces(), ["t.arithmetic-2.trace", "t.never_idle.trace", "t.trace"])
        refused = set()
        for name in ["t.trace", "t.arithmetic-2.trace"]:
            lines = [l.split()[0] for l in self.read(name).splitlines() if l[0] != "#"]
            last = lines[-1]
            refused.add(last)
            out, _ = self.splc("replay", "--json", "f.spl", name, exit=1)
            result = json.loads(out)
            self.assertEqual((result["statecall"], result["index"]), (last, len(lines)))
            self.assertIn(result["reasons"][0]["reason"],
                          ["division by zero", "arithmetic overflow"])
        self.assertEqual(refused, {"Receive_Data", "Transmit_Data"})

    def test_the_loop_of_an_endless_run(self):
        self.write("l.spl", LASSO)
        self.splc("verify", "--save-trace=t.trace", "--chart=t.mmd", "l.spl", exit=1)
        text = self.read("t.trace")
        self.assertIn("# From here on, for ever:\nReceive_Question ", text)
        out, _ = self.splc("replay", "l.spl", "t.trace")
        self.assertIn("accepted (3 statecalls", out)
        mermaid = self.read("t.mmd")
        self.assertRegex(mermaid, r"(?s)  loop for ever\n    peer->>program: 2\. Receive_Question\n"
                                  r".*program->>peer: 3\. Transmit_Answer\n.*  end\n")

    def test_a_directory_gets_every_run(self):
        self.write("f.spl", FAULTS)
        _, err = self.splc("verify", "--save-trace=runs/", "--chart=runs/", "--chart-format=html",
                           "f.spl", exit=1)
        names = ["arithmetic", "arithmetic-2", "may_end", "never_idle"]
        wanted = sorted([n + ".trace" for n in names] + [n + ".html" for n in names])
        self.assertEqual(sorted(os.listdir(self.path("runs"))), wanted)
        self.assertIn("wrote runs/may_end.trace", err)
        self.splc("replay", "--strict", "f.spl", "runs/may_end.trace")

    def test_nothing_fails(self):
        _, err = self.splc("verify", "--property=happy", "--property=asked", "--save-trace=t.trace",
                           "ping.spl")
        self.assertIn("nothing fails", err)
        self.assertEqual(self.traces(), [])
        self.splc("verify", "--property=happy", "--save-trace=t.trace", "ping.spl")
        self.assertIn("# happy: reached", self.read("t.trace"))

    # ---- options

    def test_wrong_options_are_noticed_before_anything_is_done(self):
        for args, said in [(["--chart=x.pdf"], ".svg, .mmd or .html"),
                           (["--chart=-"], "standard output has the results"),
                           (["--save-trace=-"], "standard output has the results"),
                           (["--chart=x", "--chart-format=pdf"], "not one of")]:
            _, err = self.splc("verify", "--spin=/nowhere", *args, "ping.spl", exit=2)
            self.assertIn(said, err)
            self.assertNotIn("nowhere", err)
        self.write("t", "Send_Ping\n")
        self.splc("replay", "--chart=x.pdf", "ping.spl", "t", exit=2)
        _, err = self.splc("replay", "--chart=/nowhere/at/all/x.svg", "ping.spl", "t", exit=2)
        self.assertIn("/nowhere", err)

    def test_json_says_who_replayed(self):
        out, _ = self.splc("verify", "--json", "ping.spl", exit=1)
        for result in map(json.loads, out.splitlines()):
            self.assertEqual(result["replayed"],
                             ["interpreter", "monitor"] if result["has_trace"] else [])

    def test_the_monitor_replays_as_the_interpreter_does(self):
        self.write("f.spl", FAULTS)
        self.write("t", "Notify_Start\nNotify_Start\nReceive_Data\nTransmit_Data\nElse\nNotify_End\n"
                        "Notify_End\n")
        said = [self.splc("replay", "--json", "--keep-going", f"--engine={engine}", "f.spl", "t",
                          exit=1)[0] for engine in ["interpreter", "dfa", "monitor"]]
        self.assertEqual(said[0], said[1])
        self.assertEqual(said[0], said[2])
        self.assertEqual(len(said[0].splitlines()), 4)

    def test_a_run_that_is_none(self):
        """A Spin that tells another run than it has found."""
        self.write("spin", "#!/bin/sh\ncase \" $* \" in\n"
                           "*' -t '*) spin \"$@\" | sed 's/statecall Send_Ping/statecall Timeout/';;\n"
                           "*) exec spin \"$@\";;\nesac\n")
        os.chmod(self.path("spin"), 0o755)
        done = subprocess.run([support.SPLC, "verify", f"--spin={self.path('spin')}",
                               "--no-built-in", "--property=asked", "--ltl=never ping.lost == 1",
                               "--save-trace=t.trace", "ping.spl"], cwd=self.dir,
                              capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("internal error: ltl: step 1 of a run from Spin, 'Timeout', is refused by the "
                      "interpreter", done.stderr)
        self.assertNotIn("FAILS", done.stdout)
        self.assertNotIn("t.trace", self.files())
        readme = self.read("splc-bug-report/README.txt")
        self.assertRegex(readme, r"(?m)^spin +Spin Version 6")
        self.assertRegex(readme, r"(?m)^command line .*splc verify .*'--ltl=never ping.lost == 1'")
        self.assertEqual(self.read("splc-bug-report/policy/ping.spl"), support.PING)
        self.assertIn("statecall Timeout\n", self.read("splc-bug-report/trail.txt"))
        self.assertIn("proctype", self.read("splc-bug-report/model.pml"))

    # ---- charts

    def test_charts_of_replay(self):
        self.write("l.spl", LASSO)
        self.write("t", "Transmit_Hello\nUnknown\nReceive_Question\nNotify_Bye\n")
        self.splc("replay", "--chart=t.svg", "--chart=t.html", "l.spl", "t", exit=1)
        texts = ["".join(e.itertext()) for e in self.svg("t.svg").iter(SVG + "text")]
        for text in ["Transmit_Hello", "a.n = 1", "l.spl:4", "Notify_Bye (refused)",
                     "ignored: no automaton mentions it", "peer", "program",
                     "t  refused at step 4"]:
            self.assertIn(text, texts)
        self.assertIn("refused by a: not allowed here", " ".join(texts))
        page = self.read("t.html")
        self.assertIn("a.n = 2", page)
        self.assertIn("multiple { Receive_Question;", page)
        self.assertIn('<a href="#s4">4</a> (refused)', page)

    def test_many_traces_many_charts(self):
        self.write("many", "Send_Ping Timeout\nTimeout\n-\n")
        self.splc("replay", "--format=lines", "--chart=c.svg", "ping.spl", "many", exit=1)
        self.assertEqual([f for f in self.files() if f.endswith(".svg")],
                         ["c.svg", "c.trace-2.svg", "c.trace-3.svg"])

    def test_the_legend_has_what_occurs(self):
        self.write("l.spl", LASSO)
        def legend(trace, status=0):
            self.write("t", trace)
            self.splc("replay", "--chart=t.svg", "l.spl", "t", exit=status)
            group = [g for g in self.svg("t.svg").iter(SVG + "g") if g.get("class") == "legend"]
            return [e.text for g in group for e in g.iter(SVG + "text")]
        self.assertEqual(legend(""), [])
        self.assertEqual(legend("Transmit_Hello\n"), ["Legend", "sent to the peer"])
        self.assertEqual(legend("Transmit_Hello\nWhat\nReceive_Question\nReceive_Question\n", 1),
                         ["Legend", "received from the peer", "sent to the peer",
                          "an event of the program itself",
                          "dashed and grey: ignored, no automaton mentions it",
                          "dashed and crossed out: refused"])
        self.splc("verify", "--chart=v.svg", "l.spl", exit=1)
        self.assertIn("framed: repeated for ever", self.read("v.svg"))
        self.check_readable("v.svg")

    def check_readable(self, name):
        """Each rule for text, light and dark, has contrast enough against what it may lie on."""
        style = re.search(r"<style>(.*?)</style>", self.read(name), re.S).group(1)
        light, dark = style.split("@media (prefers-color-scheme: dark) {")
        for part in light, dark:
            rules = {}
            for selectors, body in re.findall(r"([^{}]+)\{([^}]*)\}", part):
                fill = re.search(r"fill: (#\w{6})", body)
                for selector in selectors.split(",") if fill else []:
                    rules[selector.strip().removeprefix(".spl-chart ")] = fill.group(1)
            under = [rules[k] for k in (".paper", ".loop")]
            for text in "text", ".dim", ".number", ".repeat", ".bad", ".reason", ".good":
                for below in under:
                    self.assertGreaterEqual(svg_geometry.contrast(rules[text], below), 4.5, (text, below))
            for below in rules[".head"], rules[".box"]:
                self.assertGreaterEqual(svg_geometry.contrast(rules["text"], below), 4.5)
        for size in re.findall(r"font(?:-size)?: ?(\d+)px", style):
            self.assertGreaterEqual(int(size), 11)

    def check_geometry(self, name):
        """No text leaves the picture, and none lies on another."""
        root = self.svg(name)
        width, height = float(root.get("width")), float(root.get("height"))
        rows = {}
        for e in root.iter(SVG + "text"):
            if e.get("class") is None:
                continue  # the title, in two sizes
            x, y = float(e.get("x")), float(e.get("y"))
            w = svg_geometry.text_box(e.text or "", 0, 0, 13, mono=True).right
            if "middle" in e.get("class"):
                x -= w / 2
            elif "number" in e.get("class"):
                x -= w
            self.assertGreaterEqual(x, 0, e.text)
            self.assertLessEqual(x + w, width, e.text)
            self.assertLessEqual(y, height, e.text)
            rows.setdefault(round(y), []).append((x, x + w, e.text))
        ys = sorted(rows)
        for y in ys:
            near = sorted(t for other in ys if abs(other - y) < 12 for t in rows[other])
            for (_, end, one), (start, _, two) in zip(near, near[1:]):
                self.assertLessEqual(end, start + 0.5, f"{one!r} and {two!r} in {name}")

    def test_nothing_overlaps(self):
        long = "Receive_" + "A_Name_That_Goes_On_" * 7 + "Here"
        self.write("long.spl", LASSO.replace("Receive_Question", long).replace(
            "Notify_Bye", "Notify_" + "x" * 300).replace("int n", "int n, bool " + "v" * 90))
        self.splc("verify", "--chart=l.svg", "long.spl", exit=1)
        self.check_geometry("l.svg")
        self.write("f.spl", FAULTS)
        self.splc("verify", "--chart=f/", "f.spl", exit=1)
        for name in os.listdir(self.path("f")):
            self.check_geometry("f/" + name)

    def test_texts_from_outside_stay_texts(self):
        policy = b"<a&\"'\xff\n;end.spl"
        with open(os.path.join(os.fsencode(self.dir), policy), "wb") as f:
            f.write(HOSTILE.encode("latin-1"))
        self.write("t<b>", "Receive_X\nReceive_X\n")
        self.splc("replay", "--chart=t.svg", "--chart=t.html", "--chart=t.mmd", policy, "t<b>",
                  exit=1)
        self.svg("t.svg")  # well-formed
        for name in ["t.svg", "t.html", "t.mmd"]:
            with open(self.path(name), "rb") as f:
                f.read().decode()  # UTF-8
        page = self.read("t.html")
        seen = Tags()
        seen.feed(page)
        self.assertFalse({"script", "b", "img", "iframe", "link", "object"} & seen.tags)
        self.assertFalse({"src", "onerror", "onload"} & seen.attributes)
        self.assertIn("default-src 'none'", page)
        self.assertNotIn("http", page.replace("http-equiv", "").replace(
            "http://www.w3.org/2000/svg", ""))
        self.assertIn("&lt;/script&gt;&lt;script&gt;alert(1)", page)
        for line in self.read("t.mmd").splitlines()[1:]:
            self.assertRegex(line, r"^ +(accTitle: |participant |Note |rect |end$|(peer|program)-)")
            self.assertNotRegex(re.sub(r"#\d+;|<br/>|->>|-x", "", line), r"[;#<>]")

    def test_a_long_trace(self):
        self.write("l.spl", LASSO)
        self.write("t", "Transmit_Hello\n" + "Receive_Question\nTransmit_Answer\n" * 5000)
        _, err = self.splc("replay", "--chart=t.svg", "--chart=t.html", "--chart=t.mmd", "l.spl",
                           "t")
        self.assertIn("maxTextSize", err)
        root = self.svg("t.svg")
        heads = [e for e in root.iter(SVG + "text") if e.text == "program"]
        self.assertEqual(len(heads), 251)  # lanes are named again every 40 steps
        self.assertLess(os.path.getsize(self.path("t.svg")), 10 << 20)
        self.assertLess(os.path.getsize(self.path("t.html")), 20 << 20)
        self.assertEqual(self.read("t.html").count("and 9988 more"), 1)

    def test_too_long_for_a_chart(self):
        self.write("l.spl", LASSO)
        self.write("t", "Transmit_Hello\n" + "Receive_Question\nTransmit_Answer\n" * 50001)
        out, err = self.splc("replay", "--chart=t.svg", "l.spl", "t", exit=2)
        self.assertIn("more than 100000 steps", err)
        self.assertIn("accepted", out)
        self.assertNotIn("t.svg", self.files())


support.main()
