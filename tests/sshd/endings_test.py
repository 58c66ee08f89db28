"""How connections end: clients that vanish, keepalives, what is left behind (nothing), draining,
a monitor that is gone."""

import os
import signal
import socket
import subprocess
import time

from support import SSHD, SshdTest, main, wait_for


class Endings(SshdTest):
    config = ("LoginGraceTime 3",)

    def settled(self):
        """What the server has open once nobody is connected."""
        self.assertTrue(wait_for(lambda: not self.programs(), 30), "programs are left")
        previous = None

        def steady():
            nonlocal previous
            now = self.server.descriptors()
            same, previous = now == previous, now
            time.sleep(0.1)
            return same

        self.assertTrue(wait_for(steady))
        return previous

    def programs(self):
        """Processes below the server that are not the server."""
        own = os.path.realpath(SSHD)
        found = []
        for pid in self.server.processes():
            try:
                if os.readlink(f"/proc/{pid}/exe") != own:
                    found.append(pid)
            except OSError:
                pass
        return found

    def test_clients_that_are_killed_leave_nothing(self):
        self.ssh("true", check=0)
        before = self.settled()
        zeros = open("/dev/zero", "rb")
        self.addCleanup(zeros.close)
        for round in range(3):
            clients = [
                self.background("cat", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL),
                self.background("yes", stdout=subprocess.PIPE),
                self.background("cat >/dev/null", stdin=zeros),
                self.background("sleep 1000", options=("-tt",), stdin=subprocess.DEVNULL),
            ]
            self.assertTrue(wait_for(lambda: len(self.programs()) >= 4), self.server.read_log())
            time.sleep(0.5)
            for client in clients:
                client.kill()
                client.wait()
            self.assertEqual(self.settled(), before, f"round {round}")

    def test_memory_does_not_grow(self):
        def some():
            for _ in range(10):
                self.ssh("head -c 300000 /dev/zero", check=0)

        some()
        some()  # each worker has seen some, and has what it keeps
        before = self.server.memory()
        some()
        some()
        grown = self.server.memory() - before
        # AddressSanitizer keeps what was freed for a while (1 MiB of it: CMakeLists.txt).
        with open(SSHD, "rb") as program:
            sanitized = b"__asan_init" in program.read()
        self.assertLess(grown, 4000 if sanitized else 400)

    def test_client_that_says_nothing(self):
        with socket.create_connection(("127.0.0.1", self.server.port)) as silent:
            silent.settimeout(20)
            start = time.monotonic()
            while silent.recv(1000):
                pass
            self.assertLess(time.monotonic() - start, 10, "LoginGraceTime 3")

    def test_client_that_talks_rubbish(self):
        before = self.settled()
        for rubbish in (b"GET / HTTP/1.0\r\n\r\n", bytes(range(256)) * 300, b"SSH-1.0-old\r\n",
                        b"SSH-2.0-x\r\n" + b"\xff" * 5000, b"SSH-2.0-x\r\n\0\0\0\x0c\n\x1e"):
            with socket.create_connection(("127.0.0.1", self.server.port)) as stranger:
                stranger.settimeout(20)
                stranger.sendall(rubbish)
                try:
                    while stranger.recv(1000):
                        pass
                except ConnectionResetError:
                    pass
        self.ssh("true", check=0)
        self.assertEqual(self.settled(), before)

    def test_clients_that_come_and_go(self):
        before = self.settled()
        for _ in range(100):
            socket.create_connection(("127.0.0.1", self.server.port)).close()
        self.ssh("true", check=0)
        self.assertEqual(self.settled(), before)

    def test_client_keepalive(self):
        self.ssh("sleep 3", options=("-o", "ServerAliveInterval=1"), check=0)


class KeepAlive(SshdTest):
    config = ("ClientAliveInterval 1", "ClientAliveCountMax 2")

    def test_stopped_client_is_dropped_others_stay(self):
        lively = self.background("sleep 8; echo alive", stdout=subprocess.PIPE)
        stopped = self.background("cat", stdin=subprocess.PIPE, stdout=subprocess.PIPE)

        def cat():
            return [pid for pid in self.server.processes() if self.name(pid) == "cat"]

        self.assertTrue(wait_for(cat))
        stopped.send_signal(signal.SIGSTOP)
        self.addCleanup(stopped.send_signal, signal.SIGCONT)
        self.assertTrue(wait_for(lambda: not cat(), 15))
        self.assertEqual(lively.communicate(timeout=30)[0], b"alive\n")
        self.assertEqual(lively.returncode, 0)

    @staticmethod
    def name(pid):
        try:
            with open(f"/proc/{pid}/comm") as file:
                return file.read().strip()
        except OSError:
            return ""


class Draining(SshdTest):
    def tearDown(self):
        pass  # the server ends here

    def test_sigterm_and_the_monitors_death(self):
        # First the death of the privileged half: the worker goes, too.
        client = self.background("sleep 100", stderr=subprocess.PIPE)
        self.assertTrue(wait_for(lambda: len(self.server.processes()) > 2))
        everybody = self.server.processes()
        self.server.process.kill()
        self.server.process.wait()
        self.assertEqual(client.wait(20), 255)

        def worker_gone():
            for pid in everybody:
                try:
                    if os.readlink(f"/proc/{pid}/exe") == os.path.realpath(SSHD):
                        return False
                except OSError:
                    pass
            return True

        self.assertTrue(wait_for(worker_gone))
        # Then an orderly end: nobody is connected, so it is quick.
        self.server.log.close()
        self.server.start()
        self.ssh("true", check=0)
        start = time.monotonic()
        self.assertEqual(self.server.stop(), 0)
        self.assertLess(time.monotonic() - start, 10)


class FewDescriptors(SshdTest):
    """A server with hardly any descriptors refuses, and goes on."""

    most_descriptors = 60

    def test_more_clients_than_descriptors(self):
        strangers = []
        for _ in range(80):
            try:
                strangers.append(socket.create_connection(("127.0.0.1", self.server.port), 2))
            except OSError:
                break
        time.sleep(1)
        for stranger in strangers:
            stranger.close()

        def works():
            return self.ssh("echo ok").stdout == b"ok\n"

        self.assertTrue(wait_for(works, 60), self.server.read_log()[-2000:])


if __name__ == "__main__":
    main()
