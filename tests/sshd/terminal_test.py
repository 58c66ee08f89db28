"""Programs on a terminal, typed at through a pseudo-terminal of the client's."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

from support import SshdTest, descendants, main, wait_for


class Client:
    """ssh on a terminal of its own."""

    def __init__(self, command, columns=80, rows=24):
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.execvp(command[0], command)
        self.resize(columns, rows)
        self.text = b""

    def resize(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text):
        os.write(self.master, text)

    def read(self, seconds=0.2):
        if select.select([self.master], [], [], seconds)[0]:
            try:
                got = os.read(self.master, 65536)
            except OSError:
                got = b""
            self.text += got
            return got
        return None

    def expect(self, pattern, seconds=20):
        """Reads until the pattern is there; the match."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = re.search(pattern, self.text)
            if found:
                self.text = self.text[found.end() :]
                return found
            if self.read() == b"":
                break
        found = re.search(pattern, self.text)
        assert found, f"{pattern} is not in {self.text!r}"
        return found

    def wait(self):
        while self.read(20):
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def close(self):
        with contextlib.suppress(OSError):
            os.close(self.master)
        with contextlib.suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            os.waitpid(self.pid, 0)


class Terminal(SshdTest):
    def client(self, *arguments, **size):
        client = Client(self.ssh_command(*arguments, options=("-tt",)), **size)
        self.addCleanup(client.close)
        return client

    def shell(self, **size):
        client = self.client("PS1='ready> ' exec sh", **size)
        client.expect(rb"ready> ")
        return client

    def test_it_is_a_terminal_of_the_right_size(self):
        client = self.shell(columns=101, rows=37)
        client.type(b"stty size; tty; echo $TERM.\r")
        client.expect(rb"37 101\r\n")
        client.expect(rb"/dev/pts/\d+\r\n")

    def test_window_change(self):
        client = self.shell()
        client.type(b"stty size\r")
        client.expect(rb"24 80\r\n")
        client.resize(132, 50)
        os.kill(client.pid, signal.SIGWINCH)

        def changed():
            client.type(b"stty size\r")
            return b"50 132" in client.expect(rb"(\d+ \d+)\r\n")[1]

        self.assertTrue(wait_for(changed))

    def test_exit_status(self):
        client = self.shell()
        client.type(b"exit 5\r")
        self.assertEqual(client.wait(), 5)

    def test_interrupt(self):
        client = self.shell()
        client.type(b"sleep 60; echo after-$?\r")
        time.sleep(0.3)
        client.type(b"\x03")
        client.expect(rb"ready> ")
        client.type(b"echo still; exit 0\r")
        client.expect(rb"still")
        self.assertEqual(client.wait(), 0)

    def test_end_of_file_key(self):
        client = self.shell()
        client.type(b"cat\rabc\r\x04")
        client.expect(rb"abc\r\nabc\r\n")
        client.expect(rb"ready> ")

    def test_all_of_the_output_before_the_end(self):
        client = self.client("seq 1 30000; echo the-end; exit 2")
        status = client.wait()
        numbers = client.text.split(b"the-end\r\n")[0]
        self.assertEqual(numbers, b"".join(b"%d\r\n" % n for n in range(1, 30001)))
        self.assertEqual(status, 2)

    def test_a_process_that_stays_does_not_keep_the_terminal(self):
        client = self.client("trap '' HUP; sleep 20 & echo gone; exit 6")
        start = time.monotonic()
        self.assertEqual(client.wait(), 6)
        self.assertLess(time.monotonic() - start, 15)

    def test_end_of_input_ends_a_reader_of_lines(self):
        done = self.ssh("cat; echo seen", options=("-tt",), stdin=b"line\n", timeout=30, check=0)
        self.assertIn(b"seen", done.stdout)

    def test_hang_up(self):
        client = self.client("echo here; sleep 300")
        client.expect(rb"here")
        programs = set(self.server.processes())
        client.close()
        self.assertTrue(
            wait_for(lambda: len(descendants(self.server.process.pid)) < len(programs)),
            "the program on the terminal is gone with its client",
        )


if __name__ == "__main__":
    main()
