"""Shared by the tests of verification elsewhere: policies, running splc, waiting."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SPLC = os.path.abspath(sys.argv.pop(1))
PATIENCE = float(os.environ.get("SPL_TEST_PATIENCE", 120))  # seconds, for anything that is bound to happen, on the slowest of machines

POLICY = """\
automaton door (int (0 .. 3) knocks) {
  do {
    Knock;
    knocks = knocks + 1;
    optional {
      Open;
      knocks = 0;
    }
  } until (knocks == 3);
}

property asked : Knock precedes Open;
property bounded : always (door.knocks == 3 implies door.finished);
property opened : reachable (Open);
"""
BROKEN = POLICY + "property never_twice : never (door.knocks == 2);\n"


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("waited in vain until " + what)
        time.sleep(0.05)


class Test(unittest.TestCase):
    """Each test runs in a directory of its own."""

    def setUp(self):
        self._directory = tempfile.TemporaryDirectory()
        self.addCleanup(self._directory.cleanup)
        self.dir = self._directory.name
        self.write("door.spl", POLICY)
        self.write("broken.spl", BROKEN)

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def write(self, name, text):
        with open(self.path(name), "w") as f:
            f.write(text)

    def read(self, *names):
        with open(self.path(*names), errors="replace") as f:
            return f.read()

    def start(self, *arguments, env=None):
        """splc verify, running."""
        process = subprocess.Popen([SPLC, "verify", *arguments], cwd=self.dir, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env={**os.environ, **(env or {})})
        self.addCleanup(self._end, process)
        return process

    @staticmethod
    def _end(process):
        if process.poll() is None:
            process.kill()
        process.stdout.close()
        process.stderr.close()
        process.wait()

    def finish(self, process, exit):
        out, err = process.communicate(timeout=2 * PATIENCE)
        self.assertEqual(process.returncode, exit, out + err)
        return out, err

    def verify(self, *arguments, exit=0, env=None):
        return self.finish(self.start(*arguments, env=env), exit)

    def verdicts(self, out):
        return {r["property"]: r for r in map(json.loads, out.splitlines())}

    def assert_same_as_local(self, out, *arguments):
        """But for times and memory, which differ from run to run."""
        def telling(results):
            return {name: {k: r[k] for k in ("verdict", "states", "depth", "why", "trace",
                                             "loop_start", "exhaustive")}
                    for name, r in results.items()}
        local = subprocess.run([SPLC, "verify", "--json", "--no-cache", "--no-slicing",
                                *arguments], cwd=self.dir, text=True,
                               stdout=subprocess.PIPE, check=False).stdout
        self.assertEqual(telling(self.verdicts(out)), telling(self.verdicts(local)))


def interrupt(process):
    process.send_signal(signal.SIGINT)


def main():
    unittest.main(verbosity=2)
