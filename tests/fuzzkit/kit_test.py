"""A fuzzing kit as its user meets it: made by splc fuzz, built with clang, run."""

import glob
import itertools
import json
import os
import subprocess
import sys
import tempfile
import unittest

SPLC = os.path.abspath(sys.argv[1])
SOURCE = os.path.abspath(sys.argv[2])
del sys.argv[1:3]

PING = os.path.join(SOURCE, "examples/ping.spl")


def run(*command, cwd):
    return subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", timeout=240)


def trace_of(path):
    """The statecalls of an input: what stands before the first empty line."""
    with open(path, "rb") as f:
        lines = f.read().split(b"\n")
    return [line.decode() for line in itertools.takewhile(bool, lines)]


class KitTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.dir = scratch.name

    def read(self, name):
        with open(os.path.join(self.dir, name)) as f:
            return f.read()

    def ok(self, *command):
        done = run(*command, cwd=self.dir)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def replay(self, steps):
        done = subprocess.run([SPLC, "replay", "--json", PING, "-"], input="\n".join(steps),
                              capture_output=True, text=True, timeout=60)
        result = json.loads(done.stdout)
        return {**result, "expected": tuple(result["expected"])}

    def make_kit(self, *options):
        return self.ok(SPLC, "fuzz", PING, "--out-dir", "kit", *options)

    def build(self, harness, *flags):
        self.ok("clang++", "-std=c++20", "-O1", "-g", "-Wall", "-Wextra", "-Werror",
                "-fsanitize=fuzzer", "-I", "kit", "-I", os.path.join(SOURCE, "runtime/include"),
                *flags, harness, "-o", "fuzzer")

    def fuzz(self, *arguments):
        os.makedirs(os.path.join(self.dir, "corpus"), exist_ok=True)
        return run("./fuzzer", "-seed=1", *arguments, cwd=self.dir)

    def test_builds_and_runs_as_it_is(self):
        said = self.make_kit()
        self.assertIn("kit/ping_fuzz.cpp", said)
        self.build("kit/ping_fuzz.cpp")
        done = self.fuzz("-runs=20000", "-dict=kit/ping.dict", "corpus")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, r"Dictionary: 7 entries")
        self.assertIn("Done 20000 runs", done.stdout)
        # With one automaton and no program, new code is soon used up; what is kept beyond that is
        # kept for the states it leads to.
        kept = glob.glob(os.path.join(self.dir, "corpus/*"))
        self.assertGreaterEqual(len({self.replay(trace_of(k))["expected"] for k in kept}), 5)

    def test_finds_the_mistake_of_the_example(self):
        self.make_kit()
        harness = os.path.join(SOURCE, "examples/fuzz/ping_fuzz.cpp")
        self.build(harness, "-DPING_PROGRAM_FORGETS")
        done = self.fuzz("-runs=50000", "-artifact_prefix=./", "corpus")
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stdout, "the program (takes|refuses) what the policy")
        crash, = glob.glob(os.path.join(self.dir, "crash-*"))
        # Up to its last step the find is a lawful run: that is what the mutator is for.
        self.assertEqual(self.replay(trace_of(crash)[:-1])["verdict"], "accepted")

        self.build(harness)
        done = self.fuzz("-runs=50000", "corpus")
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_keeps_what_is_its_users(self):
        self.make_kit()
        with open(os.path.join(self.dir, "kit/ping_fuzz.cpp"), "w") as f:
            f.write("// mine\n")
        self.assertIn("is as it was", self.make_kit())
        self.assertEqual(self.read("kit/ping_fuzz.cpp"), "// mine\n")

    def test_seeds_go_over_every_transition(self):
        said = self.make_kit()
        self.assertRegex(said, r"seeds for \d+ transitions and \d+ joint states")
        seeds = sorted(glob.glob(os.path.join(self.dir, "kit/seeds/*")))
        self.assertGreater(len(seeds), 10)
        self.ok(SPLC, "replay", PING, *seeds)  # every one of them is accepted
        self.assertIn("(--seeds=3 limits them)", self.make_kit("--seeds=3"))

    def test_bad_input(self):
        for arguments, what in ((["--stem=a/b", "--namespace=ok"], "stem"), (["--namespace=a-b"], "namespace"),
                                (["--seeds=x"], "--seeds"), (["--max-states=1"], "joint state")):
            done = run(SPLC, "fuzz", PING, "--out-dir", "kit", *arguments, cwd=self.dir)
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn(what, done.stdout)
        done = run(SPLC, "fuzz", PING, "--out-dir", "/dev/null/kit", cwd=self.dir)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stdout, "cannot make directory '/dev/null/kit")
        self.assertEqual(done.stdout.count("error:"), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
