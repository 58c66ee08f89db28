"""The restricted console: what it shows, what it refuses, sftp on the log."""

import os
import pty
import re
import select
import subprocess
import time

from support import BastionTest, main, wait_for


class Console(BastionTest):
    def test_commands(self):
        out = self.ssh("admin", "status", check=0).stdout.decode()
        self.assertRegex(out, r"host +bastion\n")
        self.assertRegex(out, r"addresses +10\.9\.0\.2, fd09::2\n")
        out = self.ssh("admin", "connections", check=0).stdout.decode()
        self.assertRegex(out, r"\d+\* +admin +10\.9\.0\.1 +ESTABLISHED +0:00:0\d")
        out = self.ssh("admin", "help", check=0).stdout.decode()
        for command in ("status", "connections", "policy", "metrics", "log"):
            self.assertIn(command, out)
        self.assertIn("admin logged in from 10.9.0.1", self.ssh("admin", "log 50", check=0).stdout.decode())
        self.assertEqual(len(self.ssh("admin", "log 2", check=0).stdout.splitlines()), 2)

    def test_policy_of_the_connection_itself(self):
        out = self.ssh("admin", "policy", check=0).stdout.decode()
        self.assertRegex(out, r"ssh +transport +transport\w*\.spl:\d+ +\S")
        self.assertRegex(out, r"ssh +connection +connection\.spl:\d+ +\S")
        self.assertRegex(out, r"channel 0 +channel +channel\.spl:\d+ +\S")
        self.assertRegex(out, r"tcp +tcp +tcp\.spl:\d+ +\S")
        other = self.background("inner", "echo up; sleep 60", stdout=subprocess.PIPE)
        self.assertEqual(other.stdout.readline(), b"up\n")
        out = self.ssh("admin", "connections", check=0).stdout.decode()
        number = re.search(r"^(\d+) +jumper .*jump to 10\.9\.0\.1:2200$", out, re.M)
        self.assertTrue(number, out)
        out = self.ssh("admin", "policy " + number[1], check=0).stdout.decode()
        self.assertIn("channel.spl", out)

    def test_metrics(self):
        before = self.metrics()
        self.ssh("inner", "true", check=0)
        after = self.metrics()
        self.assertEqual(after["statecall_bastion_jumps_total"], before["statecall_bastion_jumps_total"] + 1)
        self.assertEqual(after["statecall_bastion_tcp_disagreements_total"], 0)
        self.assertGreater(after["statecall_bastion_received_bytes_total"],
                           before["statecall_bastion_received_bytes_total"])

    def test_what_is_refused(self):
        for command, status in (("rm -rf /", 127), ("policy 4000000", 1), ("policy x", 1), ("log x", 1),
                                ("status more", 1), ("\x1b[2J", 127)):
            with self.subTest(command):
                done = self.ssh("admin", command)
                self.assertEqual(done.returncode, status, done)
                self.assertNotIn(b"\x1b", done.stdout)

    def test_lines_without_a_terminal(self):
        done = self.ssh("admin", stdin=b"status\nnothing\nhelp\n", check=0)
        self.assertIn(b"addresses", done.stdout)
        self.assertIn(b"'nothing' is no command here", done.stdout)
        self.assertNotIn(b"bastion>", done.stdout)

    def test_a_terminal(self):
        own, others = pty.openpty()
        client = self.background("admin", options=("-tt",), stdin=others, stdout=others, stderr=others)
        os.close(others)
        seen = b""

        def shows(text):
            nonlocal seen
            end = time.monotonic() + 30
            while text not in seen and time.monotonic() < end:
                if select.select([own], [], [], 1)[0]:
                    seen += os.read(own, 65536)
            self.assertIn(text, seen)
            seen = seen[seen.index(text) + len(text):]

        shows(b"bastion> ")
        os.write(own, b"statsu\x7f\x7fus\r")
        shows(b"statsu\x08 \x08\x08 \x08us")
        shows(b"addresses")
        shows(b"bastion> ")
        os.write(own, b"nothing\x03")
        shows(b"^C")
        shows(b"bastion> ")
        os.write(own, b"exi\x1b[Dt\r")
        self.assertEqual(client.wait(30), 0)
        os.close(own)

    def test_a_user_without_console(self):
        for arguments in ((), ("status",)):
            done = self.ssh("bastion", *arguments, check=1)
            self.assertIn(b"This host is for jumps", done.stdout)
        done = subprocess.run(["sftp", "-F", self.path("ssh_config"), "-b", "/dev/null", "bastion"],
                              capture_output=True, timeout=60, check=False)
        self.assertNotEqual(done.returncode, 0)

    def sftp(self, batch):
        return subprocess.run(["sftp", "-F", self.path("ssh_config"), "-b", "-", "admin"], input=batch,
                              capture_output=True, text=True, timeout=60, check=False)

    def test_sftp_reads_the_log(self):
        copy = self.path("log-copy")
        done = self.sftp(f"ls -l\nget log {copy}\nget /../metrics {copy}.metrics\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"-r--r--r-- .* log\n")
        with open(copy, encoding="ascii") as file:
            self.assertIn("serving SSH at port 22", file.read())
        with open(copy + ".metrics", encoding="ascii") as file:
            self.assertIn("statecall_bastion_logins_total", file.read())

    def test_sftp_changes_nothing(self):
        with open(self.path("new"), "w", encoding="ascii") as file:
            file.write("x")
        for command in (f"put {self.path('new')} log", f"put {self.path('new')} new", "rm log", "mkdir d",
                        "rename log l", "chmod 777 log", "symlink log l", "get ../../etc/passwd", "rmdir /"):
            with self.subTest(command):
                self.assertNotEqual(self.sftp(command + "\n").returncode, 0)

    def test_a_reader_that_is_slow(self):
        """Much to show, and a client that does not read: it waits, and others are served."""
        slow = self.background("admin", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        slow.stdin.write(b"metrics\n" * 5000)
        slow.stdin.flush()
        self.assertTrue(wait_for(lambda: b"console" in self.ssh("admin", "connections", check=0).stdout))
        before = self.bastion.memory()
        time.sleep(1)
        self.ssh("admin", "status", check=0)
        self.assertLess(self.bastion.memory() - before, 20_000)
        slow.stdin.close()
        out = slow.stdout.read()
        self.assertEqual(out.count(b"# HELP statecall_bastion_logins_total"), 5000)
        self.assertEqual(slow.wait(60), 0)


if __name__ == "__main__":
    main()
