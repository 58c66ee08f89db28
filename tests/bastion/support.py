"""Shared by the tests of the bastion: a network namespace with a TAP device, statecall-bastion on it, and
on our end of the link OpenSSH's server, where jumps go.

Exits with 77 where there are no namespaces or TAP devices."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from shared.local import close_streams, wait_for  # noqa: E402
from shared.tap import GUEST as BASTION  # noqa: E402
from shared.tap import GUEST6 as BASTION6  # noqa: E402
from shared.tap import HOST, HOST6, enter_namespace, ip  # noqa: E402

PROGRAM = os.path.abspath(sys.argv.pop(1))
SPLC = os.path.abspath(sys.argv.pop(1))
POLICY = os.path.abspath(sys.argv.pop(1))
USER = pwd.getpwuid(os.geteuid()).pw_name
TARGET_PORT = 2200
MB = 1 << 20


def keygen(path, *options):
    subprocess.run(["ssh-keygen", "-q", "-N", "", "-f", path, *(options or ("-t", "ed25519"))],
                   check=True)  # fmt: skip


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Target:
    """OpenSSH's sshd, which jumps lead to."""

    def __init__(self, directory, client_key):
        self.directory = os.path.join(directory, "target")
        os.mkdir(self.directory, 0o700)
        keygen(self.path("host"))
        shutil.copy(client_key + ".pub", self.path("authorized_keys"))
        with open(self.path("config"), "w", encoding="ascii") as file:
            file.write(f"HostKey {self.path('host')}\nAuthorizedKeysFile {self.path('authorized_keys')}\n"
                       "StrictModes no\nUsePAM no\nPidFile none\nSubsystem sftp internal-sftp\n"
                       f"MaxStartups 200\nSetEnv HOME={self.directory}\nPermitRootLogin yes\n"
                       f"ListenAddress {HOST}:{TARGET_PORT}\nListenAddress [{HOST6}]:{TARGET_PORT}\n")
        os.makedirs("/run/sshd", exist_ok=True)
        self.log = open(self.path("log"), "wb")
        self.process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", self.path("config")],
                                        stdin=subprocess.DEVNULL, stderr=self.log)

        def accepts():
            with contextlib.suppress(OSError):
                socket.create_connection((HOST, TARGET_PORT), 1).close()
                return True
            assert self.process.poll() is None, text_of(self.path("log"))
            return False

        assert wait_for(accepts), text_of(self.path("log"))

    def path(self, name):
        return os.path.join(self.directory, name)

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


class Bastion:
    """statecall-bastion --hosted, until stop()."""

    def __init__(self, directory, config, capture=True):
        self.config = os.path.join(directory, "bastion.conf")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(config)
        self.capture = os.path.join(directory, "t.pcap") if capture else None
        command = [PROGRAM, "--hosted", "tap0", self.config]
        if capture:
            command += ["--pcap", self.capture]
        self.log = []
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, errors="replace")
        while "ready" not in (line := self.process.stderr.readline()):
            assert line, "".join(self.log)
            self.log.append(line)
        self.reader = threading.Thread(target=lambda: self.log.extend(self.process.stderr))
        self.reader.start()
        ip("link", "set", "tap0", "up")

    def read_log(self):
        return "".join(self.log)

    def memory(self):
        """Resident KiB."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("RssAnon:"))

    def stop(self, replayed=True):
        """Ends it. What it has sent and received must be what the policy of TCP allows."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        self.reader.join()
        self.process.stderr.close()
        assert status == 0, f"status {status}\n" + self.read_log()
        for bad in ("AddressSanitizer", "LeakSanitizer", "runtime error:", "the monitor is in"):
            assert bad not in self.read_log(), self.read_log()
        if self.capture and replayed:
            done = subprocess.run([SPLC, "replay", "--format=pcap", POLICY, self.capture],
                                  capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr


class BastionTest(unittest.TestCase):
    """One bastion and one target for each class of tests."""

    settings = ""      # more lines of the configuration, before the users
    users = None       # instead of the usual ones
    capture = False

    @classmethod
    def setUpClass(cls):
        cls._directory = tempfile.TemporaryDirectory(prefix="bastion-test-")
        cls.addClassCleanup(cls._directory.cleanup)
        cls.dir = cls._directory.name
        for name in ("host", "admin", "jumper", "stranger", "ca"):
            keygen(cls.path(name))
        cls.target = Target(cls.dir, cls.path("jumper"))
        cls.addClassCleanup(cls.target.stop)
        cls.bastion = Bastion(cls.dir, cls.configuration(), cls.capture)
        cls.addClassCleanup(cls.stop_bastion)
        key = text_of(cls.path("host.pub")).split()
        target = text_of(cls.target.path("host.pub")).split()
        with open(cls.path("known_hosts"), "w", encoding="ascii") as file:
            for address in (BASTION, BASTION6):
                file.write(f"{address} {key[0]} {key[1]}\n")
            for address in (HOST, HOST6, "inner.example"):
                file.write(f"[{address}]:{TARGET_PORT} {target[0]} {target[1]}\n")
        with open(cls.path("ssh_config"), "w", encoding="ascii") as file:
            file.write(f"Host *\n  UserKnownHostsFile {cls.path('known_hosts')}\n  BatchMode yes\n"
                       "  IdentitiesOnly yes\n  LogLevel ERROR\n  UpdateHostKeys no\n"
                       f"  StrictHostKeyChecking yes\n  HostKeyAlgorithms ssh-ed25519\n"
                       f"Host bastion bastion6 inner inner6\n  IdentityFile {cls.path('jumper')}\n"
                       f"Host bastion\n  HostName {BASTION}\n  User jumper\n"
                       f"Host bastion6\n  HostName {BASTION6}\n  User jumper\n"
                       f"Host stranger\n  HostName {BASTION}\n"
                       f"Host admin\n  HostName {BASTION}\n  User admin\n  IdentityFile {cls.path('admin')}\n"
                       f"  HostKeyAlias {BASTION}\n"
                       f"Host inner\n  HostName {HOST}\n  Port {TARGET_PORT}\n  User {USER}\n"
                       "  ProxyJump bastion\n"
                       f"Host inner6\n  HostName {HOST6}\n  Port {TARGET_PORT}\n  User {USER}\n"
                       "  ProxyJump bastion6\n")

    @classmethod
    def stop_bastion(cls):
        cls.bastion.stop()

    @classmethod
    def configuration(cls):
        users = cls.users
        if users is None:
            users = ("user admin\n  console yes\n  key " + text_of(cls.path("admin.pub")) +
                     "user jumper\n  key " + text_of(cls.path("jumper.pub")) +
                     f"  jump {HOST}:{TARGET_PORT} [{HOST6}]:{TARGET_PORT} *.example:{TARGET_PORT}\n")
        return (f"hostname bastion\naddress {BASTION}/24\ngateway {HOST}\naddress6 {BASTION6}/64\n"
                "slaac no\npenalties no\nmax-startups 100:30:200\nmax-startups-per-source 200\n"
                f"{cls.settings}\nhost-key\n{text_of(cls.path('host'))}\n{users}")

    @classmethod
    def path(cls, name):
        return os.path.join(cls.dir, name)

    def command(self, host, *arguments, options=(), program="ssh"):
        return [program, "-F", self.path("ssh_config"), *options, host, *arguments]

    def ssh(self, host, *arguments, options=(), stdin=b"", check=None, timeout=120):
        """Runs ssh; what came out, with its exit status."""
        done = subprocess.run(self.command(host, *arguments, options=options), input=stdin,
                              capture_output=True, timeout=timeout)
        if check is not None:
            self.assertEqual(done.returncode, check,
                             done.stderr.decode(errors="replace") + "\n" + self.bastion.read_log()[-3000:])
        return done

    def stranger(self, key, *arguments, user="jumper", options=()):
        """ssh with a key (and its certificate) of one's own choice."""
        return self.ssh("stranger", *arguments, options=("-l", user, "-i", self.path(key), *options))

    def background(self, host, *arguments, options=(), **popen):
        process = subprocess.Popen(self.command(host, *arguments, options=options), **popen)
        self.addCleanup(self._end, process)
        return process

    @staticmethod
    def _end(process):
        if process.poll() is None:
            process.kill()
        process.wait()
        close_streams(process)

    def metrics(self):
        text = self.ssh("admin", "metrics", check=0).stdout.decode()
        return {name: int(value) for name, value in
                (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))}

    def logged(self, text, seconds=20):
        self.assertTrue(wait_for(lambda: text in self.bastion.read_log(), seconds),
                        f"{text!r} is not in the log:\n" + self.bastion.read_log()[-4000:])


def main():
    enter_namespace()
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])
