"""splc tests: packs in each format, which replay agrees with; limits, coverage, bad input."""

import json
import support


class Tests(support.CliTest):
    def pack(self, *args):
        out, _ = self.splc("tests", "-q", *args, "ping.spl")
        return [json.loads(line) for line in out.splitlines()]

    def test_counts_and_coverage(self):
        out, err = self.splc("tests", "ping.spl")
        cases = [json.loads(line) for line in out.splitlines()]
        self.assertRegex(err, r"(?m)^splc: \d+ joint states; cases made")
        for covers, name in [("transition", "transitions"), ("pair", "pairs"), ("refusal", "refusals")]:
            n = sum(1 for case in cases if case["covers"] == covers)
            self.assertGreater(n, 0)
            self.assertRegex(err, rf"(?m)^  {name} +{n} of +{n}  100\.0 %$")
        self.assertEqual([case["trace"] for case in cases], list(range(1, len(cases) + 1)))
        self.assertEqual(len({(c["covers"], tuple(c["statecalls"])) for c in cases}), len(cases))

    def test_replay_says_the_same_of_every_case(self):
        cases = self.pack()
        self.write("t", "".join(" ".join(case["statecalls"]) + "\n" for case in cases))
        for engine in ["interpreter", "dfa"]:
            out, _ = self.splc("replay", "--json", "--format=lines", f"--engine={engine}",
                               "ping.spl", "t", exit=1)
            for case, line in zip(cases, out.splitlines(), strict=True):
                said = json.loads(line)
                for key in ["trace", "verdict", "index", "statecall", "automata", "finished"]:
                    self.assertEqual(case[key], said[key], case)

    def test_traces(self):
        out, _ = self.splc("tests", "-q", "--format=traces", "--kind=positive", "ping.spl")
        said, _ = self.splc("replay", "--format=lines", "ping.spl", "-", stdin=out)
        self.assertIn(f"{len(out.splitlines())} traces, 0 refused", said)
        out, _ = self.splc("tests", "-q", "--format=traces", "--kind=negative", "ping.spl")
        said, _ = self.splc("replay", "--format=lines", "ping.spl", "-", stdin=out, exit=1)
        n = len(out.splitlines())
        self.assertIn(f"{n} traces, {n} refused", said)

    def test_kinds(self):
        self.assertEqual({c["kind"] for c in self.pack("--kind=positive")}, {"positive"})
        self.assertEqual({c["kind"] for c in self.pack("--kind=negative")}, {"negative"})
        self.assertEqual(self.pack("--kind=positive") , self.pack()[:len(self.pack("--kind=positive"))])

    def test_a_cut_is_reported(self):
        out, err = self.splc("tests", "--limit=10", "ping.spl")
        self.assertEqual(len(out.splitlines()), 10)
        self.assertRegex(err, r"cut by --limit=10: 10 of \d+ cases, a sample")
        again, _ = self.splc("tests", "--limit=10", "ping.spl")
        self.assertEqual(out, again)
        other, _ = self.splc("tests", "--limit=10", "--seed=2", "ping.spl")
        self.assertNotEqual(out, other)
        _, err = self.splc("tests", "--limit=10", "--seed=0", "ping.spl")
        self.assertIn("the shortest of each kind", err)
        _, err = self.splc("tests", "--limit=0", "ping.spl")
        self.assertNotIn("cut", err)

    def test_gtest(self):
        out, _ = self.splc("tests", "-q", "--format=gtest", "--namespace=proto::ping", "--stem=echo",
                           "ping.spl", "-o", "pack.cpp")
        self.assertEqual(out, "")
        text = self.read("pack.cpp")
        self.assertIn('#include "echo.hpp"', text)
        self.assertIn("::proto::ping::Monitor", text)
        self.assertIn("TEST(EchoPack, AcceptsEveryTransition)", text)
        self.assertEqual(text.count('    {"'), len(self.pack()))
        for args in [("--stem=a/b",), ("--namespace=1",)]:
            self.splc("tests", "--format=gtest", *args, "ping.spl", exit=2)
        self.splc("tests", "--stem=echo", "ping.spl", exit=2)

    def test_nothing_is_half_written(self):
        before = self.files()
        _, err = self.splc("tests", "--max-states=2", "ping.spl", "-o", "pack", exit=2)
        self.assertIn("more than 2 joint states", err)
        self.splc("tests", "ping.spl", "-o", "nowhere/pack", exit=2)
        self.write("bad.spl", "automaton a () { Ping }")
        out, err = self.splc("tests", "bad.spl", "-o", "pack", exit=1)
        self.assertEqual(out, "")
        self.assertIn("bad.spl:1:21: error:", err)
        self.assertEqual(self.files(), sorted(before + ["bad.spl"]))


support.main()
