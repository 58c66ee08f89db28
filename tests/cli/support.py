"""Shared by the tests of splc: run it in a fresh directory and look at what came out."""

import os
import subprocess
import sys
import tempfile
import unittest

SPLC = os.path.abspath(sys.argv.pop(1))

PING = """\
automaton ping (bool waiting, int (0 .. 3) lost) {
  during {
    do {
      Send_Ping;
      waiting = true;
      either {
        Receive_Pong;
        lost = 0;
      } or {
        Timeout;
        lost = lost + 1;
      }
      waiting = false;
      optional {
        Done;
        exit;
      }
    } until (lost == 3);
  } handle {
    Ask;
    Answer;
  }
}

property asked : Send_Ping precedes Receive_Pong;
property waits : always (Send_Ping implies ping.waiting);
property wrong : never (ping.lost == 2);
property happy : reachable (ping.finished and ping.lost == 0);
"""


def read_to_end(terminal):
    """What a terminal's main end brings, as bytes, until nobody has the other end any more."""
    text = b""
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # the other end is closed
            return text
        if not piece:
            return text
        text += piece


class CliTest(unittest.TestCase):
    """Each test runs in a directory of its own, with ping.spl in it."""

    def setUp(self):
        self._directory = tempfile.TemporaryDirectory()
        self.addCleanup(self._directory.cleanup)
        self.dir = self._directory.name
        # What one test has splc remember is no other's business.
        self._cache = tempfile.TemporaryDirectory()
        self.addCleanup(self._cache.cleanup)
        self.cache = self._cache.name
        self.write("ping.spl", PING)

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, content):
        mode = "wb" if isinstance(content, bytes) else "w"
        with open(self.path(name), mode) as f:
            f.write(content)

    def read(self, name):
        with open(self.path(name)) as f:
            return f.read()

    def files(self):
        return sorted(os.listdir(self.dir))

    def run_splc(self, *args, stdin=b"", env=None, **more):
        """(exit status, stdout, stderr); a death by signal fails the test."""
        if isinstance(stdin, str):
            stdin = stdin.encode()
        environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        environment["XDG_CACHE_HOME"] = self.cache
        environment.update(env or {})
        more.setdefault("stdout", subprocess.PIPE)
        done = subprocess.run([SPLC, *args], input=stdin, stderr=subprocess.PIPE, cwd=self.dir,
                              env=environment, timeout=120, check=False, **more)
        out = (done.stdout or b"").decode(errors="replace")
        err = done.stderr.decode(errors="replace")
        self.assertGreaterEqual(done.returncode, 0, f"splc {args} died: {err}")
        self.assertNotIn("internal error", err)
        return done.returncode, out, err

    def splc(self, *args, exit=0, **more):
        status, out, err = self.run_splc(*args, **more)
        self.assertEqual(status, exit, f"splc {args}\n{out}\n{err}")
        return out, err


def main():
    unittest.main(argv=[sys.argv[0]])
