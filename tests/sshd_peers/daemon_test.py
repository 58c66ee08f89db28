"""The daemon: reload, drain, socket activation, sd_notify, metrics, logs, attacks, limits."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

import paramiko

from support import SSHD, PeerTest, free_port, main, read, wait_for, write

ATTACK = os.environ.get("SSH_ATTACK", "")


class Life(PeerTest):
    def test_reload(self):
        held = self.background("read x; echo still here", stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)  # fmt: skip
        self.assertTrue(wait_for(lambda: "Starting session" in self.log()))
        self.server.configure(f"DenyUsers {self.user.name}")
        self.server.reload()
        self.refused()
        # A mistake changes nothing.
        self.server.configure("Nonsense yes")
        self.server.reload()
        self.assert_logged("the old one stays")
        self.refused()
        other = free_port()
        self.server.configure(f"ListenAddress 127.0.0.1:{self.server.port}",
                              f"ListenAddress 127.0.0.1:{other}")  # fmt: skip
        self.server.reload()
        self.ssh("true")
        with socket.create_connection(("127.0.0.1", other), 10) as connection:
            self.assertEqual(connection.recv(4), b"SSH-")
        self.server.configure()
        self.server.reload()
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", other), 10)
        self.assertEqual(held.communicate(b"\n", 30)[0], b"still here\n")

    def test_mistakes_say_nothing_to_the_terminal(self):
        config = write(self.path("mistake"), "Foo\x1b[31mbar 1\n")
        done = subprocess.run([SSHD, "-t", "-f", config], capture_output=True, timeout=60)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(rb'mistake:1: error: unknown keyword "Foo\033[31mbar"', done.stderr)
        self.assertNotIn(b"\x1b", done.stderr + done.stdout)

    def test_unix_socket(self):
        path = self.path("listen.sock")
        self.server.configure(f"ListenAddress 127.0.0.1:{self.server.port}", f"ListenAddress unix:{path}")
        self.server.reload()
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(20)
            connection.connect(path)
            transport = paramiko.Transport(connection)
            self.addCleanup(transport.close)
            transport.start_client(timeout=20)
            transport.auth_publickey(self.user.name, paramiko.Ed25519Key.from_private_key_file(self.key))
            channel = transport.open_session()
            channel.exec_command("echo through a file")
            self.assertEqual(channel.makefile().read(), b"through a file\n")
            transport.close()
        # It goes with its line, and does not stay as a file that nobody answers at.
        self.server.configure()
        self.server.reload()
        self.assertTrue(wait_for(lambda: not os.path.exists(path)))

    def test_sigterm_lets_sessions_end(self):
        held = self.background("sleep 2; echo finished", stdout=subprocess.PIPE)
        self.assertTrue(wait_for(lambda: "Starting session" in self.log()))
        self.server.process.send_signal(signal.SIGTERM)
        self.assert_logged("terminating")

        def refused():
            try:
                socket.create_connection(("127.0.0.1", self.server.port), 1).close()
            except ConnectionRefusedError:
                return True
            return False

        self.assertTrue(wait_for(refused))
        self.assertEqual(held.communicate(timeout=30)[0], b"finished\n")
        self.assertEqual(self.server.process.wait(20), 0)
        self.server.start()


class ServiceManager(PeerTest):
    """LISTEN_FDS and NOTIFY_SOCKET, as systemd sets them."""

    def test_socket_activation_and_notification(self):
        self.server.stop()
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(notify.close)
        notify.bind(self.path("notify"))
        notify.settimeout(20)
        listening = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listening.close)
        port = listening.getsockname()[1]
        # LISTEN_PID has to be that of the server, so a shell becomes it.
        from support import SSHD  # noqa: PLC0415

        descriptor = listening.fileno()
        script = f'exec 3<&{descriptor} && LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"'
        process = self.start(
            ["/bin/bash", "-c", script, "bash", SSHD, "-f", self.server.config_path],
            pass_fds=[descriptor], stdin=subprocess.DEVNULL,
            env={**self.server.environment, "NOTIFY_SOCKET": self.path("notify")},
        )  # fmt: skip
        self.assertIn(b"READY=1", notify.recv(1000))
        listening.close()
        own, self.server.port = self.server.port, port
        try:
            self.ssh("true")
            # Programs do not know of it.
            self.assertEqual(self.output("echo $NOTIFY_SOCKET$LISTEN_FDS"), "\n")
        finally:
            self.server.port = own
        process.send_signal(signal.SIGHUP)
        self.assertRegex(notify.recv(1000), rb"^RELOADING=1\nMONOTONIC_USEC=\d+")
        self.assertIn(b"READY=1", notify.recv(1000))
        process.send_signal(signal.SIGTERM)
        self.assertIn(b"STOPPING=1", notify.recv(1000))
        self.assertEqual(process.wait(20), 0)
        self.server.start()


class Watched(PeerTest):
    @classmethod
    def settings(cls):
        cls.metrics_port = free_port()
        return (f"StatecallMetricsAddress 127.0.0.1:{cls.metrics_port}", "StatecallLogFormat json")

    def metrics(self):
        url = f"http://127.0.0.1:{self.metrics_port}/metrics"
        with urllib.request.urlopen(url, timeout=20) as answer:
            self.assertIn("text/plain", answer.headers["Content-Type"])
            text = answer.read().decode()
        return dict(re.findall(r"^statecall_sshd_(\S+(?:\{.*\})?) (\d+)$", text, re.M))

    def test_metrics_and_attacks(self):
        before = self.metrics()
        held = self.background("read x; echo undisturbed", stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)  # fmt: skip
        self.assertTrue(wait_for(lambda: "Starting session" in self.log()))
        wanted = {"forged-success": ("auth", "Receive_Auth_Success"), "early-channel": None,
                  "terrapin": None, "no-service": None}  # fmt: skip
        if not ATTACK:
            self.skipTest("ssh_attack is not built")
        for name in wanted:
            with self.subTest(name):
                done = self.call([ATTACK, self.server.port, name])
                self.assertIn(b"refused by policy: Receive_", done.stdout)
        self.assert_logged("refused by automaton 'auth'")
        self.assert_logged(r"--> auth\.spl:\d+")
        self.assertEqual(held.communicate(b"\n", 30)[0], b"undisturbed\n")
        after = self.metrics()
        key = 'refusals_total{automaton="auth",statecall="Receive_Auth_Success"}'
        self.assertEqual(after[key], "1")
        refusals = sum(int(v) for k, v in after.items() if k.startswith("refusals_total"))
        self.assertEqual(refusals, 4)
        self.assertGreater(int(after["connections_total"]), int(before["connections_total"]) + 4)
        accepted = 'authentications_total{method="publickey",result="accepted"}'
        self.assertEqual(int(after[accepted]) - int(before.get(accepted, 0)), 1)
        for direction in "in", "out":
            for what in "bytes", "packets":
                key = f'{what}_total{{direction="{direction}"}}'
                self.assertGreater(int(after[key]), int(before[key]), key)

    def test_every_line_of_the_log_is_json(self):
        evil = "evil\x1b[31m\n{\"forged\":1}"
        with paramiko.Transport(("127.0.0.1", self.server.port)) as transport:
            transport.start_client(timeout=30)
            with self.assertRaises(paramiko.SSHException):
                transport.auth_password(evil, "x", fallback=False)
        self.assert_logged("forged")
        self.ssh("true")
        lines = [json.loads(line) for line in read(self.server.log_path).splitlines()]
        for line in lines:
            self.assertTrue({"time", "level", "pid", "message"} <= set(line), line)
            self.assertNotIn("forged", line)
        accepted = [line for line in lines if line.get("event") == "Accepted"]
        self.assertEqual(accepted[-1]["user"], self.user.name)
        self.assertEqual(accepted[-1]["method"], "publickey")


class Fail2ban(PeerTest):
    config = ("LogLevel VERBOSE",)

    def test_filter_finds_failures_and_nothing_else(self):
        regex = shutil.which("fail2ban-regex")
        if regex is None:
            self.skipTest("fail2ban is not installed")
        for _ in range(3):
            self.refused(user="nobody-of-this-name")
            self.ssh("true")
        done = self.call([regex, "-v", self.server.log_path, "sshd"], check=None)
        text = done.stdout.decode()
        found = [line for line in text.splitlines() if re.search(r"^\|\s+127\.0\.0\.1\s", line)]
        self.assertGreaterEqual(len(found), 3, text)
        accepted = [line for line in read(self.server.log_path).splitlines() if "Accepted" in line]
        write(self.path("good.log"), "\n".join(accepted) + "\n")
        done = self.call([regex, self.path("good.log"), "sshd"], check=None)
        self.assertIn(b"0 matched", done.stdout)


class FullDisk(PeerTest):
    @classmethod
    def settings(cls):
        small = tempfile.mkdtemp(prefix="sshd-peers-small-")
        cls.addClassCleanup(os.rmdir, small)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", small], check=True)
        cls.addClassCleanup(subprocess.run, ["umount", "-l", small])
        cls.small = small
        return (f"StatecallLogFile {small}/log",)

    def test_a_log_that_cannot_be_written_stops_nobody(self):
        with open(self.small + "/filler", "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass
        for _ in range(60):
            socket.create_connection(("127.0.0.1", self.server.port)).close()
        self.assertEqual(self.output("echo works"), "works\n")
        os.remove(self.small + "/filler")
        self.ssh("true")
        self.assertTrue(wait_for(lambda: "Accepted publickey" in read(self.small + "/log")))


class Limits(PeerTest):
    config = ("LoginGraceTime 2", "MaxStartups 3", "MaxSessions 2")

    def test_grace_and_startups(self):
        time.sleep(0.5)  # the one that looked whether the server is up is gone by then
        start = time.monotonic()
        silent = [socket.create_connection(("127.0.0.1", self.server.port)) for _ in range(3)]
        self.addCleanup(lambda: [each.close() for each in silent])
        for each in silent:
            each.settimeout(20)
            self.assertEqual(each.recv(4), b"SSH-")
        self.ssh("true", check=255)
        self.assert_logged("past MaxStartups")
        while silent[0].recv(1000):
            pass
        self.assertLess(time.monotonic() - start, 15)
        self.assert_logged("Timeout before authentication")
        self.assertTrue(wait_for(lambda: self.ssh("true", check=None).returncode == 0))

    def test_sessions(self):
        control = self.path("control")
        self.background(options=("-M", "-N", "-S", control), stdin=subprocess.DEVNULL)
        self.assertTrue(wait_for(lambda: os.path.exists(control)))
        for _ in range(2):
            self.background("sleep 50", options=("-S", control), stdin=subprocess.DEVNULL)
        self.assertTrue(wait_for(lambda: self.log().count("Starting session") == 2))
        self.ssh("true", options=("-S", control, "-p", "1"), check=255)


class Penalties(PeerTest):
    config = ("PerSourcePenalties authfail:3s min:2s max:10s",)

    def test_penalty_ends(self):
        self.refused(user="nobody-of-this-name")
        done = self.ssh("true", options=("-o", "LogLevel=INFO"), check=255)
        self.assertNotIn(b"Permission denied", done.stderr)
        self.assert_logged("penalty")
        self.assertTrue(wait_for(lambda: self.ssh("true", check=None).returncode == 0))


class Chroot(PeerTest):
    @classmethod
    def settings(cls):
        # Every directory above has to be root's, and nobody else's to write.
        root = tempfile.mkdtemp(prefix="sshd-peers-", dir="/var/lib")
        cls.addClassCleanup(shutil.rmtree, root)
        os.chmod(root, 0o755)
        os.mkdir(root + "/in")
        os.chown(root + "/in", cls.user.entry.pw_uid, cls.user.entry.pw_gid)
        cls.root = root
        return (f"Match User {cls.user.name}", f"ChrootDirectory {root}",
                "ForceCommand internal-sftp")  # fmt: skip

    def sftp(self, text, check=0):
        batch = write(self.path("batch"), text)
        return self.call(["sftp", "-q", "-b", batch, *self.options(port_option="-P"),
                          f"{self.user.name}@127.0.0.1"], check=check)  # fmt: skip

    def test_sftp_stays_inside(self):
        out = self.sftp(f"pwd\nls /\nput {self.key}.pub in/key\nchmod 640 in/key\n-get /etc/passwd {self.path('p')}\n"
                        f"-get ../../../../etc/passwd {self.path('p')}\n").stdout  # fmt: skip
        self.assertIn(b"Remote working directory: /\n", out)
        self.assertEqual(read(self.root + "/in/key"), read(self.key + ".pub"))
        self.assertFalse(os.path.exists(self.path("p")))
        os.symlink("/etc/passwd", self.root + "/in/link")
        self.sftp(f"-get in/link {self.path('p')}\n")
        self.assertFalse(os.path.exists(self.path("p")))

    def test_no_commands(self):
        done = self.ssh("id", check=None, timeout=30)
        self.assertNotIn(b"uid=", done.stdout)

    def test_directory_that_others_may_write(self):
        os.chmod(self.root, 0o777)
        try:
            self.sftp("pwd\n", check=255)
        finally:
            os.chmod(self.root, 0o755)


if __name__ == "__main__":
    main()
