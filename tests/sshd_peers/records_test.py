"""Who is logged in (utmp), who was (wtmp), and who was last seen when (lastlog): in files of the
test's own, which the server sees in the place of the machine's."""

import os
import re
import struct
import subprocess

from support import PeerTest, main, wait_for, write

# utmp(5): the type, the process, the line, its id, the user, the host, ..., the address.
ENTRY = struct.Struct("<hxxi32s4s32s256shhiii4s32x")
USER_PROCESS, DEAD_PROCESS = 7, 8
# In a name space of mounts: the files of /run and /var/log are those of the test.
OTHER_PLACES = """
mount --make-rprivate / && mount --bind "$0/run" /run && mount --bind "$0/log" /var/log && exec "$@"
"""


def text(field):
    return field.split(b"\0")[0].decode()


class Entry:
    def __init__(self, data):
        kind, self.pid, line, _, user, host, _, _, _, seconds, _, self.address = ENTRY.unpack(data)
        self.kind, self.line, self.user, self.host = kind, text(line), text(user), text(host)
        self.seconds = seconds

    def __repr__(self):
        return repr(vars(self))


class RecordsTest(PeerTest):
    more = ()

    @classmethod
    def settings(cls):
        os.mkdir(cls.path("run"), 0o755)
        os.mkdir(cls.path("log"), 0o755)
        for name in ("run/utmp", "log/wtmp", "log/lastlog"):
            write(cls.path(name), "", 0o664)
        return (*cls.more, "PrintMotd no")

    @classmethod
    def server_prefix(cls):
        return ("unshare", "-m", "sh", "-ec", OTHER_PLACES, cls.dir)

    def setUp(self):
        super().setUp()
        for name in ("run/utmp", "log/wtmp", "log/lastlog"):
            write(self.path(name), "", 0o664)

    def entries(self, name):
        with open(self.path(name), "rb") as file:
            data = file.read()
        self.assertEqual(len(data) % ENTRY.size, 0)
        return [Entry(data[i : i + ENTRY.size]) for i in range(0, len(data), ENTRY.size)]

    def logged_in(self):
        return [e for e in self.entries("run/utmp") if e.kind == USER_PROCESS]

    def log_in(self, *options):
        """A login shell on a terminal, which has begun: the process, and what it has said."""
        client = self.background(options=("-tt", *options), stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE)  # fmt: skip
        client.stdin.write(b"echo be''gun $$\n")
        client.stdin.flush()
        said = b""
        while not (found := re.search(rb"begun (\d+)", said)):
            line = client.stdout.readline()
            self.assertNotEqual(line, b"", said)
            said += line
        self.shell_pid = int(found[1])
        return client, said.decode()

    def leave(self, client):
        client.stdin.write(b"exit\n")
        client.stdin.close()
        client.stdin = None
        client.wait(30)

    def assert_all_out(self):
        self.assertTrue(wait_for(lambda: not self.logged_in()), self.entries("run/utmp"))
        self.assertTrue(wait_for(lambda: len(self.entries("log/wtmp")) % 2 == 0))
        into, out = self.entries("log/wtmp")[-2:]
        self.assertEqual([into.kind, out.kind], [USER_PROCESS, DEAD_PROCESS])
        self.assertEqual([out.line, out.pid], [into.line, into.pid])
        self.assertEqual([out.user, out.host], ["", ""])


class Records(RecordsTest):
    def test_login_and_logout(self):
        client, _ = self.log_in()
        (entry,) = self.logged_in()
        self.assertEqual(entry.user, self.user.name)
        self.assertEqual(entry.host, "127.0.0.1")
        self.assertEqual(entry.address, bytes([127, 0, 0, 1]))
        self.assertEqual(entry.pid, self.shell_pid)
        self.assertTrue(os.path.exists("/dev/" + entry.line), entry.line)
        self.assertLess(abs(entry.seconds - os.stat("/dev/" + entry.line).st_ctime), 60)
        who = subprocess.run(["who", self.path("run/utmp")], capture_output=True).stdout.decode()
        self.assertRegex(who, rf"{self.user.name} +{entry.line} .*\(127\.0\.0\.1\)")
        self.leave(client)
        self.assert_all_out()
        last = subprocess.run(["last", "-f", self.path("log/wtmp")], capture_output=True)
        # "still running" is what it says of a logout in this very second.
        self.assertRegex(last.stdout.decode(), rf"{self.user.name[:8]}\S* +{entry.line} +"
                         r"127\.0\.0\.1 .*( - |still running)")  # fmt: skip
        self.assertEqual(len(self.entries("log/wtmp")), 2)

    def test_last_login(self):
        first, said = self.log_in()
        self.assertNotIn("Last login", said)
        self.leave(first)
        with open(self.path("log/lastlog"), "rb") as file:
            file.seek(292 * self.user.entry.pw_uid)
            seconds, line, host = struct.unpack("<i32s256s", file.read(292))
        self.assertEqual(text(host), "127.0.0.1")
        self.assertRegex(text(line), r"pts/\d+")
        self.assertEqual(seconds, self.entries("log/wtmp")[0].seconds)
        again, said = self.log_in()
        date = r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}"
        self.assertRegex(said, rf"Last login: {date} from 127\.0\.0\.1\r+\n")
        self.leave(again)
        write(self.user.path(".hushlogin"), "")
        self.addCleanup(os.remove, self.user.path(".hushlogin"))
        hushed, said = self.log_in()
        self.assertNotIn("Last login", said)
        self.leave(hushed)

    def test_several(self):
        shells = [self.log_in()[0] for _ in range(3)]
        self.assertEqual(len({entry.line for entry in self.logged_in()}), 3)
        for left, client in enumerate(shells[1:] + shells[:1]):
            self.leave(client)
            self.assertTrue(wait_for(lambda: len(self.logged_in()) == 2 - left))
        self.assertTrue(wait_for(lambda: len(self.entries("log/wtmp")) == 6))
        into, out = ({(e.line, e.pid) for e in self.entries("log/wtmp") if e.kind == kind}
                     for kind in (USER_PROCESS, DEAD_PROCESS))  # fmt: skip
        self.assertEqual(len(into), 3)
        self.assertEqual(into, out)

    def test_client_is_killed(self):
        client, _ = self.log_in()
        client.kill()
        self.assert_all_out()

    def test_shell_is_killed(self):
        client, _ = self.log_in()
        os.kill(self.shell_pid, 9)
        client.wait(30)
        self.assert_all_out()

    def test_only_terminals_are_recorded(self):
        self.ssh("true")
        self.ssh("true", options=("-T",))
        self.call(["sftp", "-b", "-", *self.options(port_option="-P"),
                   f"{self.user.name}@127.0.0.1"], input=b"pwd\n")  # fmt: skip
        self.assertEqual(self.entries("run/utmp") + self.entries("log/wtmp"), [])
        # A command on a terminal is, as with OpenSSH, but nobody is greeted.
        said = self.ssh("true", options=("-tt",)).stdout
        self.assertEqual(said, b"")
        self.assert_all_out()

    def test_files_that_are_not_there(self):
        for name in ("run/utmp", "log/wtmp", "log/lastlog"):
            os.remove(self.path(name))
        client, _ = self.log_in()
        self.leave(client)
        for name in ("run/utmp", "log/wtmp", "log/lastlog"):
            self.assertFalse(os.path.exists(self.path(name)), name)


class WithPam(Records):
    """The process of the session does it."""

    more = ("UsePAM yes",)


class NotShown(RecordsTest):
    more = ("PrintLastLog no",)

    def test_last_login_is_not_shown(self):
        for _ in range(2):
            client, said = self.log_in()
            self.assertNotIn("Last login", said)
            self.leave(client)


if __name__ == "__main__":
    main()
