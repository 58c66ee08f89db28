"""The live debugger of the daemon: what a page sees of real sessions, who may look, what it costs
the server when the page or its process goes."""

import os
import signal
import socket
import struct
import subprocess
import tempfile
import time
import unittest

from page import Page, get, url_in
from support import SSHD, USER, Server, SshdTest, free_port, main, wait_for

SPLC = os.environ["SPLC"]
POLICIES = os.environ["POLICIES"]


def status_of(pid):
    with open(f"/proc/{pid}/status") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def command_of(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().split(b"\0")
    except OSError:
        return []


def process_of(server):
    """The debugger's process."""
    found = [pid for pid in server.processes() if b"--debugger-process" in command_of(pid)]
    return found[0] if found else None


def replayed(policy, names):
    """Whether splc replay accepts the trace, and what it says."""
    with tempfile.NamedTemporaryFile("w", suffix=".trace") as trace:
        trace.write("".join(name + "\n" for name in names))
        trace.flush()
        done = subprocess.run(
            [SPLC, "replay", f"{POLICIES}/{policy}.spl", trace.name],
            capture_output=True,
            text=True,
            timeout=120,
        )
    return done.returncode == 0, done.stdout + done.stderr


def disagreements(page, subject):
    """Where the numbers of states that the server's monitors say do not fit the page's description: of each
    automaton that knows a step's statecall, the situation before it must allow it (or one must not, if it
    was refused), and those that do not know it stay where they are."""
    found = []
    automata = page.policies[subject.policy]["automata"]
    before = subject.states
    for _, number, _, statecall, verdict, after in subject.steps:
        knowing = [i for i, a in enumerate(automata) if statecall in a["alphabet"]]
        allowing = [i for i in knowing if statecall in automata[i]["situations"][before[i]]["allowed"]]
        expected = 1 if not knowing else 0 if allowing == knowing else 2
        stayed = all(before[i] == after[i] for i in range(len(automata)) if verdict != 0 or i not in knowing)
        if expected != verdict or not stayed:
            found.append((number, statecall, verdict, expected, before, after))
        before = after
    return found


class Debugged(SshdTest):
    @classmethod
    def setUpClass(cls):
        cls.config = (*cls.config, "Subsystem sftp internal-sftp", f"StatecallDebugger 127.0.0.1:{free_port()}")
        super().setUpClass()
        cls.url = url_in(cls.server.read_log())

    def attach(self):
        page = Page(self.url)
        self.addCleanup(page.close)
        # The processes hear of it a moment later.
        self.assertTrue(wait_for(lambda: "somebody looks" in self.server.read_log()))
        time.sleep(0.2)
        return page

    def last(self, page, policy, condition=lambda subject: True):
        """The newest subject of the policy that fulfils the condition, which may take a moment."""
        found = []

        def seen():
            found[:] = [s for s in page.of(policy) if condition(s)]
            return found

        self.assertTrue(wait_for(seen), [(s.policy, s.title, s.ended) for s in page.subjects.values()])
        return found[-1]


class Looking(Debugged):
    def test_login_statecall_by_statecall(self):
        page = self.attach()
        self.assertEqual(page.hello["main_policy"], "ssh")
        self.assertEqual(self.ssh("echo hello", check=0).stdout, b"hello\n")
        connection = self.last(page, "ssh", lambda s: s.ended and s.from_start)
        names = page.names(connection)
        for name in (
            "Transmit_Transport_Version",
            "Receive_Transport_KexInit",
            "Receive_Auth_Request_PublicKey",
            "Transmit_Auth_Success",
            "Receive_Transport_Disconnect",
        ):
            self.assertIn(name, names)
        self.assertLess(names.index("Transmit_Auth_Success"), names.index("Receive_Connection_Open_Session"))
        self.assertEqual([s[1] for s in connection.steps], list(range(1, len(connection.steps) + 1)))
        self.assertTrue(all(s[2] > 1_600_000_000_000_000 for s in connection.steps))
        accepted, said = replayed("ssh", names)
        self.assertTrue(accepted, said)
        self.assertEqual([a["initial"] for a in page.policies["ssh"]["automata"]], connection.states)
        self.assertEqual(disagreements(page, connection), [])
        # Its channel hangs below it, and is a whole run of its own policy.
        channel = self.last(page, "channel", lambda s: s.parent == connection.id and s.ended)
        names = page.names(channel)
        self.assertEqual(names[0], "Receive_Connection_Open_Session")
        self.assertIn("Receive_Channel_Request_Exec", names)
        self.assertEqual(names[-1], "Receive_Channel_Close")
        accepted, said = replayed("channel", names)
        self.assertTrue(accepted, said)
        self.assertEqual(disagreements(page, channel), [])
        # What the worker asked the monitor for is policed, too.
        privileges = self.last(page, "privsep", lambda s: s.ended and s.from_start)
        names = page.names(privileges)
        self.assertIn("Receive_Privsep_StartProgram", names)
        accepted, said = replayed("privsep", names)
        self.assertTrue(accepted, said)
        self.assertEqual(disagreements(page, privileges), [])
        self.assertEqual(page.dropped, 0)

    def test_sftp(self):
        page = self.attach()
        batch = f"put {SSHD} {self.path('copy')}\nls {self.dir}\n"
        done = subprocess.run(
            ["sftp", *["-P" if o == "-p" else o for o in self.options()], "-b", "-", f"{USER}@127.0.0.1"],
            input=batch.encode(), capture_output=True, timeout=120,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        sftp = self.last(page, "sftp", lambda s: s.ended)
        self.assertIn("sftp of connection", sftp.title)
        names = page.names(sftp)
        self.assertEqual(names[:2], ["Receive_Sftp_Init", "Transmit_Sftp_Version"])
        self.assertIn("Receive_Sftp_Write", names)
        accepted, said = replayed("sftp", names)
        self.assertTrue(accepted, said)
        self.assertEqual(disagreements(page, sftp), [])

    def test_attack_is_a_refusal(self):
        page = self.attach()
        with socket.create_connection(("127.0.0.1", self.server.port)) as stranger:
            stranger.settimeout(20)
            # SERVICE_REQUEST before any key exchange.
            payload = b"\x05" + struct.pack(">I", 12) + b"ssh-userauth"
            padding = 16 - (5 + len(payload)) % 8 if (5 + len(payload)) % 8 else 8
            packet = struct.pack(">IB", 1 + len(payload) + padding, padding) + payload + bytes(padding)
            stranger.sendall(b"SSH-2.0-attack\r\n" + packet)
            while stranger.recv(1000):
                pass
        connection = self.last(page, "ssh", lambda s: s.refusal)
        self.assertEqual(connection.steps[-1][4], 2)
        self.assertEqual(connection.refusal["number"], connection.steps[-1][1])
        self.assertEqual(page.names(connection)[-1], "Receive_Transport_ServiceRequest_Userauth")
        self.assertIn("Receive_Transport_ServiceRequest_Userauth", connection.refusal["text"])
        self.assertEqual(disagreements(page, connection), [])
        self.assertTrue(connection.refusal["automata"])
        self.assertTrue(any("KexInit" in name for name in connection.refusal["expected"]))
        accepted, said = replayed("ssh", page.names(connection))
        self.assertFalse(accepted, "splc replay must refuse it, too: " + said)
        accepted, said = replayed("ssh", page.names(connection)[:-1])
        self.assertTrue(accepted, said)

    def test_attached_in_the_middle(self):
        client = self.background("cat", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        client.stdin.write(b"one\n")
        client.stdin.flush()
        self.assertEqual(client.stdout.readline(), b"one\n")
        page = self.attach()
        connection = self.last(page, "ssh", lambda s: not s.from_start and not s.ended)
        channel = self.last(page, "channel", lambda s: s.parent == connection.id)
        self.assertGreater(connection.seen, 20)
        self.assertFalse(channel.from_start)
        self.assertEqual((connection.steps, channel.steps), ([], []))
        client.stdin.write(b"two\n")
        client.stdin.flush()
        self.assertTrue(wait_for(lambda: "Transmit_Channel_Data" in page.names(channel)))
        self.assertEqual(channel.steps[0][1], channel.seen + 1)
        self.assertEqual(connection.steps[0][1], connection.seen + 1)
        # One more page sees the same.
        other = self.attach()
        self.assertEqual(self.last(other, "channel", lambda s: not s.ended).id, channel.id)
        client.stdin.close()
        self.assertEqual(client.wait(20), 0)
        self.assertTrue(wait_for(lambda: channel.ended and connection.ended))

    def test_detached_and_attached_again(self):
        client = self.background("cat", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        client.stdin.write(b"x\n")
        client.stdin.flush()
        client.stdout.readline()
        page = Page(self.url)
        gone_before = self.server.read_log().count("nobody looks any more")
        first = self.last(page, "ssh", lambda s: not s.ended)
        page.close()
        self.assertTrue(
            wait_for(lambda: self.server.read_log().count("nobody looks any more") > gone_before)
        )
        client.stdin.write(b"y\n")
        client.stdin.flush()
        client.stdout.readline()
        page = self.attach()
        again = self.last(page, "ssh", lambda s: not s.ended)
        self.assertEqual(again.title, first.title)
        self.assertGreater(again.seen, first.seen)

    def test_who_does_not_know_the_token(self):
        head, _, token = self.url.rstrip("/").rpartition("/")
        self.assertGreaterEqual(len(token), 22)
        self.assertEqual(get(self.url)[0], 200)
        wrong = token[:-1] + ("A" if token[-1] != "A" else "B")
        for url in (head + "/", head + "/" + wrong + "/", head + "/" + token[:-1] + "/"):
            for path in ("", "api/stream", "api/policy/ssh"):
                self.assertEqual(get(url, path)[0], 404, url + path)
        # A page of somewhere else whose name leads here (DNS rebinding).
        self.assertNotEqual(get(self.url, headers={"Host": "evil.example"})[0], 200)

    def test_what_the_process_may_do(self):
        pid = process_of(self.server)
        self.assertIsNotNone(pid)
        status = status_of(pid)
        self.assertEqual(status["Seccomp"], "2")
        self.assertEqual(status["NoNewPrivs"], "1")
        # Others can read command lines and, of their own processes, environments.
        token = self.url.rstrip("/").rpartition("/")[2].encode()
        for each in self.server.processes():
            self.assertNotIn(token, b" ".join(command_of(each)))

    def test_many_statecalls_and_none_is_lost(self):
        page = self.attach()
        # Small pieces: each is a statecall of the connection and one of the channel.
        self.ssh("i=0; while [ $i -lt 1000 ]; do echo $i; i=$((i+1)); done", check=0)
        connection = self.last(page, "ssh", lambda s: s.ended and s.from_start)
        self.assertEqual([s[1] for s in connection.steps], list(range(1, len(connection.steps) + 1)))
        self.assertEqual(page.dropped, 0)


class Killed(Debugged):
    def test_the_server_goes_on(self):
        page = self.attach()
        client = self.background("cat", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        client.stdin.write(b"one\n")
        client.stdin.flush()
        self.assertEqual(client.stdout.readline(), b"one\n")
        os.kill(process_of(self.server), signal.SIGKILL)
        self.assertTrue(wait_for(lambda: page.gone))
        self.assertTrue(wait_for(lambda: "serves the debugger has ended" in self.server.read_log()))
        client.stdin.write(b"two\n")
        client.stdin.flush()
        self.assertEqual(client.stdout.readline(), b"two\n")
        self.assertEqual(self.ssh("echo three", check=0).stdout, b"three\n")
        self.assertIsNone(process_of(self.server))


class Configured(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="sshd-test-")
        self.addCleanup(directory.cleanup)
        self.dir = directory.name
        self.empty = os.path.join(self.dir, "empty")
        open(self.empty, "w").close()

    def printed(self, *options):
        done = subprocess.run(
            [SSHD, "--user-mode", "-T", "-f", self.empty, *options],
            capture_output=True, text=True, timeout=60, env={**os.environ, "XDG_STATE_HOME": self.dir},
        )  # fmt: skip
        lines = [line for line in done.stdout.splitlines() if line.startswith("statecalldebugger")]
        return done.returncode, lines[0] if lines else None, done.stderr

    def test_off_by_default(self):
        self.assertEqual(self.printed()[:2], (0, "statecalldebugger none"))
        server = Server(self.dir)
        self.addCleanup(server.stop)
        self.assertIsNone(process_of(server))
        self.assertNotIn("ebugger", server.read_log())

    def test_command_line(self):
        self.assertEqual(
            self.printed("--debugger", "127.0.0.1:8022")[:2], (0, "statecalldebugger 127.0.0.1:8022")
        )
        status, _, said = self.printed("--debugger", "0.0.0.0:8022")
        self.assertEqual(status, 1)
        self.assertIn("not of the loopback interface", said)
        self.assertEqual(
            self.printed("--debugger", "0.0.0.0:8022", "--debugger-any-address")[:2],
            (0, "statecalldebugger 0.0.0.0:8022 any-address"),
        )
        self.assertEqual(self.printed("--debugger-any-address")[0], 2)

    def test_forced_elsewhere(self):
        server = Server(self.dir, f"StatecallDebugger 0.0.0.0:{free_port()} any-address")
        self.addCleanup(server.stop)
        url = url_in(server.read_log())
        self.assertEqual(get(url.replace("0.0.0.0", "127.0.0.1"), headers={"Host": "a.example"})[0], 200)

    def test_address_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            with self.assertRaisesRegex(RuntimeError, "debugger at 127.0.0.1"):
                Server(self.dir, f"StatecallDebugger 127.0.0.1:{taken.getsockname()[1]}")

    def test_json_log_and_standard_error(self):
        log = os.path.join(self.dir, "json.log")
        server = Server(
            self.dir, f"StatecallDebugger 127.0.0.1:{free_port()}", "StatecallLogFormat json",
            f"StatecallLogFile {log}",
        )  # fmt: skip
        self.addCleanup(server.stop)
        url = url_in(server.read_log())  # what it has said on standard error
        with open(log) as file:
            self.assertIn(f'"event":"debugger","url":"{url}"', file.read())


@unittest.skipIf(os.geteuid() != 0, "needs root: an account of its own, an empty root directory")
class AsRoot(unittest.TestCase):
    def test_privileges(self):
        with tempfile.TemporaryDirectory(prefix="sshd-test-") as directory:
            server = Server(
                directory, f"StatecallDebugger 127.0.0.1:{free_port()}", "UsePAM no", "PidFile none",
                "StatecallLogFile stderr", options=(),
            )  # fmt: skip
            try:
                pid = process_of(server)
                status = status_of(pid)
                self.assertNotIn("0", status["Uid"].split())
                self.assertNotIn("0", status["Gid"].split())
                self.assertEqual(status["Groups"].split(), [])
                self.assertEqual(int(status["CapEff"], 16) | int(status["CapPrm"], 16), 0)
                self.assertEqual((status["Seccomp"], status["NoNewPrivs"]), ("2", "1"))
                self.assertEqual(os.listdir(f"/proc/{pid}/root"), [])
                self.assertEqual(get(url_in(server.read_log()))[0], 200)
            finally:
                server.stop()


if __name__ == "__main__":
    _ = USER
    main()
