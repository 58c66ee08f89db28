"""Limits: what is held is bounded, and who is in stays in."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import threading
import time

from support import BASTION, BastionTest, main, wait_for

from shared.tap import flood


def version(s):
    """The first line that comes, or what came before the end."""
    s.settimeout(30)
    line = b""
    with contextlib.suppress(OSError):
        while not line.endswith(b"\n"):
            byte = s.recv(1)
            if not byte:
                break
            line += byte
    return line


def connect():
    return socket.create_connection((BASTION, 22), timeout=30)


class Limits(BastionTest):
    settings = "max-connections 8\nlogin-grace 4\nmax-channels 3\nshutdown-grace 2"

    def test_the_cap_turns_away_politely_and_others_stay(self):
        inside = self.background("inner", "cat", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        inside.stdin.write(b"one\n")
        inside.stdin.flush()
        self.assertEqual(inside.stdout.readline(), b"one\n")
        strangers = [connect() for _ in range(10)]
        greetings = [version(s) for s in strangers]
        self.assertEqual(greetings.count(b"Not allowed at this time\r\n"), 3)
        self.assertEqual(sum(g.startswith(b"SSH-2.0-Statecall") for g in greetings), 7)
        inside.stdin.write(b"two\n")
        inside.stdin.flush()
        self.assertEqual(inside.stdout.readline(), b"two\n")
        # Who does not log in goes in time, and there is room again.
        for s in strangers:
            while s.recv(4096):
                pass
            s.close()
        self.logged("turned away: too many connections")
        self.ssh("admin", "status", check=0)
        inside.stdin.close()
        self.assertEqual(inside.wait(30), 0)

    def test_channels_are_counted(self):
        master = self.path("control")
        self.background("admin", options=("-M", "-N", "-S", master))
        self.assertTrue(wait_for(lambda: os.path.exists(master)))
        held = [self.background("admin", options=("-S", master, "-tt"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL)
                for _ in range(3)]
        for session in held:
            self.assertTrue(session.stdout.readline())
        # Without the master's help it would connect by itself.
        done = self.ssh("admin", "status", options=("-S", master, "-o", "ProxyCommand=false"))
        self.assertNotEqual(done.returncode, 0)

    def test_clients_that_are_killed_leave_nothing(self):
        for _ in range(3):
            clients = [self.background("inner", "cat >/dev/null; sleep 1000", stdin=subprocess.PIPE),
                       self.background("inner", "yes", stdout=subprocess.PIPE),
                       self.background("admin", options=("-tt",), stdin=subprocess.PIPE, stdout=subprocess.PIPE)]
            self.assertTrue(wait_for(lambda: self.now("connections") == 4 and self.now("channels") == 4))
            for client in clients:
                client.send_signal(signal.SIGKILL)
            self.assertTrue(wait_for(lambda: self.now("connections") == 1), self.bastion.read_log()[-3000:])

    def now(self, gauge):
        return self.metrics()["statecall_bastion_" + gauge]


class Stuck(BastionTest):
    settings = "alive-interval 1\nidle-timeout 6"

    def test_stopped_client_is_dropped(self):
        client = self.background("admin", options=("-tt",), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.assertTrue(client.stdout.readline())
        client.send_signal(signal.SIGSTOP)
        self.addCleanup(client.send_signal, signal.SIGCONT)
        self.logged("the client does not answer", 30)

    def test_idle_client_is_asked_to_leave(self):
        client = self.background("admin", options=("-tt",), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
        self.assertTrue(client.stdout.readline())
        self.assertEqual(client.wait(60), 255)
        self.assertIn("idle for too long", self.bastion.read_log())

    def test_a_target_that_does_not_read(self):
        """The window closes; memory stays; another channel goes on."""
        listener = socket.create_server(("10.9.0.1", 2300))
        self.addCleanup(listener.close)
        client = self.background("bastion", options=("-W", "10.9.0.1:2300"), stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE)
        target, _ = listener.accept()
        self.addCleanup(target.close)
        sent = 0
        data = random.Random(1).randbytes(65536)

        def pump():
            nonlocal sent
            with contextlib.suppress(OSError):
                while sent < (32 << 20):
                    sent += os.write(client.stdin.fileno(), data)

        before = self.bastion.memory()
        sender = threading.Thread(target=pump)
        sender.start()
        last = -1
        while sent != last:
            last = sent
            time.sleep(1)
        self.assertLess(sent, 24 << 20)
        self.assertLess(self.bastion.memory() - before, 8000)
        self.ssh("admin", "status", check=0)
        got = 0
        target.settimeout(60)
        while got < (32 << 20):
            piece = target.recv(1 << 20)
            self.assertTrue(piece)
            got += len(piece)
        sender.join()

    @classmethod
    def configuration(cls):
        return super().configuration().replace("  jump ", "  jump 10.9.0.1:2300 ")


class Share(BastionTest):
    settings = "channel-memory 1M\nwindow 1M"

    @classmethod
    def configuration(cls):
        return super().configuration().replace("  jump ", "  jump 10.9.0.1:2300 ")

    def test_channels_together_are_bounded(self):
        """Eight channels with windows of a megabyte, to where nobody reads: their connection has half of one."""
        listener = socket.create_server(("10.9.0.1", 2300))
        self.addCleanup(listener.close)
        master = self.path("control")
        self.background("bastion", options=("-M", "-N", "-S", master))
        self.assertTrue(wait_for(lambda: os.path.exists(master)))
        before = self.bastion.memory()
        zeros = open("/dev/zero", "rb")
        self.addCleanup(zeros.close)
        for _ in range(8):
            self.background("bastion", options=("-S", master, "-o", "ProxyCommand=false", "-W", "10.9.0.1:2300"), stdin=zeros,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # Not all are opened: a connection that holds its share is not heard.
        listener.settimeout(3)
        with contextlib.suppress(TimeoutError):
            while True:
                self.addCleanup(listener.accept()[0].close)
        self.assertLess(self.bastion.memory() - before, 6000)
        self.ssh("admin", "status", check=0)


class Startups(BastionTest):
    settings = "max-startups-per-source 3"

    def test_of_one_address(self):
        strangers = [connect() for _ in range(6)]
        greetings = [version(s) for s in strangers]
        self.assertEqual(greetings.count(b"Not allowed at this time\r\n"), 3)
        for s in strangers:
            s.close()
        self.assertTrue(wait_for(lambda: self.ssh("admin", "status").returncode == 0))


class Flood(BastionTest):
    def test_who_is_in_goes_on(self):
        inside = self.background("inner", "cat", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        inside.stdin.write(b"before\n")
        inside.stdin.flush()
        self.assertEqual(inside.stdout.readline(), b"before\n")
        before = self.bastion.memory()
        attacker = threading.Thread(target=flood, args=(22, lambda taken: taken >= 30_000))
        attacker.start()
        talks = 0
        while attacker.is_alive() or talks == 0:
            inside.stdin.write(b"during\n")
            inside.stdin.flush()
            self.assertEqual(inside.stdout.readline(), b"during\n")
            talks += 1
        attacker.join()
        self.assertLess(self.bastion.memory() - before, 16_000)
        self.assertTrue(wait_for(lambda: self.ssh("admin", "status").returncode == 0, 120))
        self.assertEqual(self.metrics()["statecall_bastion_tcp_disagreements_total"], 0)


class Penalties(BastionTest):
    @classmethod
    def configuration(cls):
        return super().configuration().replace("penalties no\n", "penalties yes\n")

    def test_who_fails_has_to_wait(self):
        for _ in range(6):
            self.assertEqual(self.stranger("stranger", "status").returncode, 255)
        with connect() as s:
            self.assertEqual(version(s), b"Not allowed at this time\r\n")
        self.logged("turned away: a penalty")


class Shutdown(BastionTest):
    settings = "shutdown-grace 2"

    def test_who_is_in_has_some_time(self):
        inside = self.background("inner", "cat", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        inside.stdin.write(b"one\n")
        inside.stdin.flush()
        self.assertEqual(inside.stdout.readline(), b"one\n")
        self.bastion.process.send_signal(signal.SIGTERM)
        self.logged("going down: 1 connections have 2 s")
        inside.stdin.write(b"two\n")
        inside.stdin.flush()
        self.assertEqual(inside.stdout.readline(), b"two\n")
        with self.assertRaises(OSError):
            connect()
        self.assertEqual(inside.wait(60), 255)
        self.assertEqual(self.bastion.process.wait(30), 0)


if __name__ == "__main__":
    main()
