"""scripts/make-bastion.sh: what it writes is a configuration, and it spoils nothing.

    make_bastion_test.py SCRIPT STATECALL-BASTION
"""

import os
import stat
import subprocess
import sys
import tempfile
import unittest

SCRIPT, PROGRAM = map(os.path.abspath, sys.argv[1:3])
del sys.argv[1:3]


class MakeBastion(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="make-bastion.")
        self.addCleanup(self.scratch.cleanup)
        self.key = self.path("key")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key], check=True)

    def path(self, name):
        return os.path.join(self.scratch.name, name)

    def text(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def make(self, *words, home=None):
        environment = {"HOME": home or self.scratch.name, "PATH": os.environ["PATH"],
                       "STATECALL_BASTION": PROGRAM}
        return subprocess.run([SCRIPT, *words], capture_output=True, text=True, env=environment, check=False)

    def test_what_it_writes_is_a_configuration(self):
        done = self.make("--key", self.key + ".pub", "--address", "10.0.2.20/24", "--gateway", "10.0.2.2", "--user", "alice",
                         "--jump", "10.0.0.0/8:22", "--jump", "*.internal:22", "--image", "/x/y.elf", self.path("new"))
        self.assertEqual(done.returncode, 0, done.stderr)
        checked = subprocess.run([PROGRAM, "--check", self.path("new/bastion.conf")], capture_output=True, text=True, check=False)
        self.assertEqual((checked.returncode, checked.stdout), (0, self.path("new/bastion.conf") + ": ok (users: 1, host keys: 1)\n"))
        self.assertEqual(stat.S_IMODE(os.stat(self.path("new/bastion.conf")).st_mode), 0o600)
        self.assertIn('kernel = "/x/y.elf"', self.text("new/bastion.cfg"))
        self.assertTrue(self.text("new/known_hosts").startswith("10.0.2.20 ssh-ed25519 AAAA"))
        again = self.make("--key", self.key + ".pub", self.path("new"))
        self.assertEqual(again.returncode, 2)
        self.assertIn("is there already", again.stderr)

    def test_a_key_of_the_home_directory(self):
        self.assertIn("you have no public key", self.make(self.path("none")).stderr)
        os.mkdir(self.path(".ssh"))
        os.rename(self.key + ".pub", self.path(".ssh/id_ed25519.pub"))
        done = self.make(self.path("own"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(self.text(".ssh/id_ed25519.pub").split()[1], self.text("own/bastion.conf"))
        self.assertIn("dhcp yes", self.text("own/bastion.conf"))

    def test_what_makes_no_sense(self):
        for words in (("--nonsense", "x"), ("--key", "/etc/passwd", self.path("x")), (), ("a", "b"), ("--key",)):
            self.assertEqual(self.make(*words).returncode, 2, words)

    def test_mistakes_leave_nothing(self):
        """What the program finds wrong is not left behind."""
        done = self.make("--key", self.key + ".pub", "--jump", "nonsense", self.path("bad"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("'nonsense' is no host", done.stderr)
        self.assertFalse(os.path.exists(self.path("bad/bastion.conf")))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])
