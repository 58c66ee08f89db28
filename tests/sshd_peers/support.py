"""Shared by these tests: statecall-sshd as root on a free loopback port, users of its own, and
OpenSSH's client. Whatever a test makes is gone when it ends, also when it fails."""

import contextlib
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from shared.local import end, free_port, wait_for  # noqa: E402

SSHD = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else ""
NO_RESULT = 77
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    **{name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")},
}


def run(*command, **options):
    """A program that must succeed; what it printed."""
    options = {"capture_output": True, "timeout": 120, "env": ENVIRONMENT, **options}
    done = subprocess.run([str(word) for word in command], **options)
    if done.returncode != 0:
        raise AssertionError(
            f"{command[0]}: status {done.returncode}\n"
            + (done.stdout or b"").decode(errors="replace")[-2000:]
            + (done.stderr or b"").decode(errors="replace")[-2000:]
        )
    return done.stdout.decode(errors="replace")


def make_key(path, kind="ed25519", *more):
    run("ssh-keygen", "-q", "-t", kind, "-N", "", "-f", path, *more)
    return path


def read(path):
    with open(path, errors="replace") as file:
        return file.read()


def write(path, text, mode=0o600, owner=None):
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, mode)
    if owner:
        os.chown(path, owner.pw_uid, owner.pw_gid)
    return path


class User:
    """An ordinary user, with a home below `directory` and one key that may log in."""

    count = 0

    def __init__(self, directory, shell="/bin/sh"):
        User.count += 1
        self.name = f"sct{os.getpid()}-{User.count}"
        self.home = os.path.join(directory, self.name)
        run("useradd", "-m", "-U", "-d", self.home, "-s", shell, "-k", "/var/empty",
            "-p", "*", self.name)  # fmt: skip
        self.entry = pwd.getpwnam(self.name)
        self.ssh = os.path.join(self.home, ".ssh")
        os.chmod(self.home, 0o755)
        os.mkdir(self.ssh, 0o700)
        os.chown(self.ssh, self.entry.pw_uid, self.entry.pw_gid)

    def authorize(self, *lines):
        write(self.path(".ssh/authorized_keys"), "\n".join(lines) + "\n", 0o600, self.entry)

    def path(self, name):
        return os.path.join(self.home, name)

    def set_password(self, password):
        run("chpasswd", "-c", "SHA512", "-s", "1000", input=f"{self.name}:{password}\n".encode())

    def remove(self):
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                if os.stat("/proc/" + pid).st_uid == self.entry.pw_uid:
                    os.kill(int(pid), signal.SIGKILL)
        for _ in range(20):
            if subprocess.run(["userdel", "-r", self.name], capture_output=True).returncode != 8:
                break
            time.sleep(0.2)


class Server:
    """statecall-sshd as root, until stop()."""

    def __init__(self, directory, *config, environment=(), prefix=(), **popen):
        self.directory = directory
        self.prefix = prefix  # of the command: a program that executes it
        self.port = free_port()
        self.log_path = os.path.join(directory, "server.log")
        self.error_path = os.path.join(directory, "server.err")
        self.config_path = os.path.join(directory, "sshd_config")
        for kind, more in (("ed25519", ()), ("ecdsa", ()), ("rsa", ("-b", "2048"))):
            path = os.path.join(directory, "host_" + kind)
            if not os.path.exists(path):
                make_key(path, kind, *more)
        self.environment = {**ENVIRONMENT, **dict(environment)}
        self.popen = popen
        self.configure(*config)
        self.start()

    def configure(self, *config):
        """What a test says comes first and so counts."""
        keywords = {line.split()[0] for line in config}
        defaults = [
            f"ListenAddress 127.0.0.1:{self.port}",
            *(f"HostKey {self.directory}/host_{kind}" for kind in ("ed25519", "ecdsa", "rsa")),
            "PidFile none",
            f"StatecallLogFile {self.log_path}",
            "StatecallWorkers 2",
            "LogLevel DEBUG",
            "UsePAM no",
            # All come from one address, and some behave badly.
            "PerSourcePenalties no",
            "MaxStartups 200",
            "PerSourceMaxStartups none",
        ]
        lines = [line for line in defaults if line.split()[0] not in keywords]
        # Match comes last: what follows it would be part of it.
        first_match = next((i for i, x in enumerate(config) if x.startswith("Match")), len(config))
        config = [*config[:first_match], *lines, *config[first_match:]]
        write(self.config_path, "\n".join(config) + "\n")

    def start(self):
        with open(self.error_path, "ab") as errors:
            self.process = subprocess.Popen(
                [*self.prefix, SSHD, "-f", self.config_path, "-D"],
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                start_new_session=True,
                env=self.environment,
                **self.popen,
            )
        if not wait_for(lambda: self.process.poll() is not None or self.accepts(), 30) or (
            self.process.poll() is not None
        ):
            self.stop()
            raise RuntimeError("the server does not start:\n" + self.read_log())

    def accepts(self):
        with contextlib.suppress(OSError):
            with socket.create_connection(("127.0.0.1", self.port), 1) as probe:
                return probe.recv(4) == b"SSH-"
        return False

    def read_log(self):
        return "".join(read(p) for p in (self.error_path, self.log_path) if os.path.exists(p))

    def reload(self):
        before = self.read_log().count("Received SIGHUP")
        self.process.send_signal(signal.SIGHUP)
        assert wait_for(lambda: self.read_log().count("Received SIGHUP") > before)
        time.sleep(0.2)

    def stop(self):
        """Ends it; the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode


class PeerTest(unittest.TestCase):
    """One server and one user for each class of tests."""

    config = ()
    shell = "/bin/sh"

    @classmethod
    def settings(cls):
        """Lines of sshd_config; the directory and the user exist."""
        return cls.config

    @classmethod
    def server_prefix(cls):
        return ()

    @classmethod
    def setUpClass(cls):
        directory = tempfile.mkdtemp(prefix="sshd-peers-")
        cls.addClassCleanup(shutil.rmtree, directory, ignore_errors=True)
        os.chmod(directory, 0o755)
        cls.dir = directory
        os.mkdir(cls.path("home"), 0o755)
        cls.user = User(cls.path("home"), cls.shell)
        cls.addClassCleanup(cls.user.remove)
        cls.key = make_key(cls.path("id"))
        cls.public_key = read(cls.key + ".pub").strip()
        cls.user.authorize(cls.public_key)
        cls.server = Server(cls.dir, *cls.settings(), prefix=cls.server_prefix())
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        self.log_start = len(self.server.read_log())

    def tearDown(self):
        log = self.server.read_log()
        for bad in ("AddressSanitizer", "LeakSanitizer", "runtime error:", "system call refused",
                    "broke the policy"):  # fmt: skip
            self.assertNotIn(bad, log)
        self.assertIsNone(self.server.process.poll(), "the server has ended:\n" + log)

    @classmethod
    def path(cls, name):
        return os.path.join(cls.dir, name)

    def log(self):
        """What the server has said in this test."""
        return self.server.read_log()[self.log_start :]

    def assert_logged(self, pattern, seconds=10):
        found = wait_for(lambda: re.search(pattern, self.log()), seconds)
        self.assertTrue(found, f"{pattern!r} is not in the log:\n{self.log()[-4000:]}")

    def options(self, *more, key=None, port_option="-p", batch=True):
        """OpenSSH's options; `more` counts first."""
        return [
            "-F", "none",
            *more,
            port_option, str(self.server.port),
            *(("-i", key or self.key) if key != "" else ()),
            "-o", f"BatchMode={'yes' if batch else 'no'}",
            "-o", "IdentitiesOnly=yes",
            "-o", "StrictHostKeyChecking=no",
            "-o", "UserKnownHostsFile=" + self.path("known_hosts"),
            "-o", "LogLevel=ERROR",
        ]  # fmt: skip

    def command(self, *arguments, options=(), user=None, **rest):
        return ["ssh", *self.options(*options, **rest), f"{user or self.user.name}@127.0.0.1",
                *arguments]  # fmt: skip

    def call(self, command, check=0, **options):
        """Runs a client; `check` is the status that it must have, None for any."""
        options = {"capture_output": True, "timeout": 120, "env": ENVIRONMENT, "input": b"",
                   **options}  # fmt: skip
        if "stdin" in options:
            del options["input"]
        done = subprocess.run([str(word) for word in command], **options)
        if check is not None:
            self.assertEqual(
                done.returncode,
                check,
                f"{command}\n{(done.stdout or b'').decode(errors='replace')[-1500:]}\n"
                f"{(done.stderr or b'').decode(errors='replace')[-1500:]}\n"
                f"--- log\n{self.log()[-3000:]}",
            )
        return done

    def ssh(self, *arguments, options=(), user=None, key=None, check=0, **rest):
        return self.call(
            self.command(*arguments, options=options, user=user, key=key), check=check, **rest
        )

    def output(self, *arguments, **rest):
        return self.ssh(*arguments, **rest).stdout.decode()

    def refused(self, user=None, key=None, options=()):
        """The login fails at authentication."""
        done = self.ssh("true", user=user, key=key, options=options, check=255)
        self.assertIn(b"Permission denied", done.stderr)
        return done

    def background(self, *arguments, options=(), user=None, **popen):
        """ssh in the background; ended with the test."""
        return self.start(self.command(*arguments, options=options, user=user), **popen)

    def start(self, command, **popen):
        process = subprocess.Popen(
            [str(word) for word in command], **{"env": ENVIRONMENT, **popen}
        )
        self.addCleanup(end, process)
        return process

    def with_password(self, *arguments, password, user=None, options=(), check=0, methods="password"):
        """ssh that answers every question for a password with this one."""
        ask = write(self.path("askpass"), "#!/bin/sh\nprintf '%s\\n' \"$PASSWORD\"\n", 0o700)
        command = self.command(
            *arguments,
            user=user,
            key="",
            batch=False,
            options=(*options, "-o", f"PreferredAuthentications={methods}",
                     "-o", "NumberOfPasswordPrompts=1"),
        )
        environment = {**ENVIRONMENT, "SSH_ASKPASS": ask, "SSH_ASKPASS_REQUIRE": "force",
                       "DISPLAY": ":0", "PASSWORD": password}  # fmt: skip
        return self.call(command, check=check, env=environment)


def main():
    if os.geteuid() != 0:
        print("not root: accounts cannot be made, nothing is tested", file=sys.stderr)
        sys.exit(NO_RESULT)
    # A test that is stopped cleans up, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    program = unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]], exit=False)
    result = program.result
    if result.wasSuccessful() and result.skipped and len(result.skipped) == result.testsRun:
        sys.exit(NO_RESULT)
    sys.exit(not result.wasSuccessful())
