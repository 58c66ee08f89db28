"""Shared by the tests of statecall-sshd: a server in user mode with keys and a home of its own, and
OpenSSH's client to talk to it."""

import contextlib
import os
import pwd
import resource
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from shared.local import descendants, end, free_port, wait_for  # noqa: E402

SSHD = os.path.abspath(sys.argv.pop(1))
USER = pwd.getpwuid(os.geteuid()).pw_name


class Server:
    """statecall-sshd, until stop(): in user mode, unless the options say otherwise."""

    def __init__(self, directory, *config, descriptors=None, options=("--user-mode",)):
        self.directory = directory
        self.options = options
        self.most_descriptors = descriptors
        self.port = free_port()
        self.log_path = os.path.join(directory, "server.log")
        self.key = os.path.join(directory, "id")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key], check=True)
        shutil.copy(self.key + ".pub", os.path.join(directory, "authorized_keys"))
        os.chmod(directory, 0o700)
        settings = [
            f"ListenAddress 127.0.0.1:{self.port}",
            f"HostKey {directory}/host_ed25519",
            f"AuthorizedKeysFile {directory}/authorized_keys",
            "StrictModes no",
            "LogLevel DEBUG",
            # All come from one address, and some behave badly.
            "PerSourcePenalties no",
            "MaxStartups 200",
            "PerSourceMaxStartups none",
            # The account is that of whoever runs the tests, its start-up files may do anything
            # (take locks, and keep them when a test kills a login), and nothing here needs them.
            f"SetEnv HOME={directory}",
            *config,
        ]
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{directory}/host_ed25519"],
            check=True,
        )
        self.config = os.path.join(directory, "sshd_config")
        with open(self.config, "w") as file:
            file.write("\n".join(settings) + "\n")
        self.start()

    def start(self):
        self.log = open(self.log_path, "ab")
        self.process = subprocess.Popen(
            [SSHD, *self.options, "-f", self.config, "-D"],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
            preexec_fn=self.limit,
            env={**os.environ, "XDG_STATE_HOME": self.directory},
        )
        if not wait_for(self.accepts, 30):
            self.stop()
            raise RuntimeError("the server does not start:\n" + self.read_log())

    def limit(self):
        if self.most_descriptors:
            resource.setrlimit(resource.RLIMIT_NOFILE, (self.most_descriptors,) * 2)

    def accepts(self):
        if self.process.poll() is not None:
            return False
        with contextlib.suppress(OSError):
            with socket.create_connection(("127.0.0.1", self.port), 1) as probe:
                return probe.recv(4) == b"SSH-"
        return False

    def read_log(self):
        with open(self.log_path, errors="replace") as file:
            return file.read()

    def stop(self):
        """Ends it; the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        return self.process.returncode

    def processes(self):
        return descendants(self.process.pid)

    def descriptors(self):
        """How many the server's own processes have open, all together."""
        count = 0
        for pid in self.processes():
            with contextlib.suppress(OSError):
                if os.readlink(f"/proc/{pid}/exe") == os.path.realpath(SSHD):
                    count += len(os.listdir(f"/proc/{pid}/fd"))
        return count

    def memory(self):
        """Resident KiB of the server's own processes."""
        total = 0
        for pid in self.processes():
            with contextlib.suppress(OSError):
                with open(f"/proc/{pid}/status") as status:
                    total += sum(
                        int(line.split()[1]) for line in status if line.startswith("RssAnon:")
                    )
        return total


class SshdTest(unittest.TestCase):
    """One server for each class of tests."""

    config = ()
    most_descriptors = None

    @classmethod
    def setUpClass(cls):
        cls._directory = tempfile.TemporaryDirectory(prefix="sshd-test-")
        cls.addClassCleanup(cls._directory.cleanup)
        cls.dir = cls._directory.name
        cls.server = Server(cls.dir, *cls.config, descriptors=cls.most_descriptors)
        cls.addClassCleanup(cls.server.stop)

    def tearDown(self):
        log = self.server.read_log()
        for bad in ("AddressSanitizer", "LeakSanitizer", "runtime error:", "system call refused"):
            self.assertNotIn(bad, log)
        self.assertIsNone(self.server.process.poll(), "the server has ended:\n" + log)

    def path(self, name):
        return os.path.join(self.dir, name)

    def options(self, *more):
        return [
            "-F", "none",
            *more,
            "-p", str(self.server.port),
            "-i", self.server.key,
            "-o", "BatchMode=yes",
            "-o", "IdentitiesOnly=yes",
            "-o", "StrictHostKeyChecking=no",
            "-o", "UserKnownHostsFile=" + self.path("known_hosts"),
            "-o", "LogLevel=ERROR",
        ]  # fmt: skip

    def ssh_command(self, *arguments, options=()):
        return ["ssh", *self.options(*options), f"{USER}@127.0.0.1", *arguments]

    def ssh(self, *arguments, options=(), stdin=b"", timeout=60, check=None):
        """Runs ssh; what came out, with its exit status."""
        done = subprocess.run(
            self.ssh_command(*arguments, options=options),
            input=stdin,
            capture_output=True,
            timeout=timeout,
        )
        if check is not None:
            self.assertEqual(
                done.returncode, check, done.stderr.decode() + "\n" + self.server.read_log()[-3000:]
            )
        return done

    def background(self, *arguments, options=(), **popen):
        """ssh in the background; ended at the end of the test."""
        process = subprocess.Popen(self.ssh_command(*arguments, options=options), **popen)
        self.addCleanup(end, process)
        return process


def main():
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])


__all__ = ["SSHD", "USER", "Server", "SshdTest", "descendants", "end", "free_port", "main", "shlex", "wait_for"]
