"""Programs without a terminal: status, signals, streams, several at once."""

import os
import subprocess
import time

from support import SshdTest, main, wait_for


class Programs(SshdTest):
    config = ("AcceptEnv LANG LC_*", "MaxSessions 4")

    def test_output_and_status(self):
        done = self.ssh("echo hello; exit 7", check=7)
        self.assertEqual(done.stdout, b"hello\n")

    def test_greeting(self):
        self.assertIn(f"Listening on 127.0.0.1 port {self.server.port}.", self.server.read_log())
        # The configuration names the file, and it is there.
        self.assertNotIn("nobody can log in", self.server.read_log())

    def test_shell_reads_commands(self):
        done = self.ssh("sh", stdin=b"echo one\necho two >&2\nexit 3\n", check=3)
        self.assertEqual((done.stdout, done.stderr), (b"one\n", b"two\n"))

    def test_streams_are_apart(self):
        done = self.ssh("echo out; echo err >&2", check=0)
        self.assertEqual((done.stdout, done.stderr), (b"out\n", b"err\n"))

    def test_killed_by_a_signal(self):
        done = self.ssh("kill -KILL $$")
        self.assertEqual(done.returncode, 255, "exit-signal, not a status")

    def test_unknown_command(self):
        self.ssh("/nonexistent/program", check=127)

    def test_end_of_input_does_not_end_the_output(self):
        self.assertEqual(self.ssh("cat", stdin=b"through", check=0).stdout, b"through")
        self.assertEqual(self.ssh("sort", stdin=b"b\nc\na\n", check=0).stdout, b"a\nb\nc\n")

    def test_output_after_standard_input_has_ended(self):
        done = self.ssh("cat >/dev/null; sleep 0.3; echo late", stdin=b"x" * 100000, check=0)
        self.assertEqual(done.stdout, b"late\n")

    def test_program_that_does_not_read(self):
        # More than a window of input that nobody takes does not keep the program's end from us.
        done = self.ssh("exec 0<&-; sleep 0.2; exit 5", stdin=b"y" * (40 << 20), timeout=120)
        self.assertEqual(done.returncode, 5)

    def test_large_output_arrives_before_the_status(self):
        done = self.ssh("head -c 3000000 /dev/zero; exit 9", check=9)
        self.assertEqual(len(done.stdout), 3000000)

    def test_background_process_that_closed_its_streams(self):
        start = time.monotonic()
        self.ssh("sleep 30 >/dev/null 2>&1 </dev/null &", check=0)
        self.assertLess(time.monotonic() - start, 15)

    def test_background_process_that_holds_the_streams(self):
        # As with OpenSSH: the shell's end does not end the session, that of the pipes does.
        done = self.ssh("(sleep 1; echo late) & exit 4", check=4)
        self.assertEqual(done.stdout, b"late\n")

    def test_environment(self):
        done = self.ssh(
            "echo $LANG-$LC_X-$SECRET",
            options=("-o", "SetEnv=LANG=C.UTF-8 LC_X=yes SECRET=no"),
            check=0,
        )
        self.assertEqual(done.stdout, b"C.UTF-8-yes-\n")

    def test_twenty_sessions_one_after_the_other_on_one_connection(self):
        control = self.path("control")
        master = self.background(options=("-M", "-N", "-S", control))
        self.assertTrue(wait_for(lambda: os.path.exists(control)))
        for number in range(20):
            done = self.ssh(f"echo {number}; exit {number}", options=("-S", control))
            self.assertEqual((done.stdout, done.returncode), (b"%d\n" % number, number))
        self.assertIsNone(master.poll())

    def test_sessions_side_by_side_and_one_too_many(self):
        control = self.path("control-many")
        self.background(options=("-M", "-N", "-S", control))
        self.assertTrue(wait_for(lambda: os.path.exists(control)))
        many = [
            self.background(
                "read x; echo got $x",
                options=("-S", control),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            for _ in range(4)
        ]
        time.sleep(0.5)
        # Port 1: no new connection instead.
        one_more = self.ssh("true", options=("-S", control, "-p", "1"))
        self.assertNotEqual(one_more.returncode, 0, "MaxSessions 4")
        for number, process in reversed(list(enumerate(many))):
            out, _ = process.communicate(b"%d\n" % number, 30)
            self.assertEqual((out, process.returncode), (b"got %d\n" % number, 0))
        self.ssh("true", options=("-S", control), check=0)


if __name__ == "__main__":
    main()
