"""splc diff: relations, explanations, gates for builds, maps of names."""

import json
import support

LOOSE = "automaton a () { multiple { Ping; optional { Pong; } } }\n"
TIGHT = "automaton a () { multiple { Ping; Pong; } }\n"


class Diff(support.CliTest):
    def setUp(self):
        super().setUp()
        self.write("loose.spl", LOOSE)
        self.write("tight.spl", TIGHT)

    def test_equal(self):
        self.write("other.spl", "automaton b () { do { optional { Ping; Pong; } } until (false); }")
        out, err = self.splc("diff", "tight.spl", "other.spl")
        self.assertRegex(out, r"^other\.spl is equal to tight\.spl \(\d+ pairs of states\)\n$")
        self.assertEqual(err, "")

    def test_stricter_with_the_explanation_of_replay(self):
        out, err = self.splc("diff", "loose.spl", "tight.spl", exit=1)
        self.assertIn("tight.spl is stricter than loose.spl", out)
        self.assertIn("accepted by loose.spl, refused by tight.spl at the last statecall:\n"
                      "     1  Ping\n     2  Ping\n", out)
        self.assertIn("automaton a: not allowed here; it was waiting at\n      tight.spl:1:", out)
        self.assertIn("accepted here would have been\n      Pong\n", out)
        self.assertEqual(out.count("refused by"), 1)
        self.assertEqual(err, "")

    def test_looser_and_incomparable(self):
        out, _ = self.splc("diff", "tight.spl", "loose.spl", exit=1)
        self.assertIn("loose.spl is looser than tight.spl", out)
        self.write("a.spl", "automaton a () { Ping; Pong; }")
        self.write("b.spl", "automaton a () { Pong; Ping; }")
        out, _ = self.splc("diff", "a.spl", "b.spl", exit=1)
        self.assertIn("b.spl is incomparable with a.spl", out)
        self.assertIn("accepted by a.spl, refused by b.spl", out)
        self.assertIn("accepted by b.spl, refused by a.spl", out)

    def test_gates(self):
        self.splc("diff", "--allow=stricter", "loose.spl", "tight.spl")
        self.splc("diff", "--allow=looser", "loose.spl", "tight.spl", exit=1)
        self.splc("diff", "--allow=looser", "--allow=stricter", "loose.spl", "tight.spl")
        self.splc("diff", "--allow=stricter", "tight.spl", "tight.spl")
        _, err = self.splc("diff", "--allow=nicer", "loose.spl", "tight.spl", exit=2)
        self.assertIn("--allow: 'nicer' is not one of stricter, looser, equal", err)

    def test_json(self):
        out, _ = self.splc("diff", "--json", "--allow=stricter", "loose.spl", "tight.spl")
        result = json.loads(out)
        self.assertEqual(out.count("\n"), 1)
        self.assertEqual((result["old"], result["new"], result["relation"], result["allowed"],
                          result["complete"], result["only_new"]),
                         ("loose.spl", "tight.spl", "stricter", True, True, None))
        only = result["only_old"]
        self.assertEqual((only["trace"], only["refused_by"], only["automata"], only["expected"]),
                         (["Ping", "Ping"], "tight.spl", ["a"], ["Pong"]))
        self.assertEqual(only["reasons"][0]["waiting"],
                         [{"file": "tight.spl", "line": 1, "column": 35}])

    def test_the_trace_is_judged_alike_by_replay(self):
        out, _ = self.splc("diff", "--json", "ping.spl", "tight.spl", exit=1)
        result = json.loads(out)
        for only, accepting, refusing in [("only_old", "ping.spl", "tight.spl"),
                                          ("only_new", "tight.spl", "ping.spl")]:
            if result[only] is None:
                continue
            trace = " ".join(result[only]["trace"])
            self.splc("replay", "--format=lines", accepting, "-", stdin=trace)
            self.splc("replay", "--format=lines", refusing, "-", stdin=trace, exit=1)

    def test_strict(self):
        self.write("more.spl", "automaton a () { multiple { Ping; Pong; } } automaton b () { Log; }")
        out, _ = self.splc("diff", "tight.spl", "more.spl", exit=1)
        self.assertIn("more.spl is stricter", out)
        out, _ = self.splc("diff", "--strict", "tight.spl", "more.spl", exit=1)
        self.assertIn("more.spl is looser", out)
        self.assertIn("no automaton of tight.spl mentions it", out)

    def test_renames(self):
        self.write("new.spl", TIGHT.replace("Ping", "Hello"))
        self.splc("diff", "tight.spl", "new.spl", exit=1)
        self.write("map", "# since version 2\nPing = Hello\n")
        self.splc("diff", "--rename=map", "tight.spl", "new.spl")
        self.write("newer.spl", LOOSE.replace("Ping", "Hello"))
        out, _ = self.splc("diff", "--rename=map", "tight.spl", "newer.spl", exit=1)
        self.assertIn("     2  Hello  (Ping in tight.spl)\n", out)
        self.assertIn("automaton a: not allowed here", out)

    def test_a_name_that_was_taken_over(self):
        self.write("old.spl", "automaton a () { multiple { Ping; } }")
        self.write("new.spl", "automaton a () { multiple { Hello; } } automaton b () { Ping; }")
        self.write("map", "Ping = Hello\n")
        out, _ = self.splc("diff", "--strict", "--rename=map", "old.spl", "new.spl", exit=1)
        self.assertIn("new.spl is looser", out)
        self.assertIn("     1  Ping\n  no automaton of old.spl mentions it\n", out)

    def test_bad_maps(self):
        for text, place, hint in [("Pign = Ping\n", "map:1:1", "did you mean Ping?"),
                                  ("\nPing\n", "map:2:1", None),
                                  ("Ping = Pong\n", "map:1:8", "renamed, too"),
                                  ("\"Ping = Pong\n", "map:1:1", None),
                                  (b"\xff\0\x1b[31m = Ping\n", "map:1:1", None)]:
            self.write("map", text)
            out, err = self.splc("diff", "--rename=map", "tight.spl", "loose.spl", exit=2)
            self.assertEqual(out, "")
            self.assertIn("splc: error: " + place, err)
            self.assertNotIn("\x1b", err)
            if hint:
                self.assertIn(hint, err)
        _, err = self.splc("diff", "--rename=mpa", "tight.spl", "loose.spl", exit=2)
        self.assertIn("cannot read 'mpa'", err)

    def test_not_settled(self):
        self.write("a.spl", "automaton a () { multiple (9) { Ping; } }")
        self.write("b.spl", "automaton a () { multiple (8) { Ping; } }")
        out, err = self.splc("diff", "--max-states=3", "a.spl", "b.spl", exit=2)
        self.assertIn("not settled within 3 pairs of states", out)
        self.assertIn("--max-states", err)
        out, _ = self.splc("diff", "--json", "--max-states=3", "a.spl", "b.spl", exit=2)
        self.assertEqual((json.loads(out)["relation"], json.loads(out)["complete"]),
                         ("unknown", False))

    def test_what_is_known_is_enough_for_a_gate(self):
        # The policies differ at once; only whether there is more to it was not found out.
        self.write("a.spl", "automaton a () { multiple (9) { Ping; } }")
        self.write("b.spl", "automaton a () { either { multiple (9) { Ping; } } or { Pong; } }")
        self.splc("diff", "--strict", "--max-states=3", "a.spl", "b.spl", exit=1)
        self.splc("diff", "--strict", "--max-states=3", "--allow=looser", "a.spl", "b.spl", exit=2)

    def test_bad_policies(self):
        self.write("bad.spl", "automaton a () { Ping }")
        for args in [("bad.spl", "tight.spl"), ("tight.spl", "bad.spl")]:
            out, err = self.splc("diff", *args, exit=2)
            self.assertEqual(out, "")
            self.assertIn("bad.spl:1:21: error:", err)
        self.splc("diff", "nowhere.spl", "tight.spl", exit=2)
        _, err = self.splc("diff", "-", "-", exit=2)
        self.assertIn("only once", err)
        self.splc("diff", "-", "tight.spl", stdin=TIGHT)


support.main()
